//! Unit vectors, row after row.

use std::sync::Arc;

/// Rows of a block.
const BLOCK: usize = 4096;

/// Unit vectors of one length, row after row, each also as codes of one byte a value.
///
/// They stand in blocks that copies share: a copy that takes in more leaves what is there where it
/// is, so that publishing one document does not copy the vectors of all others.
#[derive(Clone, Default)]
pub(crate) struct Matrix {
    dimensions: usize,
    length: usize,
    blocks: Vec<Arc<Block>>,
}

#[derive(Clone, Default)]
struct Block {
    values: Vec<f32>,
    codes: Vec<i8>,
    scales: Vec<f32>,
}

/// A vector in a quarter of its bytes: each value is `codes × scale`, to within half a scale.
#[derive(Clone, Copy)]
pub(crate) struct Coded<'a> {
    pub(crate) codes: &'a [i8],
    pub(crate) scale: f32,
}

impl Matrix {
    /// An empty matrix of vectors `dimensions` long.
    pub(crate) fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            ..Self::default()
        }
    }

    /// Adds a vector and returns its row.
    pub(crate) fn push(&mut self, vector: impl Iterator<Item = f32>) -> u32 {
        let row = self.length;
        if row.is_multiple_of(BLOCK) {
            self.blocks.push(Arc::default());
        }
        let block = Arc::make_mut(&mut self.blocks[row / BLOCK]);
        let start = block.values.len();
        block.values.extend(vector);
        debug_assert_eq!(start, row % BLOCK * self.dimensions);
        let scale = encode(&block.values[start..], &mut block.codes);
        block.scales.push(scale);
        self.length += 1;
        row as u32
    }

    /// One vector.
    pub(crate) fn row(&self, row: u32) -> &[f32] {
        let start = row as usize % BLOCK * self.dimensions;
        &self.blocks[row as usize / BLOCK].values[start..start + self.dimensions]
    }

    /// One vector as codes.
    pub(crate) fn coded(&self, row: u32) -> Coded<'_> {
        let block = &self.blocks[row as usize / BLOCK];
        let place = row as usize % BLOCK;
        let start = place * self.dimensions;
        Coded {
            codes: &block.codes[start..start + self.dimensions],
            scale: block.scales[place],
        }
    }
}

/// Appends a vector's codes and returns their scale.
pub(crate) fn encode(vector: &[f32], codes: &mut Vec<i8>) -> f32 {
    let largest = vector
        .iter()
        .fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
    let scale = largest / f32::from(i8::MAX);
    codes.extend(vector.iter().map(|value| (value / scale).round() as i8));
    scale
}
