//! Arithmetic on rows of numbers, compiled for several instruction sets and chosen at run time.

#![expect(
    clippy::inline_always,
    reason = "what is inlined into a function compiled for an instruction set uses its instructions"
)]

use multiversion::multiversion;

/// Lanes of the running sums; a multiple of every vector width, and several vectors long so that
/// the additions do not wait for each other.
const LANES: usize = 32;

/// Scalar product of two rows of the same length.
#[inline(always)]
pub(super) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    let (left, left_rest) = left.as_chunks::<LANES>();
    let (right, right_rest) = right.as_chunks::<LANES>();
    for (left, right) in left.iter().zip(right) {
        for lane in 0..LANES {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let rest: f32 = left_rest
        .iter()
        .zip(right_rest)
        .map(|(left, right)| left * right)
        .sum();
    // Halving adds lane to lane as vectors; summing in order would add one number at a time.
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
    }
    sums[0] + rest
}

/// e to the power `x`, to about 1e-7 relative, for `x` from -87 to 88 (clamped beyond).
///
/// The range reduction and polynomial of Cephes `expf`, written without branches or calls so that
/// the compiler turns loops over it into vector code.
#[inline(always)]
pub(super) fn exponential(x: f32) -> f32 {
    /// Adding and subtracting it rounds to the nearest whole number.
    const ROUNDING: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUNDING;
    let power = shifted - ROUNDING;
    // ln 2 in two parts keeps the remainder exact.
    let rest = x - power * 0.693_359_4 + power * 2.121_944_4e-4;
    let mut series = 1.987_569_1e-4f32;
    for coefficient in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        series = series * rest + coefficient;
    }
    let fraction = series * rest * rest + rest + 1.0;
    // The low bits of `shifted` hold the power; moved into the exponent they make 2^power.
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    fraction * scale
}

/// Turns scores into weights that sum to one.
#[inline(always)]
pub(super) fn softmax(scores: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for score in scores.iter_mut() {
        *score = exponential(*score - highest);
    }
    let (chunks, rest) = scores.as_chunks::<LANES>();
    let mut sums = [0.0f32; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            sums[lane] += chunk[lane];
        }
    }
    let total = sums.iter().sum::<f32>() + rest.iter().sum::<f32>();
    let scale = 1.0 / total;
    for score in scores {
        *score *= scale;
    }
}

/// Root-mean-square normalisation of one row in place.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn rms_norm_row(row: &mut [f32], weight: &[f32], epsilon: f32) {
    let mean_square = dot(row, row) / row.len() as f32;
    let scale = 1.0 / (mean_square + epsilon).sqrt();
    for (value, weight) in row.iter_mut().zip(weight) {
        *value *= scale * weight;
    }
}

/// Adds one row of numbers to another.
#[inline(always)]
pub(super) fn add(sum: &mut [f32], row: &[f32]) {
    for (sum, number) in sum.iter_mut().zip(row) {
        *sum += number;
    }
}

/// Where the largest number stands, the first of several.
#[expect(
    clippy::float_cmp,
    reason = "it is looked for among those that it was taken from"
)]
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
pub(crate) fn largest(numbers: &[f32]) -> usize {
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] = if chunk[lane] > lanes[lane] {
                chunk[lane]
            } else {
                lanes[lane]
            };
        }
    }
    let largest = lanes
        .iter()
        .chain(rest)
        .copied()
        .fold(f32::NEG_INFINITY, f32::max);
    numbers
        .iter()
        .position(|number| *number == largest)
        .unwrap_or_default()
}

/// Makes `gate` into `gate * sigmoid(gate) * up`.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
pub(super) fn swiglu_row(gate: &mut [f32], up: &[f32]) {
    for (gate, up) in gate.iter_mut().zip(up) {
        *gate = *gate * up / (1.0 + exponential(-*gate));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_exponential_is_the_exponential() {
        for step in -8700..=8800 {
            let x = step as f32 / 100.0;
            let exact = f64::from(x).exp();
            let error = (f64::from(exponential(x)) - exact).abs() / exact;
            assert!(error < 3e-7, "e^{x}: relative error {error}");
        }
    }

    #[test]
    fn softmax_and_dot_agree_with_the_plain_sums() {
        let scores: Vec<f32> = (0..77).map(|i| (i as f32 * 0.37).sin() * 9.0).collect();
        let total: f32 = scores.iter().map(|score| score.exp()).sum();
        let mut weights = scores.clone();
        softmax(&mut weights);
        for (weight, score) in weights.iter().zip(&scores) {
            assert!((weight - score.exp() / total).abs() < 1e-6);
        }
        let plain: f32 = scores.iter().zip(&weights).map(|(a, b)| a * b).sum();
        assert!((dot(&scores, &weights) - plain).abs() < 1e-4);
    }
}
