//! One committed state of the index, as searches see it.

use std::collections::HashMap;

use jiff::civil::Date;
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, TantivyDocument, Term};

use super::embeddings::TextKey;
use super::schema::{Fields, Record, day};
use super::vectors::VectorIndex;
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
}

/// What a ranking must know of a row without reading it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowFacts {
    pub(crate) alive: bool,
    pub(crate) kind: u64,
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
        let mut names: HashMap<String, u32> = HashMap::new();
        let mut rows = Self::default();
        for segment in searcher.segment_readers() {
            rows.bases.push(rows.facts.len() as u32);
            let columns = segment.fast_fields();
            let (effective, expires) = (columns.i64("effective")?, columns.i64("expires")?);
            let version = columns.i64("version")?;
            let (kind, vector) = (columns.u64("kind")?, columns.u64("vector")?);
            let community = columns.str("community")?;
            let mut name = String::new();
            for doc in 0..segment.max_doc() {
                name.clear();
                if let Some(community) = &community
                    && let Some(ord) = community.ords().first(doc)
                {
                    community.ord_to_str(ord, &mut name)?;
                }
                let next = names.len() as u32;
                let place = match names.get(&name) {
                    Some(known) => *known,
                    None => *names.entry(name.clone()).or_insert(next),
                };
                rows.facts.push(RowFacts {
                    alive: !segment.is_deleted(doc),
                    kind: kind.first(doc).unwrap_or_default(),
                    community: place,
                    effective: effective.first(doc).unwrap_or_default(),
                    expires: expires.first(doc).unwrap_or_default(),
                    version: version.first(doc).unwrap_or_default(),
                    vector: vector.first(doc).unwrap_or_default(),
                });
            }
        }
        rows.communities = vec![String::new(); names.len()];
        for (name, place) in names {
            rows.communities[place as usize] = name;
        }
        Ok(rows)
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
