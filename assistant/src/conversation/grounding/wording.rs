//! Enough of the sentence's words are the passages' own.

use std::collections::HashSet;

use super::{Reason, clauses::Reading, words::Letter};

/// Least share of the sentence's characters that stand in the passages.
const LEAST_COVERED: f32 = 0.6;

/// Most characters in a row that stand in no passage: a fact of its own is rarely shorter.
const LONGEST_NEW: usize = 5;

/// Shortest stretch that the sentence must have in common with the passages, where it is long
/// enough for one. Single pairs of characters are found in any text.
const SHORTEST_COMMON: usize = 3;

/// An objection where the sentence says too much that the passages do not.
pub(super) fn objection(
    sentence: &Reading,
    passages: &Reading,
    question: &Reading,
) -> Option<Reason> {
    let letters = &sentence.letters;
    let known = Known::of(passages);
    let asked = Known::of(question);
    let mut covered = vec![false; letters.len()];
    let mut from_passage = vec![false; letters.len()];
    for index in 0..letters.len().saturating_sub(1) {
        let pair = [letters[index].character, letters[index + 1].character];
        if !letters[index].joined {
            continue;
        }
        let in_passage = known.pairs.contains(&pair);
        if in_passage || asked.pairs.contains(&pair) {
            covered[index] = true;
            covered[index + 1] = true;
        }
        if in_passage {
            from_passage[index] = true;
            from_passage[index + 1] = true;
        }
    }
    // A lone character between numbers, marks or empty words has no pair to be found by.
    let ends_before =
        |index: usize| index == 0 || !letters[index - 1].joined || !letters[index - 1].counts;
    let ends_after = |index: usize| {
        !letters[index].joined || letters.get(index + 1).is_none_or(|next| !next.counts)
    };
    for index in 0..letters.len() {
        let alone = ends_before(index) && ends_after(index);
        if alone && known.letters.contains(&letters[index].character) {
            covered[index] = true;
            from_passage[index] = true;
        }
    }

    let counted = letters.iter().filter(|letter| letter.counts).count();
    if counted == 0 {
        return None;
    }
    let shared = letters
        .iter()
        .zip(&covered)
        .filter(|(letter, covered)| letter.counts && **covered)
        .count();
    let overlap = shared as f32 / counted as f32;
    let new = longest_run(letters, |index| letters[index].counts && !covered[index]);
    let common = longest_run(letters, |index| from_passage[index]);
    let longest = longest_run(letters, |index| letters[index].counts);
    let enough_in_common = common >= SHORTEST_COMMON.min(longest);
    let supported = overlap >= LEAST_COVERED && new <= LONGEST_NEW && enough_in_common;
    (!supported).then_some(Reason::Content { overlap })
}

/// Pairs of neighbouring characters and single characters of a text.
struct Known {
    pairs: HashSet<[char; 2]>,
    letters: HashSet<char>,
}

impl Known {
    fn of(reading: &Reading) -> Self {
        let letters = &reading.letters;
        let joined = letters.windows(2).filter(|pair| pair[0].joined);
        Self {
            pairs: joined
                .map(|pair| [pair[0].character, pair[1].character])
                .collect(),
            letters: letters.iter().map(|letter| letter.character).collect(),
        }
    }
}

/// Length of the longest stretch of neighbouring letters that all satisfy `wanted`.
fn longest_run(letters: &[Letter], wanted: impl Fn(usize) -> bool) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for (index, letter) in letters.iter().enumerate() {
        run = if wanted(index) { run + 1 } else { 0 };
        longest = longest.max(run);
        if !letter.joined {
            run = 0;
        }
    }
    longest
}
