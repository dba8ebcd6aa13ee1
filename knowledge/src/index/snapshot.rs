//! One committed state of the index, as searches see it.

use std::collections::HashMap;

use jiff::civil::Date;
use tantivy::columnar::StrColumn;
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DocAddress, DocId, DocSet, Searcher, TERMINATED, TantivyDocument, Term};

use super::embeddings::TextKey;
use super::schema::{Fields, PASSAGE, Record, day};
use super::vectors::VectorIndex;
use crate::aspect::Aspects;
use crate::library::LibraryError;

/// A committed state: its rows, their texts and their vectors.
pub(crate) struct Snapshot {
    pub(crate) sequence: u64,
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    pub(crate) rows: Rows,
    pub(crate) vectors: Box<dyn VectorIndex>,
}

/// The rows of all segments, numbered through.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) facts: Vec<RowFacts>,
    /// First row of each segment.
    bases: Vec<u32>,
    communities: Vec<String>,
    /// Row of each passage by edition and ordinal.
    passages: HashMap<(u32, u32), u32>,
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
}

impl Scope {
    /// How far away the row's community is, `None` if the row is out of scope or out of force.
    pub(crate) fn distance(&self, row: &RowFacts, kind: u64) -> Option<usize> {
        (row.alive && row.kind == kind && row.effective <= self.day && self.day < row.expires)
            .then(|| self.distances[row.community as usize])
            .flatten()
    }
}

impl Rows {
    /// Reads the facts of every row.
    pub(crate) fn read(searcher: &Searcher) -> Result<Self, LibraryError> {
        let (mut communities, mut editions) = (Names::default(), Names::default());
        let mut rows = Self::default();
        for segment in searcher.segment_readers() {
            rows.bases.push(rows.facts.len() as u32);
            let columns = segment.fast_fields();
            let (effective, expires) = (columns.i64("effective")?, columns.i64("expires")?);
            let version = columns.i64("version")?;
            let (kind, vector) = (columns.u64("kind")?, columns.u64("vector")?);
            let (ordinal, aspects) = (columns.u64("ordinal")?, columns.u64("aspects")?);
            let (community, edition) = (columns.str("community")?, columns.str("edition")?);
            for doc in 0..segment.max_doc() {
                rows.facts.push(RowFacts {
                    alive: !segment.is_deleted(doc),
                    kind: kind.first(doc).unwrap_or_default(),
                    edition: editions.number(edition.as_ref(), doc)?,
                    ordinal: ordinal.first(doc).map(|ordinal| ordinal as u32),
                    aspects: Aspects::from_bits(aspects.first(doc).unwrap_or_default()),
                    community: communities.number(community.as_ref(), doc)?,
                    effective: effective.first(doc).unwrap_or_default(),
                    expires: expires.first(doc).unwrap_or_default(),
                    version: version.first(doc).unwrap_or_default(),
                    vector: vector.first(doc).unwrap_or_default(),
                });
            }
        }
        rows.communities = communities.in_order();
        let passages = (0..).zip(&rows.facts).filter(|(_, facts)| facts.alive && facts.kind == PASSAGE);
        rows.passages = passages
            .filter_map(|(row, facts)| Some(((facts.edition, facts.ordinal?), row)))
            .collect();
        Ok(rows)
    }

    /// The row of a passage that is searched.
    pub(crate) fn passage(&self, edition: u32, ordinal: u32) -> Option<u32> {
        self.passages.get(&(edition, ordinal)).copied()
    }
}

/// Names of a text column, numbered as they come.
#[derive(Default)]
struct Names {
    numbers: HashMap<String, u32>,
    buffer: String,
}

impl Names {
    /// The number of the name in a row of the column.
    fn number(&mut self, column: Option<&StrColumn>, doc: DocId) -> Result<u32, LibraryError> {
        self.buffer.clear();
        if let Some(column) = column
            && let Some(ord) = column.ords().first(doc)
        {
            column.ord_to_str(ord, &mut self.buffer)?;
        }
        if let Some(known) = self.numbers.get(&self.buffer) {
            return Ok(*known);
        }
        let next = self.numbers.len() as u32;
        self.numbers.insert(self.buffer.clone(), next);
        Ok(next)
    }

    fn in_order(self) -> Vec<String> {
        let mut names = vec![String::new(); self.numbers.len()];
        for (name, number) in self.numbers {
            names[number as usize] = name;
        }
        names
    }
}

impl Snapshot {
    /// Ties the parts of one commit together.
    pub(crate) fn new(
        searcher: Searcher,
        fields: Fields,
        sequence: u64,
        rows: Rows,
        vectors: Box<dyn VectorIndex>,
    ) -> Self {
        Self {
            sequence,
            searcher,
            fields,
            rows,
            vectors,
        }
    }

    /// The rows seen from a community (nearest first, then its ancestors) on a day.
    pub(crate) fn scope(&self, communities: &[String], on: Date) -> Scope {
        let distances = self
            .rows
            .communities
            .iter()
            .map(|name| communities.iter().position(|wanted| wanted == name))
            .collect();
        Scope {
            distances,
            day: day(on),
        }
    }

    /// First row of a segment.
    pub(crate) fn base(&self, segment: usize) -> u32 {
        self.rows.bases[segment]
    }

    /// What is stored with a row.
    pub(crate) fn record(&self, row: u32) -> Result<Record, LibraryError> {
        let segment = self.rows.bases.partition_point(|base| *base <= row) - 1;
        let address = DocAddress::new(segment as u32, row - self.rows.bases[segment]);
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
