//! Whisper on whisper.cpp: the sound encoded once, then our own way through the decoder.

mod bias;
mod decode;
mod model;
mod vocabulary;

pub(super) use bias::Bias;
pub(super) use decode::{Decoding, Hypothesis, decode};
pub(super) use model::Model;
pub(super) use vocabulary::Vocabulary;
