//! Logistic regression with a ridge, by Newton's method.

/// Strength of the ridge on standardised features, in examples.
const RIDGE: f64 = 3.0;
/// Newton's method doubles its right digits each step; this is more than enough.
const STEPS: usize = 25;

/// A feature vector, whether the answer is yes, and how much the example counts.
pub(crate) struct Example {
    pub(crate) features: Vec<f64>,
    pub(crate) positive: bool,
    pub(crate) weight: f64,
}

/// A fitted model over standardised features.
pub(crate) struct Logistic {
    pub(crate) means: Vec<f64>,
    pub(crate) deviations: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    pub(crate) bias: f64,
}

impl Logistic {
    /// Fits the weighted examples.
    pub(crate) fn fit(examples: &[&Example]) -> Self {
        let width = examples.first().map_or(0, |example| example.features.len());
        let count = examples.len().max(1) as f64;
        let column = |place: usize| examples.iter().map(move |example| example.features[place]);
        let means: Vec<f64> = (0..width).map(|at| column(at).sum::<f64>() / count).collect();
        let deviations: Vec<f64> = (0..width)
            .map(|at| {
                let square: f64 = column(at).map(|value| (value - means[at]).powi(2)).sum();
                (square / count).sqrt().max(1e-9)
            })
            .collect();
        let mut model = Self {
            means,
            deviations,
            weights: vec![0.0; width],
            bias: 0.0,
        };
        let rows: Vec<Vec<f64>> = examples
            .iter()
            .map(|example| model.standardised(&example.features).chain([1.0]).collect())
            .collect();
        for _ in 0..STEPS {
            model.step(&rows, examples);
        }
        model
    }

    /// Probability of yes.
    pub(crate) fn probability(&self, features: &[f64]) -> f64 {
        let log_odds: f64 = self
            .standardised(features)
            .zip(&self.weights)
            .map(|(value, weight)| value * weight)
            .sum();
        1.0 / (1.0 + (-log_odds - self.bias).exp())
    }

    fn standardised<'a>(&'a self, features: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let scales = self.means.iter().zip(&self.deviations);
        features
            .iter()
            .zip(scales)
            .map(|(value, (mean, deviation))| (value - mean) / deviation)
    }

    fn step(&mut self, rows: &[Vec<f64>], examples: &[&Example]) {
        let width = self.weights.len() + 1;
        let mut gradient = vec![0.0; width];
        let mut hessian = vec![vec![0.0; width]; width];
        for at in 0..width - 1 {
            gradient[at] = -RIDGE * self.weights[at];
            hessian[at][at] = RIDGE;
        }
        for (row, example) in rows.iter().zip(examples) {
            let log_odds: f64 = row.iter().zip(&self.weights).map(|(x, w)| x * w).sum();
            let probability = 1.0 / (1.0 + (-log_odds - self.bias).exp());
            let truth = f64::from(u8::from(example.positive));
            let curvature = example.weight * (probability * (1.0 - probability)).max(1e-9);
            for at in 0..width {
                gradient[at] += example.weight * (truth - probability) * row[at];
                for other in 0..width {
                    hessian[at][other] += curvature * row[at] * row[other];
                }
            }
        }
        let change = solve(hessian, gradient);
        for (weight, change) in self.weights.iter_mut().zip(&change) {
            *weight += change;
        }
        self.bias += change[width - 1];
    }
}

/// Solves a symmetric positive definite system by elimination.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let width = right.len();
    for pivot in 0..width {
        let (upper, lower) = matrix.split_at_mut(pivot + 1);
        let pivot_row = &upper[pivot];
        for (offset, row) in lower.iter_mut().enumerate() {
            let factor = row[pivot] / pivot_row[pivot];
            for (value, above) in row.iter_mut().zip(pivot_row).skip(pivot) {
                *value -= factor * above;
            }
            right[pivot + 1 + offset] -= factor * right[pivot];
        }
    }
    for at in (0..width).rev() {
        let known: f64 = (at + 1..width).map(|other| matrix[at][other] * right[other]).sum();
        right[at] = (right[at] - known) / matrix[at][at];
    }
    right
}
