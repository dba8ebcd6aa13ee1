//! What was heard, by characters.

use std::ops::Range;

use super::{
    Heard,
    index::{TermIndex, classes},
    names::HOLDING_TOGETHER,
    prices::{self, Prices},
};
use crate::{
    LanguageModel,
    forms::Forms,
    phonology::{Ear, Readings, readings},
    words,
};

/// Log probability of a character that often stands alone.
const STANDS_ALONE: f32 = -9.2;

/// Share from which a word of the dialect is a real word.
const CLEARLY_MEANT: f32 = 0.8;

/// Probability that a recogniser errs that says it is sure.
const NEVER_SURE: f32 = 0.02;

/// A text by characters, with how each sounds.
pub(super) struct Hypothesis<'a> {
    pub(super) heard: &'a Heard,
    pub(super) prices: Prices,
    pub(super) characters: Vec<char>,
    offsets: Vec<usize>,
    pub(super) sounds: Vec<Readings>,
    pub(super) classes: Vec<Vec<u16>>,
    /// Whether each character holds sentences together.
    pub(super) holds_together: Vec<bool>,
    /// What counts against it that each character was written for another.
    pub(super) rarity: Vec<f32>,
    /// Words of two characters or more that stand there, and clear words of the dialect, as ranges
    /// of characters.
    words: Vec<Range<usize>>,
    /// Words of the dialect that stand there, as ranges of characters, with how often each is
    /// meant.
    pub(super) dialect: Vec<(Range<usize>, f32)>,
}

impl<'a> Hypothesis<'a> {
    pub(super) fn new(
        heard: &'a Heard,
        forms: &Forms,
        ear: &Ear,
        index: &TermIndex,
        model: &LanguageModel,
    ) -> Self {
        let characters: Vec<char> = heard.text.chars().collect();
        let offsets: Vec<usize> = heard
            .text
            .char_indices()
            .map(|(at, _)| at)
            .chain([heard.text.len()])
            .collect();
        let mut dialect: Vec<(Range<usize>, f32)> = forms
            .find(&heard.text)
            .filter_map(|found| {
                let start = offsets.binary_search(&found.range.start).ok()?;
                let end = offsets.binary_search(&found.range.end).ok()?;
                Some((start..end, found.meaning.share))
            })
            .collect();
        dialect.sort_by(|one, other| {
            let place = |range: &Range<usize>| (range.start, range.end);
            place(&one.0)
                .cmp(&place(&other.0))
                .then(other.1.total_cmp(&one.1))
        });
        dialect.dedup_by(|next, kept| next.0 == kept.0);
        let mut words = real_words(&heard.text);
        words.extend(
            dialect
                .iter()
                .filter(|(_, share)| *share >= CLEARLY_MEANT)
                .map(|(range, _)| range.clone()),
        );
        let sounds: Vec<Readings> = characters
            .iter()
            .map(|character| {
                // Digits are written for what was heard, but never a misheard word.
                if character.is_ascii() {
                    Readings::default()
                } else {
                    readings(*character)
                }
            })
            .collect();
        Self {
            offsets,
            dialect,
            classes: sounds
                .iter()
                .map(|sound| classes(sound, ear).collect())
                .collect(),
            holds_together: characters
                .iter()
                .map(|character| HOLDING_TOGETHER.contains(*character))
                .collect(),
            rarity: characters
                .iter()
                .zip(&sounds)
                .map(|(character, sound)| index.rarity(*character, sound, model))
                .collect(),
            words,
            sounds,
            characters,
            prices: if heard.probabilities.is_empty() { prices::UNTOLD } else { prices::TOLD },
            heard,
        }
    }

    /// How many real words would not be there any more if `meant` stood in a stretch.
    pub(super) fn real_words(&self, range: &Range<usize>, meant: &[(char, Readings)]) -> usize {
        let changes = |place: usize| {
            range.contains(&place) && self.characters[place] != meant[place - range.start].0
        };
        self.words
            .iter()
            .filter(|word| (*word).clone().any(changes))
            .count()
    }

    /// Whether a character beside a stretch seldom stands alone but does so here, as in names.
    pub(super) fn beside_a_name(&self, range: &Range<usize>) -> bool {
        [range.start.checked_sub(1), Some(range.end)]
            .into_iter()
            .flatten()
            .filter(|place| *place < self.characters.len())
            .any(|place| {
                let alone = !self.words.iter().any(|word| word.contains(&place));
                let character = self.text(place..place + 1);
                let common =
                    words::log_probability(character).is_some_and(|log| log > STANDS_ALONE);
                alone && self.characters[place].is_alphabetic() && !common
            })
    }

    /// Bytes of a range of characters.
    pub(super) fn bytes(&self, characters: Range<usize>) -> Range<usize> {
        self.offsets[characters.start]..self.offsets[characters.end]
    }

    /// The text of a range of characters.
    pub(super) fn text(&self, characters: Range<usize>) -> &'a str {
        &self.heard.text[self.bytes(characters)]
    }

    /// Log probability that a stretch was misheard, where the recogniser says how sure it was.
    pub(super) fn doubt(&self, characters: Range<usize>) -> Option<f32> {
        let bytes = self.bytes(characters);
        self.heard
            .probabilities
            .iter()
            .filter(|(range, sure)| {
                sure.is_finite() && range.start < bytes.end && bytes.start < range.end
            })
            .map(|(_, sure)| sure.clamp(0.0, 1.0))
            .reduce(f32::min)
            .map(|sure| (1.0 - sure + NEVER_SURE).ln())
    }
}

fn real_words(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut ranges = Vec::new();
    for word in words::cut(text) {
        let length = word.chars().count();
        if length > 1 && words::is_word(word) {
            ranges.push(at..at + length);
        }
        at += length;
    }
    ranges
}
