//! Questions with approved answers: is this one of them, asked in other words?

mod meaning;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub(crate) use meaning::Meaning;
use crate::edition::SourceRef;
use crate::index::schema::{Item, QUESTION};
use crate::index::snapshot::{Scope, Snapshot};
use crate::index::vectors::dot;
use crate::library::{Library, LibraryError};

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
    /// The answer as it is spoken on the telephone, where that differs.
    #[serde(default)]
    pub spoken: Option<String>,
    /// What it rests on, in other documents too.
    #[serde(default)]
    pub sources: Vec<SourceRef>,
    /// Likeness of the two questions, from 0 to 1.
    pub score: f32,
}

/// How many prepared questions are compared closely.
const DEPTH: usize = 20;
/// Least cosine of two questions that may be the same.
const LEAST_COSINE: f32 = 0.93;
/// Cosine from which on two questions are the same unless their words speak against it.
const SAME_COSINE: f32 = 0.955;
/// How much of the words must agree where the cosine alone does not convince.
const SAME_WORDS: f32 = 0.8;
/// Weight of a word from which on it tells two matters apart: 身份证 from 居住证, 停电 from 停气.
pub(crate) const TELLING: f32 = 8.0;

/// The prepared answers whose question is the one asked, best first.
///
/// A wrong approved answer is worse than none, so two questions count as the same only if their
/// vectors are near, neither names a telling thing that the other does not, and the prepared one
/// does not ask for another aspect of it.
pub(crate) fn matches(
    snapshot: &Snapshot,
    scope: &Scope,
    text: &str,
    vector: &[f32],
) -> Result<Vec<AnswerMatch>, LibraryError> {
    let asked = Meaning::of(text);
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let distances = snapshot.rows.distances(scope, QUESTION);
    let admits = |row: u32| distances.of(row).is_some();
    let nearest = snapshot.vectors.nearest(vector, DEPTH, &admits);
    let mut matches = Vec::new();
    for (row, cosine) in nearest.into_iter().filter(|(_, cosine)| *cosine >= LEAST_COSINE) {
        let record = snapshot.record(row)?;
        let Item::Question {
            answer_id,
            question,
            answer,
            passage_ordinal,
            spoken,
            sources,
        } = record.item
        else {
            continue;
        };
        let Some(score) = likeness(&asked, &Meaning::of(&question), cosine) else {
            continue;
        };
        matches.push(AnswerMatch {
            answer_id,
            edition_id: record.edition.edition_id,
            document_id: record.edition.document_id,
            community_id: record.edition.community_id,
            distance: distances.of(row).unwrap_or(usize::MAX),
            title: record.edition.title,
            matched_question: question,
            answer,
            passage_ordinal,
            spoken,
            sources,
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

impl Library {
    /// Which of these questions are the one asked, in other words: place and likeness from 0 to 1,
    /// best first. Their vectors are kept, so that asking again costs one embedding.
    pub fn same_questions(
        &self,
        asked: &str,
        known: &[&str],
    ) -> Result<Vec<(usize, f32)>, LibraryError> {
        let meaning = Meaning::of(asked);
        if known.is_empty() || meaning.is_empty() {
            return Ok(Vec::new());
        }
        let vector = self.question_vector(asked)?;
        let vectors = self.question_vectors(known)?;
        let mut same: Vec<(usize, f32)> = Vec::new();
        for (place, (question, other)) in known.iter().zip(&vectors).enumerate() {
            let cosine = dot(&vector, other);
            if cosine >= LEAST_COSINE {
                let found = likeness(&meaning, &Meaning::of(question), cosine);
                same.extend(found.map(|likeness| (place, likeness)));
            }
        }
        same.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(same)
    }
}

/// How alike two questions are, `None` if they are not the same.
fn likeness(asked: &Meaning, prepared: &Meaning, cosine: f32) -> Option<f32> {
    if prepared.is_empty() || asked.differs_in_aspect(prepared) {
        return None;
    }
    let (missing, unasked) = (asked.missing_in(prepared), prepared.missing_in(asked));
    if missing.min(unasked) >= TELLING {
        return None;
    }
    let words = asked.covered_by(prepared).min(prepared.covered_by(asked));
    (cosine >= SAME_COSINE || words >= SAME_WORDS).then_some(0.5 * (cosine + words))
}
