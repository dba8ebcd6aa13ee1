//! Nearest vectors by exact scan.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use multiversion::multiversion;

use super::matrix::{Coded, Matrix, encode};

/// Something that finds the vectors nearest to a query's.
///
/// The exact scan serves the 150,000 passages of a city; a graph index can take its place beyond
/// that.
pub(crate) trait VectorIndex: Send + Sync {
    /// Likeness of two rows, from -1 to 1, to within a hundredth.
    fn likeness(&self, row: u32, other: u32) -> f32;

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

/// Compares the query with every vector: with their codes first, for memory is slower than
/// arithmetic, then exactly with those that come near.
pub(crate) struct ExactScan {
    matrix: Arc<Matrix>,
    /// For each row of the index, the row of the matrix; several texts may share one.
    rows: Vec<u32>,
    /// The rows of the index in the order in which their vectors stand in memory.
    in_memory: Vec<u32>,
}

impl ExactScan {
    /// Takes the vectors, and which of them belongs to each row of the index.
    pub(crate) fn new(matrix: Arc<Matrix>, rows: Vec<u32>) -> Self {
        let mut in_memory: Vec<u32> = (0..rows.len() as u32).collect();
        in_memory.sort_unstable_by_key(|row| (rows[*row as usize], *row));
        Self {
            matrix,
            rows,
            in_memory,
        }
    }
}

impl VectorIndex for ExactScan {
    fn likeness(&self, row: u32, other: u32) -> f32 {
        let coded = |row: u32| self.matrix.coded(self.rows[row as usize]);
        roughly(coded(row), coded(other))
    }

    fn similarity(&self, query: &[f32], row: u32) -> f32 {
        dot(query, self.matrix.row(self.rows[row as usize]))
    }

    fn nearest(
        &self,
        query: &[f32],
        limit: usize,
        admits: &dyn Fn(u32) -> bool,
    ) -> Vec<(u32, f32)> {
        let mut codes = Vec::with_capacity(query.len());
        let scale = encode(query, &mut codes);
        let query_coded = Coded {
            codes: &codes,
            scale,
        };
        let depth = limit + limit / 2 + LEAST_MARGIN;
        let mut best: BinaryHeap<Candidate> = BinaryHeap::with_capacity(depth + 1);
        for row in self.in_memory.iter().copied().filter(|row| admits(*row)) {
            let similarity = roughly(query_coded, self.matrix.coded(self.rows[row as usize]));
            if best.len() < depth {
                best.push(Candidate { similarity, row });
            } else if best.peek().is_some_and(|worst| similarity > worst.similarity) {
                best.pop();
                best.push(Candidate { similarity, row });
            }
        }
        let mut exact: Vec<Candidate> = best
            .into_iter()
            .map(|Candidate { row, .. }| Candidate {
                similarity: self.similarity(query, row),
                row,
            })
            .collect();
        exact.sort_unstable();
        let exact = exact.into_iter().take(limit);
        exact.map(|candidate| (candidate.row, candidate.similarity)).collect()
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

/// Rows that are compared exactly beyond half as many again as are wanted.
const LEAST_MARGIN: usize = 32;

/// Dot product of two coded vectors.
fn roughly(left: Coded, right: Coded) -> f32 {
    dot_of_codes(left.codes, right.codes) as f32 * (left.scale * right.scale)
}

/// Wrapping, for a check after each addition would keep the additions apart; 384 products of two
/// bytes are far from the end of an `i32`.
#[multiversion(targets = "simd")]
fn dot_of_codes(left: &[i8], right: &[i8]) -> i32 {
    let products = left.iter().zip(right).map(|(a, b)| i32::from(*a) * i32::from(*b));
    products.fold(0, i32::wrapping_add)
}

/// Dot product; sixteen sums side by side let the compiler fill the widest registers there are.
#[multiversion(targets = "simd")]
pub(crate) fn dot(left: &[f32], right: &[f32]) -> f32 {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Texts of one matter are near to each other, as those of an embedding model are.
    fn vectors() -> impl Strategy<Value = Vec<Vec<f32>>> {
        let vector = proptest::collection::vec(-0.3f32..0.3, 64).prop_map(|noise| {
            let vector: Vec<f32> = noise.iter().map(|noise| 1.0 + noise).collect();
            let length = dot(&vector, &vector).sqrt();
            vector.into_iter().map(|value| value / length).collect()
        });
        proptest::collection::vec(vector, 2..200)
    }

    proptest! {
        #[test]
        fn the_nearest_are_those_of_a_full_comparison(vectors in vectors(), limit in 1usize..20) {
            let mut matrix = Matrix::new(64);
            for vector in &vectors[1..] {
                matrix.push(vector.iter().copied());
            }
            let rows: Vec<u32> = (0..vectors.len() as u32 - 1).collect();
            let scan = ExactScan::new(Arc::new(matrix), rows.clone());
            let query = &vectors[0];
            let mut all: Vec<(u32, f32)> =
                rows.into_iter().map(|row| (row, scan.similarity(query, row))).collect();
            all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            all.truncate(limit);
            prop_assert_eq!(scan.nearest(query, limit, &|_| true), all);
        }
    }
}
