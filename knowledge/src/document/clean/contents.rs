//! Tables of contents: their lines repeat headings and answer nothing.

use std::sync::LazyLock;

use regex::Regex;

use super::furniture::same_words;
use crate::document::describe::dates::pattern;
use crate::document::line::Line;
use crate::document::structure::marker::marker;

/// A heading with the number of its page behind dots, dashes or wide space.
static ENTRY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(.{2,80}?)\s*(?:[.．…·⋯_]{3,}\s*[-–—]?\s*\d{1,4}\s*[-–—]?|\s[-–—]\s*\d{1,4}\s*[-–—])$",
    )
});

/// Fewest entries with page numbers in a row that make a table of contents.
const FEWEST_ENTRIES: usize = 3;

/// Takes out tables of contents: what stands under 目录 up to where the first entry comes again,
/// and runs of lines that end with page numbers.
pub(crate) fn remove(lines: &mut Vec<Line>) {
    remove_numbered(lines);
    let Some(heading) = lines
        .iter()
        .take(60)
        .position(|line| is_heading(line.as_str()))
    else {
        return;
    };
    let entries = lines[heading + 1..]
        .iter()
        .take_while(|line| is_entry(line.as_str()))
        .count();
    let Some(first) = lines.get(heading + 1).map(|line| line.as_str().to_owned()) else {
        return;
    };
    // The text proper begins where the first entry is repeated; without that, keep what is there.
    let repeated = lines
        .iter()
        .skip(heading + 2)
        .take(entries)
        .position(|line| same_words(line.as_str(), &first))
        .map(|at| heading + 2 + at)
        .or_else(|| {
            let next = heading + 1 + entries;
            lines[next.min(lines.len())..]
                .iter()
                .take(40)
                .any(|line| same_words(line.as_str(), &first))
                .then_some(next)
        });
    match repeated {
        Some(end) => drop(lines.drain(heading..end)),
        None if entries == 0 => drop(lines.remove(heading)),
        None => {}
    }
}

fn is_heading(text: &str) -> bool {
    let bare: String = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    matches!(bare.as_str(), "目录" | "目次" | "【目录】" | "目录：")
}

fn is_entry(text: &str) -> bool {
    let short = text.chars().count() <= 60 && !text.ends_with(['。', '；', '，']);
    short && (marker(text).is_some() || ENTRY.is_match(text) || text.chars().count() <= 24)
}

fn remove_numbered(lines: &mut Vec<Line>) {
    let numbered: Vec<bool> = lines
        .iter()
        .map(|line| ENTRY.is_match(line.as_str()))
        .collect();
    let mut keep = vec![true; lines.len()];
    let mut at = 0;
    while at < numbered.len() {
        let run = numbered[at..].iter().take_while(|entry| **entry).count();
        if run >= FEWEST_ENTRIES {
            keep[at..at + run].fill(false);
            if at > 0 && is_heading(lines[at - 1].as_str()) {
                keep[at - 1] = false;
            }
        }
        at += run.max(1);
    }
    let mut keep = keep.into_iter();
    lines.retain(|_| keep.next().unwrap_or(true));
}
