//! A linear classifier over sentence vectors, fitted to examples by ridge regression.
//!
//! Fitted at every start, in a fraction of a second, so that it always fits the embedding model in
//! use. Scores are estimates of the probability of each class, were the classes as frequent as the
//! fit was told.

/// Ridge strength, as a share of the mean variance of a dimension.
const RIDGE: f64 = 0.3;

/// One weight vector and one bias a class.
pub(super) struct Classifier {
    /// Mean of the examples, taken off every vector.
    mean: Vec<f64>,
    weights: Vec<Vec<f64>>,
    /// Score of the mean itself.
    biases: Vec<f64>,
}

impl Classifier {
    /// Fits to examples, each with the number of its class; `frequencies` says how frequent each
    /// class is to be taken for, however many examples it has. They add up to 1.
    pub(super) fn fit(examples: &[(usize, Vec<f32>)], frequencies: &[f64]) -> Self {
        let classes = frequencies.len();
        let width = examples.first().map_or(0, |(_, vector)| vector.len());
        let mut sizes = vec![0_usize; classes];
        for (class, _) in examples {
            sizes[*class] += 1;
        }
        let weight = |class: usize| frequencies[class] / sizes[class].max(1) as f64;

        let mut mean = vec![0.0; width];
        for (class, vector) in examples {
            for (sum, value) in mean.iter_mut().zip(vector) {
                *sum += weight(*class) * f64::from(*value);
            }
        }
        let mut covariance = vec![vec![0.0; width]; width];
        let mut sums = vec![vec![0.0; width]; classes];
        for (class, vector) in examples {
            let centred = centred(vector, &mean);
            for (at, row) in covariance.iter_mut().enumerate() {
                let scaled = weight(*class) * centred[at];
                for (entry, value) in row[..=at].iter_mut().zip(&centred) {
                    *entry += scaled * value;
                }
            }
            for (sum, value) in sums[*class].iter_mut().zip(&centred) {
                *sum += weight(*class) * value;
            }
        }
        let variance: f64 = (0..width).map(|at| covariance[at][at]).sum::<f64>() / width.max(1) as f64;
        for (at, row) in covariance.iter_mut().enumerate() {
            row[at] += RIDGE * variance;
        }
        let factor = cholesky(covariance);
        Self {
            mean,
            weights: sums.into_iter().map(|sum| solve(&factor, sum)).collect(),
            biases: frequencies.to_vec(),
        }
    }

    /// The score of each class.
    pub(super) fn scores(&self, vector: &[f32]) -> Vec<f64> {
        let centred = centred(vector, &self.mean);
        let dots = self.weights.iter().map(|weights| dot(weights, &centred));
        dots.zip(&self.biases).map(|(dot, bias)| dot + bias).collect()
    }
}

fn centred(vector: &[f32], mean: &[f64]) -> Vec<f64> {
    vector.iter().zip(mean).map(|(value, mean)| f64::from(*value) - mean).collect()
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// The lower triangular factor of a positive definite matrix whose lower half is given.
fn cholesky(mut matrix: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    for row in 0..matrix.len() {
        let (above, below) = matrix.split_at_mut(row);
        let current = &mut below[0];
        for column in 0..row {
            let known = dot(&current[..column], &above[column][..column]);
            current[column] = (current[column] - known) / above[column][column];
        }
        let known = dot(&current[..row], &current[..row]);
        current[row] = (current[row] - known).max(f64::MIN_POSITIVE).sqrt();
    }
    matrix
}

/// Solves factor * factorᵀ * x = right.
fn solve(factor: &[Vec<f64>], mut right: Vec<f64>) -> Vec<f64> {
    for row in 0..right.len() {
        let known = dot(&factor[row][..row], &right[..row]);
        right[row] = (right[row] - known) / factor[row][row];
    }
    for row in (0..right.len()).rev() {
        right[row] /= factor[row][row];
        let value = right[row];
        for (earlier, entry) in right[..row].iter_mut().zip(&factor[row]) {
            *earlier -= entry * value;
        }
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_apart_are_told_apart_however_unequal_their_sizes() {
        // Three clouds around three corners, on a common offset as sentence vectors have.
        let corner = |class: usize, number: usize| {
            let mut vector = vec![0.8_f32; 6];
            vector[class] += 1.0;
            vector[3 + number % 3] += 0.1 * (number % 5) as f32;
            vector
        };
        let mut examples = Vec::new();
        for (class, size) in [(0, 50), (1, 5), (2, 8)] {
            examples.extend((0..size).map(|number| (class, corner(class, number))));
        }
        let classifier = Classifier::fit(&examples, &[0.4, 0.3, 0.3]);
        for class in 0..3 {
            let scores = classifier.scores(&corner(class, 7));
            let best = (0..3).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
            assert_eq!(best, Some(class), "{scores:?}");
            assert!((scores.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{scores:?}");
        }
    }
}
