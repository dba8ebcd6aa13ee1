//! The words of a question that say what it is about, and how telling each is.

use super::analyze::{self, Analyzer};

/// A question reduced to what tells it from others.
#[derive(Clone, Debug)]
pub(crate) struct Wording {
    /// Distinct content words with their weights, in reading order.
    words: Vec<(String, f32)>,
}

impl Wording {
    /// Reads a question.
    pub(crate) fn of(text: &str) -> Self {
        let mut words: Vec<(String, f32)> = Vec::new();
        for word in Analyzer::words().pieces(text) {
            if words.iter().all(|(known, _)| *known != word) {
                let weight = analyze::rarity_in_general(&word);
                words.push((word, weight));
            }
        }
        Self { words }
    }

    /// Likeness of two questions from 0 to 1, given the cosine of their vectors.
    pub(crate) fn likeness(&self, other: &Self, cosine: f32) -> f32 {
        cosine * self.covered_by(other).min(other.covered_by(self)).sqrt()
    }

    fn covered_by(&self, other: &Self) -> f32 {
        let weight = |covered_only: bool| -> f32 {
            let words = self.words.iter();
            words
                .filter(|(word, _)| !covered_only || other.words.iter().any(|(held, _)| held == word))
                .map(|(_, weight)| weight)
                .sum()
        };
        weight(true) / weight(false).max(f32::MIN_POSITIVE)
    }
}
