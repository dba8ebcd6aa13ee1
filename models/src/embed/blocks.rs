//! Matrices in ggml's `Q4_0`: blocks of 32 weights of four bits with a 16-bit scale.

use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{Device, Tensor};

use super::file::Damage;

/// Weights a block.
pub(super) const BLOCK: usize = 32;
/// Bytes a block: the scale, then a byte for each weight of the first half and the one 16 further.
const BYTES: usize = 2 + BLOCK / 2;

/// A matrix as it stands in the file, one row an output.
pub(super) struct Blocks<'a> {
    bytes: &'a [u8],
    rows: usize,
    columns: usize,
}

impl<'a> Blocks<'a> {
    /// The length of a matrix in bytes; the columns are a multiple of 32.
    pub(super) fn length(rows: usize, columns: usize) -> usize {
        rows * (columns / BLOCK) * BYTES
    }

    /// A matrix of `length(rows, columns)` bytes.
    pub(super) fn new(bytes: &'a [u8], rows: usize, columns: usize) -> Self {
        Self {
            bytes,
            rows,
            columns,
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Scale and weights of each block, row by row; a weight stands for eight less than it says,
    /// times the scale.
    pub(super) fn iter(&self) -> impl Iterator<Item = (f32, [u8; BLOCK])> {
        let (blocks, _) = self.bytes.as_chunks::<BYTES>();
        blocks.iter().map(|block| {
            let scale = half_to_single(u16::from_le_bytes([block[0], block[1]]));
            let mut weights = [0; BLOCK];
            let (low, high) = weights.split_at_mut(BLOCK / 2);
            for ((low, high), byte) in low.iter_mut().zip(high).zip(&block[2..]) {
                *low = byte & 0x0f;
                *high = byte >> 4;
            }
            (scale, weights)
        })
    }

    /// The same matrix for candle.
    pub(super) fn quantized(&self) -> Result<QTensor, Damage> {
        if !self.bytes.as_ptr().addr().is_multiple_of(align_of::<u16>()) {
            return Err("4 位权重没有对齐".into());
        }
        QStorage::from_data(self.bytes.into(), &Device::Cpu, GgmlDType::Q4_0)
            .and_then(|storage| QTensor::new(storage, (self.rows, self.columns)))
            .map_err(|error| error.to_string())
    }

    /// The matrix in 32-bit numbers.
    pub(super) fn widen(&self) -> Result<Tensor, Damage> {
        self.quantized()?
            .dequantize(&Device::Cpu)
            .map_err(|error| error.to_string())
    }
}

/// The value of an IEEE 754 half-precision number that is finite, as all scales are.
fn half_to_single(half: u16) -> f32 {
    let magnitude = f32::from_bits(u32::from(half & 0x7fff) << 13) * 2.0_f32.powi(112);
    if half & 0x8000 == 0 {
        magnitude
    } else {
        -magnitude
    }
}
