//! Reading aloud: from a text as it is written to what is said, syllable by syllable.
//!
//! Numbers, dates, telephone numbers, units and signs are first written out as people say them
//! ([`spoken`]); then each clause is cut into words, and each character gets the reading that it has
//! in its word, with the tones that its neighbours leave it ([`read`]).
//!
//! ```
//! use dialects::reading::{read, spoken};
//!
//! assert_eq!(spoken("拨打119，8:30上班").text(), "拨打幺幺九，八点三十分上班");
//! let clauses = read("银行不远，走一会儿就到。");
//! assert_eq!(clauses[0].pinyin(), "yin2 hang2 bu4 yuan3");
//! assert_eq!(clauses[1].pinyin(), "zou3 yi2 hui4r jiu4 dao4");
//! ```
//!
//! The words come from jieba's dictionary, the readings of phrases from the project pypinyin; see
//! `data/reading/SOURCES.md`.

mod accent;
mod amounts;
mod codes;
mod dates;
mod heard;
mod latin;
mod marks;
mod numbers;
mod readings;
mod rules;
mod sandhi;
mod spoken;
mod units;

use std::{fmt, ops::Range};

use self::sandhi::Read;
pub use self::{
    accent::accented,
    heard::{HeardErrors, heard_errors},
    spoken::spoken,
};
use crate::{Mapped, words};

/// A stretch of speech up to a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// As it is said, in characters and Latin letters, without the mark at its end.
    pub text: String,
    /// Its words in order.
    pub words: Vec<Word>,
    /// What ends it.
    pub pause: Pause,
    /// Its byte range in the text that was read.
    pub range: Range<usize>,
}

impl Clause {
    /// All syllables with their tones and a space between.
    pub fn pinyin(&self) -> String {
        let syllables: Vec<String> = self.syllables().map(ToString::to_string).collect();
        syllables.join(" ")
    }

    /// All syllables in order.
    pub fn syllables(&self) -> impl Iterator<Item = &Syllable> {
        self.words.iter().flat_map(|word| &word.syllables)
    }
}

/// A word of a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it is said.
    pub text: String,
    /// Its syllables, at least one.
    pub syllables: Vec<Syllable>,
    /// Its byte range in the text that was read; the words of one number share the number's.
    pub range: Range<usize>,
}

/// One syllable, or the name of one Latin letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syllable {
    /// Pinyin without tone, ü as v; a letter as its capital.
    pub pinyin: String,
    /// 1 to 4, 5 for the neutral tone, 0 for a letter.
    pub tone: u8,
    /// Whether a 儿 colours it: 一会儿.
    pub rhotic: bool,
    /// Its byte range in the text that was read.
    pub range: Range<usize>,
}

impl fmt::Display for Syllable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.pinyin)?;
        if self.tone > 0 {
            write!(formatter, "{}", self.tone)?;
        }
        if self.rhotic {
            formatter.write_str("r")?;
        }
        Ok(())
    }
}

/// What ends a clause, from the shortest rest to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pause {
    /// Nothing: the text just ends, or goes on as another clause.
    None,
    /// 、 between things that are listed.
    Listed,
    /// A comma or colon.
    Comma,
    /// A semicolon.
    Semicolon,
    /// A full stop.
    Stop,
    /// An exclamation mark.
    Exclamation,
    /// A question mark.
    Question,
}

impl Pause {
    fn of(mark: char) -> Option<Self> {
        Some(match mark {
            '、' => Self::Listed,
            '，' | '：' | ',' | ':' => Self::Comma,
            '；' | ';' => Self::Semicolon,
            '。' => Self::Stop,
            '！' | '!' => Self::Exclamation,
            '？' | '?' => Self::Question,
            _ => return None,
        })
    }
}

/// Reads a text: what is said, clause by clause. Clauses without a syllable are left out.
pub fn read(text: &str) -> Vec<Clause> {
    read_spoken(&spoken(text))
}

/// Reads a text that [`spoken`] gave.
pub fn read_spoken(said: &Mapped) -> Vec<Clause> {
    let text = said.text();
    let mut clauses: Vec<Clause> = Vec::new();
    let mut start = 0;
    let marks = text
        .char_indices()
        .filter_map(|(at, letter)| Some((at, at + letter.len_utf8(), Pause::of(letter)?)))
        .chain([(text.len(), text.len(), Pause::None)]);
    for (end, next, pause) in marks {
        let words = words_of(said, start..end);
        if words.is_empty() {
            // A mark behind nothing lengthens the pause before it.
            if let Some(last) = clauses.last_mut() {
                last.pause = last.pause.max(pause);
            }
        } else {
            clauses.push(Clause {
                text: text[start..end].trim().to_owned(),
                range: said.original(start..end),
                words,
                pause,
            });
        }
        start = next;
    }
    clauses
}

/// The words of one clause, Chinese and Latin.
fn words_of(said: &Mapped, range: Range<usize>) -> Vec<Word> {
    let text = &said.text()[range.clone()];
    let mut found: Vec<Word> = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let is_han = |letter: char| readings::is_read(letter);
        let is_latin = |letter: char| letter.is_ascii_alphanumeric();
        let first = rest.chars().next().unwrap_or(' ');
        let length = if is_han(first) {
            rest.find(|letter| !is_han(letter)).unwrap_or(rest.len())
        } else if is_latin(first) {
            rest.find(|letter| !is_latin(letter)).unwrap_or(rest.len())
        } else {
            start += first.len_utf8();
            continue;
        };
        let place = range.start + start..range.start + start + length;
        if is_han(first) {
            found.extend(chinese(said, place));
        } else {
            found.extend(latin::word(said, place));
        }
        start += length;
    }
    found
}

/// The words of a stretch of Han characters.
fn chinese(said: &Mapped, range: Range<usize>) -> Vec<Word> {
    let stretch = &said.text()[range.clone()];
    let cut = words::cut(stretch);
    let letters: Vec<char> = stretch.chars().collect();
    let offsets: Vec<usize> = stretch.char_indices().map(|(at, _)| at).collect();
    let word_numbers = cut
        .iter()
        .enumerate()
        .flat_map(|(number, word)| word.chars().map(move |_| number));
    let mut read: Vec<Read> = Vec::new();
    let mut places: Vec<(Range<usize>, bool)> = Vec::new();
    for ((at, reading), word) in readings::readings(&cut)
        .into_iter()
        .enumerate()
        .zip(word_numbers)
    {
        let from = range.start + offsets[at];
        let place = from..from + letters[at].len_utf8();
        if sandhi::only_colours(&letters, at)
            && let Some((coloured, rhotic)) = places.last_mut()
        {
            coloured.end = place.end;
            *rhotic = true;
            continue;
        }
        if let Some(reading) = reading {
            read.push(Read {
                character: letters[at],
                reading,
                word,
            });
            places.push((place, false));
        }
    }
    sandhi::change_one_and_not(&mut read);
    sandhi::change_third_tones(&mut read);
    let mut found: Vec<Word> = Vec::new();
    let mut last_word = None;
    for (read, (place, rhotic)) in read.into_iter().zip(places) {
        let syllable = Syllable {
            pinyin: read.reading.pinyin,
            tone: read.reading.tone,
            rhotic,
            range: said.original(place.clone()),
        };
        let text = &said.text()[place];
        match found.last_mut() {
            Some(word) if last_word == Some(read.word) => {
                word.text.push_str(text);
                word.range.end = word.range.end.max(syllable.range.end);
                word.syllables.push(syllable);
            }
            _ => found.push(Word {
                text: text.to_owned(),
                range: syllable.range.clone(),
                syllables: vec![syllable],
            }),
        }
        last_word = Some(read.word);
    }
    found
}
