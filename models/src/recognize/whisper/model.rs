use std::fs::File;
use std::io::Read;
use std::path::Path;

use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError,
    WhisperState, get_lang_id,
};

use super::Vocabulary;
use crate::{ModelError, recognize::SAMPLE_RATE};

/// The first four bytes of a ggml file.
const MAGIC: [u8; 4] = 0x6767_6d6c_u32.to_le_bytes();
/// Samples of one frame of the encoder's context, 20 ms.
const SAMPLES_A_FRAME: usize = SAMPLE_RATE as usize / 50;
/// The least that whisper.cpp computes a spectrogram of.
const SHORTEST: usize = SAMPLE_RATE as usize / 10;

/// A loaded model with the state of one decoding.
pub(in crate::recognize) struct Model {
    context: WhisperContext,
    state: WhisperState,
    threads: usize,
    vocabulary: Vocabulary,
}

impl Model {
    /// Loads a ggml file; `threads` compute.
    pub(in crate::recognize) fn load(path: &Path, threads: usize) -> Result<Self, ModelError> {
        check(path)?;
        // Without it whisper.cpp writes pages of its own to standard error.
        whisper_rs::install_logging_hooks();
        let unsupported = |error: WhisperError| ModelError::Unsupported {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let mut parameters = WhisperContextParameters::default();
        // With flash attention, a shortened context sees what earlier clips left in the padding.
        parameters.flash_attn(false).use_gpu(false);
        let context = WhisperContext::new_with_params(path, parameters).map_err(unsupported)?;
        if !context.is_multilingual() {
            return Err(ModelError::Unsupported {
                path: path.to_owned(),
                reason: "只会英语的模型".into(),
            });
        }
        let state = context.create_state().map_err(unsupported)?;
        let vocabulary = Vocabulary::of(&context).map_err(unsupported)?;
        Ok(Self {
            context,
            state,
            threads: threads.max(1),
            vocabulary,
        })
    }

    pub(in crate::recognize) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The most tokens that prompt and text may have together.
    pub(super) fn context_length(&self) -> usize {
        self.context.n_text_ctx().max(0) as usize
    }

    /// The token of a language, or of none that the model knows.
    pub(super) fn language_token(&self, language: &str) -> Option<i32> {
        let known = !language.is_empty() && language.is_ascii() && !language.contains('\0');
        let id = known.then(|| get_lang_id(language)).flatten()?;
        Some(self.context.token_lang(id))
    }

    /// Encodes the sound for decoding, with `padding` frames of 20 ms after it.
    ///
    /// All parameters of whisper.cpp are set here and nowhere else.
    pub(super) fn encode(&mut self, samples: &[f32], padding: usize) -> Result<(), ModelError> {
        let longest = self.context.n_audio_ctx().max(1) as usize;
        let frames = samples.len().div_ceil(SAMPLES_A_FRAME) + padding;
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        parameters.set_n_threads(self.threads as i32);
        parameters.set_audio_ctx(frames.min(longest) as i32);
        parameters.set_no_context(true);
        // With a tenth of a second to do, it takes the spectrogram of everything and the length of
        // the context, and stops before it encodes: no other safe way sets that length.
        parameters.set_duration_ms(100);
        let padded;
        let samples = if samples.len() < 2 * SHORTEST {
            padded = [samples, &vec![0.0; 2 * SHORTEST - samples.len()]].concat();
            &padded
        } else {
            samples
        };
        self.state.full(parameters, samples).map_err(failed)?;
        self.state.encode(0, self.threads).map_err(failed)
    }

    /// Reads `tokens` after the first `past` ones, and gives the logits after the last of them.
    pub(super) fn read(&mut self, tokens: &[i32], past: usize) -> Result<&[f32], ModelError> {
        // The library shows the logits of the first token of a call, so the last goes alone.
        if let Some((_, before @ [_, ..])) = tokens.split_last() {
            self.state
                .decode(before, past, self.threads)
                .map_err(failed)?;
        }
        let last = tokens.len().saturating_sub(1);
        self.state
            .decode(&tokens[last..], past + last, self.threads)
            .map_err(failed)?;
        self.state.get_logits().map_err(failed)
    }
}

fn failed(error: WhisperError) -> ModelError {
    ModelError::Recognition(error.to_string())
}

/// Whether it is a ggml file at all, because the library's own message would not be understood.
fn check(path: &Path) -> Result<(), ModelError> {
    if !path.is_file() {
        return Err(ModelError::Missing(path.to_owned()));
    }
    let mut magic = [0; 4];
    let read = File::open(path)?.read_exact(&mut magic);
    if read.is_err() || magic != MAGIC {
        return Err(ModelError::Unsupported {
            path: path.to_owned(),
            reason: "不是 Whisper 的 ggml 文件".into(),
        });
    }
    Ok(())
}
