//! The terms and words that a stretch of a text sounds like.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{
    Heard,
    index::{Spoken, TermIndex, classes},
};
use crate::{
    LanguageModel,
    forms::Forms,
    language_model::State,
    phonology::{Ear, Readings, readings},
    words,
};

/// Log probability that a recogniser, or a typist, takes one word for another.
const MISHEARD: f32 = -3.6;
const MISTYPED: f32 = -4.2;

/// What a word of the documents has against it beside a term.
const NO_TERM: f32 = -3.4;

/// What each changed character costs, and what a whole syllable of difference costs.
const CHANGED: f32 = 0.35;
const DIFFERENT: f32 = 6.0;

/// What it costs to change a character that holds sentences together.
const HOLDS_TOGETHER: f32 = 2.5;
pub(super) const HOLDING_TOGETHER: &str = "的了是我你他她在有不要这那哪就都和也去吗呢吧把被给个能会到想问得着没还又再从对为些么已才刚很更最只及与或并其此该之于由所因而且但一二三四五六七八九十百千万两几";

/// What it costs when no character is left as it was; a typist is then taken at their word.
const NOTHING_LEFT: f32 = 3.0;

/// What it costs to change a word that is one as it stands, and that when the recogniser was in
/// doubt about it.
const REAL_WORD: f32 = 5.0;
const DOUBTED_WORD: f32 = 1.5;
const IN_DOUBT: f32 = -1.5;

/// Log probability of a character that often stands alone.
const STANDS_ALONE: f32 = -9.2;

/// Share from which a word of the dialect is a real word.
const CLEARLY_MEANT: f32 = 0.8;

/// What it counts that another hypothesis has the term.
const HEARD_ELSEWHERE: f32 = 2.0;

/// Weight of the language model, and what it can count at most.
const READS_WELL: f32 = 0.35;
const MOST: f32 = 6.0;

/// Most difference a syllable on average, and in one syllable; a typist differs by sound alone.
const NEAR_ON_AVERAGE: f32 = 0.26;
const NEAR_WHEN_TYPED: f32 = 0.08;
const NEAR_IN_ONE: f32 = 0.48;

/// Most difference a syllable on average for two syllables, which leave little to go by.
const NEAR_OF_TWO: f32 = 0.16;

/// A text by characters, with how each sounds.
pub(super) struct Hypothesis<'a> {
    heard: &'a Heard,
    pub(super) characters: Vec<char>,
    offsets: Vec<usize>,
    sounds: Vec<Readings>,
    classes: Vec<Vec<u16>>,
    /// Words of two characters or more that stand there, and clear words of the dialect, as ranges
    /// of characters.
    words: Vec<Range<usize>>,
    /// Words of the dialect that stand there, as ranges of characters, with how often each is
    /// meant.
    pub(super) dialect: Vec<(Range<usize>, f32)>,
}

impl<'a> Hypothesis<'a> {
    pub(super) fn new(heard: &'a Heard, forms: &Forms, ear: &Ear) -> Self {
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
            words,
            sounds,
            characters,
            heard,
        }
    }

    /// How many real words would not be there any more if `meant` stood in a stretch.
    fn real_words(&self, range: &Range<usize>, meant: &[(char, Readings)]) -> usize {
        let changes = |place: usize| {
            range.contains(&place) && self.characters[place] != meant[place - range.start].0
        };
        self.words
            .iter()
            .filter(|word| (*word).clone().any(changes))
            .count()
    }

    /// Whether a character beside a stretch seldom stands alone but does so here, as in names.
    fn beside_a_name(&self, range: &Range<usize>) -> bool {
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

    /// Log probability that a stretch was misheard or mistyped.
    fn doubt(&self, characters: Range<usize>) -> f32 {
        let bytes = self.bytes(characters);
        let least = self
            .heard
            .probabilities
            .iter()
            .filter(|(range, sure)| {
                sure.is_finite() && range.start < bytes.end && bytes.start < range.end
            })
            .map(|(_, sure)| sure.clamp(0.0, 1.0))
            .reduce(f32::min);
        match least {
            Some(sure) => (1.0 - sure + 0.015).ln(),
            None if self.heard.typed => MISTYPED,
            None => MISHEARD,
        }
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

/// A term or word that can be meant by a stretch of a text.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Range of characters.
    pub(super) range: Range<usize>,
    /// What can be meant.
    pub(super) text: String,
    /// How many characters differ; 0 where the term stands there as it is.
    pub(super) changed: usize,
    /// Log probability that it was said and came to be written so.
    pub(super) score: f32,
}

/// Everything that stretches of a text sound like.
pub(super) fn find(
    hypothesis: &Hypothesis,
    index: &TermIndex,
    ear: &Ear,
    model: &LanguageModel,
) -> Vec<Candidate> {
    let mut hits: FxHashMap<(u32, usize), u32> = FxHashMap::default();
    for (at, pair) in hypothesis.classes.windows(2).enumerate() {
        for &first in &pair[0] {
            for &second in &pair[1] {
                for &(term, place) in index.terms(first, second) {
                    if let Some(start) = at.checked_sub(usize::from(place)) {
                        *hits.entry((term, start)).or_default() += 1;
                    }
                }
            }
        }
    }
    let mut candidates: Vec<Candidate> = hits
        .into_iter()
        .filter(|((term, _), hits)| 2 * *hits as usize + 1 >= index.get(*term).characters.len())
        .filter_map(|((term, start), _)| compare(hypothesis, start, index.get(term), ear, model))
        .collect();
    for start in 0..hypothesis.characters.len() {
        let mut key = Vec::with_capacity(4);
        for sounds in hypothesis.classes[start..].iter().take(4) {
            let Some(&class) = sounds.first() else { break };
            key.push(class);
            for &word in index.words(&key) {
                candidates.extend(compare(hypothesis, start, index.get(word), ear, model));
            }
        }
    }
    candidates.sort_by(|one, other| {
        (one.range.start, one.range.end, &one.text)
            .cmp(&(other.range.start, other.range.end, &other.text))
            .then(other.score.total_cmp(&one.score))
    });
    candidates.dedup_by(|next, kept| next.range == kept.range && next.text == kept.text);
    candidates
}

/// A term against the stretch of as many characters that begins at `start`.
fn compare(
    hypothesis: &Hypothesis,
    start: usize,
    spoken: &Spoken,
    ear: &Ear,
    model: &LanguageModel,
) -> Option<Candidate> {
    let length = spoken.characters.len();
    let range = start..start + length;
    let characters = hypothesis.characters.get(range.clone())?;
    let mut distance = 0.0;
    let mut changed = 0;
    let mut price = 0.0;
    for (place, (meant, sound)) in spoken.characters.iter().enumerate() {
        let written = characters[place];
        if written == *meant {
            continue;
        }
        let apart = ear.substitution(&hypothesis.sounds[start + place], sound);
        if apart > NEAR_IN_ONE {
            return None;
        }
        distance += apart;
        changed += 1;
        if HOLDING_TOGETHER.contains(written) {
            price += HOLDS_TOGETHER;
        }
    }
    // What a typist wrote as two characters is as likely a name or the seam of two words: of the
    // changes that this stops in 10,000 sentences of standard text, nearly all were wrong.
    if hypothesis.heard.typed && length == 2 && changed > 0 {
        return None;
    }
    let near = match (hypothesis.heard.typed, length) {
        (true, _) => NEAR_WHEN_TYPED,
        (false, 2) => NEAR_OF_TWO,
        (false, _) => NEAR_ON_AVERAGE,
    };
    // A word that is no term is only put right where most of it stands there, and never for a
    // typist: what they write may well be a name.
    let guessed = hypothesis.heard.typed
        || changed == 0
        || 2 * changed > length
        || hypothesis.beside_a_name(&range);
    if distance > near * length as f32 || !spoken.term && guessed {
        return None;
    }
    if changed == length {
        if hypothesis.heard.typed {
            return None;
        }
        price += NOTHING_LEFT;
    }
    let mut score = spoken.log_probability;
    if changed > 0 {
        let elsewhere = hypothesis
            .heard
            .alternatives
            .iter()
            .any(|alternative| alternative.contains(&spoken.text));
        let doubt = hypothesis.doubt(range.clone());
        let each = if doubt < IN_DOUBT && !elsewhere {
            REAL_WORD
        } else {
            DOUBTED_WORD
        };
        price += each * hypothesis.real_words(&range, &spoken.characters) as f32;
        score += doubt - price - DIFFERENT * distance - CHANGED * changed as f32
            + fit(hypothesis, &range, &spoken.text, model)
            + if elsewhere { HEARD_ELSEWHERE } else { 0.0 }
            + if spoken.term { 0.0 } else { NO_TERM };
    }
    Some(Candidate {
        range,
        text: spoken.text.clone(),
        changed,
        score,
    })
}

/// How much better the model likes the text with the term.
fn fit(hypothesis: &Hypothesis, range: &Range<usize>, term: &str, model: &LanguageModel) -> f32 {
    if model.is_empty() {
        return 0.0;
    }
    let before = &hypothesis.characters[range.start.saturating_sub(2)..range.start];
    let end = (range.end + 2).min(hypothesis.characters.len());
    let after = &hypothesis.characters[range.end..end];
    let reads = |middle: &mut dyn Iterator<Item = char>| {
        let mut state = State::default();
        let mut sum = 0.0;
        for character in before
            .iter()
            .copied()
            .chain(middle)
            .chain(after.iter().copied())
        {
            sum += model.step(&mut state, character);
        }
        sum
    };
    let meant = reads(&mut term.chars());
    let written = reads(&mut hypothesis.characters[range.clone()].iter().copied());
    READS_WELL * (meant - written).clamp(-MOST, MOST)
}
