//! What speaks for and against reading a part of a sentence as dialect.

use std::ops::Range;

use super::lattice::Edge;
use crate::{
    formality::formality,
    forms::{Found, UNMISTAKABLE},
    words,
};

/// What it counts against a form, in log odds, that it begins within a standard word (格是 in
/// 风格是), and that in a sentence with unmistakable forms, whose words may be cut wrongly.
const BEGINS_IN_WORD: f32 = 8.0;
const BEGINS_AMONG_DIALECT: f32 = 2.0;

/// What it counts against a form that it ends within a standard word; the last character of 给要
/// often makes a word with what follows.
const ENDS_IN_WORD: f32 = 1.5;

/// What it counts against a form that the sentence is a law's.
const OFFICIAL: f32 = 6.0;

/// What another unmistakable form in the sentence counts for a form.
const COMPANY: f32 = 0.6;

/// What it counts against a form that is not unmistakable that it is the only one: so much, and as
/// much again for so many characters. Nobody says a long sentence with one word of dialect.
const ALONE: f32 = 0.8;
const LONG: f32 = 25.0;

/// What it counts against such a form besides that it is one character, as so many names and old
/// words are.
const ONE_CHARACTER: f32 = 1.2;

/// A sentence as the setting of its forms.
pub(super) struct Setting<'a> {
    sentence: &'a str,
    /// Where words of standard text begin and end.
    boundaries: Vec<usize>,
    /// Unmistakable forms that split no word, without overlap.
    clear: Vec<Range<usize>>,
    formality: f32,
    length: f32,
}

impl<'a> Setting<'a> {
    pub(super) fn new(sentence: &'a str, found: &[Found]) -> Self {
        let mut at = 0;
        let mut boundaries = vec![0];
        for word in words::cut(sentence) {
            at += word.len();
            boundaries.push(at);
        }
        let mut setting = Self {
            sentence,
            boundaries,
            clear: Vec::new(),
            formality: formality(sentence),
            length: sentence.chars().count() as f32,
        };
        let mut spans: Vec<Range<usize>> = found
            .iter()
            .filter(|found| {
                found.meaning.share >= UNMISTAKABLE && !setting.in_word(found.range.start)
            })
            .map(|found| found.range.clone())
            .collect();
        spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        for span in spans {
            if setting
                .clear
                .last()
                .is_none_or(|last| span.start >= last.end)
            {
                setting.clear.push(span);
            }
        }
        setting
    }

    /// An edge with what speaks for it: how often the form is meant so, and what stands around it.
    pub(super) fn edge(&self, range: Range<usize>, gloss: &str, share: f32) -> Edge {
        let clamped = share.clamp(0.02, 0.99);
        let mut weight = (clamped / (1.0 - clamped)).ln() - OFFICIAL * self.formality;
        let company = self
            .clear
            .iter()
            .filter(|other| other.end <= range.start || range.end <= other.start)
            .count();
        if company > 0 {
            weight += COMPANY * company.min(2) as f32;
        } else if share < UNMISTAKABLE {
            weight -= ALONE * (self.length / LONG).clamp(0.5, 4.0);
            if range.len() <= '中'.len_utf8() {
                weight -= ONE_CHARACTER;
            }
        }
        if self.in_word(range.start) {
            weight -= if company > 0 {
                BEGINS_AMONG_DIALECT
            } else {
                BEGINS_IN_WORD
            };
        }
        if self.in_word(range.end) {
            weight -= ENDS_IN_WORD;
        }
        // 落脱了 is 丢了, not 丢了了.
        let after = self.sentence[range.end..].chars().next();
        let doubled = gloss.chars().next_back().filter(|&last| {
            after == Some(last) && matches!(last, '了' | '的' | '吗' | '呢') && gloss.len() > 3
        });
        let gloss = doubled.map_or(gloss, |last| &gloss[..gloss.len() - last.len_utf8()]);
        Edge {
            range,
            gloss: gloss.to_owned(),
            weight,
        }
    }

    /// Whether a place is within a standard word.
    fn in_word(&self, at: usize) -> bool {
        self.boundaries.binary_search(&at).is_err()
    }
}
