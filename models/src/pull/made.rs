//! Files that are made out of others.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{Failure, PullError, disk};
use super::partial::{absent_is_fine, room_for};
use super::{PlaceReport, Puller, Stage, verify};
use crate::ModelError;
use crate::catalog::{Conversion, Made};
use crate::recognize::convert_whisper;

impl Puller {
    /// Gets what a file is made of, makes it, and gives it its name when its hash is right.
    pub(super) fn make(
        &self,
        made: &Made,
        path: &Path,
        report: &mut PlaceReport<'_>,
    ) -> Result<(), Failure> {
        let mut from = Vec::new();
        for file in &made.from {
            self.pull_file(file, &mut |progress| {
                report(progress.stage, progress.bytes_done, progress.bytes_total);
            })
            .map_err(of_a_part)?;
            from.push(self.place_of(file)?);
        }
        let bytes = made.from.iter().filter_map(|file| file.bytes).sum();
        room_for(bytes, path.parent().unwrap_or(Path::new(".")))?;

        let unfinished = Unfinished(path.with_added_extension("making"));
        convert(made.by, &from, &unfinished.0)?;
        let mut checking = |done| report(Stage::Checking, done, None);
        let sha256 = verify::hash(&unfinished.0, &mut checking)?;
        if !made.sha256.eq_ignore_ascii_case(&sha256) {
            return Err(Failure::Source(format!(
                "转换出来的文件校验值不对（{sha256}），已丢弃"
            )));
        }
        fs::rename(&unfinished.0, path).map_err(disk(path))?;
        verify::record(path, sha256)?;
        for path in from {
            verify::remove(&path)?;
        }
        Ok(())
    }
}

/// What is being made; it is gone again where that fails.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0).or_else(absent_is_fine) {
            tracing::warn!(path = %self.0.display(), %error, "a half-made file could not be removed");
        }
    }
}

fn convert(by: Conversion, from: &[PathBuf], to: &Path) -> Result<(), Failure> {
    let made = match (by, from) {
        (Conversion::WhisperFromCtranslate2, [weights, vocabulary]) => {
            convert_whisper(weights, vocabulary, to)
        }
        (Conversion::WhisperFromCtranslate2, _) => {
            return Err(Failure::Source("要有权重和词表两个文件".into()));
        }
    };
    made.map_err(|error| match error {
        ModelError::System(error) => disk(to)(error).into(),
        other => Failure::Source(other.to_string()),
    })
}

/// A part that no source has is a reason to go on to the next source; a full disk is not.
fn of_a_part(error: PullError) -> Failure {
    match error {
        PullError::NoSource { file, tried, .. } => {
            let reasons: Vec<String> = tried
                .into_iter()
                .map(|attempt| format!("{}：{}", attempt.source, attempt.reason))
                .collect();
            Failure::Source(format!("没有 {file}（{}）", reasons.join("；")))
        }
        other => Failure::Fatal(other),
    }
}
