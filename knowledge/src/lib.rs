//! Documents in, evidence out.
//!
//! `document` reads files of any common format into an [`ImportedDocument`]; `Library` keeps the
//! published editions searchable and returns ranked evidence with a verdict on whether it is good
//! enough to answer from. Nothing here knows the database, the network or the configuration.

mod aspect;
pub mod conflicts;
pub mod document;
mod edition;
mod embed;
mod gate;
mod index;
mod library;
pub mod pack;
pub mod difference;
mod prepared;
mod staging;
mod search;

pub use edition::{
    ImportedDocument, Metadata, Origin, Passage, PreparedAnswer, SourceRef, Warning,
};
pub use embed::{Embed, TextKind};
pub use gate::{Calibration, Features, Gate, Verdict, Weight};
pub use index::signals::{RankingWeights, Signals};
pub use library::{Change, IndexedAnswer, IndexedEdition, Library, LibraryError, Progress};
pub use prepared::AnswerMatch;
pub use search::{Adjustments, Evidence, Score, Scores, SearchQuery, SearchResult, Timings};

/// A text cut without gaps or overlaps into words of the dictionary, marks included; lower case,
/// full-width forms made half-width.
pub fn words(text: &str) -> Vec<String> {
    index::analyze::Analyzer::words().cut(text)
}

/// Whether the dictionary has this word; [`words`] joins likely words that it has not.
pub fn is_word(text: &str) -> bool {
    index::analyze::is_word(text)
}
