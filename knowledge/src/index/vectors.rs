//! Nearest vectors by exact scan.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use multiversion::multiversion;

/// Unit vectors of one length, row after row.
#[derive(Clone, Default)]
pub(crate) struct Matrix {
    dimensions: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// An empty matrix of vectors `dimensions` long.
    pub(crate) fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            values: Vec::new(),
        }
    }

    /// Adds a vector and returns its row.
    pub(crate) fn push(&mut self, vector: impl Iterator<Item = f32>) -> u32 {
        let row = self.len();
        self.values.extend(vector);
        debug_assert_eq!(self.values.len(), (row as usize + 1) * self.dimensions);
        row
    }

    /// Number of vectors.
    pub(crate) fn len(&self) -> u32 {
        (self.values.len() / self.dimensions) as u32
    }

    /// One vector.
    pub(crate) fn row(&self, row: u32) -> &[f32] {
        let start = row as usize * self.dimensions;
        &self.values[start..start + self.dimensions]
    }
}

/// Something that finds the vectors nearest to a query's.
///
/// The exact scan serves up to about 100,000 passages in some 10 ms; a graph index can take its
/// place beyond that.
pub(crate) trait VectorIndex: Send + Sync {
    /// Likeness of one row to the query, from -1 to 1.
    fn similarity(&self, query: &[f32], row: u32) -> f32;

    /// The `limit` most similar rows that `admits` lets through, best first.
    fn nearest(
        &self,
        query: &[f32],
        limit: usize,
        admits: &dyn Fn(u32) -> bool,
    ) -> Vec<(u32, f32)>;
}

/// Compares the query with every vector.
pub(crate) struct ExactScan {
    matrix: Arc<Matrix>,
    /// For each row of the index, the row of the matrix; several texts may share one.
    rows: Vec<u32>,
}

impl ExactScan {
    /// Takes the vectors, and which of them belongs to each row of the index.
    pub(crate) fn new(matrix: Arc<Matrix>, rows: Vec<u32>) -> Self {
        Self { matrix, rows }
    }
}

impl VectorIndex for ExactScan {
    fn similarity(&self, query: &[f32], row: u32) -> f32 {
        dot(query, self.matrix.row(self.rows[row as usize]))
    }

    fn nearest(
        &self,
        query: &[f32],
        limit: usize,
        admits: &dyn Fn(u32) -> bool,
    ) -> Vec<(u32, f32)> {
        let mut best: BinaryHeap<Candidate> = BinaryHeap::with_capacity(limit + 1);
        for row in (0..self.rows.len() as u32).filter(|row| admits(*row)) {
            let similarity = self.similarity(query, row);
            if best.len() < limit {
                best.push(Candidate { similarity, row });
            } else if best.peek().is_some_and(|worst| similarity > worst.similarity) {
                best.pop();
                best.push(Candidate { similarity, row });
            }
        }
        best.into_sorted_vec()
            .into_iter()
            .map(|candidate| (candidate.row, candidate.similarity))
            .collect()
    }
}

/// Ordered so that the heap's top is the least similar, and of equals the latest.
struct Candidate {
    similarity: f32,
    row: u32,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .similarity
            .total_cmp(&self.similarity)
            .then(self.row.cmp(&other.row))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Candidate {}

/// Dot product; sixteen sums side by side let the compiler fill the widest registers there are.
#[multiversion(targets = "simd")]
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0f32; 16];
    let (left_chunks, right_chunks) = (left.chunks_exact(16), right.chunks_exact(16));
    let rest: f32 = left_chunks
        .remainder()
        .iter()
        .zip(right_chunks.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in left_chunks.zip(right_chunks) {
        for lane in 0..16 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}
