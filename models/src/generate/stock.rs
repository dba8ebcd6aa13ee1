//! A quantized Qwen model by candle's own kernels: for graphics cards, and to compare with.
//!
//! candle's cache of keys and values can't be cut or shared, so requests are worked on one after
//! the other and every prompt is read whole.

use std::{fs::File, io::BufReader, path::Path, sync::Arc, time::Instant};

use candle_core::{Device, Tensor, quantized::gguf_file::Content};
use candle_transformers::models::{quantized_qwen2, quantized_qwen3};

use super::{
    FinishReason, Generate, Generated, Generation, GenerationRequest, Outlook,
    answer::Answer,
    outlook::{NEWEST, Pace},
    writer::Task,
};
use crate::{
    ModelError, Turns, Urgency,
    decoder::Tokenizer,
    engine::{AssignmentOf, BatchWorker, Engine},
};

/// Tokens a second that are taken for granted until an answer was seen: reading, writing.
const SPEEDS: (f64, f64) = (100.0, 10.0);

/// How a model is set up.
#[derive(Clone, Debug)]
pub struct StockOptions {
    /// Where it computes.
    pub device: Device,
    /// Longest prompt and answer together, in tokens.
    pub context_length: usize,
    /// How many requests wait beside the one in work before more are refused.
    pub queue: usize,
    /// When it may compute beside other engines; a graphics card is nobody else's.
    pub turns: Turns,
}

impl StockOptions {
    /// The first graphics card, where the program was built for one (features `cuda`, `metal`) and
    /// one is there.
    pub fn of_graphics_card() -> Option<Self> {
        let device = if cfg!(feature = "cuda") {
            Device::new_cuda(0)
        } else if cfg!(feature = "metal") {
            Device::new_metal(0)
        } else {
            return None;
        };
        match device {
            Ok(device) => Some(Self {
                device,
                turns: Turns::unbounded(),
                ..Self::default()
            }),
            Err(error) => {
                tracing::warn!(%error, "no graphics card can be used; the processor computes");
                None
            }
        }
    }
}

impl Default for StockOptions {
    /// On the processor.
    fn default() -> Self {
        Self {
            device: Device::Cpu,
            context_length: 4096,
            queue: 16,
            turns: Turns::default(),
        }
    }
}

/// A GGUF model of the Qwen2, Qwen2.5 or Qwen3 family on candle, on a thread of its own.
pub struct StockGenerator {
    engine: Engine<Stock>,
    tokenizer: Arc<Tokenizer>,
    pace: Arc<Pace>,
    context_length: usize,
}

impl StockGenerator {
    /// Loads the model.
    pub fn load(path: &Path, options: StockOptions) -> Result<Self, ModelError> {
        let unsupported = |error: candle_core::Error| ModelError::Unsupported {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let tokenizer = Arc::new(Tokenizer::read(path)?);
        let mut file = BufReader::new(File::open(path)?);
        let content = Content::read(&mut file).map_err(unsupported)?;
        let family = content.metadata.get("general.architecture");
        let device = &options.device;
        let weights = match family.and_then(|family| family.to_string().ok()).map(String::as_str) {
            Some("qwen3") => {
                quantized_qwen3::ModelWeights::from_gguf(content, &mut file, device).map(Weights::Qwen3)
            }
            _ => quantized_qwen2::ModelWeights::from_gguf(content, &mut file, device).map(Weights::Qwen2),
        };
        let pace = Arc::new(Pace::new(SPEEDS.0, SPEEDS.1, 1));
        let stock = Stock {
            weights: weights.map_err(unsupported)?,
            device: options.device,
            ends: tokenizer.ends(),
            tokenizer: Arc::clone(&tokenizer),
            pace: Arc::clone(&pace),
            rate: SPEEDS.0,
            turns: options.turns,
        };
        Ok(Self {
            engine: Engine::start("writing", options.queue, stock)?,
            tokenizer,
            pace,
            context_length: options.context_length,
        })
    }
}

impl Generate for StockGenerator {
    fn generate(&self, request: GenerationRequest) -> Result<Generation, ModelError> {
        let task = Task::new(&self.tokenizer, request, self.context_length)?;
        Ok(Generation::new(self.engine.submit(task)?))
    }

    fn outlook(&self) -> Outlook {
        let mut waiting = Vec::new();
        self.engine
            .look_at_waiting(|task| waiting.push(task.share(0)));
        self.pace.outlook(&waiting, 0)
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.tokenizer.count(text)
    }
}

enum Weights {
    Qwen2(quantized_qwen2::ModelWeights),
    Qwen3(quantized_qwen3::ModelWeights),
}

/// What runs on the thread.
struct Stock {
    weights: Weights,
    device: Device,
    tokenizer: Arc<Tokenizer>,
    ends: [Option<u32>; 2],
    pace: Arc<Pace>,
    /// Tokens read in a second, lately.
    rate: f64,
    turns: Turns,
}

impl BatchWorker for Stock {
    type Task = Task;
    type Event = Result<Generated, ModelError>;

    fn work_together(
        &mut self,
        first: AssignmentOf<Self>,
        _: &mut dyn FnMut() -> Option<AssignmentOf<Self>>,
    ) {
        let mut answer = Answer::new(first, 0, self.ends);
        let written = self.write(&mut answer);
        self.forget();
        self.pace.working(self.rate, std::iter::empty());
        match written {
            Ok(Some(reason)) => {
                self.pace.finished(answer.wrote());
                answer.finish(reason);
            }
            Ok(None) => answer.abandon(),
            Err(error) => answer.fail(error),
        }
    }
}

impl Stock {
    /// Nothing comes back where the reader left.
    fn write(&mut self, answer: &mut Answer) -> Result<Option<FinishReason>, ModelError> {
        let mut tokens = answer.prompt().to_vec();
        let mut known = 0;
        loop {
            self.pace
                .working(self.rate, std::iter::once(answer.share(known)));
            if answer.is_abandoned() {
                return Ok(None);
            }
            let turn = self.turns.take(Urgency::Writing);
            let started = Instant::now();
            let scores = self.forward(&tokens, known)?;
            drop(turn);
            if known == 0 {
                let rate = tokens.len() as f64 / started.elapsed().as_secs_f64();
                self.rate += NEWEST * (rate - self.rate);
            }
            known += tokens.len();
            if let Some(reason) = answer.take(&scores, &self.tokenizer)? {
                return Ok(Some(reason));
            }
            tokens = answer.last().into_iter().collect();
        }
    }

    /// The scores after the last of these tokens, which follow `known` others.
    fn forward(&mut self, tokens: &[u32], known: usize) -> Result<Vec<f32>, ModelError> {
        let tokens = Tensor::new(tokens, &self.device)?.unsqueeze(0)?;
        let scores = match &mut self.weights {
            Weights::Qwen2(weights) => weights.forward(&tokens, known)?,
            Weights::Qwen3(weights) => weights.forward(&tokens, known)?,
        };
        Ok(scores.flatten_all()?.to_dtype(candle_core::DType::F32)?.to_vec1()?)
    }

    fn forget(&mut self) {
        match &mut self.weights {
            Weights::Qwen2(weights) => weights.clear_kv_cache(),
            Weights::Qwen3(weights) => weights.clear_kv_cache(),
        }
    }
}
