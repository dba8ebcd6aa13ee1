//! From a question to ranked evidence.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::edition::{Passage, SourceRef};
use crate::embed::TextKind;
use crate::gate::Verdict;
use crate::index::fusion::{Candidate, Rankings};
use crate::index::schema::{EditionRecord, Item, QUESTION};
use crate::index::signals::Signals;
use crate::index::snapshot::{Scope, Snapshot};
use crate::library::{Library, LibraryError};
use crate::prepared::{self, AnswerMatch};

/// What is looked for, and from where.
#[derive(Clone, Copy, Debug)]
pub struct SearchQuery<'a> {
    /// The question in standard Mandarin.
    pub text: &'a str,
    /// The resident's own community node, then its ancestors, nearest first.
    pub communities: &'a [String],
    /// The day on which editions must be in force.
    pub on: Date,
    /// How many passages to return.
    pub limit: usize,
    /// Whether the question was spoken: a recogniser writes what sounds alike.
    pub spoken: bool,
    /// Pass over a prepared question of exactly this wording, as if nobody had thought of it: for
    /// calibration on the library's own questions.
    pub as_unseen: bool,
    /// What people have decided about this question.
    pub adjustments: Adjustments<'a>,
}

/// What people have decided about what a search finds; by default nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Adjustments<'a> {
    /// Editions that are passed over, such as the one that a draft would replace.
    pub without: &'a [String],
    /// Passages that answer this question: those in scope and in force go first, and the gate
    /// opens.
    pub pinned: &'a [SourceRef],
    /// Passages that do not answer this question: neither they nor the prepared answers that stand
    /// in them are found.
    pub excluded: &'a [SourceRef],
}

/// What was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SearchResult {
    /// Passages, best first.
    pub evidence: Vec<Evidence>,
    /// Prepared answers to the same question asked in other words, best first; usually none.
    pub answers: Vec<AnswerMatch>,
    /// Whether the evidence is good enough to answer from.
    pub gate: Verdict,
    /// How long each step took.
    pub timings: Timings,
}

/// A passage that was found, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// The edition it stands in.
    pub edition_id: String,
    /// The document that the edition is one of.
    pub document_id: String,
    /// The community node that the document belongs to.
    pub community_id: String,
    /// How far up the tree that node is: the index in [`SearchQuery::communities`].
    pub distance: usize,
    /// Title of the document.
    pub title: String,
    /// Issuing body.
    pub issuer: Option<String>,
    /// Document number.
    pub number: Option<String>,
    /// The passage itself.
    pub passage: Passage,
    /// Words of the question that stand in the passage or above it.
    pub matched_words: Vec<String>,
    /// The prepared question of its edition that is most like the one asked; none where nobody prepared any.
    #[serde(default)]
    pub nearest_question: Option<String>,
    /// Whether it goes first because it was pinned.
    #[serde(default)]
    pub pinned: bool,
    /// Its scores.
    pub scores: Scores,
}

/// How well a passage fits a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Words (BM25F, from 0).
    pub words: Score,
    /// Pairs of characters (BM25F, from 0).
    pub bigrams: Score,
    /// Pairs of syllables (BM25, from 0).
    pub sounds: Score,
    /// Vectors (cosine).
    pub dense: Score,
    /// All together; only the order means something.
    pub fused: f32,
    /// What that was made of.
    pub signals: Signals,
}

/// A score of one kind and the place it gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The score.
    pub value: f32,
    /// Place in this kind's own ranking, from 1; `None` below the places that were looked at.
    pub rank: Option<u32>,
}

/// Time that each step of a search took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Turning the question into a vector, in milliseconds.
    pub embedding_ms: f32,
    /// Ranking by words, bigrams and vectors, in milliseconds.
    pub ranking_ms: f32,
    /// Comparing with prepared questions, in milliseconds.
    pub answers_ms: f32,
    /// Judging and reading the passages, in milliseconds.
    pub reading_ms: f32,
}

impl Library {
    /// Looks for passages and prepared answers within the scope and in force on the day.
    ///
    /// Nearer communities win ties, then newer editions.
    pub fn search(&self, query: &SearchQuery) -> Result<SearchResult, LibraryError> {
        let snapshot = self.snapshot();
        let scope = snapshot.scope(query.communities, query.on, &query.adjustments);
        let mut timings = Timings::default();
        let mut clock = Instant::now();

        let vector = self.question_vector(query.text)?;
        timings.embedding_ms = lap(&mut clock);

        let rankings = Rankings::of(&snapshot, &scope, query, &vector)?;
        timings.ranking_ms = lap(&mut clock);

        let answers = prepared::matches(&snapshot, &scope, query.text, &vector)?;
        timings.answers_ms = lap(&mut clock);

        let gate = Verdict::on(&rankings);
        let best = &rankings.candidates[..query.limit.min(rankings.candidates.len())];
        let questions = nearest_questions(&snapshot, &scope, best, &vector);
        let evidence = best
            .iter()
            .map(|candidate| evidence(&snapshot, &rankings, candidate, &questions))
            .collect::<Result<_, _>>()?;
        timings.reading_ms = lap(&mut clock);
        Ok(SearchResult {
            evidence,
            answers,
            gate,
            timings,
        })
    }

    /// The vector of a question; of one that was asked a moment ago, the same again.
    pub fn question_vector(&self, text: &str) -> Result<Arc<[f32]>, LibraryError> {
        if let Some(known) = self.recent_questions.get(text) {
            return Ok(known);
        }
        let vectors = self
            .embedder
            .embed(&[text], TextKind::Query)
            .map_err(LibraryError::Embedding)?;
        let vector = vectors
            .into_iter()
            .next()
            .ok_or_else(|| LibraryError::Embedding("没有结果".into()))?;
        Ok(self.recent_questions.keep(text, vector))
    }

    /// Likeness (cosine) of the nearest prepared question within the scope and in force on the
    /// day, `None` where there is none.
    pub fn nearest_prepared_question(
        &self,
        vector: &[f32],
        communities: &[String],
        on: Date,
    ) -> Option<f32> {
        let snapshot = self.snapshot();
        let scope = snapshot.scope(communities, on, &Adjustments::default());
        let prepared = (0..)
            .zip(&snapshot.rows.facts)
            .filter(|(_, facts)| scope.distance(facts, QUESTION).is_some());
        let likeness = prepared.map(|(row, _)| snapshot.vectors.similarity(vector, row));
        likeness.max_by(f32::total_cmp)
    }
}

/// Vectors of the last questions: one question is looked at several times within a turn.
#[derive(Default)]
pub(crate) struct RecentQuestions(Mutex<VecDeque<(String, Arc<[f32]>)>>);

/// Questions whose vectors are at hand.
const RECENT: usize = 64;

impl RecentQuestions {
    fn get(&self, text: &str) -> Option<Arc<[f32]>> {
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = recent.iter().find(|(known, _)| known == text);
        known.map(|(_, vector)| Arc::clone(vector))
    }

    fn keep(&self, text: &str, vector: Vec<f32>) -> Arc<[f32]> {
        let vector: Arc<[f32]> = vector.into();
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back((text.to_owned(), Arc::clone(&vector)));
        if recent.len() > RECENT {
            recent.pop_front();
        }
        vector
    }
}

/// For each edition of these candidates, the row of the prepared question nearest to what was asked.
fn nearest_questions(
    snapshot: &Snapshot,
    scope: &Scope,
    candidates: &[Candidate],
    vector: &[f32],
) -> BTreeMap<u32, u32> {
    let facts = &snapshot.rows.facts;
    let editions: BTreeSet<u32> = candidates.iter().map(|candidate| facts[candidate.row as usize].edition).collect();
    let mut nearest: BTreeMap<u32, (u32, f32)> = BTreeMap::new();
    for (row, facts) in (0..).zip(facts) {
        if !editions.contains(&facts.edition) || scope.distance(facts, QUESTION).is_none() {
            continue;
        }
        let likeness = snapshot.vectors.similarity(vector, row);
        let best = nearest.entry(facts.edition).or_insert((row, likeness));
        if likeness > best.1 {
            *best = (row, likeness);
        }
    }
    nearest.into_iter().map(|(edition, (row, _))| (edition, row)).collect()
}

fn evidence(
    snapshot: &Snapshot,
    rankings: &Rankings,
    candidate: &Candidate,
    questions: &BTreeMap<u32, u32>,
) -> Result<Evidence, LibraryError> {
    let record = snapshot.record(candidate.row)?;
    let Item::Passage(passage) = record.item else {
        unreachable!("only passages are ranked as evidence")
    };
    let edition = snapshot.rows.facts[candidate.row as usize].edition;
    let nearest_question = match questions.get(&edition) {
        Some(row) => match snapshot.record(*row)?.item {
            Item::Question { question, .. } => Some(question),
            Item::Passage(_) => None,
        },
        None => None,
    };
    let EditionRecord {
        edition_id,
        document_id,
        community_id,
        title,
        issuer,
        number,
    } = record.edition;
    Ok(Evidence {
        edition_id,
        document_id,
        community_id,
        distance: candidate.distance,
        title,
        issuer,
        number,
        passage,
        matched_words: rankings.matched_words(candidate.row),
        nearest_question,
        pinned: candidate.pinned,
        scores: candidate.scores,
    })
}

fn lap(clock: &mut Instant) -> f32 {
    let now = Instant::now();
    let elapsed: Duration = now - std::mem::replace(clock, now);
    elapsed.as_secs_f32() * 1000.0
}
