//! Patterns and how what they find is said.

use std::ops::Range;

use regex::{Captures, Regex};

use crate::Mapped;

/// A pattern that is said otherwise than it is written.
///
/// Where the pattern has a group named `said`, only that group is replaced; the rest is context.
pub(super) struct Rule {
    pattern: Regex,
    say: Say,
}

type Say = fn(&Found<'_>) -> Option<String>;

/// What a pattern found.
pub(super) struct Found<'a> {
    captures: Captures<'a>,
    /// What stands before it.
    pub(super) before: &'a str,
    /// What stands behind it.
    pub(super) after: &'a str,
}

impl<'a> Found<'a> {
    /// A group of the pattern; empty where it took no part.
    pub(super) fn group(&self, number: usize) -> &'a str {
        self.captures.get(number).map_or("", |group| group.as_str())
    }

    /// The group that is replaced, or all of it.
    pub(super) fn said(&self) -> &'a str {
        self.captures
            .name("said")
            .map_or_else(|| self.group(0), |group| group.as_str())
    }

    /// Whether one of the words stands right before.
    pub(super) fn follows(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.before.ends_with(word))
    }

    /// Whether one of the words stands right behind.
    pub(super) fn precedes(&self, words: &[&str]) -> bool {
        let after = self.after.trim_start_matches(' ');
        words.iter().any(|word| after.starts_with(word))
    }

    /// Whether one of the words stands within so many characters before.
    pub(super) fn comes_after(&self, words: &[&str], within: usize) -> bool {
        let start = self
            .before
            .char_indices()
            .rev()
            .nth(within.saturating_sub(1))
            .map_or(0, |(at, _)| at);
        words.iter().any(|word| self.before[start..].contains(word))
    }

    /// Whether it is cut out of a longer number or Latin word.
    pub(super) fn is_part(&self) -> bool {
        let joins = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
        self.before.chars().next_back().is_some_and(joins)
            || self
                .after
                .starts_with(|letter: char| letter.is_ascii_alphanumeric())
            || self.after.starts_with('.')
                && self.after[1..].starts_with(|letter: char| letter.is_ascii_digit())
    }
}

impl Found<'_> {
    /// Whether digits or a decimal point stand right before it.
    pub(super) fn is_part_before(&self) -> bool {
        self.before
            .chars()
            .next_back()
            .is_some_and(|letter| letter.is_ascii_digit() || letter == '.')
    }
}

impl Rule {
    /// A rule; patterns are constants, and a test builds every one of them.
    pub(super) fn new(pattern: &str, say: Say) -> Option<Self> {
        Regex::new(pattern)
            .ok()
            .map(|pattern| Self { pattern, say })
    }
}

/// Applies rules in their order; what one has taken, later ones leave alone.
pub(super) fn apply(rules: &[Rule], text: &str) -> Mapped {
    let mut taken: Vec<(Range<usize>, String)> = Vec::new();
    for rule in rules {
        let mut from = 0;
        while let Some(captures) = rule.pattern.captures_at(text, from) {
            let Some(whole) = captures.get(0) else { break };
            let range = captures
                .name("said")
                .map_or(whole.range(), |group| group.range());
            let next = text[whole.start()..]
                .chars()
                .next()
                .map_or(text.len() + 1, |letter| whole.start() + letter.len_utf8());
            let place = taken.partition_point(|(other, _)| other.end <= range.start);
            let free = taken
                .get(place)
                .is_none_or(|(other, _)| other.start >= range.end);
            let found = Found {
                before: &text[..range.start],
                after: &text[range.end..],
                captures,
            };
            match free.then(|| (rule.say)(&found)).flatten() {
                Some(said) => {
                    from = range.end.max(next);
                    taken.insert(place, (range, said));
                }
                None => from = next,
            }
            if from > text.len() {
                break;
            }
        }
    }
    let mut spoken = Mapped::new();
    let mut kept_from = 0;
    for (range, said) in taken {
        spoken.push(&text[kept_from..range.start], kept_from..range.start);
        kept_from = range.end;
        spoken.replace(&said, range);
    }
    spoken.push(&text[kept_from..], kept_from..text.len());
    spoken
}
