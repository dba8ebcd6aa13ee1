//! Three rankings made one.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::lexical::{self, FieldWeight, Ranking};
use super::schema::{Columns, PASSAGE};
use super::snapshot::{Scope, Snapshot};
use super::wording::Wording;
use crate::library::LibraryError;
use crate::search::{Score, Scores};

/// How many of each ranking are looked at together.
const DEPTH: usize = 200;

/// A passage that at least one ranking put among its first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) row: u32,
    pub(crate) distance: usize,
    pub(crate) version: i64,
    pub(crate) scores: Scores,
}

/// All rankings of one question.
pub(crate) struct Rankings {
    pub(crate) words: Ranking,
    pub(crate) bigrams: Ranking,
    /// Best first.
    pub(crate) candidates: Vec<Candidate>,
}

impl Rankings {
    /// Ranks the passages in scope by words, by bigrams and by vector, and fuses the three.
    pub(crate) fn of(
        snapshot: &Snapshot,
        scope: &Scope,
        wording: &Wording,
        vector: &[f32],
    ) -> Result<Self, LibraryError> {
        let fields = snapshot.fields;
        let weights = |field: fn(&Columns) -> tantivy::schema::Field| {
            [(&fields.body, 1.0), (&fields.head, HEAD_WEIGHT)].map(|(columns, weight)| FieldWeight {
                field: field(columns),
                weight,
                length: LENGTH_NORMALISATION,
            })
        };
        let words = lexical::rank(snapshot, PASSAGE, &weights(|columns| columns.words), &wording.words)?;
        let bigrams = lexical::rank(snapshot, PASSAGE, &weights(|columns| columns.bigrams), &wording.bigrams)?;

        let distances: Vec<Option<usize>> = snapshot
            .rows
            .facts
            .iter()
            .map(|row| scope.distance(row, PASSAGE))
            .collect();
        let admits = |row: u32| distances[row as usize].is_some();
        let by_words = best(&words.scores, &admits);
        let by_bigrams = best(&bigrams.scores, &admits);
        let by_vector: Vec<u32> = snapshot
            .vectors
            .nearest(vector, DEPTH, &admits)
            .into_iter()
            .map(|(row, _)| row)
            .collect();

        let together: BTreeSet<u32> = [&by_words, &by_bigrams, &by_vector]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        let mut candidates: Vec<Candidate> = together
            .into_iter()
            .map(|row| {
                let mut scores = Scores {
                    words: score(words.scores[row as usize], &by_words, row),
                    bigrams: score(bigrams.scores[row as usize], &by_bigrams, row),
                    dense: score(snapshot.vectors.similarity(vector, row), &by_vector, row),
                    fused: 0.0,
                };
                scores.fused = fused(&scores, words.ceiling(), bigrams.ceiling());
                Candidate {
                    row,
                    distance: distances[row as usize].unwrap_or(usize::MAX),
                    version: snapshot.rows.facts[row as usize].version,
                    scores,
                }
            })
            .collect();
        candidates.sort_by(best_first);
        Ok(Self {
            words,
            bigrams,
            candidates,
        })
    }

    /// Words of the question that a row holds, the most telling first.
    pub(crate) fn matched_words(&self, row: u32) -> Vec<String> {
        let matched = self.words.matched[row as usize];
        let terms = self.words.terms.iter().enumerate();
        terms
            .filter(|(bit, _)| matched & (1 << bit) != 0)
            .map(|(_, term)| term.text.clone())
            .collect()
    }
}

/// How much a word in the title or a heading counts beside one in the text.
const HEAD_WEIGHT: f32 = 1.0;
/// How much the length of a field matters, from 0 to 1.
const LENGTH_NORMALISATION: f32 = 0.75;

fn fused(scores: &Scores, words_ceiling: f32, bigrams_ceiling: f32) -> f32 {
    let share = |score: Score, ceiling: f32| {
        if ceiling > 0.0 { score.value / ceiling } else { 0.0 }
    };
    share(scores.words, words_ceiling)
        + share(scores.bigrams, bigrams_ceiling)
        + 4.0 * scores.dense.value
}

fn best(scores: &[f32], admits: &dyn Fn(u32) -> bool) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..scores.len() as u32)
        .filter(|row| scores[*row as usize] > 0.0 && admits(*row))
        .collect();
    let descending =
        |a: &u32, b: &u32| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b));
    if rows.len() > DEPTH {
        rows.select_nth_unstable_by(DEPTH, descending);
        rows.truncate(DEPTH);
    }
    rows.sort_unstable_by(descending);
    rows
}

fn score(value: f32, order: &[u32], row: u32) -> Score {
    let place = order.iter().position(|other| *other == row);
    Score {
        value,
        rank: place.map(|place| place as u32 + 1),
    }
}

/// Nearer communities, then newer editions win ties.
fn best_first(a: &Candidate, b: &Candidate) -> Ordering {
    b.scores
        .fused
        .total_cmp(&a.scores.fused)
        .then(a.distance.cmp(&b.distance))
        .then(b.version.cmp(&a.version))
        .then(a.row.cmp(&b.row))
}
