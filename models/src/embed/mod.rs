//! Text to vectors: multilingual-e5-small on candle.
//!
//! The weights are the 4-bit blocks of one file; the linear layers are widened to `f32` when it is
//! loaded, because on a CPU they are faster that way and the model is small. A batch is packed: the
//! tokens of all its texts stand in one matrix without padding, and each text attends to itself.

mod attention;
mod blocks;
mod encoder;
mod file;
mod fused;
mod kernel;
mod linear;
mod tokenizer;

use std::path::Path;

use rayon::prelude::*;

use crate::{ModelError, Turns, Urgency};
use encoder::Encoder;
use file::ModelFile;
use tokenizer::Tokenizer;

/// The longest input of the model, in tokens, with the two that mark its beginning and end.
const LONGEST_INPUT: usize = 512;
/// Tokens that are worked on together. Few enough that a batch's widest matrix stays near the
/// processor, enough that the weights are worth reading.
const BATCH_TOKENS: usize = 512;

/// What a text is, which the model wants to be told: questions and answers are not worded alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A question that looks for passages.
    Query,
    /// A passage to be found.
    Passage,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Query => "query: ",
            Self::Passage => "passage: ",
        }
    }
}

/// Turns texts into vectors whose dot product says how near their meanings are.
///
/// It holds no mutable state, so one is shared by all threads. Work runs on rayon's threads.
pub struct Embedder {
    tokenizer: Tokenizer,
    encoder: Encoder,
    turns: Turns,
}

impl Embedder {
    /// Loads the model from its file, which takes about half a second.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ModelError> {
        let path = path.as_ref();
        if !path.is_file() {
            return Err(ModelError::Missing(path.to_owned()));
        }
        let bytes = std::fs::read(path)?;
        let damaged = |reason| ModelError::Unsupported {
            path: path.to_owned(),
            reason,
        };
        let file = ModelFile::parse(&bytes).map_err(damaged)?;
        let tokenizer = Tokenizer::new(&file).map_err(damaged)?;
        let encoder = Encoder::new(&file).map_err(damaged)?;
        Ok(Self {
            tokenizer,
            encoder,
            turns: Turns::default(),
        })
    }

    /// Shares the processor with other engines: passages wait for their turn, a batch at a time.
    /// Questions do not wait, because one takes no longer than a step of the writer.
    #[must_use]
    pub fn with_turns(self, turns: Turns) -> Self {
        Self { turns, ..self }
    }

    /// The name of the model, which changes whenever its vectors do: vectors of different names
    /// must not be compared.
    pub fn model_id(&self) -> &'static str {
        "multilingual-e5-small-q4"
    }

    /// The length of every vector.
    pub fn dimensions(&self) -> usize {
        self.encoder.width()
    }

    /// One vector of unit length for each text, in the order of the texts.
    ///
    /// A text is read up to its 512th token, about 700 Chinese characters. Many texts in one call
    /// are much faster than one at a time.
    pub fn embed(&self, texts: &[&str], kind: Kind) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut inputs: Vec<(usize, Vec<u32>)> = texts
            .par_iter()
            .enumerate()
            .map(|(place, text)| {
                let tokens = self.tokenizer.encode(kind.prefix(), text, LONGEST_INPUT);
                (place, tokens)
            })
            .collect();
        // Texts of one length go together, the long ones first, so that no thread is left with a
        // long one at the end.
        inputs.sort_by_key(|(_, tokens)| std::cmp::Reverse(tokens.len()));
        let batches: Vec<&[(usize, Vec<u32>)]> = batches(&inputs);
        let encode = |batches: &[&[(usize, Vec<u32>)]]| {
            let encoded = batches.par_iter().map(|batch| {
                let tokens: Vec<&[u32]> =
                    batch.iter().map(|(_, tokens)| tokens.as_slice()).collect();
                self.encoder.encode(&tokens)
            });
            encoded.collect::<candle_core::Result<Vec<Vec<Vec<f32>>>>>()
        };
        let encoded = match kind {
            Kind::Query => encode(&batches)?,
            Kind::Passage => {
                let mut encoded = Vec::with_capacity(batches.len());
                for together in batches.chunks(rayon::current_num_threads()) {
                    let _turn = self.turns.take(Urgency::Background);
                    encoded.extend(encode(together)?);
                }
                encoded
            }
        };
        let mut vectors = vec![Vec::new(); texts.len()];
        for (batch, encoded) in batches.iter().zip(encoded) {
            for ((place, _), vector) in batch.iter().zip(encoded) {
                vectors[*place] = vector;
            }
        }
        Ok(vectors)
    }
}

/// Cuts the inputs into runs of at most `BATCH_TOKENS` tokens, or of a single longer one.
fn batches(inputs: &[(usize, Vec<u32>)]) -> Vec<&[(usize, Vec<u32>)]> {
    let mut batches = Vec::new();
    let mut rest = inputs;
    while !rest.is_empty() {
        let mut tokens = 0;
        let fitting = rest
            .iter()
            .take_while(|(_, input)| {
                tokens += input.len();
                tokens <= BATCH_TOKENS
            })
            .count();
        let (batch, after) = rest.split_at(fitting.max(1));
        batches.push(batch);
        rest = after;
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_keep_every_text_once_and_stay_within_the_limit() {
        let inputs: Vec<(usize, Vec<u32>)> = [600, 512, 300, 200, 100, 12, 1]
            .into_iter()
            .enumerate()
            .map(|(place, length)| (place, vec![0; length]))
            .collect();
        let lengths: Vec<Vec<usize>> = batches(&inputs)
            .into_iter()
            .map(|batch| batch.iter().map(|(_, tokens)| tokens.len()).collect())
            .collect();
        assert_eq!(
            lengths,
            [vec![600], vec![512], vec![300, 200], vec![100, 12, 1]]
        );
    }
}
