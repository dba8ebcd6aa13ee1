//! Passages in force that say different numbers about the same thing, and passages that say the
//! same twice.
//!
//! An administrator stops reading a list with noise, so a pair is listed only if its sentences are
//! built alike, down to the sorts of their numbers, and speak of the same matter by every sign that
//! there is.

mod statement;

use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::difference::Pairs;
use crate::edition::{Passage, SourceRef};
use crate::index::schema::{Item, PASSAGE};
use crate::index::snapshot::{Scope, Snapshot};
use crate::library::{Library, LibraryError};
use crate::prepared::{Meaning, TELLING};
use crate::search::Adjustments;
use statement::{Fact, Statement};

/// Passages of other documents that are held against each passage.
const DEPTH: usize = 6;
/// Cosine from which on two passages may speak of the same thing, by this family of models.
const LEAST_COSINE: f32 = 0.9;
/// Letters beside its numbers from which on a sentence says by itself what it rules.
const SPEAKS_FOR_ITSELF: usize = 16;
/// Share of common pairs of characters from which on two passages speak of one thing, whatever their
/// documents are called; penalties are worded alike everywhere.
const SAME_CASE: f32 = 0.55;
/// Share of common pairs of characters from which on such sentences are the same rule.
const SAME_RULE: f32 = 0.75;
/// The same for short sentences, whose documents must be about the same too.
const SAME_SHORT_RULE: f32 = 0.6;
/// Share of common pairs of characters from which on two passages are the same.
const DUPLICATE: f32 = 0.85;
/// Letters from which on a passage can be a duplicate; 法律责任 stands everywhere.
const DUPLICATE_LETTERS: usize = 30;

/// What is the matter with two passages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// They say different numbers about the same thing.
    DifferentNumbers,
    /// They say the same.
    NearDuplicate,
}

/// One of two passages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Which passage it is.
    pub place: SourceRef,
    /// The document that the edition is one of.
    pub document_id: String,
    /// The community node that the document belongs to.
    pub community_id: String,
    /// Title of the document.
    pub title: String,
    /// How a person names the passage's place.
    pub locator: String,
    /// The passage's text.
    pub text: String,
}

/// Two numbers that cannot both hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferingFact {
    /// As the left passage writes it: 100元.
    pub left: String,
    /// As the right passage writes it.
    pub right: String,
    /// What it is said of, in the left passage's words: 每月补贴.
    pub what: String,
}

/// Two passages that a person should look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// What is the matter.
    pub kind: ConflictKind,
    /// The passage of the edition that was asked about.
    pub left: Side,
    /// The passage of another document.
    pub right: Side,
    /// How alike the two are, from 0 to 1: the sentences without their numbers, or the whole texts.
    pub similarity: f32,
    /// The numbers that differ; empty for a duplicate.
    pub differing: Vec<DifferingFact>,
}

impl Library {
    /// What an edition says otherwise, or says again, than other documents in force on the day.
    ///
    /// `communities` are those whose residents may see both: the edition's own, those above it and
    /// those below it. Of each other document one duplicate is listed, the most alike. The most
    /// alike come first.
    pub fn conflicts_of(
        &self,
        edition_id: &str,
        communities: &[String],
        on: Date,
    ) -> Result<Vec<Conflict>, LibraryError> {
        let snapshot = self.snapshot();
        let scope = snapshot.scope(communities, on, &Adjustments::default());
        let own = snapshot.rows_of_edition(edition_id)?;
        let own: Vec<u32> = own
            .into_iter()
            .filter(|row| snapshot.rows.facts[*row as usize].kind == PASSAGE)
            .collect();
        let near = nearest(&snapshot, &scope, &own);
        let mut conflicts = Vec::new();
        let mut duplicates: BTreeMap<String, Conflict> = BTreeMap::new();
        for (row, candidates) in own.iter().zip(near) {
            if candidates.is_empty() {
                continue;
            }
            let Some(left) = Read::of(&snapshot, *row)? else {
                continue;
            };
            for other in candidates {
                let right = Read::of(&snapshot, other)?;
                let right = right.filter(|right| right.side.document_id != left.side.document_id);
                let Some(conflict) = right.and_then(|right| compare(&left, &right)) else {
                    continue;
                };
                if conflict.kind == ConflictKind::DifferentNumbers {
                    conflicts.push(conflict);
                    continue;
                }
                let document = conflict.right.document_id.clone();
                let known = duplicates.get(&document);
                if known.is_none_or(|known| known.similarity < conflict.similarity) {
                    duplicates.insert(document, conflict);
                }
            }
        }
        conflicts.extend(duplicates.into_values());
        conflicts.sort_by(|a, b| {
            let alike = b.similarity.total_cmp(&a.similarity);
            alike.then(a.left.place.ordinal.cmp(&b.left.place.ordinal))
        });
        Ok(conflicts)
    }
}

/// For each row, the rows of other editions in scope that are nearest to it, best first.
fn nearest(snapshot: &Snapshot, scope: &Scope, own: &[u32]) -> Vec<Vec<u32>> {
    let edition = |row: u32| snapshot.rows.facts[row as usize].edition;
    let mut near: Vec<Vec<(f32, u32)>> = vec![Vec::new(); own.len()];
    let Some(first) = own.first() else {
        return Vec::new();
    };
    let this = edition(*first);
    for (row, facts) in (0..).zip(&snapshot.rows.facts) {
        if facts.edition == this || scope.distance(facts, PASSAGE).is_none() {
            continue;
        }
        for (place, one) in own.iter().enumerate() {
            let cosine = snapshot.vectors.likeness(row, *one);
            if cosine >= LEAST_COSINE {
                near[place].push((cosine, row));
            }
        }
    }
    near.into_iter()
        .map(|mut near| {
            near.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            near.into_iter().take(DEPTH).map(|(_, row)| row).collect()
        })
        .collect()
}

/// A passage with what is compared of it.
struct Read {
    side: Side,
    headings: Vec<String>,
    /// What its document is about.
    about: Meaning,
    pairs: Pairs,
    letters: usize,
    statements: Vec<Statement>,
}

impl Read {
    fn of(snapshot: &Snapshot, row: u32) -> Result<Option<Self>, LibraryError> {
        let record = snapshot.record(row)?;
        let Item::Passage(passage) = record.item else {
            return Ok(None);
        };
        let statements = Statement::all(&passage);
        let Passage {
            ordinal,
            headings,
            locator,
            text,
            ..
        } = passage;
        let edition = record.edition;
        Ok(Some(Self {
            about: Meaning::of(&edition.title),
            pairs: Pairs::of(&text),
            letters: text.chars().filter(|letter| letter.is_alphabetic()).count(),
            statements,
            headings,
            side: Side {
                place: SourceRef {
                    edition_id: edition.edition_id,
                    ordinal,
                },
                document_id: edition.document_id,
                community_id: edition.community_id,
                title: edition.title,
                locator,
                text,
            },
        }))
    }

    /// Whether the titles and the innermost headings name nothing that the other's do not.
    fn is_about_the_same(&self, other: &Self) -> bool {
        let heading = |read: &Self| Meaning::of(read.headings.last().map_or("", String::as_str));
        speak_of_the_same(&self.about, &other.about)
            && speak_of_the_same(&heading(self), &heading(other))
    }

    /// Whether it says this number anywhere.
    fn says(&self, fact: &Fact) -> bool {
        let mut facts = self.statements.iter().flat_map(|statement| &statement.facts);
        facts.any(|own| own.quantity.agrees_with(&fact.quantity))
    }
}

/// Whether neither names a telling thing that the other does not.
fn speak_of_the_same(one: &Meaning, other: &Meaning) -> bool {
    one.missing_in(other).max(other.missing_in(one)) < TELLING
}

fn compare(left: &Read, right: &Read) -> Option<Conflict> {
    let conflict = |kind, similarity, differing| Conflict {
        kind,
        left: left.side.clone(),
        right: right.side.clone(),
        similarity,
        differing,
    };
    let mut differing: Vec<DifferingFact> = Vec::new();
    let mut similarity = 0f32;
    for statement in &left.statements {
        if let Some((alike, facts)) = contradiction(left, right, statement) {
            similarity = similarity.max(alike);
            differing.extend(facts);
        }
    }
    if !differing.is_empty() {
        let mut seen = HashSet::new();
        differing.retain(|fact| seen.insert((fact.left.clone(), fact.right.clone())));
        return Some(conflict(ConflictKind::DifferentNumbers, similarity, differing));
    }
    let alike = left.pairs.likeness(&right.pairs);
    let long = left.letters.min(right.letters) >= DUPLICATE_LETTERS;
    let same_facts = left.statements.iter().flat_map(|one| &one.facts).all(|fact| right.says(fact));
    let duplicate = long && alike >= DUPLICATE && same_facts && left.is_about_the_same(right);
    duplicate.then(|| conflict(ConflictKind::NearDuplicate, alike, Vec::new()))
}

/// How alike a sentence of the left passage is to the one of the right that says other numbers
/// about the same thing, with these numbers.
fn contradiction(
    left: &Read,
    right: &Read,
    statement: &Statement,
) -> Option<(f32, Vec<DifferingFact>)> {
    let about_the_same = left.is_about_the_same(right);
    let of_one_case = about_the_same || left.pairs.likeness(&right.pairs) >= SAME_CASE;
    let agreeing = |other: &Statement| {
        let pairs = statement.facts.iter().zip(&other.facts);
        pairs.filter(|(one, other)| one.quantity.agrees_with(&other.quantity)).count()
    };
    // The sentence that says the most of the same is the one that is meant.
    let mut best: Option<((usize, f32), &Statement)> = None;
    for other in &right.statements {
        if !statement.is_built_like(other) {
            continue;
        }
        let alike = statement.pairs.likeness(&other.pairs);
        let speaks = statement.letters.min(other.letters) >= SPEAKS_FOR_ITSELF;
        let same = if speaks {
            alike >= SAME_RULE
                && speak_of_the_same(&statement.meaning, &other.meaning)
                && of_one_case
        } else {
            alike >= SAME_SHORT_RULE && about_the_same
        };
        let rank = (agreeing(other), alike);
        if same && best.is_none_or(|(known, _)| known < rank) {
            best = Some((rank, other));
        }
    }
    let ((_, alike), other) = best?;
    let pairs = statement.facts.iter().zip(&other.facts);
    let differing: Vec<DifferingFact> = pairs
        .filter(|(one, other)| !one.quantity.agrees_with(&other.quantity))
        .filter(|(one, other)| !right.says(one) && !left.says(other))
        .map(|(one, other)| DifferingFact {
            left: one.written.clone(),
            right: other.written.clone(),
            what: one.what.clone(),
        })
        .collect();
    // Where every one of several numbers differs, it is the next step of a scale.
    let next_step = statement.facts.len() > 1 && differing.len() == statement.facts.len();
    (!differing.is_empty() && !next_step).then_some((alike, differing))
}
