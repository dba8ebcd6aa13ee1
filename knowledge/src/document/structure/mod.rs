//! How a document is built, and the passages cut along its structure.

pub(crate) mod answers;
mod articles;
pub(crate) mod edition_text;
mod headings;
mod law;
pub(crate) mod marker;
pub(crate) mod outline;
pub(crate) mod passages;
mod sections;
mod sentences;
