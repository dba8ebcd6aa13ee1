//! The innermost loops: sixteen rows times a few tokens.
//!
//! Every kernel adds the same whole numbers exactly and rounds the same few products in the same
//! order. So each token's result is the same, bit for bit, whichever instructions computed it and
//! however many tokens it was computed with; reading ahead and serving several at once rest on it.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;
#[cfg(test)]
mod tests;

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};

use super::{
    blocks::{Block, Bytes, Fours, ROWS, Sixes},
    inputs::InputBlock,
};

/// Tokens that are worked on together at most.
pub(super) const TILE: usize = 8;

/// How far before their use weights are asked for, in bytes: some three blocks.
#[cfg(target_arch = "x86_64")]
const AHEAD: usize = 8192;

/// Asks for the 64 bytes that stand [`AHEAD`] of a place, into the second cache: the first has too
/// few lines under way for what memory can give.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse")]
#[inline]
fn ask_ahead(place: *const u8) {
    _mm_prefetch::<_MM_HINT_T1>(place.wrapping_add(AHEAD).cast());
}

/// Asks for all that stands [`AHEAD`] of these scales or factors. Where only the weights are asked
/// for, these few lines come late, and a single token waits for them as long as for all else.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse")]
#[inline]
fn ask_for_scales<T>(scales: &[T]) {
    for line in (0..size_of_val(scales)).step_by(64) {
        ask_ahead(scales.as_ptr().cast::<u8>().wrapping_add(line));
    }
}

/// Products of sixteen rows with each token of a tile.
pub(super) type Products = [[f32; ROWS]; TILE];

/// The instructions that products are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instructions {
    /// AVX-512 with VNNI: four products and their sum in one instruction, sixteen rows at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    /// AVX2 with FMA: pairs of products in 16 bits, eight rows at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Those that every processor has.
    Plain,
}

impl Instructions {
    /// Those that this processor has, the fastest first.
    pub fn available() -> Vec<Self> {
        let mut available = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("f16c");
            if avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vnni")
            {
                available.push(Self::Avx512Vnni);
            }
            if avx2 {
                available.push(Self::Avx2);
            }
        }
        available.push(Self::Plain);
        available
    }

    /// The fastest that this processor has.
    pub fn best() -> Self {
        Self::available()[0]
    }
}

/// Weights that the kernels can multiply.
pub(in crate::decoder) trait Multiply: Block {
    /// Products of sixteen rows, block after block, with one to [`TILE`] tokens.
    ///
    /// Each token has as many blocks as the rows. `instructions` come from
    /// [`Instructions::available`].
    fn multiply(
        weights: &[Self],
        tokens: &[&[InputBlock]],
        products: &mut Products,
        instructions: Instructions,
    );
}

/// Calls the kernel that is compiled for the number of tokens.
macro_rules! for_tokens {
    ($kernel:path, $weights:expr, $tokens:expr, $products:expr) => {
        match $tokens {
            [a] => $kernel($weights, [a], $products),
            [a, b] => $kernel($weights, [a, b], $products),
            [a, b, c] => $kernel($weights, [a, b, c], $products),
            [a, b, c, d] => $kernel($weights, [a, b, c, d], $products),
            [a, b, c, d, e] => $kernel($weights, [a, b, c, d, e], $products),
            [a, b, c, d, e, f] => $kernel($weights, [a, b, c, d, e, f], $products),
            [a, b, c, d, e, f, g] => $kernel($weights, [a, b, c, d, e, f, g], $products),
            [a, b, c, d, e, f, g, h] => $kernel($weights, [a, b, c, d, e, f, g, h], $products),
            _ => unreachable!("a tile holds one to {TILE} tokens"),
        }
    };
}

macro_rules! multiply {
    ($block:ty, $name:ident) => {
        impl Multiply for $block {
            fn multiply(
                weights: &[Self],
                tokens: &[&[InputBlock]],
                products: &mut Products,
                instructions: Instructions,
            ) {
                assert!(tokens.iter().all(|token| token.len() == weights.len()));
                match instructions {
                    // SAFETY: `available` found the instructions on this processor, and the value
                    // comes from nowhere else.
                    #[cfg(target_arch = "x86_64")]
                    Instructions::Avx512Vnni => unsafe {
                        for_tokens!(avx512::$name, weights, tokens, products);
                    },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Instructions::Avx2 => unsafe {
                        for_tokens!(avx2::$name, weights, tokens, products);
                    },
                    Instructions::Plain => scalar::$name(weights, tokens, products),
                }
            }
        }
    };
}

multiply!(Fours, fours);
multiply!(Sixes, sixes);
multiply!(Bytes, bytes);
