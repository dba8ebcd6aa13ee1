//! One answer while it is read for and written.

use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling};
use tracing::debug;

use super::{
    Finish, FinishReason, Generated, outlook::Share, repetition::goes_in_circles,
    stream::TextStream, writer::Task,
};
use crate::{
    ModelError,
    decoder::{Tokenizer, largest},
    engine::Assignment,
};

type Given = Assignment<Task, Result<Generated, ModelError>>;

/// A request in work.
pub(super) struct Answer {
    given: Given,
    sampler: Sampler,
    stream: TextStream,
    generated: Vec<u32>,
    reused: usize,
    started: Instant,
    reading: Option<Duration>,
    log_odds: Option<f32>,
    ends: [Option<u32>; 2],
}

impl Answer {
    /// Work begins; `reused` tokens of the prompt are known.
    pub(super) fn new(given: Given, reused: usize, ends: [Option<u32>; 2]) -> Self {
        let request = &given.task.request;
        Self {
            sampler: Sampler::new(request.temperature, request.seed),
            stream: TextStream::new(&request.stop),
            generated: Vec::new(),
            reused,
            started: Instant::now(),
            reading: None,
            log_odds: None,
            ends,
            given,
        }
    }

    pub(super) fn prompt(&self) -> &[u32] {
        &self.given.task.prompt
    }

    /// The token that was written last and not yet read.
    pub(super) fn last(&self) -> Option<u32> {
        self.generated.last().copied()
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.given.answer.is_abandoned()
    }

    /// What is left of it, `known` tokens having been read.
    pub(super) fn share(&self, known: usize) -> Share {
        Share {
            written: self.generated.len(),
            ..self.given.task.share(known)
        }
    }

    /// How many more tokens it may have.
    pub(super) fn left(&self) -> usize {
        self.given.task.request.max_tokens - self.generated.len()
    }

    /// Chooses the next token by these scores, and says so if the answer ends with it.
    pub(super) fn take(
        &mut self,
        scores: &[f32],
        tokenizer: &Tokenizer,
    ) -> Result<Option<FinishReason>, ModelError> {
        if self.reading.is_none() {
            self.reading = Some(self.started.elapsed());
        }
        if !self.given.task.choices.is_empty() {
            self.choose(scores);
            return Ok(Some(FinishReason::EndOfTurn));
        }
        if self.left() == 0 {
            return Ok(Some(FinishReason::MaxTokens));
        }
        let token = self.sampler.sample(scores)?;
        let bytes = tokenizer.bytes(token);
        let Some(bytes) = bytes.filter(|_| !self.ends.contains(&Some(token))) else {
            return Ok(Some(FinishReason::EndOfTurn));
        };
        self.generated.push(token);
        let certain = self.stream.push(bytes);
        self.send(certain.text);
        Ok(if certain.stopped {
            Some(FinishReason::StopText)
        } else if goes_in_circles(&self.generated) {
            Some(FinishReason::Repetition)
        } else if self.left() == 0 {
            Some(FinishReason::MaxTokens)
        } else {
            None
        })
    }

    /// Gives the likeliest of the choices, and remembers how likely the first was.
    fn choose(&mut self, scores: &[f32]) {
        let Task { choices, request, .. } = &self.given.task;
        let scores: Vec<f32> =
            choices.iter().map(|token| scores.get(*token as usize).copied().unwrap_or(f32::MIN)).collect();
        let chosen = request.choices[largest(&scores)].clone();
        let (first, others) = (scores[0], &scores[1..]);
        self.log_odds = others.iter().copied().reduce(f32::max).map(|other| first - other);
        self.send(chosen);
    }

    fn send(&self, text: String) {
        if !text.is_empty() {
            self.given.answer.send(Ok(Generated::Piece(text)));
        }
    }

    /// So many more tokens of the prompt are known without having been read for it.
    pub(super) fn reuse(&mut self, tokens: usize) {
        self.reused += tokens;
    }

    /// Tokens written so far, and how long that took.
    pub(super) fn wrote(&self) -> (usize, Duration) {
        let reading = self.reading.unwrap_or_default();
        let writing = self.started.elapsed().saturating_sub(reading);
        (self.generated.len(), writing)
    }

    /// Ends the answer.
    pub(super) fn finish(mut self, reason: FinishReason) {
        if reason != FinishReason::StopText {
            let stream = std::mem::replace(&mut self.stream, TextStream::new(&[]));
            self.send(stream.finish());
        }
        let (generated_tokens, writing) = self.wrote();
        let reading = self.reading.unwrap_or_default();
        let finish = Finish {
            reason,
            prompt_tokens: self.prompt().len(),
            reused_tokens: self.reused,
            generated_tokens,
            reading_ms: milliseconds(reading),
            writing_ms: milliseconds(writing),
            log_odds: self.log_odds,
        };
        self.given
            .span
            .in_scope(|| debug!(?finish, "generation finished"));
        self.given.answer.send(Ok(Generated::Finish(finish)));
    }

    /// Ends the answer without its having been finished.
    pub(super) fn abandon(self) {
        self.given.span.in_scope(|| debug!("generation abandoned"));
    }

    /// Ends the answer because the model failed.
    pub(super) fn fail(self, error: ModelError) {
        self.given.answer.send(Err(error));
    }
}

/// How the next token is chosen.
enum Sampler {
    Likeliest,
    Drawn(Box<LogitsProcessor>),
}

impl Sampler {
    fn new(temperature: f64, seed: u64) -> Self {
        if temperature <= 0.0 {
            return Self::Likeliest;
        }
        // The tail of 150,000 unlikely tokens is cut off: together they would be drawn too often.
        let sampling = Sampling::TopKThenTopP {
            k: 40,
            p: 0.95,
            temperature,
        };
        Self::Drawn(Box::new(LogitsProcessor::from_sampling(seed, sampling)))
    }

    fn sample(&mut self, scores: &[f32]) -> Result<u32, ModelError> {
        match self {
            Self::Likeliest => Ok(largest(scores) as u32),
            Self::Drawn(processor) => {
                let scores = Tensor::from_slice(scores, scores.len(), &Device::Cpu)?;
                Ok(processor.sample(&scores)?)
            }
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
