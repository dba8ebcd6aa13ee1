//! BM25F over the postings of the index.
//!
//! Robertson, Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond (2009), section 3.5.
//! Scored here rather than by the index's own query tree, so that both fields share one saturation
//! and every row tells which of the query's terms it holds.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::Postings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, TERMINATED, Term};

use super::snapshot::Snapshot;
use super::wording::Piece;
use crate::library::LibraryError;

/// A query keeps its rarest terms up to this number, one bit each in [`Ranking::matched`].
const MOST_TERMS: usize = 64;

/// One field's part in the score.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldWeight {
    pub(crate) field: Field,
    /// How much one occurrence in this field counts.
    pub(crate) weight: f32,
    /// How much length matters, from 0 to 1.
    pub(crate) length: f32,
}

/// How fast repeated occurrences stop counting (k1).
const SATURATION: f32 = 1.2;

/// A term of the query.
#[derive(Clone, Debug)]
pub(crate) struct QueryTerm {
    pub(crate) text: String,
    /// How telling it is: ln(1 + (N - n + 0.5) / (n + 0.5)).
    pub(crate) rarity: f32,
    /// How much it counts beside the others.
    pub(crate) weight: f32,
}

/// The score of every row.
pub(crate) struct Ranking {
    pub(crate) terms: Vec<QueryTerm>,
    /// BM25F of each row, 0 where nothing matches.
    pub(crate) scores: Vec<f32>,
    /// One bit a term for each row.
    pub(crate) matched: Vec<u64>,
}

impl Ranking {
    /// The score of a text that holds nothing but the question's own terms, over and over.
    pub(crate) fn ceiling(&self) -> f32 {
        let own = self.terms.iter().filter(|term| term.weight >= 1.0);
        own.map(|term| term.rarity).sum::<f32>() * (SATURATION + 1.0)
    }
}

/// Scores every row of one kind for the pieces of a query, each given once.
pub(crate) fn rank(
    snapshot: &Snapshot,
    kind: u64,
    fields: &[FieldWeight],
    pieces: &[Piece],
) -> Result<Ranking, LibraryError> {
    let rows = snapshot.rows.facts.len();
    let population = snapshot.rows.population(kind) as f32;
    let mut terms = terms(snapshot, population, fields, pieces)?;
    terms.sort_by(|a, b| b.rarity.total_cmp(&a.rarity).then(a.text.cmp(&b.text)));
    terms.truncate(MOST_TERMS);

    let mut scores = vec![0f32; rows];
    let mut matched = vec![0u64; rows];
    let mut frequency = vec![0f32; rows];
    let mut touched: Vec<u32> = Vec::new();
    let mean_lengths = mean_lengths(snapshot, population, fields)?;
    for (bit, term) in terms.iter().enumerate() {
        for (place, segment) in snapshot.searcher.segment_readers().iter().enumerate() {
            let base = snapshot.base(place);
            for (field, mean) in fields.iter().zip(&mean_lengths) {
                let inverted = segment.inverted_index(field.field)?;
                let wanted = Term::from_field_text(field.field, &term.text);
                let Some(mut postings) =
                    inverted.read_postings(&wanted, IndexRecordOption::WithFreqs)?
                else {
                    continue;
                };
                let lengths = segment.get_fieldnorms_reader(field.field)?;
                let counts = occurrence_weights(field, *mean);
                while postings.doc() != TERMINATED {
                    let doc = postings.doc();
                    let row = base + doc;
                    let counts = counts[usize::from(lengths.fieldnorm_id(doc))];
                    let frequency = &mut frequency[row as usize];
                    if *frequency == 0.0 {
                        touched.push(row);
                    }
                    *frequency += counts * postings.term_freq() as f32;
                    postings.advance();
                }
            }
        }
        for row in touched.drain(..) {
            let row = row as usize;
            let weighted = std::mem::take(&mut frequency[row]);
            scores[row] += term.weight * term.rarity * weighted * (SATURATION + 1.0)
                / (weighted + SATURATION);
            matched[row] |= 1 << bit;
        }
    }
    Ok(Ranking {
        terms,
        scores,
        matched,
    })
}

/// How much one occurrence counts in a field of each length, by the code of the length.
fn occurrence_weights(field: &FieldWeight, mean: f32) -> [f32; 256] {
    std::array::from_fn(|code| {
        let length = FieldNormReader::id_to_fieldnorm(code as u8) as f32 / mean;
        field.weight / (1.0 - field.length + field.length * length)
    })
}

/// The terms of a query and how telling each is.
fn terms(
    snapshot: &Snapshot,
    population: f32,
    fields: &[FieldWeight],
    pieces: &[Piece],
) -> Result<Vec<QueryTerm>, LibraryError> {
    pieces
        .iter()
        .map(|piece| {
            let mut rows = 0;
            for field in fields {
                let term = Term::from_field_text(field.field, &piece.text);
                rows = rows.max(snapshot.searcher.doc_freq(&term)?);
            }
            let holding = (rows as f32).min(population);
            Ok(QueryTerm {
                text: piece.text.clone(),
                rarity: ((population - holding + 0.5) / (holding + 0.5)).ln_1p(),
                weight: piece.weight,
            })
        })
        .collect()
}

fn mean_lengths(
    snapshot: &Snapshot,
    population: f32,
    fields: &[FieldWeight],
) -> Result<Vec<f32>, LibraryError> {
    fields
        .iter()
        .map(|field| {
            let mut tokens = 0;
            for segment in snapshot.searcher.segment_readers() {
                tokens += segment.inverted_index(field.field)?.total_num_tokens();
            }
            Ok((tokens as f32 / population.max(1.0)).max(1.0))
        })
        .collect()
}
