//! The products with AVX2: eight rows at a time, sums of pairs in 16 bits.

use std::arch::x86_64::{
    __m256, __m256i, _mm_load_si128, _mm_loadl_epi64, _mm256_abs_epi8,
    _mm256_add_epi16, _mm256_add_epi32, _mm256_and_si256, _mm256_blend_epi16, _mm256_cvtepi8_epi32,
    _mm256_cvtepi32_ps, _mm256_cvtepu8_epi16, _mm256_cvtepu8_epi32, _mm256_cvtph_ps,
    _mm256_fmadd_ps, _mm256_fnmadd_ps, _mm256_load_si256, _mm256_madd_epi16, _mm256_maddubs_epi16,
    _mm256_mul_ps, _mm256_or_si256, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32,
    _mm256_set1_ps, _mm256_setzero_ps, _mm256_setzero_si256, _mm256_sign_epi8, _mm256_slli_epi16,
    _mm256_slli_epi32, _mm256_srli_epi16, _mm256_storeu_ps,
};

use super::{Bytes, Fours, InputBlock, Products, ROWS, Sixes, ask_ahead, ask_for_scales};
use crate::decoder::matrix::blocks::Quads;

/// Rows of one vector.
const HALF: usize = ROWS / 2;

#[target_feature(enable = "avx2")]
#[inline]
fn load(quads: &Quads, half: usize) -> __m256i {
    if half == 0 {
        ask_ahead(quads.as_ptr());
    }
    // SAFETY: the half is 32 bytes at a multiple of 32, as everything in a block of weights is.
    unsafe { _mm256_load_si256(quads[half * 32..half * 32 + 32].as_ptr().cast()) }
}

#[target_feature(enable = "avx2,f16c")]
#[inline]
fn load_halves(factors: &[u16; ROWS], half: usize) -> __m256 {
    // SAFETY: the half is 16 bytes at a multiple of 16.
    let factors =
        unsafe { _mm_load_si128(factors[half * HALF..half * HALF + HALF].as_ptr().cast()) };
    _mm256_cvtph_ps(factors)
}

/// Each of eight 32-bit numbers, which fit in 16 bits, in both halves of its bits.
#[target_feature(enable = "avx2")]
#[inline]
fn twice(scales: __m256i) -> __m256i {
    _mm256_blend_epi16::<0b1010_1010>(scales, _mm256_slli_epi32::<16>(scales))
}

#[target_feature(enable = "avx2")]
#[inline]
fn store<const TOKENS: usize>(sums: &[__m256; TOKENS], half: usize, products: &mut Products) {
    for (sums, products) in sums.iter().zip(products) {
        // SAFETY: the half is eight numbers.
        unsafe {
            _mm256_storeu_ps(
                products[half * HALF..half * HALF + HALF].as_mut_ptr(),
                *sums,
            );
        }
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn fours<const TOKENS: usize>(
    weights: &[Fours],
    tokens: [&&[InputBlock]; TOKENS],
    products: &mut Products,
) {
    for half in 0..2 {
        fours_half(weights, tokens, half, products);
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn fours_half<const TOKENS: usize>(
    weights: &[Fours],
    tokens: [&&[InputBlock]; TOKENS],
    half: usize,
    products: &mut Products,
) {
    let low = _mm256_set1_epi8(15);
    let mut results = [_mm256_setzero_ps(); TOKENS];
    for (block, weights) in weights.iter().enumerate() {
        let inputs: [&InputBlock; TOKENS] = std::array::from_fn(|token| &tokens[token][block]);
        if half == 0 {
            ask_for_scales(&weights.scales);
            ask_for_scales(&weights.mins);
            ask_for_scales(&weights.factors);
        }
        let mut sums = [_mm256_setzero_si256(); TOKENS];
        for part in 0..8 {
            // Sixteen products of at most 15 * 127 fit in 16 bits: 30,480.
            let mut pairs = [_mm256_setzero_si256(); TOKENS];
            for vector in 0..4 {
                let nibbles = load(&weights.nibbles[part][vector], half);
                let lows = _mm256_and_si256(nibbles, low);
                let highs = _mm256_and_si256(_mm256_srli_epi16::<4>(nibbles), low);
                let quad = part * 8 + vector;
                for token in 0..TOKENS {
                    let input = _mm256_set1_epi32(inputs[token].quads[quad]);
                    let product = _mm256_maddubs_epi16(lows, input);
                    pairs[token] = _mm256_add_epi16(pairs[token], product);
                    let input = _mm256_set1_epi32(inputs[token].quads[quad + 4]);
                    let product = _mm256_maddubs_epi16(highs, input);
                    pairs[token] = _mm256_add_epi16(pairs[token], product);
                }
            }
            // SAFETY: the half is eight bytes.
            let scales = unsafe {
                _mm_loadl_epi64(
                    weights.scales[part][half * HALF..half * HALF + HALF]
                        .as_ptr()
                        .cast(),
                )
            };
            let scales = twice(_mm256_cvtepu8_epi32(scales));
            for token in 0..TOKENS {
                let weighted = _mm256_madd_epi16(pairs[token], scales);
                sums[token] = _mm256_add_epi32(sums[token], weighted);
            }
        }
        let mut min_sums = [_mm256_setzero_si256(); TOKENS];
        for (pair, mins) in weights.mins.iter().enumerate() {
            // SAFETY: the half is 16 bytes at a multiple of 16.
            let mins =
                unsafe { _mm_load_si128(mins[half * HALF..half * HALF + HALF].as_ptr().cast()) };
            let mins = _mm256_cvtepu8_epi16(mins);
            for token in 0..TOKENS {
                let input = _mm256_set1_epi32(inputs[token].sums[pair]);
                let product = _mm256_madd_epi16(mins, input);
                min_sums[token] = _mm256_add_epi32(min_sums[token], product);
            }
        }
        let factors = load_halves(&weights.factors, half);
        let min_factors = load_halves(&weights.min_factors, half);
        for token in 0..TOKENS {
            let scale = _mm256_set1_ps(inputs[token].scale);
            let sum = _mm256_cvtepi32_ps(sums[token]);
            results[token] = _mm256_fmadd_ps(sum, _mm256_mul_ps(factors, scale), results[token]);
            let sum = _mm256_cvtepi32_ps(min_sums[token]);
            let factors = _mm256_mul_ps(min_factors, scale);
            results[token] = _mm256_fnmadd_ps(sum, factors, results[token]);
        }
    }
    store(&results, half, products);
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn sixes<const TOKENS: usize>(
    weights: &[Sixes],
    tokens: [&&[InputBlock]; TOKENS],
    products: &mut Products,
) {
    for half in 0..2 {
        sixes_half(weights, tokens, half, products);
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn sixes_half<const TOKENS: usize>(
    weights: &[Sixes],
    tokens: [&&[InputBlock]; TOKENS],
    half: usize,
    products: &mut Products,
) {
    let low = _mm256_set1_epi8(15);
    let high = _mm256_set1_epi8(0x30);
    let mut results = [_mm256_setzero_ps(); TOKENS];
    for (block, weights) in weights.iter().enumerate() {
        let inputs: [&InputBlock; TOKENS] = std::array::from_fn(|token| &tokens[token][block]);
        if half == 0 {
            ask_for_scales(&weights.scales);
            ask_for_scales(&weights.factors);
        }
        let mut sums = [_mm256_setzero_si256(); TOKENS];
        let mut offsets = [_mm256_setzero_si256(); TOKENS];
        for part in 0..8 {
            let tops = weights.highs[part]
                .each_ref()
                .map(|quads| load(quads, half));
            let scales = [0, 1].map(|sixteen| {
                let scales = &weights.scales[part * 2 + sixteen];
                // SAFETY: the half is eight bytes.
                let scales = unsafe {
                    _mm_loadl_epi64(scales[half * HALF..half * HALF + HALF].as_ptr().cast())
                };
                _mm256_cvtepi8_epi32(scales)
            });
            for sixteen in 0..2 {
                // Eight products of at most 63 * 127 would not fit in 16 bits: two sums of four.
                let mut pairs = [[_mm256_setzero_si256(); 2]; TOKENS];
                for vector in 0..4 {
                    let nibbles = load(&weights.nibbles[part][vector], half);
                    let tops = tops[vector % 2];
                    let (nibbles, tops) = match (sixteen, vector / 2) {
                        (0, 0) => (nibbles, _mm256_slli_epi16::<4>(tops)),
                        (0, _) => (nibbles, _mm256_slli_epi16::<2>(tops)),
                        (_, 0) => (_mm256_srli_epi16::<4>(nibbles), tops),
                        (_, _) => (
                            _mm256_srli_epi16::<4>(nibbles),
                            _mm256_srli_epi16::<2>(tops),
                        ),
                    };
                    let values = _mm256_or_si256(
                        _mm256_and_si256(nibbles, low),
                        _mm256_and_si256(tops, high),
                    );
                    let quad = part * 8 + sixteen * 4 + vector;
                    for token in 0..TOKENS {
                        let input = _mm256_set1_epi32(inputs[token].quads[quad]);
                        let product = _mm256_maddubs_epi16(values, input);
                        let pairs = &mut pairs[token][vector / 2];
                        *pairs = _mm256_add_epi16(*pairs, product);
                    }
                }
                let scales = twice(scales[sixteen]);
                for token in 0..TOKENS {
                    let weighted = pairs[token].map(|pairs| _mm256_madd_epi16(pairs, scales));
                    let weighted = _mm256_add_epi32(weighted[0], weighted[1]);
                    sums[token] = _mm256_add_epi32(sums[token], weighted);
                }
            }
            let both =
                _mm256_blend_epi16::<0b1010_1010>(scales[0], _mm256_slli_epi32::<16>(scales[1]));
            for token in 0..TOKENS {
                let starts = &inputs[token].starts;
                // A start is -32 times a sum of sixteen bytes, more than 16 bits hold.
                let (first, second) = (starts[part * 2] >> 5, starts[part * 2 + 1] >> 5);
                let pair = _mm256_set1_epi32(first & 0xffff | second << 16);
                offsets[token] = _mm256_add_epi32(offsets[token], _mm256_madd_epi16(both, pair));
            }
        }
        let factors = load_halves(&weights.factors, half);
        for token in 0..TOKENS {
            let sum = _mm256_add_epi32(sums[token], _mm256_slli_epi32::<5>(offsets[token]));
            let factors = _mm256_mul_ps(factors, _mm256_set1_ps(inputs[token].scale));
            results[token] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), factors, results[token]);
        }
    }
    store(&results, half, products);
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn bytes<const TOKENS: usize>(
    weights: &[Bytes],
    tokens: [&&[InputBlock]; TOKENS],
    products: &mut Products,
) {
    for half in 0..2 {
        bytes_half(weights, tokens, half, products);
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn bytes_half<const TOKENS: usize>(
    weights: &[Bytes],
    tokens: [&&[InputBlock]; TOKENS],
    half: usize,
    products: &mut Products,
) {
    let ones = _mm256_set1_epi16(1);
    let mut results = [_mm256_setzero_ps(); TOKENS];
    for (block, weights) in weights.iter().enumerate() {
        let inputs: [&InputBlock; TOKENS] = std::array::from_fn(|token| &tokens[token][block]);
        if half == 0 {
            ask_for_scales(&weights.factors);
        }
        for part in 0..8 {
            let mut dots = [_mm256_setzero_si256(); TOKENS];
            for (quad, quads) in weights.quads[part].iter().enumerate() {
                let values = load(quads, half);
                let sizes = _mm256_abs_epi8(values);
                for token in 0..TOKENS {
                    // One side must be unsigned: the sign goes to the other.
                    let input = _mm256_set1_epi32(inputs[token].quads[part * 8 + quad]);
                    let signed = _mm256_sign_epi8(input, values);
                    let product = _mm256_madd_epi16(_mm256_maddubs_epi16(sizes, signed), ones);
                    dots[token] = _mm256_add_epi32(dots[token], product);
                }
            }
            let factors = load_halves(&weights.factors[part], half);
            for token in 0..TOKENS {
                let factors = _mm256_mul_ps(factors, _mm256_set1_ps(inputs[token].scale));
                let dots = _mm256_cvtepi32_ps(dots[token]);
                results[token] = _mm256_fmadd_ps(dots, factors, results[token]);
            }
        }
    }
    store(&results, half, products);
}
