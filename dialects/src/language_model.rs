//! A small model of standard text: characters in threes, and the words of the texts it was made
//! from.

mod stored;

use rustc_hash::FxHashMap;

use crate::words;

/// Characters that the model tells apart in its lowest order; what was never seen shares the rest.
const ALPHABET: f32 = 8000.0;

/// Above so many counts, those of one are dropped.
const KEPT: usize = 600_000;

/// So many words are few: below, what they say of how often a word is said counts for less.
const FEW_WORDS: f32 = 50_000.0;

/// Stands for everything between clauses.
const BREAK: char = '\0';

/// Counts of how characters follow one another, smoothed after Witten and Bell (1991), and counts
/// of words. Trained from the documents of a community when they are imported: about a second for a
/// few megabytes.
///
/// ```
/// use dialects::LanguageModel;
/// let model = LanguageModel::train(["居住证怎么办理", "怎么办理居住证，要带什么"]);
/// assert!(model.log_probability("怎么办") > model.log_probability("办么怎"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LanguageModel {
    /// Times each one, two or three characters were seen, by their packed key.
    counts: FxHashMap<u64, u32>,
    /// What was seen after no, one or two characters.
    contexts: FxHashMap<u64, Continuations>,
    /// Times each word was seen.
    words: FxHashMap<String, u32>,
    /// All words seen.
    words_seen: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Continuations {
    seen: u32,
    different: u32,
}

impl LanguageModel {
    /// Learns from texts, such as documents, passages or questions.
    pub fn train<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let mut model = Self::default();
        for text in texts {
            model.learn(text.as_ref());
        }
        if model.counts.len() > KEPT {
            // Three characters seen once say little, and there are very many.
            model
                .counts
                .retain(|&key, count| *count > 1 || key >> 60 == 0);
            model.words.retain(|_, count| *count > 1);
        }
        model.count_continuations();
        model
    }

    fn count_continuations(&mut self) {
        self.contexts.clear();
        for (&key, &count) in &self.counts {
            let continuations = self.contexts.entry(context(key)).or_default();
            continuations.seen = continuations.seen.saturating_add(count);
            continuations.different += 1;
        }
    }

    /// Whether it has learned nothing.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    fn learn(&mut self, text: &str) {
        let (mut before, mut last) = (BREAK, BREAK);
        for character in text.chars().map(class).chain([BREAK]) {
            if (last, character) == (BREAK, BREAK) {
                continue;
            }
            for key in [
                pack(&[character]),
                pack(&[last, character]),
                pack(&[before, last, character]),
            ] {
                *self.counts.entry(key).or_default() += 1;
            }
            (before, last) = if character == BREAK {
                (BREAK, BREAK)
            } else {
                (last, character)
            };
        }
        for word in words::cut(text) {
            if !word.chars().all(char::is_alphanumeric) {
                continue;
            }
            self.words_seen += 1;
            match self.words.get_mut(word) {
                Some(count) => *count += 1,
                None => {
                    self.words.insert(word.to_owned(), 1);
                }
            }
        }
    }

    /// Natural logarithm of the probability of a clause.
    pub fn log_probability(&self, clause: &str) -> f32 {
        let mut state = State::default();
        let mut sum = 0.0;
        for character in clause.chars() {
            sum += self.step(&mut state, character);
        }
        sum + self.step(&mut state, '。')
    }

    /// Natural logarithm of a character's probability after `state`, which moves on to it.
    pub(crate) fn step(&self, state: &mut State, character: char) -> f32 {
        let character = class(character);
        let State(before, last) = *state;
        if character == BREAK {
            *state = State::default();
            if last == BREAK {
                return 0.0;
            }
        } else {
            *state = State(last, character);
        }
        let mut probability = 1.0 / ALPHABET;
        for key in [
            pack(&[character]),
            pack(&[last, character]),
            pack(&[before, last, character]),
        ] {
            let Some(continuations) = self.contexts.get(&context(key)) else {
                break;
            };
            let count = self.counts.get(&key).copied().unwrap_or(0) as f32;
            let (seen, different) = (continuations.seen as f32, continuations.different as f32);
            probability = (count + different * probability) / (seen + different);
        }
        probability.ln()
    }

    /// Natural logarithm of a character's share in these texts; `None` where it was not seen.
    pub(crate) fn character(&self, character: char) -> Option<f32> {
        let key = pack(&[class(character)]);
        let all = self.contexts.get(&context(key))?.seen as f32;
        self.counts
            .get(&key)
            .map(|&count| (count as f32 / all).ln())
    }

    /// Natural logarithm of a word's probability in these texts; `None` where it was not seen.
    pub(crate) fn word(&self, word: &str) -> Option<f32> {
        self.words
            .get(word)
            .map(|&count| (count as f32 / (self.words_seen as f32 + FEW_WORDS)).ln())
    }

    /// The words of these texts and how often each was seen.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&str, u32)> {
        self.words
            .iter()
            .map(|(word, count)| (word.as_str(), *count))
    }
}

/// The last two characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State(char, char);

impl Default for State {
    /// Where a clause begins.
    fn default() -> Self {
        Self(BREAK, BREAK)
    }
}

/// Digits are one character to the model, letters another, and all marks end a clause.
fn class(character: char) -> char {
    match character {
        // Nearly all; asking whether they are letters takes much longer.
        '\u{4e00}'..='\u{9fff}' => character,
        '0'..='9' => '0',
        'a'..='z' | 'A'..='Z' => 'a',
        _ if character.is_alphanumeric() => character,
        _ => BREAK,
    }
}

/// Up to three characters in one number: 20 bits each under their number.
fn pack(characters: &[char]) -> u64 {
    let order = characters.len() as u64;
    characters.iter().fold(order, |key, &character| {
        key << 20 | u64::from(u32::from(character)) & 0xf_ffff
    })
}

/// The key of what came before the last character of a key.
fn context(key: u64) -> u64 {
    key >> 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_often_is_likelier() {
        let model = LanguageModel::train(["怎么办居住证", "居住证怎么办理", "要带什么材料"]);
        assert!(model.log_probability("居住证怎么办") > model.log_probability("居住正怎么办"));
        assert!(model.word("居住证") > model.word("材料"));
        assert_eq!(model.word("从没见过"), None);
    }

    #[test]
    fn an_empty_model_knows_no_difference() {
        let model = LanguageModel::default();
        assert!((model.log_probability("甲乙") - model.log_probability("丙丁")).abs() < 1e-6);
    }
}
