//! Questions with approved answers: is this one of them, asked in other words?

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::index::wording::Wording;
use crate::index::schema::{Item, QUESTION};
use crate::index::snapshot::{Scope, Snapshot};
use crate::library::LibraryError;

/// A prepared answer to what was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerMatch {
    /// Identity of the answer.
    pub answer_id: String,
    /// The edition it came with.
    pub edition_id: String,
    /// The document that the edition is one of.
    pub document_id: String,
    /// The community node that the document belongs to.
    pub community_id: String,
    /// How far up the tree that node is: the index in [`crate::SearchQuery::communities`].
    pub distance: usize,
    /// Title of the document.
    pub title: String,
    /// The prepared question that is most like the one asked.
    pub matched_question: String,
    /// The approved answer, to be said word for word.
    pub answer: String,
    /// Ordinal of the passage that holds it, if one does.
    pub passage_ordinal: Option<u32>,
    /// Likeness of the two questions, from 0 to 1.
    pub score: f32,
}

/// How many prepared questions are compared closely.
const DEPTH: usize = 20;

/// Least likeness at which two questions count as the same.
const SAME: f32 = 0.8;

/// The prepared answers whose question is the one asked, best first.
pub(crate) fn matches(
    snapshot: &Snapshot,
    scope: &Scope,
    text: &str,
    vector: &[f32],
) -> Result<Vec<AnswerMatch>, LibraryError> {
    let distance = |row: u32| scope.distance(&snapshot.rows.facts[row as usize], QUESTION);
    let nearest = snapshot
        .vectors
        .nearest(vector, DEPTH, &|row| distance(row).is_some());
    let asked = Wording::of(text);
    let mut matches = Vec::new();
    for (row, cosine) in nearest {
        let record = snapshot.record(row)?;
        let Item::Question {
            answer_id,
            question,
            answer,
            passage_ordinal,
        } = record.item
        else {
            continue;
        };
        let score = asked.likeness(&Wording::of(&question), cosine);
        if score < SAME {
            continue;
        }
        matches.push(AnswerMatch {
            answer_id,
            edition_id: record.edition.edition_id,
            document_id: record.edition.document_id,
            community_id: record.edition.community_id,
            distance: distance(row).unwrap_or(usize::MAX),
            title: record.edition.title,
            matched_question: question,
            answer,
            passage_ordinal,
            score,
        });
    }
    matches.sort_by(|a, b| {
        let better = b.score.total_cmp(&a.score);
        better.then(a.distance.cmp(&b.distance))
    });
    let mut seen = BTreeSet::new();
    matches.retain(|found| seen.insert(found.answer_id.clone()));
    Ok(matches)
}
