//! Shares and means with the range that chance alone explains, the same in every run.

use std::fmt;

use serde::Serialize;

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;

/// How many of how many, with the 95 % interval of a bootstrap over the cases.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Share {
    /// Cases that hold.
    pub(crate) count: usize,
    /// All cases.
    pub(crate) of: usize,
    /// From 0 to 1; 0 where there is no case.
    pub(crate) part: f64,
    /// 2.5th percentile.
    pub(crate) low: f64,
    /// 97.5th percentile.
    pub(crate) high: f64,
}

impl Share {
    /// The share of cases that hold.
    pub(crate) fn of(cases: impl Iterator<Item = bool>) -> Self {
        let values: Vec<f64> = cases.map(|holds| f64::from(u8::from(holds))).collect();
        let count = values.iter().filter(|value| **value > 0.5).count();
        let (low, high) = mean_interval(&values).unwrap_or((0.0, 0.0));
        Self {
            count,
            of: values.len(),
            part: count as f64 / values.len().max(1) as f64,
            low,
            high,
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.of == 0 {
            return formatter.write_str("–");
        }
        write!(
            formatter,
            "{:.1} % ({} of {}; {:.0}–{:.0} %)",
            self.part * 100.0,
            self.count,
            self.of,
            self.low * 100.0,
            self.high * 100.0
        )
    }
}

/// The 95 % interval of the mean of `values`, by a percentile bootstrap; `None` without values.
pub(crate) fn mean_interval(values: &[f64]) -> Option<(f64, f64)> {
    if values.is_empty() {
        return None;
    }
    let mut random = SplitMix(0x5EED);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let sum: f64 = (0..values.len())
                .map(|_| values[random.below(values.len())])
                .sum();
            sum / values.len() as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    Some((percentile(&means, 0.025)?, percentile(&means, 0.975)?))
}

/// The value below which `part` (0 to 1) of the sorted values lie, by the nearest rank.
pub(crate) fn percentile(sorted: &[f64], part: f64) -> Option<f64> {
    let rank = (part * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014): small, and the
/// same on every machine.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_says_how_sure_it_is() {
        let few = Share::of((0..10).map(|case| case < 8));
        let many = Share::of((0..1000).map(|case| case < 800));
        assert!((few.part - 0.8).abs() < 1e-9 && (many.part - 0.8).abs() < 1e-9);
        assert!(few.high - few.low > many.high - many.low);
        assert!(many.low > 0.77 && many.high < 0.83);
        assert_eq!(Share::of(std::iter::empty()).to_string(), "–");
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&values, 0.5), Some(50.0));
        assert_eq!(percentile(&values, 0.95), Some(95.0));
        assert_eq!(percentile(&[], 0.5), None);
    }
}
