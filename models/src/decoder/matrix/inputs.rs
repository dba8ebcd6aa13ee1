//! What is multiplied with the weights: states rounded to eight bits, 256 at a time.

#![expect(
    clippy::inline_always,
    reason = "what is inlined into a function compiled for an instruction set uses its instructions"
)]

use multiversion::multiversion;

use super::blocks::INPUTS;

/// 256 numbers of one token, each `scale` times a whole number from -127 to 127.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(in crate::decoder) struct InputBlock {
    /// Four numbers in the bytes of each, the first lowest.
    pub(super) quads: [i32; INPUTS / 4],
    /// -32 times the sum of each 16.
    pub(super) starts: [i32; INPUTS / 16],
    /// The sums of two neighbouring 32s, each in half of the bits, the first lowest.
    pub(super) sums: [i32; INPUTS / 64],
    pub(super) scale: f32,
}

impl InputBlock {
    pub(super) const ZERO: Self = Self {
        quads: [0; INPUTS / 4],
        starts: [0; INPUTS / 16],
        sums: [0; INPUTS / 64],
        scale: 0.0,
    };

    /// Number `index`, without the scale.
    pub(super) fn number(&self, index: usize) -> i32 {
        i32::from(self.quads[index / 4].to_le_bytes()[index % 4].cast_signed())
    }

    /// The sum of 32 numbers, without the scale.
    pub(super) fn sum(&self, part: usize) -> i32 {
        self.sums[part / 2] << (16 * (1 - part % 2)) >> 16
    }
}

/// Tokens ready for multiplying, `[token][block]`.
#[derive(Default)]
pub(in crate::decoder) struct Inputs {
    blocks: Vec<InputBlock>,
    per_token: usize,
}

impl Inputs {
    /// Makes room for `tokens` tokens of `width` numbers. What the room holds is not yet defined.
    pub(in crate::decoder) fn resize(&mut self, tokens: usize, width: usize) {
        self.per_token = width.div_ceil(INPUTS);
        self.blocks
            .resize(tokens * self.per_token, InputBlock::ZERO);
    }

    pub(in crate::decoder) fn tokens(&self) -> usize {
        self.blocks.len() / self.per_token.max(1)
    }

    /// The blocks of each token, to be filled by [`round`].
    pub(in crate::decoder) fn tokens_mut(&mut self) -> &mut [InputBlock] {
        &mut self.blocks
    }

    /// Blocks of one token.
    pub(in crate::decoder) fn per_token(&self) -> usize {
        self.per_token
    }

    pub(super) fn token(&self, token: usize) -> &[InputBlock] {
        &self.blocks[token * self.per_token..][..self.per_token]
    }
}

/// Rounds one token's numbers so that the largest of each 256 becomes 127 or -127.
///
/// The last block is filled up with zeros. The rounding is the same on every processor.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2+fma", "aarch64+neon"))]
pub(in crate::decoder) fn round(numbers: &[f32], blocks: &mut [InputBlock]) {
    let (whole, rest) = numbers.as_chunks::<INPUTS>();
    for (numbers, block) in whole.iter().zip(&mut *blocks) {
        round_block(numbers, block);
    }
    if let ([_, ..], Some(block)) = (rest, blocks.get_mut(whole.len())) {
        let mut numbers = [0.0; INPUTS];
        numbers[..rest.len()].copy_from_slice(rest);
        round_block(&numbers, block);
    }
}

#[inline(always)]
fn round_block(numbers: &[f32; INPUTS], block: &mut InputBlock) {
    // Numbers without their sign are in the same order as their bits.
    let mut largest = 0;
    for number in numbers {
        largest = number.abs().to_bits().max(largest);
    }
    let largest = f32::from_bits(largest);
    let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
    let mut bytes = [0_i8; INPUTS];
    for (byte, number) in bytes.iter_mut().zip(numbers) {
        // Adding 1.5 * 2^23 rounds to a whole number, which then stands in the lowest bits.
        *byte = (number * inverse + 12_582_912.0).to_bits() as i8;
    }
    let mut sums = [0_i32; INPUTS / 16];
    for (sum, bytes) in sums.iter_mut().zip(bytes.as_chunks::<16>().0) {
        for byte in bytes {
            *sum += i32::from(*byte);
        }
    }
    for (quad, bytes) in block.quads.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *quad = i32::from_le_bytes(bytes.map(i8::cast_unsigned));
    }
    for (start, sum) in block.starts.iter_mut().zip(sums) {
        *start = -32 * sum;
    }
    for (pair, sums) in block.sums.iter_mut().zip(sums.as_chunks::<4>().0) {
        *pair = (sums[0] + sums[1]) & 0xffff | (sums[2] + sums[3]) << 16;
    }
    block.scale = largest / 127.0;
}
