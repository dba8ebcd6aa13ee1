//! What can be wrong with the data this crate reads.

/// An error of this crate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No variety has this id or name.
    #[error("no dialect is called {0:?}; the ids are those of Variety::ALL")]
    UnknownVariety(String),
    /// A line of a lexicon or of a table of sounds cannot be read; the rest of the file can.
    #[error("line {line}: {problem}")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: Problem,
    },
    /// Stored bytes are not a language model of this version; train it again.
    #[error("not a language model of this version ({0}); train it again from the documents")]
    LanguageModel(&'static str),
}

/// What is wrong with a line of a data file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The number of columns differs from the header's.
    #[error("{found} columns instead of {expected}")]
    Columns {
        /// Columns of the line.
        found: usize,
        /// Columns that belong there.
        expected: usize,
    },
    /// A column that must say something is empty.
    #[error("the column {0} is empty")]
    Empty(&'static str),
    /// The class is none of the known ones.
    #[error("unknown class {0:?}")]
    Class(String),
    /// The register is none of the known ones.
    #[error("unknown register {0:?}")]
    Register(String),
    /// A condition of the context cannot be read.
    #[error("unknown condition {0:?}")]
    Condition(String),
    /// The share or weight is no number between 0 and 1.
    #[error("{0:?} is no number between 0 and 1")]
    Share(String),
    /// The type of a correspondence is none of initial, final, tone and syllable.
    #[error("unknown type {0:?}")]
    SoundType(String),
    /// A sound is no class of Putonghua.
    #[error("{0:?} is no sound of Putonghua")]
    Sound(String),
}
