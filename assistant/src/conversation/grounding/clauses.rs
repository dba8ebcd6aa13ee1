//! A text made ready for comparing: one form of each character, its quantities and its clauses.

use std::ops::Range;

use dialects::numerals::{Quantity, quantities};

use super::words::{self, Letter};

/// A text and what was read in it.
#[derive(Debug)]
pub(super) struct Reading {
    /// The text in half-width, lower-case letters, without spaces between Chinese characters, and
    /// with one word for each group of synonyms.
    pub(super) text: String,
    /// Its quantities, in order.
    pub(super) quantities: Vec<Quantity>,
    /// Byte ranges between punctuation marks.
    pub(super) clauses: Vec<Range<usize>>,
    /// Its characters outside quantities, Latin words and punctuation.
    pub(super) letters: Vec<Letter>,
}

impl Reading {
    pub(super) fn new(text: &str) -> Self {
        let text = words::one_word_each(&plain(text));
        let quantities = quantities(&text);
        let clauses = clauses(&text, &quantities);
        let letters = words::letters(&text, &quantities);
        Self {
            text,
            quantities,
            clauses,
            letters,
        }
    }

    /// Whether it says anything that could be wrong; 具体如下： does not.
    pub(super) fn asserts(&self) -> bool {
        !self.quantities.is_empty()
            || words::is_yes_or_no(&self.text)
            || self.text.chars().any(|letter| letter.is_ascii_alphabetic())
            || self.letters.iter().filter(|letter| letter.counts).count() >= 2
    }

    /// The clause that holds the byte at `index`.
    pub(super) fn clause_at(&self, index: usize) -> Range<usize> {
        self.clauses
            .iter()
            .find(|clause| clause.start <= index && index < clause.end)
            .cloned()
            .unwrap_or(index..index)
    }
}

/// Whether a mark ends a clause. 、 does not: it separates the items of one statement.
pub(super) fn ends_clause(letter: char) -> bool {
    matches!(
        letter,
        '，' | '。'
            | '；'
            | '！'
            | '？'
            | '：'
            | '\n'
            | ','
            | ';'
            | '!'
            | '?'
            | '（'
            | '）'
            | '('
            | ')'
            | '|'
            | '“'
            | '”'
    )
}

fn clauses(text: &str, quantities: &[Quantity]) -> Vec<Range<usize>> {
    let inside_quantity = |index: usize| {
        quantities
            .iter()
            .any(|quantity| quantity.span.contains(&index))
    };
    let mut clauses = Vec::new();
    let mut start = 0;
    for (index, letter) in text.char_indices() {
        if ends_clause(letter) && !inside_quantity(index) {
            clauses.push(start..index);
            start = index + letter.len_utf8();
        }
    }
    clauses.push(start..text.len());
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

/// Half-width and lower-case, without emphasis marks and without spaces beside Chinese characters.
fn plain(text: &str) -> String {
    let letters: Vec<char> = text
        .chars()
        .filter(|letter| !matches!(letter, '*' | '`' | '#' | '_'))
        .map(|letter| match letter {
            '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '％' | '．' | '－' | '／' | '＠' => {
                char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter)
            }
            '\u{3000}' | '\u{a0}' | '\t' => ' ',
            _ => letter,
        })
        .flat_map(char::to_lowercase)
        .collect();
    let ascii = |letter: Option<&char>| letter.is_some_and(char::is_ascii_graphic);
    letters
        .iter()
        .enumerate()
        .filter(|(index, letter)| {
            **letter != ' ' || ascii(letters.get(index + 1)) && ascii(letters[..*index].last())
        })
        .map(|(_, letter)| *letter)
        .collect()
}
