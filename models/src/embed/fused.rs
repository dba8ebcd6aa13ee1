//! What stands between two matrix products, each in one pass over the memory.

use candle_core::{CpuStorage, InplaceOp1, InplaceOp2, Layout, Result, bail};
use multiversion::multiversion;
use rayon::prelude::*;

/// Rows that one thread works on at a time.
const ROWS: usize = 32;

/// `hidden = normalize(hidden + addend + bias) * gain + shift`, row by row.
pub(super) struct AddNorm {
    pub(super) bias: Vec<f32>,
    pub(super) gain: Vec<f32>,
    pub(super) shift: Vec<f32>,
    pub(super) epsilon: f32,
}

impl InplaceOp2 for AddNorm {
    fn name(&self) -> &'static str {
        "add-norm"
    }

    fn cpu_fwd(
        &self,
        hidden: &mut CpuStorage,
        hidden_layout: &Layout,
        addend: &CpuStorage,
        addend_layout: &Layout,
    ) -> Result<()> {
        let hidden = whole_mut(hidden, hidden_layout)?;
        let addend = whole(addend, addend_layout)?;
        let block = ROWS * self.gain.len();
        hidden
            .par_chunks_mut(block)
            .zip(addend.par_chunks(block))
            .for_each(|(hidden, addend)| {
                add_norm(
                    hidden,
                    addend,
                    &self.bias,
                    &self.gain,
                    &self.shift,
                    self.epsilon,
                );
            });
        Ok(())
    }
}

/// `hidden = gelu(hidden + bias)` with the exact, error-function form of the activation.
pub(super) struct BiasGelu {
    pub(super) bias: Vec<f32>,
}

impl BiasGelu {
    /// On rows of as many numbers as the bias has.
    pub(super) fn apply(&self, rows: &mut [f32]) {
        bias_gelu(rows, &self.bias);
    }
}

impl InplaceOp1 for BiasGelu {
    fn name(&self) -> &'static str {
        "bias-gelu"
    }

    fn cpu_fwd(&self, hidden: &mut CpuStorage, layout: &Layout) -> Result<()> {
        whole_mut(hidden, layout)?
            .par_chunks_mut(ROWS * self.bias.len())
            .for_each(|rows| self.apply(rows));
        Ok(())
    }
}

/// The numbers of a contiguous tensor.
pub(super) fn whole<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("a contiguous tensor was expected")
    };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

fn whole_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("a contiguous tensor was expected")
    };
    match storage {
        CpuStorage::F32(values) => Ok(&mut values[start..end]),
        _ => bail!("32-bit numbers were expected"),
    }
}

#[multiversion(targets = "simd")]
fn add_norm(
    hidden: &mut [f32],
    addend: &[f32],
    bias: &[f32],
    gain: &[f32],
    shift: &[f32],
    epsilon: f32,
) {
    let width = gain.len();
    for (row, addend) in hidden
        .chunks_exact_mut(width)
        .zip(addend.chunks_exact(width))
    {
        for ((value, addend), bias) in row.iter_mut().zip(addend).zip(bias) {
            *value += addend + bias;
        }
        let mean = lane_sum(row, |value| value) / width as f32;
        let variance = lane_sum(row, |value| (value - mean) * (value - mean)) / width as f32;
        let scale = 1.0 / (variance + epsilon).sqrt();
        for ((value, gain), shift) in row.iter_mut().zip(gain).zip(shift) {
            *value = ((*value - mean) * scale).mul_add(*gain, *shift);
        }
    }
}

#[multiversion(targets = "simd")]
fn bias_gelu(rows: &mut [f32], bias: &[f32]) {
    for row in rows.chunks_exact_mut(bias.len()) {
        for (value, bias) in row.iter_mut().zip(bias) {
            *value = gelu(*value + bias);
        }
    }
}

/// Replaces the first `count` numbers of each row of scores by their exponentials, relative to the
/// largest of them, and sets the row's sum.
#[multiversion(targets = "simd")]
pub(super) fn exponentials(scores: &mut [f32], stride: usize, count: usize, sums: &mut [f32]) {
    for (row, sum) in scores.chunks_exact_mut(stride).zip(sums) {
        let row = &mut row[..count];
        let largest = lane_maximum(row);
        for value in row.iter_mut() {
            *value = exponential(*value - largest);
        }
        *sum = lane_sum(row, |value| value);
    }
}

/// Lanes of a sum that are kept apart, so that the compiler may add many numbers at a time.
const LANES: usize = 32;

#[expect(
    clippy::inline_always,
    reason = "it must be compiled with its caller's instructions"
)]
#[inline(always)]
fn lane_sum(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += term(*value);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|value| term(*value)).sum::<f32>()
}

#[expect(
    clippy::inline_always,
    reason = "it must be compiled with its caller's instructions"
)]
#[inline(always)]
fn lane_maximum(values: &[f32]) -> f32 {
    let larger = |one: f32, other: f32| if one > other { one } else { other };
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, *value);
        }
    }
    let mut largest = f32::NEG_INFINITY;
    for value in &lanes {
        largest = larger(largest, *value);
    }
    for value in rest {
        largest = larger(largest, *value);
    }
    largest
}

#[expect(
    clippy::inline_always,
    reason = "it must be compiled with its caller's instructions"
)]
#[inline(always)]
fn gelu(value: f32) -> f32 {
    0.5 * value * (1.0 + error_function(value * std::f32::consts::FRAC_1_SQRT_2))
}

/// Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26; the error is below 1.5e-7.
#[expect(
    clippy::inline_always,
    reason = "it must be compiled with its caller's instructions"
)]
#[inline(always)]
fn error_function(value: f32) -> f32 {
    let magnitude = value.abs();
    let t = 1.0 / magnitude.mul_add(0.327_591_1, 1.0);
    let polynomial = t * t
        .mul_add(1.061_405_4, -1.453_152_1)
        .mul_add(t, 1.421_413_8)
        .mul_add(t, -0.284_496_72)
        .mul_add(t, 0.254_829_6);
    (1.0 - polynomial * exponential(-magnitude * magnitude)).copysign(value)
}

/// Adding 1.5 * 2^23 rounds to a whole number, which then stands in the lowest bits.
const ROUND: f32 = 12_582_912.0;

/// e to a power of zero or less, to one part in a hundred thousand.
#[expect(
    clippy::inline_always,
    reason = "it must be compiled with its caller's instructions"
)]
#[inline(always)]
fn exponential(power: f32) -> f32 {
    let binary = power.max(-86.0) * std::f32::consts::LOG2_E;
    let rounded = binary + ROUND;
    let fraction = binary - (rounded - ROUND);
    // The series of 2^x = e^(x ln 2) around zero, for |x| <= 1/2.
    let series = fraction
        .mul_add(1.540_353e-4, 1.333_355_8e-3)
        .mul_add(fraction, 9.618_129e-3)
        .mul_add(fraction, 5.550_411e-2)
        .mul_add(fraction, 0.240_226_5)
        .mul_add(fraction, std::f32::consts::LN_2)
        .mul_add(fraction, 1.0);
    let power_of_two = f32::from_bits(rounded.to_bits().wrapping_add(127) << 23);
    series * power_of_two
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_is_exact_to_one_part_in_a_hundred_thousand() {
        for step in 0..8000 {
            let power = -step as f32 / 100.0;
            let expected = f64::from(power).exp();
            let error = (f64::from(exponential(power)) - expected).abs() / expected;
            assert!(error < 1e-5, "e^{power} is off by {error}");
        }
    }

    #[test]
    fn gelu_is_exact_where_it_is_known() {
        // From the tables of the normal distribution: x * P(X <= x).
        for (value, expected) in [
            (-3.0, -0.004_049_7),
            (-1.0, -0.158_655_3),
            (0.0, 0.0),
            (0.5, 0.345_731_2),
            (1.0, 0.841_344_7),
            (3.0, 2.995_950_3),
        ] {
            assert!((gelu(value) - expected).abs() < 1e-6, "gelu({value})");
        }
    }
}
