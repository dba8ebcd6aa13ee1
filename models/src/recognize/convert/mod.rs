//! A Whisper model of `CTranslate2` as a file of ggml.
//!
//! `CTranslate2` stacks the projections of queries, keys and values and calls everything by other
//! names; the weights are the same. What ggml needs beside them, the filters of the spectrogram and
//! the vocabulary's bytes, is computed here and read from `vocabulary.json`.

mod ctranslate2;
mod ggml;
mod spectrogram;
mod words;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::ModelError;
use ctranslate2::Weights;

/// Writes the model in `weights`, with the tokens in `vocabulary`, into a new file at `output`.
///
/// The same weights give the same bytes.
pub(crate) fn convert_whisper(
    weights: &Path,
    vocabulary: &Path,
    output: &Path,
) -> Result<(), ModelError> {
    let unsupported = |path: &Path| {
        let path = path.to_owned();
        move |reason: String| ModelError::Unsupported { path, reason }
    };
    let bytes = fs::read(weights)?;
    let model = Weights::read(&bytes).map_err(unsupported(weights))?;
    let tokens = words::read(&fs::read(vocabulary)?).map_err(unsupported(vocabulary))?;
    let mut file = BufWriter::new(File::create(output)?);
    ggml::write(&model, &tokens, &mut file).map_err(|error| match error {
        ggml::Failure::Model(reason) => unsupported(weights)(reason),
        ggml::Failure::Disk(error) => error.into(),
    })?;
    file.flush()?;
    file.into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_model_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("weights"), b"\x06\0\0\0\x05\0Whis").unwrap();
        fs::write(path("vocabulary"), b"[]").unwrap();
        let refused = convert_whisper(&path("weights"), &path("vocabulary"), &path("ggml"));
        assert!(
            matches!(refused, Err(ModelError::Unsupported { .. })),
            "{refused:?}"
        );
    }
}
