//! What a question is about and what it wants to know of it.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::aspect::Aspects;
use crate::index::analyze::{Analyzer, rarity_in_general};
use crate::index::wording::is_function_word;

/// For each word of a class of equal meaning, the word that stands for the class.
static SAME: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("../../lexicon/same_meaning.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| {
            let class = line.split_whitespace().next().unwrap_or_default();
            line.split_whitespace().map(move |word| (word, class))
        })
        .collect()
});

/// Rarity (see [`rarity_in_general`]) above which a word is as telling as can be; names of matters
/// are, and so are typing errors.
const MOST_TELLING: f32 = 12.0;

/// A question, reduced to what tells it from others.
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    /// Distinct telling words, each replaced by the word for its class, with their weights.
    words: Vec<(String, f32)>,
    aspects: Aspects,
    numbers: Vec<String>,
}

impl Meaning {
    /// Reads a question.
    pub(crate) fn of(question: &str) -> Self {
        let mut words: Vec<(String, f32)> = Vec::new();
        let mut numbers = Vec::new();
        for token in Analyzer::words().cut(question) {
            if !token.chars().any(char::is_alphanumeric) || is_function_word(&token) {
                continue;
            }
            if is_number(&token) {
                numbers.push(token);
                continue;
            }
            let word = SAME.get(token.as_str()).map_or(token.as_str(), |class| *class);
            if words.iter().all(|(known, _)| known != word) {
                let weight = rarity_in_general(word).min(MOST_TELLING);
                words.push((word.to_owned(), weight));
            }
        }
        let aspects = Aspects::of(question);
        Self {
            words,
            aspects,
            numbers,
        }
    }

    /// Whether it names anything at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How much of what it names the other names too, from 0 to 1.
    pub(crate) fn covered_by(&self, other: &Self) -> f32 {
        let total: f32 = self.words.iter().map(|(_, weight)| weight).sum();
        let covered: f32 = self
            .words
            .iter()
            .map(|(word, weight)| weight * other.holds(word))
            .sum();
        covered / total.max(f32::MIN_POSITIVE)
    }

    /// Weight of the most telling word that the other does not name.
    pub(crate) fn missing_in(&self, other: &Self) -> f32 {
        let missing = self.words.iter().map(|(word, weight)| weight * (1.0 - other.holds(word)));
        missing.fold(0.0, f32::max)
    }

    /// Whether the other asks for something that this does not ask for, or for other numbers.
    pub(crate) fn differs_in_aspect(&self, other: &Self) -> bool {
        let asks_more = !self.aspects.covers(other.aspects);
        let other_numbers = !other.numbers.is_empty() && other.numbers != self.numbers;
        asks_more || other_numbers
    }

    /// How far a word is named: wholly, or by a longer or shorter word that shares its characters.
    fn holds(&self, word: &str) -> f32 {
        let shared = |known: &str| {
            let (short, long) = if known.len() < word.len() { (known, word) } else { (word, known) };
            let contained = short.chars().count() > 1 && long.contains(short);
            if contained { short.len() as f32 / long.len() as f32 } else { 0.0 }
        };
        let holds = self.words.iter().map(|(known, _)| {
            if known == word { 1.0 } else { shared(known) }
        });
        holds.fold(0.0, f32::max)
    }
}

fn is_number(token: &str) -> bool {
    token.chars().all(|c| c.is_ascii_digit() || "零一二三四五六七八九十百千万两半".contains(c))
}
