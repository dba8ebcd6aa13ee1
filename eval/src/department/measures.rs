//! How right and how honest a classifier is.

use std::collections::BTreeMap;

use assistant::work_orders::department::Department;

use crate::report::{Cell, Measure, Unit};

/// Ranges of confidence that the calibration error looks at.
const RANGES: usize = 10;

/// One answer beside the truth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged {
    pub(crate) best: Department,
    pub(crate) truth: Department,
    /// Probability that was given to the best one; `None` where the classifier gives none.
    pub(crate) confidence: Option<f32>,
    /// Probability that was given to the true one.
    pub(crate) of_truth: f32,
}

impl Judged {
    /// An answer without a probability.
    pub(crate) fn plain(best: Department, truth: Department) -> Self {
        Self {
            best,
            truth,
            confidence: None,
            of_truth: f32::from(u8::from(best == truth)),
        }
    }

    /// The likeliest of several departments.
    pub(crate) fn of(
        probabilities: impl Iterator<Item = (Department, f32)> + Clone,
        truth: Department,
    ) -> Self {
        let best = probabilities.clone().max_by(|a, b| a.1.total_cmp(&b.1));
        let (best, confidence) = best.unwrap_or((truth, 0.0));
        let of_truth = probabilities.into_iter().find(|(department, _)| *department == truth);
        Self {
            best,
            truth,
            confidence: Some(confidence),
            of_truth: of_truth.map_or(0.0, |(_, probability)| probability),
        }
    }
}

/// What the answers come to.
#[derive(Clone, Debug)]
pub(crate) struct Measures {
    /// 1 for each message whose best department is the true one, else 0.
    pub(crate) right: Vec<f64>,
    /// Mean of the departments' F1.
    pub(crate) macro_f1: f64,
    /// Mean distance between confidence and share of right answers, over ten ranges of confidence
    /// (Naeini et al., 2015); `None` where no confidence is named.
    pub(crate) calibration_error: Option<f64>,
    /// Harmonic mean of precision and recall, by department.
    pub(crate) f1: BTreeMap<&'static str, f64>,
}

impl Measures {
    /// Head of the table that [`Self::row`] fills.
    pub(crate) const HEAD: [&str; 4] = ["classifier", "macro-F1", "accuracy", "calibration error"];

    /// Measures the answers.
    pub(crate) fn of(judged: &[Judged]) -> Self {
        let f1: BTreeMap<&'static str, f64> = judged
            .iter()
            .map(|one| (one.truth.name(), f1(judged, one.truth)))
            .collect();
        let right: Vec<f64> = judged.iter().map(|one| f64::from(u8::from(one.best == one.truth))).collect();
        Self {
            macro_f1: f1.values().sum::<f64>() / f1.len().max(1) as f64,
            calibration_error: calibration_error(judged),
            f1,
            right,
        }
    }

    /// The further cells of a row, over the cases of `set`.
    pub(crate) fn row(&self, set: &str, seed: u64) -> [Cell; 3] {
        let error = self.calibration_error.map(|error| Measure::new(error, Unit::Score).lower());
        [
            Measure::new(self.macro_f1, Unit::Score).into(),
            Measure::of_cases(set, &self.right, seed).into(),
            error.into(),
        ]
    }
}

fn f1(judged: &[Judged], department: Department) -> f64 {
    let count = |holds: fn(&Judged, Department) -> bool| {
        judged.iter().filter(|one| holds(one, department)).count() as f64
    };
    let right = count(|one, department| one.best == department && one.truth == department);
    let named = count(|one, department| one.best == department);
    let true_ones = count(|one, department| one.truth == department);
    2.0 * right / (named + true_ones).max(1.0)
}

fn calibration_error(judged: &[Judged]) -> Option<f64> {
    let mut sums = [0.0; RANGES];
    for one in judged {
        let confidence = f64::from(one.confidence?);
        let range = ((confidence * RANGES as f64) as usize).min(RANGES - 1);
        sums[range] += confidence - f64::from(u8::from(one.best == one.truth));
    }
    Some(sums.iter().map(|sum: &f64| sum.abs()).sum::<f64>() / judged.len().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_and_calibration_error_are_as_worked_out_by_hand() {
        use Department::{Health, Labour};
        let answer = |best, truth, confidence| {
            let other = if best == Health { Labour } else { Health };
            Judged::of([(best, confidence), (other, 1.0 - confidence)].into_iter(), truth)
        };
        let judged = [
            answer(Health, Health, 0.95),
            answer(Health, Health, 0.95),
            answer(Health, Labour, 0.65),
            answer(Labour, Labour, 0.65),
        ];
        let measures = Measures::of(&judged);
        assert!((measures.f1["卫生计生"] - 0.8).abs() < 1e-9);
        assert!((measures.f1["劳动和社会保障"] - 2.0 / 3.0).abs() < 1e-9);
        assert!((measures.right.iter().sum::<f64>() - 3.0).abs() < 1e-9);
        // Two at 0.95 all right: off by 0.05; two at 0.65 half right: off by 0.15.
        let error = measures.calibration_error.unwrap();
        assert!((error - 0.1).abs() < 1e-6, "{error}");
    }
}
