//! Every document, address, office, paper and person of the sentence is named in a passage.

use super::{Reason, clauses::Reading, words};

/// The first name of the sentence that the passages do not know.
pub(super) fn objection(sentence: &Reading, passages: &Reading) -> Option<Reason> {
    documents(&sentence.text)
        .find(|title| !knows_document(&passages.text, title))
        .map(str::to_owned)
        .or_else(|| {
            latin(&sentence.text)
                .find(|word| !passages.text.contains(word))
                .map(str::to_owned)
        })
        .or_else(|| {
            words::things(&sentence.text)
                .find(|thing| !passages.text.contains(thing))
                .map(str::to_owned)
        })
        .map(Reason::Name)
}

/// Titles between 《 and 》.
fn documents(text: &str) -> impl Iterator<Item = &str> {
    text.split('《')
        .skip(1)
        .filter_map(|rest| rest.split_once('》'))
        .map(|(title, _)| title)
}

/// A law is known with or without the country's name before it and a year after it.
fn knows_document(passages: &str, title: &str) -> bool {
    let short = title.strip_prefix("中华人民共和国").unwrap_or(title);
    let short = short
        .split(['(', '（', '〈'])
        .next()
        .unwrap_or(short)
        .trim();
    !short.is_empty() && passages.contains(short)
}

/// Latin words and addresses: at least one letter among letters, digits and the marks of addresses.
fn latin(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| {
        !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | '-' | '/' | ':' | '@' | '_')
    })
    .map(|word| word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()))
    .filter(|word| word.len() > 1 && word.chars().any(|letter| letter.is_ascii_alphabetic()))
}
