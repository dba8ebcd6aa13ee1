//! A quantized Qwen model on this machine's own processor.

use std::{path::Path, sync::Arc, time::Instant};

use tracing::info;

use super::{
    Generate, Generation, GenerationRequest, Message, Outlook,
    outlook::Pace,
    writer::{Task, Writer},
};
use crate::{
    Instructions, ModelError, Turns,
    decoder::{Decoder, DecoderOptions, Tokenizer},
    engine::Engine,
};

/// How a local model is set up.
#[derive(Clone, Debug)]
pub struct GeneratorOptions {
    /// Longest prompt and answer together, in tokens. Each costs memory once it is used: 57 KB in a
    /// model of 1.5 billion weights.
    pub context_length: usize,
    /// How many requests are worked on together. What they wait for together is fetching the
    /// weights, so several take little longer than one. Never less than one.
    pub streams: usize,
    /// How many requests wait beside those in work before more are refused.
    pub queue: usize,
    /// Whether tokens are guessed from what was read, so that several can be checked at once. What
    /// is written is the same either way.
    pub drafting: bool,
    /// What the model computes with: one of [`Instructions::available`]. All give the same words.
    pub instructions: Instructions,
    /// When it may compute beside other engines.
    pub turns: Turns,
    /// The messages that nearly every request begins with. They are read at once while loading and
    /// never again.
    pub warm_up: Vec<Message>,
}

impl Default for GeneratorOptions {
    fn default() -> Self {
        Self {
            context_length: 4096,
            streams: 8,
            queue: 16,
            drafting: true,
            instructions: Instructions::best(),
            turns: Turns::default(),
            warm_up: Vec::new(),
        }
    }
}

/// A GGUF model of the Qwen2, Qwen2.5 or Qwen3 family, on a thread of its own.
pub struct LocalGenerator {
    engine: Engine<Writer>,
    tokenizer: Arc<Tokenizer>,
    pace: Arc<Pace>,
    context_length: usize,
    /// Tokens of the warm-up messages.
    kept_tokens: usize,
}

impl LocalGenerator {
    /// Loads the model and reads the warm-up messages, which takes some seconds.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "options are made for the call"
    )]
    pub fn load(path: &Path, options: GeneratorOptions) -> Result<Self, ModelError> {
        let started = Instant::now();
        info!(path = %path.display(), "loading the language model");
        let decoder_options = DecoderOptions {
            instructions: options.instructions,
            ..DecoderOptions::new(options.context_length)
        };
        let (decoder, tokenizer) = Decoder::load(path, &decoder_options)?;
        info!(
            seconds = started.elapsed().as_secs_f32(),
            "language model loaded"
        );

        let tokenizer = Arc::new(tokenizer);
        let context_length = decoder.context_length();
        let writer = Writer::new(decoder, Arc::clone(&tokenizer), &options)?;
        let (pace, kept_tokens) = (writer.pace(), writer.kept_tokens());
        info!(
            seconds = started.elapsed().as_secs_f32(),
            tokens = kept_tokens,
            "language model ready"
        );
        let engine = Engine::start("writing", options.queue, writer)?;
        Ok(Self {
            engine,
            tokenizer,
            pace,
            context_length,
            kept_tokens,
        })
    }
}

impl Generate for LocalGenerator {
    fn generate(&self, request: GenerationRequest) -> Result<Generation, ModelError> {
        let task = Task::new(&self.tokenizer, request, self.context_length)?;
        Ok(Generation::new(self.engine.submit(task)?))
    }

    fn outlook(&self) -> Outlook {
        let mut waiting = Vec::new();
        self.engine
            .look_at_waiting(|task| waiting.push(task.share(self.kept_tokens)));
        self.pace.outlook(&waiting, self.kept_tokens)
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.tokenizer.count(text)
    }
}
