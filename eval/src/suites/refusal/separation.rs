//! How well a score tells two kinds apart, whatever the threshold.

use crate::statistics::{Estimate, Generator};

/// Resamples; each sorts everything, so fewer than elsewhere.
const RESAMPLES: usize = 400;

/// The probability that a random positive scores higher than a random negative (the area under the
/// curve of true against false positives; Hanley and McNeil, 1982), ties counting half; `None` where
/// one of the kinds is missing.
pub(super) fn separation(scores: &[(f64, bool)], seed: u64) -> Option<Estimate> {
    let mean = area(scores.to_vec())?;
    let mut generator = Generator::new(seed);
    let mut areas: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| area((0..scores.len()).map(|_| scores[generator.below(scores.len())]).collect()))
        .collect();
    areas.sort_unstable_by(f64::total_cmp);
    let at = |part: usize| areas.get(areas.len() * part / 40).copied().unwrap_or(mean);
    Some(Estimate {
        mean,
        low: at(1),
        high: at(39),
    })
}

fn area(mut scores: Vec<(f64, bool)>) -> Option<f64> {
    scores.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let (mut below, mut won) = (0.0, 0.0);
    for equal in scores.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq()) {
        let positives = equal.iter().filter(|(_, positive)| *positive).count() as f64;
        let negatives = equal.len() as f64 - positives;
        won += positives * (below + negatives / 2.0);
        below += negatives;
    }
    let positives = scores.len() as f64 - below;
    (positives > 0.0 && below > 0.0).then(|| won / (positives * below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separation_is_one_for_a_perfect_score_and_a_half_for_none() {
        let perfect = separation(&[(0.1, false), (0.2, false), (0.8, true), (0.9, true)], 1).unwrap();
        assert!((perfect.mean - 1.0).abs() < 1e-9);
        let none = separation(&[(0.5, false), (0.5, true), (0.5, false), (0.5, true)], 1).unwrap();
        assert!((none.mean - 0.5).abs() < 1e-9);
        assert!(separation(&[(0.5, true)], 1).is_none());
    }
}
