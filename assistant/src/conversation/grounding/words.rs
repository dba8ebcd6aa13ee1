//! Looking words up in the lexicons, and the characters of a text that say something.

use std::{collections::HashSet, ops::Range};

use dialects::numerals::Quantity;

use super::{
    clauses::{Reading, ends_clause},
    lexicon::{CONDITIONS, GLUE, SYNONYMS, THINGS},
};

/// Every text with one word for each group of synonyms.
pub(super) fn one_word_each(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let longest = SYNONYMS
            .iter()
            .flat_map(|group| group.iter().map(|word| (*word, group[0])))
            .filter(|(word, _)| rest.starts_with(word))
            .max_by_key(|(word, _)| word.len());
        if let Some((word, first)) = longest {
            written.push_str(first);
            rest = &rest[word.len()..];
        } else {
            written.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    written
}

/// The things named in a text, each as it is written there.
pub(super) fn things(text: &str) -> impl Iterator<Item = &'static str> {
    let mut index = 0;
    std::iter::from_fn(move || {
        while let Some(letter) = text[index..].chars().next() {
            let rest = &text[index..];
            let named = THINGS.iter().filter(|thing| rest.starts_with(**thing));
            if let Some(thing) = named.max_by_key(|thing| thing.len()) {
                index += thing.len();
                return Some(*thing);
            }
            index += letter.len_utf8();
        }
        None
    })
}

/// The conditions named in a text.
pub(super) fn conditions(text: &str) -> impl Iterator<Item = &'static str> {
    CONDITIONS
        .iter()
        .copied()
        .filter(move |word| text.contains(word))
}

/// Whether a text is only a yes or a no, which is a claim all the same.
pub(super) fn is_yes_or_no(text: &str) -> bool {
    const YES_AND_NO: &[&str] = &[
        "可以",
        "可以的",
        "可以办",
        "不可以",
        "能",
        "能的",
        "能办",
        "不能",
        "行",
        "不行",
        "是",
        "是的",
        "不是",
        "对",
        "不对",
        "会",
        "不会",
        "有",
        "有的",
        "没有",
        "不得",
        "不用",
        "需要",
        "要",
        "不要",
    ];
    let said = text.trim_matches(|letter: char| !letter.is_alphanumeric());
    YES_AND_NO.contains(&said)
}

/// One character of a text that says something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    pub(super) character: char,
    /// Byte index in the text.
    pub(super) index: usize,
    /// Whether the next of the list stands right after it, in the same clause.
    pub(super) joined: bool,
    /// Whether it belongs to a word with a meaning of its own.
    pub(super) counts: bool,
}

/// The characters of a text outside quantities, Latin words and punctuation.
pub(super) fn letters(text: &str, quantities: &[Quantity]) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    let mut quantities = quantities.iter().map(|quantity| &quantity.span).peekable();
    let mut index = 0;
    let mut join = false;
    let mut glue_end = 0;
    while let Some(letter) = text[index..].chars().next() {
        while quantities.next_if(|span| span.end <= index).is_some() {}
        let next = index + letter.len_utf8();
        if let Some(span) = quantities.peek().filter(|span| span.contains(&index)) {
            index = span.end;
            join = false;
            continue;
        }
        let silent = ends_clause(letter) || letter.is_ascii() || !letter.is_alphanumeric();
        if silent {
            join = false;
        } else {
            if index >= glue_end {
                let glue = GLUE.iter().filter(|word| text[index..].starts_with(**word));
                glue_end = index + glue.map(|word| word.len()).max().unwrap_or(0);
            }
            if join && let Some(last) = letters.last_mut() {
                last.joined = true;
            }
            letters.push(Letter {
                character: letter,
                index,
                joined: false,
                counts: index >= glue_end,
            });
            join = true;
        }
        index = next;
    }
    letters
}

/// Pairs of neighbouring characters within a byte range that say something.
pub(super) fn content_pairs(reading: &Reading, range: &Range<usize>) -> HashSet<[char; 2]> {
    let start = reading
        .letters
        .partition_point(|letter| letter.index < range.start);
    reading.letters[start..]
        .windows(2)
        .take_while(|pair| pair[0].index < range.end)
        .filter(|pair| pair[0].joined)
        .filter(|pair| pair[0].counts && pair[1].counts)
        .map(|pair| [pair[0].character, pair[1].character])
        .collect()
}
