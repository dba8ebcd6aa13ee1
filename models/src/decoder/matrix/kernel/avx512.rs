//! The products with AVX-512 and its four-way products (VNNI).

use std::arch::x86_64::{
    __m512, __m512i, _mm_load_si128, _mm256_load_si256,
    _mm512_add_epi32, _mm512_and_si512, _mm512_cvtepi8_epi32, _mm512_cvtepi32_ps,
    _mm512_cvtepu8_epi16, _mm512_cvtepu8_epi32, _mm512_cvtph_ps, _mm512_dpbusd_epi32,
    _mm512_dpwssd_epi32, _mm512_fmadd_ps, _mm512_fnmadd_ps, _mm512_load_si512, _mm512_mul_ps,
    _mm512_mullo_epi32, _mm512_or_si512, _mm512_set1_epi8, _mm512_set1_epi32, _mm512_set1_ps,
    _mm512_setzero_ps, _mm512_setzero_si512, _mm512_slli_epi16, _mm512_srli_epi16,
    _mm512_storeu_ps, _mm512_xor_si512,
};

use super::{Bytes, Fours, InputBlock, Products, ROWS, Sixes, ask_ahead, ask_for_scales};
use crate::decoder::matrix::blocks::Quads;

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn load(quads: &Quads) -> __m512i {
    ask_ahead(quads.as_ptr());
    // SAFETY: 64 bytes, at a multiple of 64 as everything in a block of weights is.
    unsafe { _mm512_load_si512(quads.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn load_halves(factors: &[u16; ROWS]) -> __m512 {
    // SAFETY: 32 bytes, at a multiple of 32 in every block of weights.
    _mm512_cvtph_ps(unsafe { _mm256_load_si256(factors.as_ptr().cast()) })
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn store<const TOKENS: usize>(sums: &[__m512; TOKENS], products: &mut Products) {
    for (sums, products) in sums.iter().zip(products) {
        // SAFETY: sixteen numbers, wherever they stand.
        unsafe { _mm512_storeu_ps(products.as_mut_ptr(), *sums) };
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn fours<const TOKENS: usize>(
    weights: &[Fours],
    tokens: [&&[InputBlock]; TOKENS],
    products: &mut Products,
) {
    let low = _mm512_set1_epi8(15);
    let mut results = [_mm512_setzero_ps(); TOKENS];
    for (block, weights) in weights.iter().enumerate() {
        let inputs: [&InputBlock; TOKENS] = std::array::from_fn(|token| &tokens[token][block]);
        ask_for_scales(&weights.scales);
        ask_for_scales(&weights.mins);
        ask_for_scales(&weights.factors);
        let mut sums = [_mm512_setzero_si512(); TOKENS];
        for part in 0..8 {
            let mut dots = [_mm512_setzero_si512(); TOKENS];
            for vector in 0..4 {
                let nibbles = load(&weights.nibbles[part][vector]);
                let lows = _mm512_and_si512(nibbles, low);
                let highs = _mm512_and_si512(_mm512_srli_epi16::<4>(nibbles), low);
                let quad = part * 8 + vector;
                for token in 0..TOKENS {
                    let input = _mm512_set1_epi32(inputs[token].quads[quad]);
                    dots[token] = _mm512_dpbusd_epi32(dots[token], lows, input);
                    let input = _mm512_set1_epi32(inputs[token].quads[quad + 4]);
                    dots[token] = _mm512_dpbusd_epi32(dots[token], highs, input);
                }
            }
            // SAFETY: 16 bytes, at a multiple of 16.
            let scales = unsafe { _mm_load_si128(weights.scales[part].as_ptr().cast()) };
            let scales = _mm512_cvtepu8_epi32(scales);
            for token in 0..TOKENS {
                let weighted = _mm512_mullo_epi32(dots[token], scales);
                sums[token] = _mm512_add_epi32(sums[token], weighted);
            }
        }
        let mut min_sums = [_mm512_setzero_si512(); TOKENS];
        for (pair, mins) in weights.mins.iter().enumerate() {
            // SAFETY: 32 bytes, at a multiple of 32.
            let mins = unsafe { _mm256_load_si256(mins.as_ptr().cast()) };
            let mins = _mm512_cvtepu8_epi16(mins);
            for token in 0..TOKENS {
                let input = _mm512_set1_epi32(inputs[token].sums[pair]);
                min_sums[token] = _mm512_dpwssd_epi32(min_sums[token], mins, input);
            }
        }
        let factors = load_halves(&weights.factors);
        let min_factors = load_halves(&weights.min_factors);
        for token in 0..TOKENS {
            let scale = _mm512_set1_ps(inputs[token].scale);
            let sum = _mm512_cvtepi32_ps(sums[token]);
            results[token] = _mm512_fmadd_ps(sum, _mm512_mul_ps(factors, scale), results[token]);
            let sum = _mm512_cvtepi32_ps(min_sums[token]);
            let factors = _mm512_mul_ps(min_factors, scale);
            results[token] = _mm512_fnmadd_ps(sum, factors, results[token]);
        }
    }
    store(&results, products);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn sixes<const TOKENS: usize>(
    weights: &[Sixes],
    tokens: [&&[InputBlock]; TOKENS],
    products: &mut Products,
) {
    let low = _mm512_set1_epi8(15);
    let high = _mm512_set1_epi8(0x30);
    let mut results = [_mm512_setzero_ps(); TOKENS];
    for (block, weights) in weights.iter().enumerate() {
        let inputs: [&InputBlock; TOKENS] = std::array::from_fn(|token| &tokens[token][block]);
        ask_for_scales(&weights.scales);
        ask_for_scales(&weights.factors);
        let mut sums = [_mm512_setzero_si512(); TOKENS];
        for part in 0..8 {
            let tops = weights.highs[part].each_ref().map(|quads| load(quads));
            // The first sixteen inputs are the low nibbles, the other sixteen the high ones.
            for half in 0..2 {
                let start = part * 2 + half;
                let mut dots: [__m512i; TOKENS] =
                    std::array::from_fn(|token| _mm512_set1_epi32(inputs[token].starts[start]));
                for vector in 0..4 {
                    let nibbles = load(&weights.nibbles[part][vector]);
                    let tops = tops[vector % 2];
                    let (nibbles, tops) = match (half, vector / 2) {
                        (0, 0) => (nibbles, _mm512_slli_epi16::<4>(tops)),
                        (0, _) => (nibbles, _mm512_slli_epi16::<2>(tops)),
                        (_, 0) => (_mm512_srli_epi16::<4>(nibbles), tops),
                        (_, _) => (
                            _mm512_srli_epi16::<4>(nibbles),
                            _mm512_srli_epi16::<2>(tops),
                        ),
                    };
                    let values = _mm512_or_si512(
                        _mm512_and_si512(nibbles, low),
                        _mm512_and_si512(tops, high),
                    );
                    let quad = part * 8 + half * 4 + vector;
                    for token in 0..TOKENS {
                        let input = _mm512_set1_epi32(inputs[token].quads[quad]);
                        dots[token] = _mm512_dpbusd_epi32(dots[token], values, input);
                    }
                }
                // SAFETY: 16 bytes, at a multiple of 16.
                let scales = unsafe { _mm_load_si128(weights.scales[start].as_ptr().cast()) };
                let scales = _mm512_cvtepi8_epi32(scales);
                for token in 0..TOKENS {
                    let weighted = _mm512_mullo_epi32(dots[token], scales);
                    sums[token] = _mm512_add_epi32(sums[token], weighted);
                }
            }
        }
        let factors = load_halves(&weights.factors);
        for token in 0..TOKENS {
            let factors = _mm512_mul_ps(factors, _mm512_set1_ps(inputs[token].scale));
            let sum = _mm512_cvtepi32_ps(sums[token]);
            results[token] = _mm512_fmadd_ps(sum, factors, results[token]);
        }
    }
    store(&results, products);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn bytes<const TOKENS: usize>(
    weights: &[Bytes],
    tokens: [&&[InputBlock]; TOKENS],
    products: &mut Products,
) {
    // Weights must be unsigned: 128 more than they are, which the sums start from.
    let offset = _mm512_set1_epi8(i8::MIN);
    let mut results = [_mm512_setzero_ps(); TOKENS];
    for (block, weights) in weights.iter().enumerate() {
        let inputs: [&InputBlock; TOKENS] = std::array::from_fn(|token| &tokens[token][block]);
        ask_for_scales(&weights.factors);
        for part in 0..8 {
            let mut dots: [__m512i; TOKENS] =
                std::array::from_fn(|token| _mm512_set1_epi32(-128 * inputs[token].sum(part)));
            for (quad, quads) in weights.quads[part].iter().enumerate() {
                let values = _mm512_xor_si512(load(quads), offset);
                for token in 0..TOKENS {
                    let input = _mm512_set1_epi32(inputs[token].quads[part * 8 + quad]);
                    dots[token] = _mm512_dpbusd_epi32(dots[token], values, input);
                }
            }
            let factors = load_halves(&weights.factors[part]);
            for token in 0..TOKENS {
                let factors = _mm512_mul_ps(factors, _mm512_set1_ps(inputs[token].scale));
                let dots = _mm512_cvtepi32_ps(dots[token]);
                results[token] = _mm512_fmadd_ps(dots, factors, results[token]);
            }
        }
    }
    store(&results, products);
}
