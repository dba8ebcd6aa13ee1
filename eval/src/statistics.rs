//! Means with the range that chance alone explains, the same in every run.

use serde::Serialize;

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;

/// A mean with its 95 % interval, by a percentile bootstrap.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Estimate {
    /// The mean of the sample; 0 where it is empty.
    pub(crate) mean: f64,
    /// 2.5th percentile of the resampled means.
    pub(crate) low: f64,
    /// 97.5th percentile of the resampled means.
    pub(crate) high: f64,
}

impl Estimate {
    /// The mean of `values`; the same seed gives the same interval.
    pub(crate) fn of(values: &[f64], seed: u64) -> Self {
        if values.is_empty() {
            return Self {
                mean: 0.0,
                low: 0.0,
                high: 0.0,
            };
        }
        let size = values.len() as f64;
        let mut generator = Generator::new(seed);
        let mut means: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let draw = (0..values.len()).map(|_| values[generator.below(values.len())]);
                draw.sum::<f64>() / size
            })
            .collect();
        means.sort_unstable_by(f64::total_cmp);
        Self {
            mean: values.iter().sum::<f64>() / size,
            low: means[RESAMPLES / 40],
            high: means[RESAMPLES - 1 - RESAMPLES / 40],
        }
    }

    /// As it stands in a table: `0.512 (0.480–0.544)`.
    pub(crate) fn shown(&self) -> String {
        format!("{:.3} ({:.3}–{:.3})", self.mean, self.low, self.high)
    }
}

/// A small random generator, the same on every machine.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014): `SplitMix64`.
pub(crate) struct Generator(u64);

impl Generator {
    /// A generator whose draws follow from the seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A draw from 0 to `limit` - 1.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    /// Puts `items` into a random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
