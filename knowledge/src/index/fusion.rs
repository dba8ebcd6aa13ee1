//! Several rankings made one.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::panic::resume_unwind;

use tantivy::schema::Field;

use super::lexical::{self, FieldWeight, Ranking};
use super::schema::{Columns, PASSAGE};
use super::signals::{Parts, RankingWeights, Signals};
use super::snapshot::{Scope, Snapshot};
use super::surroundings::{Context, PreparedQuestions};
use super::wording::Wording;
use crate::aspect::Aspects;
use crate::library::LibraryError;
use crate::search::{Score, Scores, SearchQuery};

/// How many of each ranking are looked at together.
const DEPTH: usize = 200;

/// A passage that at least one ranking put among its first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) row: u32,
    pub(crate) distance: usize,
    pub(crate) version: i64,
    /// Whether people have said that it answers the question.
    pub(crate) pinned: bool,
    pub(crate) scores: Scores,
}

/// All rankings of one question.
pub(crate) struct Rankings {
    words: Ranking,
    /// Likeness of the nearest prepared question.
    pub(crate) nearest_question: Option<f32>,
    /// Best first.
    pub(crate) candidates: Vec<Candidate>,
}

impl Rankings {
    /// Ranks the passages in scope by words, by bigrams, by sound if it was spoken, by vector and by
    /// the prepared questions that they answer, and fuses these.
    pub(crate) fn of(
        snapshot: &Snapshot,
        scope: &Scope,
        query: &SearchQuery,
        vector: &[f32],
    ) -> Result<Self, LibraryError> {
        let wording = Wording::of(query.text);
        let fields = snapshot.fields;
        let both = |field: fn(&Columns) -> Field| {
            [fields.body, fields.head].map(|columns| evenly(field(&columns)))
        };
        let by_characters = || -> Result<(Ranking, Ranking), LibraryError> {
            let columns = both(|columns| columns.bigrams);
            let bigrams = lexical::rank(snapshot, PASSAGE, &columns, &wording.bigrams)?;
            // A typist sees what they wrote.
            let heard = if query.spoken { wording.sounds.as_slice() } else { &[] };
            Ok((bigrams, lexical::rank(snapshot, PASSAGE, &[evenly(fields.sounds)], heard)?))
        };
        let distances = snapshot.rows.distances(scope, PASSAGE);
        let admits = |row: u32| distances.of(row).is_some();
        let by_meaning = || -> Result<_, LibraryError> {
            let columns = both(|columns| columns.words);
            let words = lexical::rank(snapshot, PASSAGE, &columns, &wording.words)?;
            let head = [evenly(fields.head.words)];
            let head = lexical::rank(snapshot, PASSAGE, &head, &wording.words)?;
            let nearest = snapshot.vectors.nearest(vector, DEPTH, &admits).into_iter();
            let by_vector: Vec<u32> = nearest.map(|(row, _)| row).collect();
            let prepared = PreparedQuestions::near(snapshot, scope, query, vector);
            Ok((words, head, by_vector, prepared))
        };
        // Neither half waits for the other: over a city's passages each takes some 20 ms.
        let (first, second) = std::thread::scope(|threads| {
            let second = threads.spawn(by_characters);
            (by_meaning(), second.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        let ((words, head, by_vector, mut prepared), (bigrams, sounds)) = (first?, second?);
        let by_words = best(&words.scores, &admits);
        let by_bigrams = best(&bigrams.scores, &admits);
        let pinned: BTreeSet<u32> = snapshot
            .passages(query.adjustments.pinned)
            .filter(|row| admits(*row))
            .collect();
        for row in &pinned {
            prepared.pin(&snapshot.rows.facts[*row as usize]);
        }
        let by_question = prepared.answered_by(snapshot).filter(|row| admits(*row)).collect();
        let by_sounds = best(&sounds.scores, &admits);
        let together: BTreeSet<u32> = [&by_words, &by_bigrams, &by_sounds, &by_vector, &by_question]
            .into_iter()
            .flatten()
            .copied()
            .chain(pinned.iter().copied())
            .collect();
        let asked = Aspects::of(query.text);
        let context = Context::of(snapshot, vector, &together);
        let highest = |scores: &[f32]| {
            let found = together.iter().map(|row| scores[*row as usize]);
            found.fold(f32::MIN_POSITIVE, f32::max)
        };
        let (most_words, most_bigrams) = (highest(&words.scores), highest(&bigrams.scores));
        let weights = RankingWeights::calibrated();
        let mut candidates: Vec<Candidate> = together
            .iter()
            .map(|&row| {
                let facts = &snapshot.rows.facts[row as usize];
                let at = row as usize;
                let dense = snapshot.vectors.similarity(vector, row);
                let signals = Signals::new(&Parts {
                    words: share(words.scores[at], words.ceiling()),
                    bigrams: share(bigrams.scores[at], bigrams.ceiling()),
                    best_words: words.scores[at] / most_words,
                    best_bigrams: bigrams.scores[at] / most_bigrams,
                    head: share(head.scores[at], head.ceiling()),
                    dense,
                    context: context.beside(facts.edition, dense),
                    question: prepared.of_passage(facts.edition, facts.ordinal),
                    document_question: prepared.of_edition(facts.edition),
                    asked,
                    heading: facts.aspects,
                });
                Candidate {
                    row,
                    distance: distances.of(row).unwrap_or(usize::MAX),
                    version: facts.version,
                    pinned: pinned.contains(&row),
                    scores: Scores {
                        words: score(words.scores[at], &by_words, row),
                        bigrams: score(bigrams.scores[at], &by_bigrams, row),
                        sounds: score(sounds.scores[at], &by_sounds, row),
                        dense: score(dense, &by_vector, row),
                        fused: weights.score(&signals)
                            + SOUND * share(sounds.scores[at], sounds.ceiling()),
                        signals,
                    },
                }
            })
            .collect();
        candidates.sort_by(best_first);
        own_paper_first(&mut candidates);
        Ok(Self {
            words,
            nearest_question: prepared.nearest(),
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

/// How much sound counts for a question that was spoken: of 0.6 and 1.5, what recalled more of the
/// misheard questions of `xiangyin-eval run dialect`.
const SOUND: f32 = 0.6;

/// How much the length of a field matters, from 0 to 1.
const LENGTH_NORMALISATION: f32 = 0.75;

/// A field that counts as much as the others.
fn evenly(field: Field) -> FieldWeight {
    FieldWeight {
        field,
        weight: 1.0,
        length: LENGTH_NORMALISATION,
    }
}

/// What part of what could be matched is matched.
fn share(value: f32, ceiling: f32) -> f32 {
    if ceiling > 0.0 { value / ceiling } else { 0.0 }
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

/// Moves a nearer passage that words, characters and meaning all rank first before what stands above
/// it: the prepared questions of a guide for the whole country speak for it even where the community
/// itself has written about the very matter.
fn own_paper_first(candidates: &mut [Candidate]) {
    let first = candidates.iter().take_while(|one| one.pinned).count();
    let Some(leading) = candidates.get(first).map(|one| one.distance) else { return };
    let own = candidates.iter().position(|one| {
        let ranks = [one.scores.words.rank, one.scores.bigrams.rank, one.scores.dense.rank];
        !one.pinned && one.distance < leading && ranks == [Some(1); 3]
    });
    if let Some(own) = own {
        candidates[first..=own].rotate_right(1);
    }
}

/// Pinned ones go first; nearer communities, then newer editions win ties.
fn best_first(a: &Candidate, b: &Candidate) -> Ordering {
    b.pinned
        .cmp(&a.pinned)
        .then(b.scores.fused.total_cmp(&a.scores.fused))
        .then(a.distance.cmp(&b.distance))
        .then(b.version.cmp(&a.version))
        .then(a.row.cmp(&b.row))
}
