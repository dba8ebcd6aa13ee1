//! The products with the instructions of x86-64.

use std::arch::x86_64::{
    _mm256_add_epi16, _mm256_add_epi32, _mm256_cvtepi32_ps, _mm256_fmadd_ps, _mm256_load_ps,
    _mm256_load_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_mul_ps, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_setzero_si256, _mm256_storeu_ps,
    _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_load_ps, _mm512_load_si512,
    _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512,
    _mm512_storeu_ps,
};

use super::{COLUMNS, InputBlock, Tile};
use crate::embed::blocks::BLOCK;

#[target_feature(enable = "avx512f,avx512vnni")]
pub(super) fn avx512_vnni(tile: &mut Tile<'_>) {
    match tile.inputs.len() / tile.weights[0].len() {
        1 => avx512_vnni_rows::<1>(tile),
        2 => avx512_vnni_rows::<2>(tile),
        3 => avx512_vnni_rows::<3>(tile),
        _ => avx512_vnni_rows::<4>(tile),
    }
}

#[target_feature(enable = "avx512f,avx512vnni")]
#[inline]
fn avx512_vnni_rows<const ROWS: usize>(tile: &mut Tile<'_>) {
    let [left, right] = tile.weights;
    let blocks = left.len();
    let rows: [&[InputBlock]; ROWS] =
        std::array::from_fn(|row| &tile.inputs[row * blocks..(row + 1) * blocks]);
    let mut sums = [[_mm512_setzero_ps(); 2]; ROWS];
    for (block, (left, right)) in left.iter().zip(right).enumerate() {
        let inputs: [&InputBlock; ROWS] = std::array::from_fn(|row| &rows[row][block]);
        let mut products = [[_mm512_setzero_si512(); 2]; ROWS];
        for row in 0..ROWS {
            products[row] = [_mm512_set1_epi32(inputs[row].start); 2];
        }
        for quad in 0..BLOCK / 4 {
            // SAFETY: a quad of weights is 64 bytes and stands at a multiple of 64.
            let one = unsafe { _mm512_load_si512(left.quads[quad].as_ptr().cast()) };
            // SAFETY: as above.
            let other = unsafe { _mm512_load_si512(right.quads[quad].as_ptr().cast()) };
            for row in 0..ROWS {
                let input = _mm512_set1_epi32(inputs[row].quads[quad]);
                products[row][0] = _mm512_dpbusd_epi32(products[row][0], one, input);
                products[row][1] = _mm512_dpbusd_epi32(products[row][1], other, input);
            }
        }
        // SAFETY: the 16 scales of 32 bits stand at a multiple of 64.
        let left_scales = unsafe { _mm512_load_ps(left.scales.as_ptr()) };
        // SAFETY: as above.
        let right_scales = unsafe { _mm512_load_ps(right.scales.as_ptr()) };
        let scales = [left_scales, right_scales];
        for row in 0..ROWS {
            let scale = _mm512_set1_ps(inputs[row].scale);
            for side in 0..2 {
                sums[row][side] = _mm512_fmadd_ps(
                    _mm512_cvtepi32_ps(products[row][side]),
                    _mm512_mul_ps(scales[side], scale),
                    sums[row][side],
                );
            }
        }
    }
    for (sums, products) in sums
        .iter()
        .zip(tile.products.chunks_exact_mut(tile.outputs))
    {
        let products = &mut products[tile.first..tile.first + 2 * COLUMNS];
        // SAFETY: the slice holds 32 numbers, two vectors of 16.
        unsafe {
            _mm512_storeu_ps(products.as_mut_ptr(), sums[0]);
            _mm512_storeu_ps(products.as_mut_ptr().add(COLUMNS), sums[1]);
        }
    }
}

#[target_feature(enable = "avx2,fma")]
pub(super) fn avx2(tile: &mut Tile<'_>) {
    match tile.inputs.len() / tile.weights[0].len() {
        1 => avx2_rows::<1>(tile),
        2 => avx2_rows::<2>(tile),
        3 => avx2_rows::<3>(tile),
        _ => avx2_rows::<4>(tile),
    }
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn avx2_rows<const ROWS: usize>(tile: &mut Tile<'_>) {
    let blocks = tile.weights[0].len();
    let rows: [&[InputBlock]; ROWS] =
        std::array::from_fn(|row| &tile.inputs[row * blocks..(row + 1) * blocks]);
    // Eight outputs at a time: half a run.
    for quarter in 0..4 {
        let weights = tile.weights[quarter / 2];
        let half = quarter % 2 * COLUMNS / 2;
        let mut sums = [_mm256_setzero_ps(); ROWS];
        for (block, weights) in weights.iter().enumerate() {
            let inputs: [&InputBlock; ROWS] = std::array::from_fn(|row| &rows[row][block]);
            let mut pairs = [_mm256_setzero_si256(); ROWS];
            for quad in 0..BLOCK / 4 {
                // SAFETY: half a quad of weights is 32 bytes.
                let weights = unsafe {
                    _mm256_load_si256(weights.quads[quad][4 * half..4 * half + 32].as_ptr().cast())
                };
                for row in 0..ROWS {
                    // Sixteen products of at most 15 * 127 fit in 16 bits: 30,480.
                    let products =
                        _mm256_maddubs_epi16(weights, _mm256_set1_epi32(inputs[row].quads[quad]));
                    pairs[row] = _mm256_add_epi16(pairs[row], products);
                }
            }
            // SAFETY: half of the scales are eight numbers.
            let scales = unsafe { _mm256_load_ps(weights.scales[half..half + 8].as_ptr()) };
            for row in 0..ROWS {
                let products = _mm256_add_epi32(
                    _mm256_madd_epi16(pairs[row], _mm256_set1_epi16(1)),
                    _mm256_set1_epi32(inputs[row].start),
                );
                sums[row] = _mm256_fmadd_ps(
                    _mm256_cvtepi32_ps(products),
                    _mm256_mul_ps(scales, _mm256_set1_ps(inputs[row].scale)),
                    sums[row],
                );
            }
        }
        let first = tile.first + quarter * COLUMNS / 2;
        for (sums, products) in sums
            .iter()
            .zip(tile.products.chunks_exact_mut(tile.outputs))
        {
            // SAFETY: the slice holds eight numbers.
            unsafe { _mm256_storeu_ps(products[first..first + 8].as_mut_ptr(), *sums) };
        }
    }
}
