//! Products of integer blocks, the innermost loops of the linear layers.
//!
//! A block is 32 inputs. Its weights are 0 to 15, eight more than what they stand for; its inputs
//! are rounded to -127 to 127. `sum((w - 8) * x)` is summed as `sum(w * x) - 8 * sum(x)`, and the
//! second part is known before the products are: sums start from it.

#[cfg(target_arch = "x86_64")]
mod x86_64;

use super::blocks::BLOCK;

/// Outputs whose weights stand together.
pub(super) const COLUMNS: usize = 16;

/// The weights of `COLUMNS` outputs for one block of inputs.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct WeightBlock {
    /// Four inputs of each output, eight times.
    quads: [[u8; 4 * COLUMNS]; BLOCK / 4],
    scales: [f32; COLUMNS],
}

impl WeightBlock {
    pub(super) fn zero() -> Self {
        Self {
            quads: [[0; 4 * COLUMNS]; BLOCK / 4],
            scales: [0.0; COLUMNS],
        }
    }

    /// Sets the weights of one output: what it is scaled by, and the weights plus eight.
    pub(super) fn set(&mut self, column: usize, scale: f32, weights: &[u8; BLOCK]) {
        self.scales[column] = scale;
        for (quad, weights) in self.quads.iter_mut().zip(weights.chunks_exact(4)) {
            quad[4 * column..4 * column + 4].copy_from_slice(weights);
        }
    }
}

/// 32 inputs of one token, rounded to eight bits.
#[derive(Clone, Copy, Default)]
pub(super) struct InputBlock {
    /// Four inputs in the bytes of each, the first lowest.
    quads: [i32; BLOCK / 4],
    scale: f32,
    /// -8 times the sum of the inputs.
    start: i32,
}

impl InputBlock {
    /// Rounds them so that the largest becomes 127 or -127.
    #[expect(
        clippy::inline_always,
        reason = "it must be compiled with its caller's instructions"
    )]
    #[inline(always)]
    pub(super) fn round(inputs: &[f32; BLOCK]) -> Self {
        // Numbers without their sign are in the same order as their bits.
        let mut largest = 0;
        for input in inputs {
            largest = input.abs().to_bits().max(largest);
        }
        let largest = f32::from_bits(largest);
        let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
        let mut bytes = [0_i8; BLOCK];
        let mut sum = 0_i32;
        for (byte, input) in bytes.iter_mut().zip(inputs) {
            // Adding 1.5 * 2^23 rounds to a whole number, which then stands in the lowest bits.
            *byte = input.mul_add(inverse, 12_582_912.0).to_bits() as i8;
            sum = sum.wrapping_add(i32::from(*byte));
        }
        let mut quads = [0; BLOCK / 4];
        for (quad, bytes) in quads.iter_mut().zip(bytes.as_chunks::<4>().0) {
            let [first, second, third, fourth] = *bytes;
            *quad = i32::from_le_bytes([first as u8, second as u8, third as u8, fourth as u8]);
        }
        Self {
            quads,
            scale: largest / 127.0,
            start: sum.wrapping_mul(-8),
        }
    }
}

/// The instructions that the products are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernel {
    /// AVX-512 with VNNI: four products and their sum in one instruction, 16 outputs at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    /// AVX2 with FMA: pairs of products in 16 bits, 8 outputs at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

/// Tokens that are worked on together.
pub(super) const TILE: usize = 4;

impl Kernel {
    /// Those that this processor has, the fastest first.
    pub(super) fn available() -> Vec<Self> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni") {
                kernels.push(Self::Avx512Vnni);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                kernels.push(Self::Avx2);
            }
        }
        kernels
    }

    /// The outputs of some tokens, `[tokens, outputs]`.
    ///
    /// `inputs` holds `blocks` blocks for each token, and `weights` as many for each run of
    /// `COLUMNS` outputs, of which there is an even number.
    pub(super) fn multiply(
        self,
        inputs: &[InputBlock],
        weights: &[WeightBlock],
        blocks: usize,
        products: &mut [f32],
    ) {
        let outputs = weights.len() / blocks * COLUMNS;
        for (pair, weights) in weights.chunks_exact(2 * blocks).enumerate() {
            let (left, right) = weights.split_at(blocks);
            let tiles = inputs.chunks(TILE * blocks);
            for (inputs, products) in tiles.zip(products.chunks_mut(TILE * outputs)) {
                let mut tile = Tile {
                    inputs,
                    weights: [left, right],
                    products,
                    outputs,
                    first: pair * 2 * COLUMNS,
                };
                match self {
                    // SAFETY: `available` found the instructions on this processor, and a kernel
                    // comes from nowhere else.
                    #[cfg(target_arch = "x86_64")]
                    Self::Avx512Vnni => unsafe { x86_64::avx512_vnni(&mut tile) },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Self::Avx2 => unsafe { x86_64::avx2(&mut tile) },
                }
            }
        }
    }
}

/// A few tokens and two runs of outputs.
struct Tile<'a> {
    /// The blocks of one token, then those of the next.
    inputs: &'a [InputBlock],
    weights: [&'a [WeightBlock]; 2],
    products: &'a mut [f32],
    /// Outputs of each token in `products`, and the first of those that are computed.
    outputs: usize,
    first: usize,
}
