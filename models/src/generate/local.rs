//! A quantized Qwen model on this machine's own processor.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use candle_core::Tensor;
use candle_transformers::generation::{LogitsProcessor, Sampling};
use tracing::{debug, info};

use super::{
    Finish, FinishReason, Generate, Generated, Generation, GenerationRequest, Message, Outlook,
    chat,
    outlook::{Pace, Share},
    repetition::goes_in_circles,
    stream::TextStream,
};
use crate::{
    ModelError,
    decoder::{CachedPrefix, Decoder, READING_CHUNK, Tokenizer},
    engine::{Answer, Engine, Worker},
};

/// How a local model is set up.
#[derive(Clone, Debug)]
pub struct GeneratorOptions {
    /// Longest prompt and answer together, in tokens. Each costs memory: 57 KB in a model of 1.5
    /// billion weights.
    pub context_length: usize,
    /// How many requests wait beside the one in work before more are refused.
    pub queue: usize,
    /// The messages that nearly every request begins with. They are read at once while loading and
    /// never again.
    pub warm_up: Vec<Message>,
}

impl Default for GeneratorOptions {
    fn default() -> Self {
        Self {
            context_length: 4096,
            queue: 16,
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
        let (decoder, tokenizer) = Decoder::load(path, options.context_length)?;
        info!(
            seconds = started.elapsed().as_secs_f32(),
            "language model loaded"
        );

        let tokenizer = Arc::new(tokenizer);
        let context_length = decoder.context_length();
        let mut writer = Writer {
            ends: ["<|im_end|>", "<|endoftext|>"].map(|end| tokenizer.special(end).ok()),
            decoder,
            tokenizer: Arc::clone(&tokenizer),
            known: Vec::new(),
            kept: None,
            pace: Arc::new(Pace::new(1.0, 1.0)),
        };
        writer.warm_up(&options.warm_up)?;
        info!(
            seconds = started.elapsed().as_secs_f32(),
            tokens = writer.known.len(),
            "language model ready"
        );
        let pace = Arc::clone(&writer.pace);
        let kept_tokens = writer.known.len();
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
        let prompt = chat::prompt(&self.tokenizer, &request.messages)?;
        let tokens = prompt.len() + request.max_tokens;
        if tokens > self.context_length {
            return Err(ModelError::PromptTooLong {
                tokens,
                limit: self.context_length,
            });
        }
        let task = Task { prompt, request };
        Ok(Generation::new(self.engine.submit(task)?))
    }

    fn outlook(&self) -> Outlook {
        let mut waiting = Vec::new();
        self.engine.look_at_waiting(|task| {
            waiting.push(Share {
                unread: task.prompt.len().saturating_sub(self.kept_tokens),
                max_tokens: task.request.max_tokens,
            });
        });
        self.pace.outlook(&waiting, self.kept_tokens)
    }

    fn count_tokens(&self, text: &str) -> usize {
        // The tokenizer fails on no text; a count of characters would be a fair guess anyway.
        self.tokenizer
            .encode(text)
            .map_or_else(|_| text.chars().count(), |tokens| tokens.len())
    }
}

struct Task {
    prompt: Vec<u32>,
    request: GenerationRequest,
}

/// The model on its thread.
struct Writer {
    decoder: Decoder,
    tokenizer: Arc<Tokenizer>,
    /// The tokens in the decoder's cache.
    known: Vec<u32>,
    /// The warm-up messages and what the cache held after them.
    kept: Option<(Vec<u32>, CachedPrefix)>,
    ends: [Option<u32>; 2],
    pace: Arc<Pace>,
}

impl Worker for Writer {
    type Task = Task;
    type Event = Result<Generated, ModelError>;

    fn work(&mut self, task: Task, answer: &Answer<Self::Event>) {
        match self.write(&task, answer) {
            Ok(Some(finish)) => {
                debug!(?finish, "generation finished");
                answer.send(Ok(Generated::Finish(finish)));
            }
            Ok(None) => {
                debug!("generation abandoned");
                self.pace.abandoned();
            }
            Err(error) => {
                // What the cache holds after a failure is not known.
                self.forget_after(0);
                self.pace.abandoned();
                answer.send(Err(error));
            }
        }
    }
}

impl Writer {
    fn warm_up(&mut self, messages: &[Message]) -> Result<(), ModelError> {
        let opening = chat::opening(&self.tokenizer, messages)?;
        let started = Instant::now();
        for chunk in opening.chunks(READING_CHUNK) {
            self.decoder.read(chunk, || true)?;
        }
        let reading = opening.len() as f64 / started.elapsed().as_secs_f64();
        self.kept = Some((opening.clone(), self.decoder.keep_prefix(opening.len())));
        self.known = opening;

        // A few tokens are written to measure the speed and forgotten again.
        let newline = self.tokenizer.encode("\n")?;
        let started = Instant::now();
        for _ in 0..4 {
            self.decoder.read_and_score(&newline, || true)?;
        }
        let writing = 4.0 / started.elapsed().as_secs_f64();
        self.forget_after(self.known.len());
        let reading = if self.known.is_empty() {
            writing
        } else {
            reading
        };
        info!(reading, writing, "measured speed, tokens a second");
        self.pace = Arc::new(Pace::new(reading, writing));
        Ok(())
    }

    fn forget_after(&mut self, length: usize) {
        self.known.truncate(length);
        self.decoder.truncate(length);
    }

    /// Brings the cache to the longest known beginning of the prompt and returns its length, which
    /// leaves at least one token to read.
    fn reuse(&mut self, prompt: &[u32]) -> usize {
        let readable = &prompt[..prompt.len() - 1];
        let mut common = common_prefix(&self.known, readable);
        if let Some((opening, prefix)) = &self.kept
            && common < common_prefix(opening, readable)
        {
            self.decoder.restore(prefix);
            self.known.clone_from(opening);
            common = common_prefix(opening, readable);
        }
        self.forget_after(common);
        common
    }

    /// Writes the answer, or returns `None` where nobody waits for it any more.
    fn write(
        &mut self,
        task: &Task,
        answer: &Answer<Result<Generated, ModelError>>,
    ) -> Result<Option<Finish>, ModelError> {
        let started = Instant::now();
        let Task { prompt, request } = task;
        let reused = self.reuse(prompt);
        let Some(mut scores) = self.read_prompt(&prompt[reused..], request, answer)? else {
            return Ok(None);
        };
        let reading = started.elapsed();

        let mut sampler = sampler(request);
        let mut stream = TextStream::new(&request.stop);
        let mut generated = Vec::new();
        let reason = loop {
            if generated.len() >= request.max_tokens {
                break FinishReason::MaxTokens;
            }
            let token = sampler.sample(&scores)?;
            let bytes = self.tokenizer.bytes(token);
            let Some(bytes) = bytes.filter(|_| !self.ends.contains(&Some(token))) else {
                break FinishReason::EndOfTurn;
            };
            generated.push(token);
            self.pace.wrote_token();
            let certain = stream.push(bytes);
            if !certain.text.is_empty() {
                answer.send(Ok(Generated::Piece(certain.text)));
            }
            if certain.stopped {
                break FinishReason::StopText;
            }
            if goes_in_circles(&generated) {
                break FinishReason::Repetition;
            }
            if generated.len() < request.max_tokens {
                let next = self
                    .decoder
                    .read_and_score(&[token], || !answer.is_abandoned())?;
                let Some(next) = next else { return Ok(None) };
                scores = next;
                self.known.push(token);
            }
        };
        if reason != FinishReason::StopText {
            let rest = stream.finish();
            if !rest.is_empty() {
                answer.send(Ok(Generated::Piece(rest)));
            }
        }
        let writing = started.elapsed().saturating_sub(reading);
        self.pace
            .finished((prompt.len() - reused, reading), (generated.len(), writing));
        Ok(Some(Finish {
            reason,
            prompt_tokens: prompt.len(),
            reused_tokens: reused,
            generated_tokens: generated.len(),
            reading_ms: milliseconds(reading),
            writing_ms: milliseconds(writing),
        }))
    }

    /// Reads the rest of a prompt, for as long as the answer is wanted.
    fn read_prompt(
        &mut self,
        mut rest: &[u32],
        request: &GenerationRequest,
        answer: &Answer<Result<Generated, ModelError>>,
    ) -> Result<Option<Tensor>, ModelError> {
        loop {
            self.pace.reading(Share {
                unread: rest.len(),
                max_tokens: request.max_tokens,
            });
            let wanted = || !answer.is_abandoned();
            let (chunk, after) = rest.split_at(rest.len().min(READING_CHUNK));
            if after.is_empty() {
                let scores = self.decoder.read_and_score(chunk, wanted)?;
                if scores.is_some() {
                    self.known.extend(chunk);
                }
                return Ok(scores);
            }
            if self.decoder.read(chunk, wanted)?.is_none() {
                return Ok(None);
            }
            self.known.extend(chunk);
            rest = after;
        }
    }
}

fn sampler(request: &GenerationRequest) -> LogitsProcessor {
    let sampling = if request.temperature > 0.0 {
        // The tail of 150,000 unlikely tokens is cut off: together they would be drawn too often.
        Sampling::TopKThenTopP {
            k: 40,
            p: 0.95,
            temperature: request.temperature,
        }
    } else {
        Sampling::ArgMax
    };
    LogitsProcessor::from_sampling(request.seed, sampling)
}

fn common_prefix(left: &[u32], right: &[u32]) -> usize {
    left.iter()
        .zip(right)
        .take_while(|(left, right)| left == right)
        .count()
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
