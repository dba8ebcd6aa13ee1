//! The searchable form of the published editions: words and bigrams in tantivy, vectors beside it.
//!
//! A *row* is a passage or one way of asking a prepared question. Rows are scored by words, by
//! bigrams, by sound and by vector (`lexical`, `vectors`), by what stands around them
//! (`surroundings`), and by all together (`signals`, `fusion`); [`crate::Library`] ties these to one
//! commit.

pub(crate) mod analyze;
pub(crate) mod embeddings;
pub(crate) mod fusion;
pub(crate) mod lexical;
mod matrix;
pub(crate) mod schema;
pub(crate) mod signals;
pub(crate) mod snapshot;
mod surroundings;
pub(crate) mod vectors;
pub(crate) mod wording;
