//! The likeliest row of words for a text, as it stands or with terms put in.

use super::candidates::{Candidate, Hypothesis};
use crate::{LanguageModel, words};

/// Longest word of the dictionary that is looked for, in characters.
const LONGEST: usize = 6;

/// Least log probability of a character that stands alone.
const LONE: f32 = -14.0;

/// Least log probability of a word of two characters, and of a longer one: a rare word that makes
/// sense is meant.
const PAIR: f32 = -11.0;
const LONGER: f32 = -12.5;

/// Log probability of an unmistakable word of the dialect.
const DIALECT: f32 = -7.0;

/// A row of words.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// The candidates in it, in order.
    pub(super) taken: Vec<usize>,
    /// Natural logarithm of its probability.
    pub(super) score: f32,
}

/// All rows of words for a text.
pub(super) struct Lattice<'a> {
    candidates: &'a [Candidate],
    /// For each character the words that begin there: their length and log probability.
    words: Vec<Vec<(usize, f32)>>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    from: usize,
    candidate: Option<usize>,
    score: f32,
}

impl<'a> Lattice<'a> {
    pub(super) fn new(
        hypothesis: &Hypothesis,
        candidates: &'a [Candidate],
        model: &LanguageModel,
    ) -> Self {
        let length = hypothesis.characters.len();
        let mut words: Vec<Vec<(usize, f32)>> = (0..length)
            .map(|start| {
                (1..=LONGEST.min(length - start))
                    .filter_map(|count| {
                        let word = hypothesis.text(start..start + count);
                        let known = words::log_probability(word)
                            .into_iter()
                            .chain(model.word(word))
                            .reduce(f32::max);
                        let likely = match (count, known) {
                            (1, known) => known.unwrap_or(LONE).max(LONE),
                            (2, Some(known)) => known.max(PAIR),
                            (_, Some(known)) => known.max(LONGER),
                            (_, None) => return None,
                        };
                        Some((count, likely))
                    })
                    .collect()
            })
            .collect();
        for (range, share) in &hypothesis.dialect {
            let likely = DIALECT + (share.max(0.01)).ln();
            words[range.start].push((range.len(), likely));
        }
        Self { candidates, words }
    }

    /// The likeliest row, or the likeliest without one candidate.
    pub(super) fn best(&self, without: Option<usize>) -> Row {
        let length = self.words.len();
        let mut steps: Vec<Option<Step>> = vec![None; length + 1];
        steps[0] = Some(Step {
            from: 0,
            candidate: None,
            score: 0.0,
        });
        let mut next = 0;
        for start in 0..length {
            let first = next;
            while self
                .candidates
                .get(next)
                .is_some_and(|candidate| candidate.range.start == start)
            {
                next += 1;
            }
            let Some(Step { score, .. }) = steps[start] else {
                continue;
            };
            for &(count, likely) in &self.words[start] {
                improve(&mut steps[start + count], start, None, score + likely);
            }
            for taken in (first..next).filter(|candidate| Some(*candidate) != without) {
                let candidate = &self.candidates[taken];
                let end = candidate.range.end;
                improve(&mut steps[end], start, Some(taken), score + candidate.score);
            }
        }
        let mut row = Row {
            score: steps[length].map_or(f32::MIN, |step| step.score),
            taken: Vec::new(),
        };
        let mut at = length;
        while let Some(step) = steps[at].filter(|_| at > 0) {
            row.taken.extend(step.candidate);
            at = step.from;
        }
        row.taken.reverse();
        row
    }
}

fn improve(known: &mut Option<Step>, from: usize, candidate: Option<usize>, score: f32) {
    if known.is_none_or(|known| known.score < score) {
        *known = Some(Step {
            from,
            candidate,
            score,
        });
    }
}
