//! Documents in, evidence out.
//!
//! `document` reads files of any common format into an [`ImportedDocument`]; `Library` keeps the
//! published editions searchable and returns ranked evidence with a verdict on whether it is good
//! enough to answer from. Nothing here knows the database, the network or the configuration.

mod edition;
mod embed;

pub use edition::{ImportedDocument, Metadata, Origin, Passage, PreparedAnswer, Warning};
pub use embed::{Embed, TextKind};
