//! What was said and heard, as it is recorded: enough to judge it again without a server.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::question::Disposition;

/// A whole conversation about one question.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Exchange {
    /// The question's id.
    pub(crate) id: String,
    /// Every message with the reply to it, in order.
    pub(crate) turns: Vec<Turn>,
}

/// One message and the reply to it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Turn {
    /// What the resident said.
    pub(crate) said: String,
    /// The evidence that was shown.
    pub(crate) passages: Vec<Passage>,
    /// What was answered.
    pub(crate) sentences: Vec<Sentence>,
    /// How it ended; `None` where it was merged into the next message or failed.
    pub(crate) disposition: Option<Disposition>,
    /// The server's reason code.
    pub(crate) reason: Option<String>,
    /// A verified answer, word for word.
    pub(crate) verified: bool,
    /// A quoted passage.
    pub(crate) quoted: bool,
    /// How the question was completed from the conversation.
    pub(crate) understood: Option<String>,
    /// What else was offered.
    pub(crate) suggestions: Vec<String>,
    /// The work order that was filed.
    pub(crate) work_order: Option<WorkOrder>,
    /// Answered together with the message after it.
    pub(crate) merged: bool,
    /// What went wrong, in words.
    pub(crate) failure: Option<String>,
    /// When the client saw what.
    pub(crate) seen: Seen,
    /// The server's own account of its steps, in milliseconds.
    pub(crate) timings_ms: BTreeMap<String, u64>,
}

/// A passage as it was shown, with the full text that its edition holds.
#[expect(
    clippy::struct_field_names,
    reason = "`passage` is its name on the wire"
)]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Passage {
    pub(crate) number: u32,
    pub(crate) edition: String,
    pub(crate) passage: u32,
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) locator: String,
    #[serde(default)]
    pub(crate) headings: Vec<String>,
    #[serde(default)]
    pub(crate) quote: String,
    /// Fetched from the edition; empty where that failed.
    #[serde(default)]
    pub(crate) text: String,
}

/// One sentence of an answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sentence {
    pub(crate) text: String,
    /// Numbers of the passages that carry it.
    pub(crate) citations: Vec<u32>,
}

/// A work order, and whether its number and code open it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WorkOrder {
    pub(crate) number: String,
    pub(crate) lookup_code: String,
    /// Looked up after the turn.
    #[serde(default)]
    pub(crate) found_again: bool,
}

/// Milliseconds from sending the message.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// The first passages.
    pub(crate) evidence: Option<f64>,
    /// The first sentence.
    pub(crate) first_words: Option<f64>,
    /// The last sentence.
    pub(crate) last_words: Option<f64>,
    /// The end of the stream.
    pub(crate) end: f64,
}

impl Exchange {
    /// The last message that was answered on its own.
    pub(crate) fn last(&self) -> Option<&Turn> {
        self.turns.iter().rev().find(|turn| !turn.merged)
    }
}

impl Sentence {
    /// The words with their citations: `首次不收费。[1][2]`.
    pub(crate) fn marked(&self) -> String {
        let mut marked = self.text.clone();
        for number in &self.citations {
            // Writing to a string cannot fail.
            let _ = write!(marked, "[{number}]");
        }
        marked
    }
}

impl Turn {
    /// The passages that `sentence` cites.
    pub(crate) fn cited<'a>(&'a self, sentence: &'a Sentence) -> impl Iterator<Item = &'a Passage> {
        self.passages
            .iter()
            .filter(|passage| sentence.citations.contains(&passage.number))
    }
}
