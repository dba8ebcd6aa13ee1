//! Nothing is said that no passage supports.
//!
//! [`SentenceSplitter`] cuts the generator's stream into sentences, [`citations`] reads which
//! passages a sentence names, and [`check`] decides whether those passages support it. Everything
//! here is a pure function of its texts.
//!
//! The check has four parts, each with the power to reject:
//! facts (every number, date, amount, telephone, article, document name and address stands in a
//! passage, with the same unit, the same bound and the same condition beside it), things (every
//! office, paper and person named is named there), wording (enough of the sentence's words are the
//! passage's), and polarity (nothing allowed that is forbidden, nothing waived that is required).

mod bounds;
mod citations;
mod clauses;
mod facts;
mod lexicon;
mod names;
mod polarity;
mod sentences;
#[cfg(test)]
mod tests;
mod wording;
mod words;

use self::clauses::Reading;
pub(crate) use self::{
    citations::citations,
    sentences::{SentenceSplitter, sentences},
};

/// Whether a sentence may be said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// The cited passages support it.
    Supported,
    /// They do not.
    Unsupported(Reason),
}

/// Why a sentence may not be said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reason {
    /// This number stands in no cited passage, or means something else there.
    Number(String),
    /// This document, address, office or paper stands in no cited passage.
    Name(String),
    /// A telephone number that stands in no cited passage.
    Phone,
    /// An article number that stands in no cited passage.
    Article,
    /// A date or time that stands in no cited passage.
    Date,
    /// Too little of what it says stands in the passages.
    Content {
        /// Share of its words that do, from 0 to 1.
        overlap: f32,
    },
    /// It allows, waives or asserts what the passage forbids, requires or denies, or the other way
    /// round.
    Negation,
    /// It cites no passage.
    NoCitation,
}

/// Decides whether the `cited` passages support `sentence`, an answer to `question`.
///
/// The question's words may be repeated, its numbers may not unless a passage has them too: a
/// number that a resident brings along would otherwise sound like policy.
pub(crate) fn check(sentence: &str, cited: &[&str], question: &str) -> Verdict {
    let (sentence, _) = citations(sentence);
    let sentence = Reading::new(sentences::without_list_marker(&sentence));
    if !sentence.asserts() {
        return Verdict::Supported;
    }
    if words::is_yes_or_no(&sentence.text) {
        // What it affirms stands in the question, which no passage can be compared with.
        return Verdict::Unsupported(Reason::Content { overlap: 0.0 });
    }
    if cited.is_empty() {
        return Verdict::Unsupported(Reason::NoCitation);
    }
    let passages = Reading::new(&cited.join("\n"));
    let question = Reading::new(question);
    let objection = facts::objection(&sentence, &passages)
        .or_else(|| names::objection(&sentence, &passages))
        .or_else(|| wording::objection(&sentence, &passages, &question))
        .or_else(|| polarity::objection(&sentence, &passages));
    objection.map_or(Verdict::Supported, Verdict::Unsupported)
}
