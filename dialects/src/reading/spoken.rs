//! What is written, written out as it is said.

use std::sync::LazyLock;

use super::{
    amounts, codes, dates, marks,
    rules::{Rule, apply},
};
use crate::Mapped;

/// A text as it is said: numbers in characters, signs in words, marks only where the voice pauses.
///
/// Latin letters stay as they are. Each byte knows the stretch of `text` that it is said for.
pub fn spoken(text: &str) -> Mapped {
    static LINES: LazyLock<Vec<Rule>> = LazyLock::new(|| built(marks::of_lines()));
    static NUMBERS: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        let mut rules = codes::rules();
        rules.extend(dates::rules());
        rules.extend(amounts::rules());
        built(rules)
    });
    static SIGNS: LazyLock<Vec<Rule>> = LazyLock::new(|| built(marks::signs()));
    plain_forms(text)
        .then(|text| apply(&LINES, text))
        .then(|text| apply(&NUMBERS, text))
        .then(|text| apply(&SIGNS, text))
        .then(settle_pauses)
}

fn built(rules: Vec<Option<Rule>>) -> Vec<Rule> {
    rules.into_iter().flatten().collect()
}

/// Full-width digits, letters and signs as their plain twins; a full-width colon only between
/// digits, and letters of mathematics never.
fn plain_forms(text: &str) -> Mapped {
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| letters.get(at))
            .is_some_and(|(_, letter)| letter.is_ascii_digit() || ('０'..='９').contains(letter))
    };
    let mut plain = Mapped::new();
    for (index, &(at, letter)) in letters.iter().enumerate() {
        let twin = match letter {
            '０'..='９'
            | 'Ａ'..='Ｚ'
            | 'ａ'..='ｚ'
            | '％'
            | '．'
            | '－'
            | '／'
            | '＋'
            | '＝'
            | '＠'
            | '＃' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
            '：' | '∶' if is_digit(index.checked_sub(1)) && is_digit(Some(index + 1)) => ':',
            '\u{3000}' | '\u{a0}' | '\t' => ' ',
            '\u{200b}' | '\u{feff}' | '\r' => continue,
            _ => letter,
        };
        let mut bytes = [0; 4];
        plain.replace(twin.encode_utf8(&mut bytes), at..at + letter.len_utf8());
    }
    plain
}

/// One mark where several came together, none in front, no spaces between characters.
fn settle_pauses(text: &str) -> Mapped {
    let mut settled = Mapped::new();
    let mut last: Option<char> = None;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let range = at..at + letter.len_utf8();
        if letter == ' ' {
            let latin = |letter: char| letter.is_ascii_alphanumeric();
            let next = letters.peek().map(|(_, next)| *next);
            if last.is_some_and(latin) && next.is_some_and(latin) {
                settled.push(" ", range);
                last = Some(' ');
            }
            continue;
        }
        if marks::is_pause(letter) {
            let behind_pause = last.is_none_or(marks::is_pause);
            // The stronger of two marks stays: a pause before a full stop is none.
            let before_stronger = letters
                .peek()
                .is_some_and(|(_, next)| matches!(next, '。' | '！' | '？' | '；'))
                && matches!(letter, '，' | '、');
            let trails_off = matches!(letter, '，' | '、') && letters.peek().is_none();
            if behind_pause || before_stronger || trails_off {
                continue;
            }
        }
        settled.push(&text[range.clone()], range);
        last = Some(letter);
    }
    settled
}
