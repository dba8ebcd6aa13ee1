//! Two texts compared word by word.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// What became of a stretch of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// It stands in both.
    Keep,
    /// It stands only in the newer text.
    Add,
    /// It stands only in the older text.
    Cut,
}

/// A stretch of text and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// What became of it.
    pub op: Operation,
    /// The stretch; never empty.
    pub text: String,
}

/// The older text is what is kept and cut, the newer what is kept and added, in their order.
///
/// A number or a Latin word changes as a whole; a single character that stayed between two changes
/// is taken into them, for it says nothing.
pub fn runs(before: &str, after: &str) -> Vec<Run> {
    let (old, new) = (tokens(before), tokens(after));
    let mut changes: Vec<(usize, Change)> = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let kept = matches!(operation, DiffOp::Equal { .. });
        let change = Change {
            cut: old[operation.old_range()].concat(),
            added: new[operation.new_range()].concat(),
            kept,
        };
        changes.push((operation.old_range().len(), change));
    }
    let mut joined: Vec<Change> = Vec::with_capacity(changes.len());
    let last = changes.len().saturating_sub(1);
    for (at, (length, mut change)) in changes.into_iter().enumerate() {
        let between = at > 0 && at < last;
        if change.kept && between && length <= SHORT && !ends_clause(&change.cut) {
            change.kept = false;
        }
        match joined.last_mut() {
            Some(previous) if previous.kept == change.kept => {
                previous.cut += &change.cut;
                previous.added += &change.added;
            }
            _ => joined.push(change),
        }
    }
    joined.into_iter().flat_map(Change::runs).collect()
}

/// Tokens that are no reason to break a change in two.
const SHORT: usize = 1;

/// What stands in the older text and what in the newer.
struct Change {
    cut: String,
    added: String,
    kept: bool,
}

impl Change {
    fn runs(self) -> impl Iterator<Item = Run> {
        let run = |op, text| Run { op, text };
        let runs = if self.kept {
            [
                run(Operation::Keep, self.cut),
                run(Operation::Add, String::new()),
            ]
        } else {
            [
                run(Operation::Cut, self.cut),
                run(Operation::Add, self.added),
            ]
        };
        runs.into_iter().filter(|run| !run.text.is_empty())
    }
}

fn ends_clause(text: &str) -> bool {
    text.contains(['，', '。', '；', '、', '：', '\n', ',', ';', ':'])
}

/// Numbers and Latin words as wholes, everything else character by character.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        let mut end = start + character.len_utf8();
        if character.is_ascii_alphanumeric() {
            let belongs = |next: char| next.is_ascii_alphanumeric() || next == '.';
            while let Some((at, next)) = characters.next_if(|(_, next)| belongs(*next)) {
                end = at + next.len_utf8();
            }
        }
        tokens.push(&text[start..end]);
    }
    tokens
}

/// How much of their pairs of characters two texts share, from 0 to 1 (Dice's coefficient).
pub fn likeness(left: &str, right: &str) -> f32 {
    Pairs::of(left).likeness(&Pairs::of(right))
}

/// The pairs of characters of a text, each with how often it stands there.
pub(crate) struct Pairs {
    counts: HashMap<[char; 2], u32>,
    total: u32,
}

impl Pairs {
    /// Reads a text; marks and white space count for nothing.
    pub(crate) fn of(text: &str) -> Self {
        let letters: Vec<char> = text
            .chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect();
        let mut counts = HashMap::new();
        for pair in letters.windows(2) {
            *counts.entry([pair[0], pair[1]]).or_default() += 1;
        }
        Self {
            counts,
            total: letters.len().saturating_sub(1) as u32,
        }
    }

    /// How much two texts share, from 0 to 1; nothing is like nothing.
    pub(crate) fn likeness(&self, other: &Self) -> f32 {
        if self.total + other.total == 0 {
            return 1.0;
        }
        let (few, many) = if self.counts.len() < other.counts.len() {
            (self, other)
        } else {
            (other, self)
        };
        let shared: u32 = few
            .counts
            .iter()
            .map(|(pair, count)| *count.min(many.counts.get(pair).unwrap_or(&0)))
            .sum();
        2.0 * shared as f32 / (self.total + other.total) as f32
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn joined(runs: &[Run], without: Operation) -> String {
        let there = runs.iter().filter(|run| run.op != without);
        there.map(|run| run.text.as_str()).collect()
    }

    #[test]
    fn a_number_changes_as_a_whole() {
        let changed = runs("年满80周岁，每月100元。", "年满85周岁，每月100元。");
        let texts: Vec<&str> = changed.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(texts, ["年满", "80", "85", "周岁，每月100元。"]);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_put_together_again(
            before in "[甲乙丙，。0-9a ]{0,40}",
            after in "[甲乙丙，。0-9a ]{0,40}",
        ) {
            let runs = runs(&before, &after);
            prop_assert_eq!(joined(&runs, Operation::Add), before.as_str());
            prop_assert_eq!(joined(&runs, Operation::Cut), after.as_str());
            prop_assert!(runs.iter().all(|run| !run.text.is_empty()));
            if before == after {
                prop_assert!(runs.iter().all(|run| run.op == Operation::Keep));
            }
            let likeness = likeness(&before, &after);
            prop_assert!((0.0..=1.0).contains(&likeness));
        }
    }
}
