//! Terms and words found by how they sound.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Term, names::HOLDING_TOGETHER};
use crate::{
    LanguageModel,
    phonology::{Ear, Readings, Syllable, readings},
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

/// Ways to read a word that are looked for, at most.
const WAYS_TO_READ: usize = 4;

/// Log probability from which a character is a word of its own, and how many of them are kept for
/// each syllable.
const WORD_OF_ITS_OWN: f32 = -9.6;
const OF_ONE_SYLLABLE: usize = 5;

/// Log probability of the rarest character, how much rarer than the commonest of its sound a common
/// one can be, and the most that it counts that one is rarer.
const RAREST: f32 = -16.0;
const COMMON: f32 = 3.0;
const RARE: f32 = 8.0;

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

/// Terms by pairs of syllable classes, words by their syllables.
pub(super) struct TermIndex {
    spoken: Vec<Spoken>,
    /// Terms with the place in them, by two classes in a row.
    pairs: FxHashMap<(u16, u16), Vec<(u32, u8)>>,
    /// A tree of syllables: a node and the next syllable give the next node; the root is 0.
    nodes: FxHashMap<(u32, Syllable), u32>,
    /// The words that end at each node.
    words: Vec<Vec<u32>>,
    /// Log probability of the commonest character of each syllable.
    commonest: FxHashMap<Syllable, f32>,
}

impl TermIndex {
    pub(super) fn new(terms: impl Iterator<Item = Term>, model: &LanguageModel, ear: &Ear) -> Self {
        let mut index = Self {
            spoken: Vec::new(),
            pairs: FxHashMap::default(),
            nodes: FxHashMap::default(),
            words: vec![Vec::new()],
            commonest: FxHashMap::default(),
        };
        for term in terms {
            index.add_term(term, ear);
        }
        let mut known: Vec<&str> = model
            .words()
            .filter(|(word, count)| *count >= KNOWN_WORD && words::is_word(word))
            .map(|(word, _)| word)
            .collect();
        known.sort_unstable();
        for word in &known {
            if (2..=LONGEST_WORD).contains(&word.chars().count()) {
                index.add_word(word, model);
            }
        }
        index.add_characters(&known, model);
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

    fn add_word(&mut self, word: &str, model: &LanguageModel) {
        let characters = spoken(word);
        let mut ends = vec![0];
        for (_, readings) in &characters {
            let mut next = Vec::new();
            for &node in &ends {
                for reading in readings.as_slice() {
                    if next.len() < WAYS_TO_READ {
                        next.push(self.child(node, reading.syllable));
                    }
                }
            }
            ends = next;
        }
        ends.sort_unstable();
        ends.dedup();
        let number = self.spoken.len() as u32;
        for end in ends {
            self.words[end as usize].push(number);
        }
        self.spoken.push(Spoken {
            text: word.to_owned(),
            characters,
            log_probability: likely(word, model),
            term: false,
        });
    }

    /// Of each syllable the characters that are most often words of their own.
    fn add_characters(&mut self, known: &[&str], model: &LanguageModel) {
        let mut of_syllable: BTreeMap<Syllable, Vec<(f32, char)>> = BTreeMap::new();
        let alone = known.iter().filter_map(|word| {
            let mut characters = word.chars();
            characters.next().filter(|_| characters.next().is_none())
        });
        for character in alone.chain(HOLDING_TOGETHER.chars()) {
            let likely = likely(character.encode_utf8(&mut [0; 4]), model);
            let first = readings(character).first();
            if let Some(reading) = first.filter(|_| likely >= WORD_OF_ITS_OWN) {
                let others = of_syllable.entry(reading.syllable).or_default();
                if others.iter().all(|(_, other)| *other != character) {
                    others.push((likely, character));
                }
            }
        }
        for (syllable, mut characters) in of_syllable {
            characters.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
            let commonest = characters
                .iter()
                .map(|(_, character)| written(*character, model));
            self.commonest
                .insert(syllable, commonest.fold(RAREST, f32::max));
            for (_, character) in characters.into_iter().take(OF_ONE_SYLLABLE) {
                self.add_word(character.encode_utf8(&mut [0; 4]), model);
            }
        }
    }

    fn child(&mut self, node: u32, syllable: Syllable) -> u32 {
        let next = self.words.len() as u32;
        let child = *self.nodes.entry((node, syllable)).or_insert(next);
        if child == next {
            self.words.push(Vec::new());
        }
        child
    }

    /// How much rarer a character is than the commonest of its sound, as a difference of log
    /// probabilities above [`COMMON`]: what a recogniser writes for a sound that it does not know
    /// well is common, so what is rare was said.
    pub(super) fn rarity(&self, character: char, sound: &Readings, model: &LanguageModel) -> f32 {
        let commonest = sound
            .first()
            .and_then(|reading| self.commonest.get(&reading.syllable))
            .copied()
            .unwrap_or(RAREST + COMMON);
        (commonest - written(character, model) - COMMON).clamp(0.0, RARE)
    }

    pub(super) fn get(&self, number: u32) -> &Spoken {
        &self.spoken[number as usize]
    }

    /// The terms that have two classes in a row, with the place.
    pub(super) fn terms(&self, first: u16, second: u16) -> &[(u32, u8)] {
        self.pairs.get(&(first, second)).map_or(&[], Vec::as_slice)
    }

    /// The node that a syllable leads to.
    pub(super) fn next(&self, node: u32, syllable: Syllable) -> Option<u32> {
        self.nodes.get(&(node, syllable)).copied()
    }

    /// The words that end at a node.
    pub(super) fn words(&self, node: u32) -> &[u32] {
        &self.words[node as usize]
    }
}

/// Log probability that a character is written, in general text or in the documents.
fn written(character: char, model: &LanguageModel) -> f32 {
    words::log_probability(character.encode_utf8(&mut [0; 4]))
        .into_iter()
        .chain(model.character(character))
        .fold(RAREST, f32::max)
}

/// Log probability of a word, in general text or in the documents.
fn likely(word: &str, model: &LanguageModel) -> f32 {
    words::log_probability(word)
        .into_iter()
        .chain(model.word(word))
        .fold(-16.0, f32::max)
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
