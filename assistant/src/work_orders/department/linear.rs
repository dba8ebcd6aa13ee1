//! One weight vector and bias a class, a weight a byte.

/// A linear score for each class.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// What a step of each class's weights is worth.
    pub(super) steps: Vec<f32>,
    /// Score of each class where nothing is known.
    pub(super) biases: Vec<f32>,
    /// Weights in steps: those of one place for all classes stand together.
    pub(super) weights: Vec<i8>,
}

impl Linear {
    /// Rounds weights, one vector a class, to 255 steps between the largest and its opposite.
    pub fn of(weights: &[Vec<f32>], biases: Vec<f32>) -> Self {
        let largest = |weights: &Vec<f32>| weights.iter().fold(0.0_f32, |most, w| most.max(w.abs()));
        let steps: Vec<f32> = weights.iter().map(|class| largest(class).max(1e-9) / 127.0).collect();
        let places = weights.first().map_or(0, Vec::len);
        let rounded = (0..places).flat_map(|place| {
            let classes = weights.iter().zip(&steps);
            classes.map(move |(class, step)| (class[place] / step).round() as i8)
        });
        Self {
            weights: rounded.collect(),
            steps,
            biases,
        }
    }

    /// Number of classes.
    pub(super) fn classes(&self) -> usize {
        self.steps.len()
    }

    /// The scores of a text given by the places that are not 0.
    pub fn scores(&self, values: impl Iterator<Item = (usize, f32)>) -> Vec<f32> {
        let classes = self.classes();
        let mut sums = vec![0.0; classes];
        for (place, value) in values {
            let weights = &self.weights[place * classes..(place + 1) * classes];
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += value * f32::from(*weight);
            }
        }
        let scaled = sums.into_iter().zip(&self.steps).map(|(sum, step)| sum * step);
        scaled.zip(&self.biases).map(|(score, bias)| score + bias).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_keeps_scores_within_half_a_step_a_place() {
        let weights = [vec![0.5, -1.27, 0.003], vec![30.0, 0.0, -12.0]];
        let linear = Linear::of(&weights, vec![0.1, -0.2]);
        let scores = linear.scores([(0, 1.0), (2, -2.0)].into_iter());
        for (class, exact) in [0.5 - 0.006 + 0.1, 30.0 + 24.0 - 0.2].into_iter().enumerate() {
            let allowed = 1.5 * linear.steps[class];
            assert!((scores[class] - exact).abs() <= allowed, "{scores:?}");
        }
    }
}
