//! Means with the range that chance alone explains, the same in every run.

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;

/// A mean, or another figure, with its 95 % interval, by a percentile bootstrap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate {
    /// The figure of the sample; 0 where it is empty.
    pub(crate) mean: f64,
    /// 2.5th percentile of the resampled figures.
    pub(crate) low: f64,
    /// 97.5th percentile of the resampled figures.
    pub(crate) high: f64,
}

impl Estimate {
    /// The mean of `values`; the same seed gives the same interval.
    pub(crate) fn of(values: &[f64], seed: u64) -> Self {
        Self::bootstrapped(values, seed, |values| {
            values.iter().sum::<f64>() / values.len() as f64
        })
    }

    /// The value below which `part` (0 to 1) of `values` lie.
    pub(crate) fn of_percentile(values: &[f64], part: f64, seed: u64) -> Self {
        Self::bootstrapped(values, seed, |values| {
            values.sort_unstable_by(f64::total_cmp);
            percentile(values, part).unwrap_or_default()
        })
    }

    /// What `statistic` says of `values` and of resamples of them; it may reorder what it gets.
    fn bootstrapped(values: &[f64], seed: u64, statistic: impl Fn(&mut [f64]) -> f64) -> Self {
        if values.is_empty() {
            return Self {
                mean: 0.0,
                low: 0.0,
                high: 0.0,
            };
        }
        let mut generator = Generator::new(seed);
        let mut sample = values.to_vec();
        let mean = statistic(&mut sample);
        let mut resampled: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                for value in &mut sample {
                    *value = values[generator.below(values.len())];
                }
                statistic(&mut sample)
            })
            .collect();
        resampled.sort_unstable_by(f64::total_cmp);
        Self {
            mean,
            low: resampled[RESAMPLES / 40],
            high: resampled[RESAMPLES - 1 - RESAMPLES / 40],
        }
    }
}

/// The share `count` of `of` with Wilson's 95 % interval (Wilson, 1927), which also holds where few
/// were counted; all 0 where `of` is.
pub(crate) fn proportion(count: usize, of: usize) -> Estimate {
    /// 97.5th percentile of the normal distribution.
    const REACH: f64 = 1.959_964;
    if of == 0 {
        return Estimate {
            mean: 0.0,
            low: 0.0,
            high: 0.0,
        };
    }
    let (size, mean) = (of as f64, count as f64 / of as f64);
    let square = REACH * REACH / size;
    let centre = (mean + square / 2.0) / (1.0 + square);
    let reach = REACH * (mean * (1.0 - mean) / size + square / (4.0 * size)).sqrt() / (1.0 + square);
    Estimate {
        mean,
        low: (centre - reach).max(0.0),
        high: (centre + reach).min(1.0),
    }
}

/// The value below which `part` (0 to 1) of the sorted values lie, by the nearest rank.
pub(crate) fn percentile(sorted: &[f64], part: f64) -> Option<f64> {
    let rank = (part * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_says_how_sure_it_is() {
        let values = |count: usize, of: usize| -> Vec<f64> {
            (0..of).map(|case| f64::from(u8::from(case < count))).collect()
        };
        for (few, many) in [
            (Estimate::of(&values(8, 10), 1), Estimate::of(&values(800, 1000), 1)),
            (proportion(8, 10), proportion(800, 1000)),
        ] {
            assert!((few.mean - 0.8).abs() < 1e-9 && (many.mean - 0.8).abs() < 1e-9);
            assert!(few.high - few.low > many.high - many.low);
            assert!(many.low > 0.77 && many.high < 0.83);
        }
        assert!(proportion(0, 150).high > 0.01, "none of 150 does not mean never");
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&values, 0.5), Some(50.0));
        assert_eq!(percentile(&values, 0.95), Some(95.0));
        assert_eq!(percentile(&[], 0.5), None);
    }
}
