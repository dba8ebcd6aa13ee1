//! The text of a revised document.

use std::ops::Range;

use super::RevisedPassage;
use crate::{ImportedDocument, Passage};

/// A text that grows passage by passage.
pub(super) struct Composition<'a> {
    document: &'a ImportedDocument,
    text: String,
    /// Ordinal of the passage that the last one was made from.
    last: Option<u32>,
}

impl<'a> Composition<'a> {
    pub(super) fn of(document: &'a ImportedDocument) -> Self {
        Self {
            document,
            text: String::new(),
            last: None,
        }
    }

    /// Writes a passage with what belongs before it, and gives its place.
    pub(super) fn add(
        &mut self,
        original: Option<&Passage>,
        previous: Option<&Passage>,
        wish: &RevisedPassage,
    ) -> Range<usize> {
        let first = previous.is_none();
        let heads = first && original.is_some_and(|original| original.ordinal == 0);
        if first && !heads {
            self.text.push_str(self.first_line());
        }
        if let Some(original) = original {
            let gap = self.gap_before(original, first, wish);
            if !heads && self.last.is_none_or(|last| last + 1 != original.ordinal) {
                self.separate(&gap);
            }
            self.text.push_str(&gap);
        } else {
            self.headings(previous, wish);
            self.separate(&wish.text);
        }
        let start = self.text.len();
        self.text.push_str(&wish.text);
        self.last = original.map(|original| original.ordinal);
        start..self.text.len()
    }

    /// The whole text, with what stood behind the last passage.
    pub(super) fn finish(mut self) -> String {
        let end = self
            .document
            .passages
            .iter()
            .map(|passage| passage.span.end)
            .max();
        let rest = end
            .and_then(|end| self.document.text.get(end..))
            .unwrap_or_default();
        if !rest.trim().is_empty() {
            self.separate(rest);
        }
        self.text.push_str(rest);
        self.text
    }

    /// Begins a new line unless one is begun, or `next` begins it.
    fn separate(&mut self, next: &str) {
        let begun = self.text.is_empty() || self.text.ends_with('\n');
        if !begun && !next.starts_with('\n') {
            self.text.push('\n');
        }
    }

    /// What stands between a passage and the one before it, with headings as they are wished; a
    /// passage that was cut in two has it once.
    fn gap_before(&self, original: &Passage, first: bool, wish: &RevisedPassage) -> String {
        if self.last == Some(original.ordinal) {
            return "\n".to_owned();
        }
        let before = original.ordinal.checked_sub(1);
        let before = before.and_then(|before| self.document.passages.get(before as usize));
        let head = if first { 0 } else { self.first_line().len() };
        let start = before.map_or(head, |before| before.span.end);
        let gap = self
            .document
            .text
            .get(start..original.span.start)
            .unwrap_or_default();
        let mut gap = gap.to_owned();
        for (old, new) in original.headings.iter().zip(&wish.headings) {
            if old != new {
                gap = gap.replacen(old, new, 1);
            }
        }
        gap
    }

    /// The document's first line, where it stands before the first passage: its title.
    fn first_line(&self) -> &'a str {
        let text = &self.document.text;
        let start = self
            .document
            .passages
            .first()
            .map_or(0, |passage| passage.span.start);
        let before = text.get(..start).unwrap_or_default();
        before.find('\n').map_or("", |end| &before[..=end])
    }

    /// The headings of a new passage that do not stand above the one before.
    fn headings(&mut self, previous: Option<&Passage>, wish: &RevisedPassage) {
        let above = previous.map_or(&[][..], |previous| &previous.headings);
        let common = above
            .iter()
            .zip(&wish.headings)
            .take_while(|(old, new)| old == new)
            .count();
        for heading in &wish.headings[common..] {
            self.separate(heading);
            self.text.push_str(heading);
            self.text.push('\n');
        }
    }
}
