//! What stands around a passage and speaks for it: the prepared questions that it answers, and the
//! other passages of its document.

use std::collections::{BTreeSet, HashMap};

use super::schema::QUESTION;
use super::snapshot::{RowFacts, Scope, Snapshot};
use crate::search::SearchQuery;

/// Cosine from which on a prepared question is the very one that was asked.
const IDENTICAL: f32 = 0.9999;

/// Prepared questions whose passages are looked at.
const DEPTH: usize = 200;

/// How like the question the prepared questions of each edition and passage are.
pub(super) struct PreparedQuestions {
    editions: HashMap<u32, f32>,
    passages: HashMap<(u32, u32), f32>,
}

impl PreparedQuestions {
    pub(super) fn near(snapshot: &Snapshot, scope: &Scope, query: &SearchQuery, vector: &[f32]) -> Self {
        let mut near = Self {
            editions: HashMap::new(),
            passages: HashMap::new(),
        };
        for (row, facts) in (0..).zip(&snapshot.rows.facts) {
            if scope.distance(facts, QUESTION).is_none() {
                continue;
            }
            let likeness = snapshot.vectors.similarity(vector, row);
            if query.as_unseen && likeness >= IDENTICAL {
                continue;
            }
            let best = near.editions.entry(facts.edition).or_insert(likeness);
            *best = best.max(likeness);
            if let Some(ordinal) = facts.ordinal {
                let best = near.passages.entry((facts.edition, ordinal)).or_insert(likeness);
                *best = best.max(likeness);
            }
        }
        near
    }

    /// Takes a passage for the answer to a prepared question that is the very one asked.
    pub(super) fn pin(&mut self, facts: &RowFacts) {
        self.editions.insert(facts.edition, 1.0);
        if let Some(ordinal) = facts.ordinal {
            self.passages.insert((facts.edition, ordinal), 1.0);
        }
    }

    pub(super) fn of_edition(&self, edition: u32) -> Option<f32> {
        self.editions.get(&edition).copied()
    }

    pub(super) fn of_passage(&self, edition: u32, ordinal: Option<u32>) -> Option<f32> {
        self.passages.get(&(edition, ordinal?)).copied()
    }

    pub(super) fn nearest(&self) -> Option<f32> {
        self.editions.values().copied().max_by(f32::total_cmp)
    }

    /// The passages behind the nearest questions.
    pub(super) fn answered_by<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = u32> + 'a {
        let mut nearest: Vec<(&(u32, u32), &f32)> = self.passages.iter().collect();
        nearest.sort_unstable_by(|a, b| b.1.total_cmp(a.1).then(a.0.cmp(b.0)));
        let nearest = nearest.into_iter().take(DEPTH);
        nearest.filter_map(|((edition, ordinal), _)| snapshot.rows.passage(*edition, *ordinal))
    }
}

/// The nearest passages of each document: a law that says much about a matter is likelier to
/// answer than one that touches it once.
pub(super) struct Context(HashMap<u32, Vec<f32>>);

/// Other passages of a document that are looked at.
const NEIGHBOURS: usize = 3;

impl Context {
    pub(super) fn of(snapshot: &Snapshot, vector: &[f32], rows: &BTreeSet<u32>) -> Self {
        let mut editions: HashMap<u32, Vec<f32>> = HashMap::new();
        for row in rows {
            let nearest = editions.entry(snapshot.rows.facts[*row as usize].edition).or_default();
            nearest.push(snapshot.vectors.similarity(vector, *row));
        }
        for nearest in editions.values_mut() {
            nearest.sort_unstable_by(|a, b| b.total_cmp(a));
            nearest.truncate(NEIGHBOURS + 1);
        }
        Self(editions)
    }

    /// Mean likeness of a document's nearest passages but the one whose likeness is `own`.
    pub(super) fn beside(&self, edition: u32, own: f32) -> Option<f32> {
        let nearest = self.0.get(&edition)?;
        let skipped = nearest.iter().position(|likeness| *likeness <= own);
        let others = nearest.iter().enumerate().filter(|(at, _)| Some(*at) != skipped);
        let others: Vec<f32> = others.map(|(_, likeness)| *likeness).take(NEIGHBOURS).collect();
        // Those that were not found at all are taken for unrelated.
        (others.len() == NEIGHBOURS).then(|| others.iter().sum::<f32>() / NEIGHBOURS as f32)
    }
}
