//! What is to be said.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A stretch of speech up to a pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// As it is said, in characters and letters: for engines that read for themselves.
    pub text: String,
    /// Its words in order.
    pub words: Vec<Word>,
    /// What ends it.
    pub pause: Pause,
}

/// A word of a clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Its syllables, at least one.
    pub syllables: Vec<Syllable>,
}

/// One syllable, or the name of one Latin letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Syllable {
    /// Pinyin without tone, ü as v; a letter as its capital.
    pub pinyin: String,
    /// 1 to 4, 5 for the neutral tone, 0 for a letter.
    pub tone: u8,
    /// Whether a 儿 colours it.
    pub rhotic: bool,
    /// Its byte range in the text that the listener sees.
    pub range: Range<usize>,
}

/// What ends a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pause {
    /// Nothing.
    None,
    /// 、 between things that are listed.
    Listed,
    /// A comma or colon.
    Comma,
    /// A semicolon.
    Semicolon,
    /// A full stop.
    Stop,
    /// An exclamation mark.
    Exclamation,
    /// A question mark.
    Question,
}

impl Pause {
    /// Whether a sentence ends.
    pub fn ends_sentence(self) -> bool {
        self >= Self::Stop
    }

    /// The mark as Chinese text has it.
    pub(super) fn mark(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Listed => "、",
            Self::Comma => "，",
            Self::Semicolon => "；",
            Self::Stop => "。",
            Self::Exclamation => "！",
            Self::Question => "？",
        }
    }

    /// The silence that follows it, in seconds at usual speed.
    pub(super) fn seconds(self) -> f32 {
        match self {
            Self::None => 0.06,
            Self::Listed => 0.12,
            Self::Comma => 0.18,
            Self::Semicolon => 0.28,
            Self::Stop | Self::Exclamation | Self::Question => 0.36,
        }
    }
}

impl Clause {
    /// All syllables in order.
    pub fn syllables(&self) -> impl Iterator<Item = &Syllable> {
        self.words.iter().flat_map(|word| &word.syllables)
    }
}
