//! Terms found by how they sound.

use rustc_hash::FxHashMap;

use super::{Term, candidates::HOLDING_TOGETHER};
use crate::{
    LanguageModel,
    phonology::{Ear, Readings, readings},
    words,
};

/// Log probability of an ordinary term.
const ORDINARY_TERM: f32 = -9.0;

/// Longest term, in characters; what is longer is no name that somebody says.
const LONGEST: usize = 24;

/// Longest word of the documents that is looked for.
const LONGEST_WORD: usize = 4;

/// Times that a word stands in the documents, from which it is known.
const KNOWN_WORD: u32 = 2;

/// A term or word as it is compared.
#[derive(Clone, Debug)]
pub(super) struct Spoken {
    /// As it is written.
    pub(super) text: String,
    /// Its characters with their readings.
    pub(super) characters: Vec<(char, Readings)>,
    /// Natural logarithm of its probability.
    pub(super) log_probability: f32,
    /// Whether it is a term, not just a word of the documents.
    pub(super) term: bool,
}

/// Terms by pairs of syllable classes, words by all their classes.
pub(super) struct TermIndex {
    spoken: Vec<Spoken>,
    /// Terms with the place in them, by two classes in a row.
    pairs: FxHashMap<(u16, u16), Vec<(u32, u8)>>,
    /// Words by all their classes.
    words: FxHashMap<Box<[u16]>, Vec<u32>>,
}

impl TermIndex {
    pub(super) fn new(terms: impl Iterator<Item = Term>, model: &LanguageModel, ear: &Ear) -> Self {
        let mut index = Self {
            spoken: Vec::new(),
            pairs: FxHashMap::default(),
            words: FxHashMap::default(),
        };
        for term in terms {
            index.add_term(term, ear);
        }
        let mut known: Vec<(&str, u32)> = model
            .words()
            .filter(|(word, count)| {
                let holds = |character| HOLDING_TOGETHER.contains(character);
                *count >= KNOWN_WORD && words::is_word(word) && !word.contains(holds)
            })
            .collect();
        known.sort_unstable();
        for (word, _) in known {
            index.add_word(word, model, ear);
        }
        index
    }

    fn add_term(&mut self, term: Term, ear: &Ear) {
        let characters = spoken(&term.text);
        if !(2..=LONGEST).contains(&characters.len()) {
            return;
        }
        let number = self.spoken.len() as u32;
        for (place, pair) in characters.windows(2).enumerate() {
            for first in classes(&pair[0].1, ear) {
                for second in classes(&pair[1].1, ear) {
                    let terms = self.pairs.entry((first, second)).or_default();
                    if terms.last() != Some(&(number, place as u8)) {
                        terms.push((number, place as u8));
                    }
                }
            }
        }
        let weight = if term.weight.is_finite() {
            term.weight
        } else {
            1.0
        };
        self.spoken.push(Spoken {
            log_probability: (ORDINARY_TERM + weight.max(0.01).ln()).min(-3.0),
            text: term.text,
            characters,
            term: true,
        });
    }

    fn add_word(&mut self, word: &str, model: &LanguageModel, ear: &Ear) {
        let characters = spoken(word);
        if !(2..=LONGEST_WORD).contains(&characters.len()) {
            return;
        }
        let key: Option<Box<[u16]>> = characters
            .iter()
            .map(|(_, readings)| classes(readings, ear).next())
            .collect();
        let Some(key) = key else { return };
        let likely = words::log_probability(word)
            .into_iter()
            .chain(model.word(word))
            .fold(f32::MIN, f32::max);
        let number = self.spoken.len() as u32;
        self.words.entry(key).or_default().push(number);
        self.spoken.push(Spoken {
            text: word.to_owned(),
            characters,
            log_probability: likely,
            term: false,
        });
    }

    pub(super) fn get(&self, number: u32) -> &Spoken {
        &self.spoken[number as usize]
    }

    /// The terms that have two classes in a row, with the place.
    pub(super) fn terms(&self, first: u16, second: u16) -> &[(u32, u8)] {
        self.pairs.get(&(first, second)).map_or(&[], Vec::as_slice)
    }

    /// The words of just these classes.
    pub(super) fn words(&self, classes: &[u16]) -> &[u32] {
        self.words.get(classes).map_or(&[], Vec::as_slice)
    }
}

fn spoken(text: &str) -> Vec<(char, Readings)> {
    text.chars()
        .map(|character| (character, readings(character)))
        .collect()
}

/// The classes of a character's readings.
pub(super) fn classes(readings: &Readings, ear: &Ear) -> impl Iterator<Item = u16> {
    readings
        .as_slice()
        .iter()
        .map(|reading| ear.loose.class(reading.syllable))
}
