use std::collections::VecDeque;
use std::f64::consts::PI;

use crate::{ModelError, recognize::SAMPLE_RATE};

/// Zero crossings of the filter on each side.
const CROSSINGS: f64 = 24.0;
/// The band that is kept, as a share of what the lower rate can carry.
const BAND: f64 = 0.94;
/// The Kaiser window's shape: side lobes under -80 dB.
const KAISER: f64 = 8.0;
/// Rates of anything that records speech.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=192_000;

/// Brings a stream of any rate to 16 kHz, piece by piece, by a windowed sinc.
///
/// The same stream gives the same samples, however it is cut. The filter is symmetric and the
/// output begins where the input begins. See J. O. Smith, "Digital Audio Resampling".
#[derive(Clone, Debug)]
pub struct Resampler {
    /// One filter for each place of an output sample between two input samples.
    phases: Vec<Box<[f32]>>,
    /// Input samples that one output sample moves on, as a fraction over the number of phases.
    step: usize,
    /// Input samples before the middle of the filter.
    half: usize,
    kept: VecDeque<f32>,
    /// Where the next output sample stands from the first kept one, in phases of an input sample.
    place: usize,
    rate: u32,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// From `rate`, between 4 and 192 kHz.
    pub fn new(rate: u32) -> Result<Self, ModelError> {
        if !RATES.contains(&rate) {
            return Err(ModelError::Audio(format!("采样率 {rate} 赫兹不支持")));
        }
        let divisor = gcd(rate, SAMPLE_RATE);
        let count = (SAMPLE_RATE / divisor) as usize;
        let step = (rate / divisor) as usize;
        // The cutoff in cycles per input sample.
        let cutoff = 0.5 * BAND * f64::from(SAMPLE_RATE.min(rate)) / f64::from(rate);
        let half = (CROSSINGS / (2.0 * cutoff)).ceil() as usize;
        let phases = (0..count)
            .map(|phase| filter(half, phase as f64 / count as f64, cutoff))
            .collect();
        Ok(Self {
            phases,
            step,
            half,
            // Silence before the first sample.
            kept: std::iter::repeat_n(0.0, half - 1).collect(),
            place: 0,
            rate,
            taken: 0,
            given: 0,
        })
    }

    /// Takes samples and appends what they give to `output`; the last ones wait for their neighbours.
    pub fn push(&mut self, samples: &[f32], output: &mut Vec<f32>) {
        self.taken += samples.len() as u64;
        if self.rate == SAMPLE_RATE {
            output.extend_from_slice(samples);
            return;
        }
        self.kept.extend(samples);
        self.drain(output, u64::MAX);
    }

    /// The stream is over: gives what waited, so that the output is as long as the input.
    pub fn finish(mut self, output: &mut Vec<f32>) {
        if self.rate == SAMPLE_RATE {
            return;
        }
        let whole = (self.taken * u64::from(SAMPLE_RATE)).div_ceil(u64::from(self.rate));
        self.kept.extend(std::iter::repeat_n(0.0, 2 * self.half));
        self.drain(output, whole);
    }

    fn drain(&mut self, output: &mut Vec<f32>, most: u64) {
        let count = self.phases.len();
        let taps = 2 * self.half;
        let kept = self.kept.make_contiguous();
        while self.given < most {
            let first = self.place / count;
            let Some(window) = kept.get(first..first + taps) else {
                break;
            };
            let filter = &self.phases[self.place % count];
            output.push(
                filter
                    .iter()
                    .zip(window)
                    .map(|(tap, sample)| tap * sample)
                    .sum(),
            );
            self.place += self.step;
            self.given += 1;
        }
        let unneeded = (self.place / count).min(self.kept.len());
        self.kept.drain(..unneeded);
        self.place -= unneeded * count;
    }
}

/// The taps for an output sample that stands `phase` of a sample after the middle of the window.
fn filter(half: usize, phase: f64, cutoff: f64) -> Box<[f32]> {
    let taps: Vec<f64> = (0..2 * half)
        .map(|tap| {
            let distance = tap as f64 - (half as f64 - 1.0) - phase;
            let angle = 2.0 * PI * cutoff * distance;
            let sinc = if angle.abs() < 1e-9 {
                1.0
            } else {
                angle.sin() / angle
            };
            let edge = (distance / half as f64).clamp(-1.0, 1.0);
            sinc * bessel(KAISER * (1.0 - edge * edge).sqrt())
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|tap| (tap / sum) as f32).collect()
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..40 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

fn gcd(one: u32, other: u32) -> u32 {
    if other == 0 {
        one
    } else {
        gcd(other, one % other)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tone(rate: u32, hertz: f64, seconds: f64) -> Vec<f32> {
        let count = (f64::from(rate) * seconds) as usize;
        (0..count)
            .map(|place| (2.0 * PI * hertz * place as f64 / f64::from(rate)).sin() as f32 * 0.5)
            .collect()
    }

    fn resampled(rate: u32, samples: &[f32], pieces: &[usize]) -> Vec<f32> {
        let mut resampler = Resampler::new(rate).unwrap();
        let mut output = Vec::new();
        let mut rest = samples;
        for &piece in pieces {
            let (now, later) = rest.split_at(piece.min(rest.len()));
            resampler.push(now, &mut output);
            rest = later;
        }
        resampler.push(rest, &mut output);
        resampler.finish(&mut output);
        output
    }

    #[test]
    fn a_tone_stays_that_tone_at_its_place() {
        for rate in [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000] {
            let output = resampled(rate, &tone(rate, 1000.0, 0.5), &[]);
            let wanted = tone(SAMPLE_RATE, 1000.0, 0.5);
            assert!(output.len().abs_diff(wanted.len()) <= 1, "{rate}");
            let worst = output[800..7200]
                .iter()
                .zip(&wanted[800..])
                .map(|(one, other)| (one - other).abs())
                .fold(0.0, f32::max);
            assert!(worst < 2e-3, "{rate}: {worst}");
        }
    }

    #[test]
    fn what_16_khz_cannot_carry_is_gone() {
        let output = resampled(48_000, &tone(48_000, 11_000.0, 0.5), &[]);
        let loudest = output[800..7200]
            .iter()
            .fold(0.0_f32, |most, sample| most.max(sample.abs()));
        assert!(loudest < 1e-3, "{loudest}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn the_cutting_changes_nothing(
            rate in prop_oneof![Just(8_000_u32), Just(44_100), Just(48_000)],
            samples in prop::collection::vec(-1.0_f32..1.0, 0..3000),
            pieces in prop::collection::vec(0_usize..400, 0..12)
        ) {
            let whole = resampled(rate, &samples, &[]);
            prop_assert_eq!(&resampled(rate, &samples, &pieces), &whole);
            prop_assert!(whole.iter().all(|sample| sample.is_finite()));
        }
    }
}
