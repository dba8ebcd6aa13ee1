//! The best voice that this machine has.

use std::path::Path;

use super::{EspeakVoice, KokoroVoice, Voice};
use crate::{
    ModelError,
    catalog::{CatalogEntry, CatalogFile},
};

/// The voice of a catalogue entry whose files lie in `folder`, to run on so many threads; where one
/// of them is missing, espeak-ng.
///
/// The first file of the entry is the model, those that end in `.bin` are voices, the default
/// first, and the other is the runtime's library. Fails with [`ModelError::NoVoice`] where a file is
/// missing and espeak-ng too; a file that is there but damaged is an error of its own.
pub fn local_voice(
    folder: &Path,
    entry: &CatalogEntry,
    threads: usize,
) -> Result<Box<dyn Voice>, ModelError> {
    local_voice_or(folder, entry, threads, "espeak-ng".as_ref())
}

fn local_voice_or(
    folder: &Path,
    entry: &CatalogEntry,
    threads: usize,
    espeak: &Path,
) -> Result<Box<dyn Voice>, ModelError> {
    match neural(folder, entry, threads) {
        Ok(voice) => Ok(Box::new(voice)),
        Err(ModelError::Missing(missing)) => {
            let Ok(voice) = EspeakVoice::new(espeak) else {
                return Err(ModelError::NoVoice {
                    missing,
                    model: entry.id.clone(),
                });
            };
            tracing::warn!(missing = %missing.display(), "espeak-ng speaks, which is hard to understand");
            Ok(Box::new(voice))
        }
        Err(error) => Err(error),
    }
}

fn neural(folder: &Path, entry: &CatalogEntry, threads: usize) -> Result<KokoroVoice, ModelError> {
    let unusable = |reason: &str| ModelError::Unsupported {
        path: folder.join(&entry.id),
        reason: reason.to_owned(),
    };
    let [model, others @ ..] = &entry.files[..] else {
        return Err(unusable("目录里没有列出它的文件"));
    };
    let is_voice = |file: &&CatalogFile| Path::new(&file.name).extension() == Some("bin".as_ref());
    let (voices, libraries): (Vec<&CatalogFile>, Vec<&CatalogFile>) =
        others.iter().partition(is_voice);
    let [library] = libraries[..] else {
        return Err(unusable("目录里要列出模型、一个运行库和至少一个声音"));
    };
    let voices: Vec<_> = voices.iter().map(|file| folder.join(&file.name)).collect();
    let voices: Vec<&Path> = voices.iter().map(AsRef::as_ref).collect();
    KokoroVoice::load(
        &folder.join(&model.name),
        &voices,
        &folder.join(&library.name),
        threads,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalog;

    fn entry() -> CatalogEntry {
        Catalog::with(Vec::new())
            .get("kokoro-82m-v1.0-mandarin")
            .expect("the voice")
            .clone()
    }

    #[test]
    fn without_files_and_without_espeak_it_says_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = local_voice_or(folder.path(), &entry(), 1, "no-such-program".as_ref())
            .err()
            .expect("no voice");
        assert!(matches!(error, ModelError::NoVoice { .. }), "{error}");
        let said = error.to_string();
        assert!(
            said.contains("xiangyin models pull kokoro-82m-v1.0-mandarin")
                && said.contains("espeak-ng"),
            "{said}"
        );
    }

    #[test]
    fn a_damaged_file_is_not_hidden_behind_another_voice() {
        let folder = tempfile::tempdir().expect("a folder");
        for file in &entry().files {
            std::fs::write(folder.path().join(&file.name), b"damaged").expect("written");
        }
        let error = local_voice(folder.path(), &entry(), 1)
            .err()
            .expect("no voice");
        assert!(matches!(error, ModelError::Unsupported { .. }), "{error}");
    }
}
