//! One committed state of the index, as searches see it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use tantivy::columnar::StrColumn;
use tantivy::index::{SegmentId, SegmentReader};
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DocAddress, DocId, DocSet, Searcher, TERMINATED, TantivyDocument, Term};

use super::embeddings::TextKey;
use super::schema::{Fields, PASSAGE, Record, day};
use super::vectors::VectorIndex;
use crate::aspect::Aspects;
use crate::edition::SourceRef;
use crate::library::LibraryError;
use crate::search::Adjustments;

/// A committed state: its rows, their texts and their vectors.
pub(crate) struct Snapshot {
    pub(crate) sequence: u64,
    /// Which commit it is; it grows with every commit.
    pub(crate) commit: u64,
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    pub(crate) rows: Rows,
    pub(crate) vectors: Box<dyn VectorIndex>,
}

/// The rows of all segments, numbered through.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) facts: Vec<RowFacts>,
    /// Each segment with its first row.
    segments: Vec<(SegmentId, u32)>,
    communities: Names,
    editions: Names,
    /// Row of each passage by edition and ordinal.
    passages: HashMap<(u32, u32), u32>,
    /// How many rows there are of each kind.
    populations: BTreeMap<u64, usize>,
}

/// What a ranking must know of a row without reading it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowFacts {
    pub(crate) alive: bool,
    pub(crate) kind: u64,
    /// Number of the edition within this snapshot.
    pub(crate) edition: u32,
    /// Place in the edition; for a prepared question, of the passage that answers it.
    pub(crate) ordinal: Option<u32>,
    /// What a passage's heading says it is about.
    pub(crate) aspects: Aspects,
    /// Number of the community within this snapshot.
    community: u32,
    effective: i64,
    expires: i64,
    pub(crate) version: i64,
    pub(crate) vector: TextKey,
}

/// Which rows a search may see.
pub(crate) struct Scope {
    /// For each community of the snapshot, its distance from the resident's own; `None` is outside.
    distances: Vec<Option<usize>>,
    day: i64,
    /// Editions that are passed over.
    without: Vec<u32>,
    /// Passages that are passed over, by edition and ordinal.
    excluded: Vec<(u32, u32)>,
}

impl Scope {
    /// How far away the row's community is, `None` if the row is out of scope or out of force.
    pub(crate) fn distance(&self, row: &RowFacts, kind: u64) -> Option<usize> {
        (row.alive && row.kind == kind && row.effective <= self.day && self.day < row.expires)
            .then(|| self.distances[row.community as usize])
            .flatten()
            .filter(|_| !self.passes_over(row))
    }

    fn passes_over(&self, row: &RowFacts) -> bool {
        let excluded = |ordinal| self.excluded.contains(&(row.edition, ordinal));
        self.without.contains(&row.edition) || row.ordinal.is_some_and(excluded)
    }
}

/// How far away each row is, small enough to be looked up in any order.
pub(crate) struct Distances(Vec<u8>);

/// Stands for a row that is out of scope.
const OUTSIDE: u8 = u8::MAX;

impl Distances {
    /// How far away a row's community is, `None` if the row is out of scope, out of force or of
    /// another kind.
    pub(crate) fn of(&self, row: u32) -> Option<usize> {
        let distance = self.0[row as usize];
        (distance != OUTSIDE).then_some(usize::from(distance))
    }
}

impl Rows {
    /// The distance of every row of a kind.
    pub(crate) fn distances(&self, scope: &Scope, kind: u64) -> Distances {
        let facts = self.facts.iter();
        let distance = facts.map(|facts| match scope.distance(facts, kind) {
            // No tree of communities is that deep.
            Some(distance) => distance.min(usize::from(OUTSIDE) - 1) as u8,
            None => OUTSIDE,
        });
        Distances(distance.collect())
    }

    /// Reads the facts of every row, as far as `before` does not know them: a segment never changes
    /// but for the rows that are deleted.
    pub(crate) fn read(searcher: &Searcher, before: &Self) -> Result<Self, LibraryError> {
        let mut rows = Self {
            communities: before.communities.clone(),
            editions: before.editions.clone(),
            ..Self::default()
        };
        for segment in searcher.segment_readers() {
            let base = rows.facts.len();
            rows.segments.push((segment.segment_id(), base as u32));
            let known = before.segments.iter().find(|(id, _)| *id == segment.segment_id());
            if let Some((_, start)) = known {
                let start = *start as usize;
                let facts = &before.facts[start..start + segment.max_doc() as usize];
                rows.facts.extend_from_slice(facts);
            } else {
                rows.read_segment(segment)?;
            }
            for (doc, facts) in (0..).zip(&mut rows.facts[base..]) {
                facts.alive = !segment.is_deleted(doc);
            }
        }
        for facts in &rows.facts {
            *rows.populations.entry(facts.kind).or_default() += 1;
        }
        let passages = (0..).zip(&rows.facts).filter(|(_, facts)| facts.alive && facts.kind == PASSAGE);
        rows.passages = passages
            .filter_map(|(row, facts)| Some(((facts.edition, facts.ordinal?), row)))
            .collect();
        Ok(rows)
    }

    fn read_segment(&mut self, segment: &SegmentReader) -> Result<(), LibraryError> {
        let columns = segment.fast_fields();
        let (effective, expires) = (columns.i64("effective")?, columns.i64("expires")?);
        let version = columns.i64("version")?;
        let (kind, vector) = (columns.u64("kind")?, columns.u64("vector")?);
        let (ordinal, aspects) = (columns.u64("ordinal")?, columns.u64("aspects")?);
        let community = columns.str("community")?;
        let edition = columns.str("edition")?;
        let communities = self.communities.of_column(community.as_ref())?;
        let editions = self.editions.of_column(edition.as_ref())?;
        for doc in 0..segment.max_doc() {
            self.facts.push(RowFacts {
                alive: true,
                kind: kind.first(doc).unwrap_or_default(),
                edition: name_of(edition.as_ref(), &editions, doc),
                ordinal: ordinal.first(doc).map(|ordinal| ordinal as u32),
                aspects: Aspects::from_bits(aspects.first(doc).unwrap_or_default()),
                community: name_of(community.as_ref(), &communities, doc),
                effective: effective.first(doc).unwrap_or_default(),
                expires: expires.first(doc).unwrap_or_default(),
                version: version.first(doc).unwrap_or_default(),
                vector: vector.first(doc).unwrap_or_default(),
            });
        }
        Ok(())
    }

    /// Name of the community that a row belongs to.
    pub(crate) fn community(&self, row: &RowFacts) -> &str {
        &self.communities.in_order[row.community as usize]
    }

    /// Names of the communities that have rows.
    pub(crate) fn communities_alive(&self) -> impl Iterator<Item = &str> {
        let alive: BTreeSet<u32> =
            self.facts.iter().filter(|row| row.alive).map(|row| row.community).collect();
        alive.into_iter().map(|community| self.communities.in_order[community as usize].as_str())
    }

    /// How many rows there are of a kind, those that are gone and not yet cleared away included.
    pub(crate) fn population(&self, kind: u64) -> usize {
        self.populations.get(&kind).copied().unwrap_or_default()
    }

    /// The row of a passage that is searched.
    pub(crate) fn passage(&self, edition: u32, ordinal: u32) -> Option<u32> {
        self.passages.get(&(edition, ordinal)).copied()
    }
}

/// Names, numbered as they come.
#[derive(Clone, Default)]
struct Names {
    numbers: HashMap<String, u32>,
    in_order: Vec<String>,
}

impl Names {
    fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The numbers of a column's names, in the column's own order.
    fn of_column(&mut self, column: Option<&StrColumn>) -> Result<Vec<u32>, LibraryError> {
        let Some(column) = column else {
            return Ok(Vec::new());
        };
        let mut numbers = Vec::with_capacity(column.num_terms());
        let mut names = column.dictionary().stream()?;
        while names.advance() {
            let name = String::from_utf8_lossy(names.key());
            numbers.push(self.number(&name).unwrap_or_else(|| {
                let next = self.in_order.len() as u32;
                self.in_order.push(name.clone().into_owned());
                self.numbers.insert(name.into_owned(), next);
                next
            }));
        }
        Ok(numbers)
    }
}

/// The number of the name in a row of a column; every row has one.
fn name_of(column: Option<&StrColumn>, numbers: &[u32], doc: DocId) -> u32 {
    let place = column.and_then(|column| column.ords().first(doc));
    place.and_then(|place| numbers.get(place as usize)).copied().unwrap_or_default()
}

impl Snapshot {
    /// Ties the parts of one commit together.
    pub(crate) fn new(
        searcher: Searcher,
        fields: Fields,
        (sequence, commit): (u64, u64),
        rows: Rows,
        vectors: Box<dyn VectorIndex>,
    ) -> Self {
        Self {
            sequence,
            commit,
            searcher,
            fields,
            rows,
            vectors,
        }
    }

    /// The rows seen from a community (nearest first, then its ancestors) on a day.
    pub(crate) fn scope(
        &self,
        communities: &[String],
        on: Date,
        adjustments: &Adjustments,
    ) -> Scope {
        let distances = self
            .rows
            .communities
            .in_order
            .iter()
            .map(|name| communities.iter().position(|wanted| wanted == name))
            .collect();
        let edition = |id: &String| self.rows.editions.number(id);
        let passage = |place: &SourceRef| Some((edition(&place.edition_id)?, place.ordinal));
        Scope {
            distances,
            day: day(on),
            without: adjustments.without.iter().filter_map(edition).collect(),
            excluded: adjustments.excluded.iter().filter_map(passage).collect(),
        }
    }

    /// The rows of these passages, as far as they are searched.
    pub(crate) fn passages<'a>(
        &'a self,
        places: &'a [SourceRef],
    ) -> impl Iterator<Item = u32> + 'a {
        places.iter().filter_map(|place| {
            let edition = self.rows.editions.number(&place.edition_id)?;
            self.rows.passage(edition, place.ordinal)
        })
    }

    /// First row of a segment.
    pub(crate) fn base(&self, segment: usize) -> u32 {
        self.rows.segments[segment].1
    }

    /// What is stored with a row.
    pub(crate) fn record(&self, row: u32) -> Result<Record, LibraryError> {
        let segment = self.rows.segments.partition_point(|(_, base)| *base <= row) - 1;
        let address = DocAddress::new(segment as u32, row - self.base(segment));
        let document: TantivyDocument = self.searcher.doc(address)?;
        let json = document
            .get_first(self.fields.record)
            .and_then(|value| value.as_str())
            .unwrap_or_default();
        Ok(serde_json::from_str(json)?)
    }

    /// The rows of an edition, in no order.
    pub(crate) fn rows_of_edition(&self, edition_id: &str) -> Result<Vec<u32>, LibraryError> {
        let term = Term::from_field_text(self.fields.edition, edition_id);
        let mut rows = Vec::new();
        for (place, segment) in self.searcher.segment_readers().iter().enumerate() {
            let inverted = segment.inverted_index(self.fields.edition)?;
            let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)?
            else {
                continue;
            };
            while postings.doc() != TERMINATED {
                if !segment.is_deleted(postings.doc()) {
                    rows.push(self.base(place) + postings.doc());
                }
                postings.advance();
            }
        }
        Ok(rows)
    }
}
