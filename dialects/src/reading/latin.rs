//! Latin words: said where everybody says them, else spelled.

use std::ops::Range;

use super::{Syllable, Word};
use crate::Mapped;

/// Words that are said and how, in the syllables that come nearest; all others are spelled.
const SAID: &[(&str, &str)] = &[
    ("wifi", "wai1 fai4"),
    ("com", "kang1 mu3"),
    ("ok", "ou1 kei4"),
    ("pos", "po4 si1"),
    ("email", "yi1 mei4 ou1"),
    ("word", "wo4 de5"),
    ("excel", "yi1 ke4 sai4 ou5"),
    ("hello", "ha1 lou2"),
    ("bye", "bai1"),
    ("ic", "I C"),
    ("id", "I D"),
];

/// The word at a place of the spoken text.
pub(super) fn word(said: &Mapped, range: Range<usize>) -> Option<Word> {
    let text = &said.text()[range.clone()];
    let whole = said.original(range.clone());
    let known = SAID
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text));
    let syllables: Vec<Syllable> = match known {
        Some((_, syllables)) => syllables
            .split(' ')
            .map(|written| syllable(written, whole.clone()))
            .collect(),
        None => text
            .char_indices()
            .filter(|(_, letter)| letter.is_ascii_alphabetic())
            .map(|(at, letter)| {
                let place = range.start + at..range.start + at + 1;
                syllable(
                    &letter.to_ascii_uppercase().to_string(),
                    said.original(place),
                )
            })
            .collect(),
    };
    (!syllables.is_empty()).then(|| Word {
        text: text.to_owned(),
        syllables,
        range: whole,
    })
}

fn syllable(written: &str, range: Range<usize>) -> Syllable {
    let pinyin = written.trim_end_matches(|letter: char| letter.is_ascii_digit());
    Syllable {
        pinyin: pinyin.to_owned(),
        tone: written[pinyin.len()..].parse().unwrap_or(0),
        rhotic: false,
        range,
    }
}
