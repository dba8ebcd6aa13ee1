//! A Qwen2, Qwen2.5 or Qwen3 model with quantized weights, reading and writing several
//! conversations at once on the processor.
//!
//! [`Decoder::step`] passes new tokens of any number of conversations through the model together,
//! so that the weights, which are what takes the time, are fetched from memory once for all. What a
//! conversation has read stays in its [`Sequence`], which can be cut back and forked.
//!
//! What comes out for a token does not depend on what is computed beside it: not on the other
//! conversations, nor on how a text was cut into steps, nor on the number of threads or the
//! instructions used. The tests compare bit for bit.

mod attention;
mod cache;
mod file;
mod layer;
mod matrix;
mod packed;
mod pool;
mod rotary;
mod shape;
mod step;
#[cfg(test)]
pub(crate) mod tests;
mod tokenizer;
mod vectors;
mod weights;

use std::path::Path;

pub use self::matrix::Instructions;
pub(crate) use self::{cache::Sequence, step::Part, tokenizer::Tokenizer, vectors::largest};
use self::{
    file::ModelFile,
    layer::Layer,
    matrix::{Arena, Matrix},
    pool::Pool,
    rotary::Rotary,
    shape::Shape,
    step::Room,
    weights::Plan,
};
use crate::ModelError;

/// How a model is to run.
#[derive(Clone, Debug)]
pub(crate) struct DecoderOptions {
    /// Longest sequence, in tokens; the model's own limit where that is shorter.
    pub(crate) context_length: usize,
    /// Cores to use.
    pub(crate) threads: usize,
    /// One of [`Instructions::available`].
    pub(crate) instructions: Instructions,
}

impl DecoderOptions {
    /// The fastest on this machine.
    pub(crate) fn new(context_length: usize) -> Self {
        Self {
            context_length,
            threads: candle_core::utils::get_num_threads(),
            instructions: Instructions::best(),
        }
    }
}

/// A model's weights and the threads that compute with them.
pub(crate) struct Decoder {
    shape: Shape,
    arena: Arena,
    embedding: Matrix,
    layers: Vec<Layer>,
    final_norm: Vec<f32>,
    output: Matrix,
    rotary: Rotary,
    pool: Pool,
    instructions: Instructions,
    room: Room,
}

impl Decoder {
    /// Loads the model and its tokenizer from a GGUF file.
    ///
    /// The first time the weights are rearranged, which takes some seconds, and kept in a file
    /// beside the model's.
    pub(crate) fn load(
        path: &Path,
        options: &DecoderOptions,
    ) -> Result<(Self, Tokenizer), ModelError> {
        let mut file = ModelFile::open(path)?;
        let tokenizer = Tokenizer::from_file(&file)?;
        let shape = Shape::from_file(&file, options.context_length)?;

        let mut plan = Plan::default();
        let embedding = plan.add(&file, "token_embd.weight")?;
        let layers = (0..shape.layers)
            .map(|index| Layer::load(&mut file, &mut plan, index, &shape))
            .collect::<Result<Vec<_>, _>>()?;
        let final_norm = file.vector("output_norm.weight")?;
        let output = if file.has("output.weight") {
            plan.add(&file, "output.weight")?
        } else {
            embedding
        };
        if embedding.inputs != shape.width
            || output.inputs != shape.width
            || final_norm.len() != shape.width
        {
            return Err(file.unsupported("词表的尺寸与模型说明不符".to_owned()));
        }
        let mut pool = Pool::new(options.threads)?;
        let decoder = Self {
            rotary: Rotary::new(&shape),
            arena: packed::load(&plan, &mut file, &mut pool)?,
            shape,
            embedding,
            layers,
            final_norm,
            output,
            pool,
            instructions: options.instructions,
            room: Room::default(),
        };
        Ok((decoder, tokenizer))
    }

    /// Longest sequence, in tokens.
    pub(crate) fn context_length(&self) -> usize {
        self.shape.context_length
    }

    /// A conversation that has read nothing yet.
    pub(crate) fn sequence(&self) -> Sequence {
        Sequence::new(&self.shape)
    }
}
