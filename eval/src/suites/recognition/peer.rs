//! faster-whisper on the same clips, run by `eval/peers/run.py`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, absolute};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use dialects::script::to_simplified;
use serde::Deserialize;

use super::clip::Clip;
use super::ear::Heard;
use crate::data;

/// What it heard, and what it is.
pub(super) struct Peer {
    /// By the clips' ids.
    pub(super) heard: BTreeMap<String, Heard>,
    /// Its versions and what it took.
    pub(super) about: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Clip {
        id: String,
        text: String,
        seconds: f64,
    },
    Summary {
        versions: BTreeMap<String, String>,
        load_seconds: f64,
        peak_memory_bytes: u64,
    },
}

/// Has it hear the clips; its files, which let it go on where it stopped, are kept in `folder`.
pub(super) fn hear(clips: &[Clip], folder: &Path) -> Result<Peer> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let mut table = String::from("id\tpath\n");
    for clip in clips {
        let file = absolute(&clip.file)?;
        writeln!(table, "{}\t{}", clip.id, file.display())?;
    }
    let (list, found) = (folder.join("clips.tsv"), folder.join("faster-whisper.jsonl"));
    fs::write(&list, table)?;
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/run.py");
    let status = Command::new("python3")
        .arg(&program)
        .args(["faster-whisper", "--task", "recognise", "--clips"])
        .arg(&list)
        .arg("--out")
        .arg(&found)
        .status()
        .context("starting python3")?;
    ensure!(status.success(), "it could not run, see above");

    let (mut texts, mut about) = (BTreeMap::new(), String::new());
    for line in data::lines(&found)? {
        match line {
            Line::Clip { id, text, seconds } => {
                texts.insert(id, (text, seconds));
            }
            Line::Summary { versions, load_seconds, peak_memory_bytes } => {
                let versions: Vec<String> =
                    versions.into_iter().map(|(name, version)| format!("{name} {version}")).collect();
                about = format!(
                    "{}; loads in {load_seconds:.1} s, {} MiB at most",
                    versions.join(", "),
                    peak_memory_bytes >> 20
                );
            }
        }
    }
    let mut heard = BTreeMap::new();
    for clip in clips {
        let (text, compute) = texts.remove(&clip.id).with_context(|| format!("it left out {}", clip.id))?;
        heard.insert(clip.id.clone(), Heard {
            text: to_simplified(&text).into_text(),
            compute,
            seconds: clip.seconds(),
        });
    }
    Ok(Peer { heard, about })
}
