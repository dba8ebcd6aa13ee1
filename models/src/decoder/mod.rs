//! A Qwen2, Qwen2.5 or Qwen3 model with quantized weights, for one sequence at a time.
//!
//! Candle multiplies with the weights (`QMatMul`); everything between the multiplications is here,
//! so that the keys and values of what was read stay in a cache of our own that can be cut back:
//! a request that begins like the one before it reads only what is new.
//!
//! Threads are candle's: one a physical core, or as many as the environment's
//! `CANDLE_NUM_THREADS` says when the process starts.

mod attention;
mod cache;
mod file;
mod layer;
mod parallel;
mod rotary;
mod shape;
#[cfg(test)]
mod tests;
mod tokenizer;
mod vectors;
mod weights;

use std::{path::Path, sync::Arc};

use candle_core::{
    DType, Device, Module, Tensor,
    quantized::{QMatMul, QTensor},
};

use self::{
    attention::Attention, cache::KeyValueCache, file::ModelFile, layer::Layer, rotary::Rotary,
    shape::Shape,
};
pub(crate) use self::{cache::CachedPrefix, tokenizer::Tokenizer};
use crate::ModelError;

/// How many tokens are read in one go. Candle's kernels for many rows are at their best from 64 on.
pub(crate) const READING_CHUNK: usize = 64;

/// The model and the sequence that it has read so far.
pub(crate) struct Decoder {
    shape: Shape,
    embedding: Arc<QTensor>,
    layers: Vec<Layer>,
    final_norm: Vec<f32>,
    output: QMatMul,
    rotary: Rotary,
    cache: KeyValueCache,
}

impl Decoder {
    /// Loads the model and its tokenizer from a GGUF file, for sequences of at most
    /// `context_length` tokens (fewer where the model was trained for fewer).
    pub(crate) fn load(
        path: &Path,
        context_length: usize,
    ) -> Result<(Self, Tokenizer), ModelError> {
        let mut file = ModelFile::open(path)?;
        let tokenizer = Tokenizer::from_file(&file)?;
        let shape = Shape::from_file(&file, context_length)?;

        let embedding = Arc::new(file.tensor("token_embd.weight")?);
        let layers = (0..shape.layers)
            .map(|index| Layer::load(&mut file, index, &shape))
            .collect::<Result<Vec<_>, _>>()?;
        let final_norm = file.vector("output_norm.weight")?;
        let output = if file.has("output.weight") {
            weights::multiplier(Arc::new(file.tensor("output.weight")?))?
        } else {
            weights::multiplier(Arc::clone(&embedding))?
        };
        let rotary = Rotary::new(&shape);
        let cache = KeyValueCache::new(&shape);
        let decoder = Self {
            shape,
            embedding,
            layers,
            final_norm,
            output,
            rotary,
            cache,
        };
        decoder.prepare()?;
        Ok((decoder, tokenizer))
    }

    /// Lets candle rearrange the weights for its kernels now, on all cores, rather than one after
    /// the other while the first resident waits.
    fn prepare(&self) -> Result<(), ModelError> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = self.layers.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let workers: Vec<_> = self
                .layers
                .chunks(share)
                .map(|layers| scope.spawn(move || layers.iter().try_for_each(Layer::prepare)))
                .collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().unwrap_or(Err(ModelError::Stopped)))
        })?;
        let zeros = Tensor::zeros((1, self.shape.width), DType::F32, &Device::Cpu)?;
        self.output.forward(&zeros)?;
        Ok(())
    }

    /// Longest sequence, in tokens.
    pub(crate) fn context_length(&self) -> usize {
        self.shape.context_length
    }

    /// Forgets everything after the first `length` tokens.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.cache.truncate(length);
    }

    /// A copy of what the cache holds of the first `length` tokens, to return to later.
    pub(crate) fn keep_prefix(&self, length: usize) -> CachedPrefix {
        self.cache.copy_prefix(length)
    }

    /// Goes back to a kept beginning, forgetting everything else.
    pub(crate) fn restore(&mut self, prefix: &CachedPrefix) {
        self.cache.restore(prefix);
    }

    /// Reads tokens that follow what was read before.
    ///
    /// `wanted` is asked before each layer, some 30 times a chunk. Once it says no, the tokens
    /// count as unread and the answer is `None`.
    pub(crate) fn read(
        &mut self,
        tokens: &[u32],
        wanted: impl Fn() -> bool,
    ) -> Result<Option<()>, ModelError> {
        Ok(self.forward(tokens, wanted)?.map(|_| ()))
    }

    /// Like [`Self::read`], and returns the scores of every token that could come next.
    pub(crate) fn read_and_score(
        &mut self,
        tokens: &[u32],
        wanted: impl Fn() -> bool,
    ) -> Result<Option<Tensor>, ModelError> {
        let Some(states) = self.forward(tokens, wanted)? else {
            return Ok(None);
        };
        let width = self.shape.width;
        let last = &states[states.len() - width..];
        let normed = vectors::rms_norm(last, &self.final_norm, self.shape.epsilon);
        let normed = Tensor::from_vec(normed, (1, width), &Device::Cpu)?;
        Ok(Some(self.output.forward(&normed)?.squeeze(0)?))
    }

    fn forward(
        &mut self,
        tokens: &[u32],
        wanted: impl Fn() -> bool,
    ) -> Result<Option<Vec<f32>>, ModelError> {
        let start = self.cache.length();
        if tokens.is_empty() || start + tokens.len() > self.shape.context_length {
            return Err(ModelError::PromptTooLong {
                tokens: start + tokens.len(),
                limit: self.shape.context_length,
            });
        }
        let ids = Tensor::new(tokens, &Device::Cpu)?;
        let mut states = self
            .embedding
            .embedding(&ids)?
            .flatten_all()?
            .to_vec1::<f32>()?;
        for (layer, memory) in self.layers.iter().zip(self.cache.layers_mut()) {
            if !wanted() {
                return Ok(None);
            }
            let attention = Attention {
                shape: &self.shape,
                rotary: &self.rotary,
                memory,
                start,
            };
            layer.forward(&mut states, attention)?;
        }
        self.cache.advance(tokens.len());
        Ok(Some(states))
    }
}
