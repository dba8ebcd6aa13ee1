//! Linear separation with the widest margin, by coordinate descent on the dual.
//!
//! Hsieh et al., "A dual coordinate descent method for large-scale linear SVM" (2008): squared
//! hinge loss, ridge on the weights and on the bias, which is the weight of a feature that is 1
//! everywhere.

use crate::statistics::Generator;

/// Sweeps over the examples, at most.
const SWEEPS: usize = 60;

/// The largest step of a sweep below which more would change nothing that matters.
const ENOUGH: f32 = 0.01;

/// An example: places that are not 0, and the values there.
pub(crate) type Row = Vec<(u32, f32)>;

/// The cost of an example on the wrong side, for examples of the class and for the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Costs {
    pub(crate) inside: f32,
    pub(crate) outside: f32,
}

/// Weights and bias that tell the examples of a class from all others.
pub(crate) fn separate(
    rows: &[Row],
    width: usize,
    inside: &[bool],
    costs: Costs,
    seed: u64,
) -> (Vec<f32>, f32) {
    let mut weights = vec![0.0_f32; width];
    let mut bias = 0.0_f32;
    let mut pulls = vec![0.0_f32; rows.len()];
    let softness = |inside: bool| 0.5 / if inside { costs.inside } else { costs.outside };
    let norms: Vec<f32> = rows
        .iter()
        .zip(inside)
        .map(|(row, inside)| {
            row.iter().map(|(_, value)| value * value).sum::<f32>() + 1.0 + softness(*inside)
        })
        .collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut generator = Generator::new(seed);
    for _ in 0..SWEEPS {
        generator.shuffle(&mut order);
        let mut largest = 0.0_f32;
        for number in order.iter().copied() {
            let side = if inside[number] { 1.0 } else { -1.0 };
            let mut score = bias;
            for (place, value) in &rows[number] {
                score += weights[*place as usize] * value;
            }
            let gradient = side * score - 1.0 + softness(inside[number]) * pulls[number];
            let pull = (pulls[number] - gradient / norms[number]).max(0.0);
            let step = pull - pulls[number];
            if step.abs() < 1e-7 {
                continue;
            }
            largest = largest.max((step * norms[number]).abs());
            pulls[number] = pull;
            bias += side * step;
            for (place, value) in &rows[number] {
                weights[*place as usize] += side * step * value;
            }
        }
        if largest < ENOUGH {
            break;
        }
    }
    (weights, bias)
}

/// Tells each of several classes from the others; `balance` (0 to 1) evens out their sizes.
pub(crate) fn separate_all(
    rows: &[Row],
    width: usize,
    class_of: &[usize],
    classes: usize,
    cost: f32,
    balance: f32,
    seed: u64,
) -> (Vec<Vec<f32>>, Vec<f32>) {
    let one = |class: usize| {
        let inside: Vec<bool> = class_of.iter().map(|other| *other == class).collect();
        let size = inside.iter().filter(|inside| **inside).count().max(1);
        let even = rows.len() as f32 / (classes * size) as f32;
        let costs = Costs {
            inside: cost * even.powf(balance),
            outside: cost,
        };
        separate(rows, width, &inside, costs, seed)
    };
    (0..classes).map(one).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_apart_are_told_apart() {
        let rows: Vec<Row> = (0..90)
            .map(|number| vec![(number % 3, 1.0), (3 + number % 5, 0.3)])
            .collect();
        let class_of: Vec<usize> = (0..90).map(|number| number % 3).collect();
        let (weights, biases) = separate_all(&rows, 8, &class_of, 3, 1.0, 1.0, 1);
        for (row, class) in rows.iter().zip(class_of) {
            let score = |class: usize| {
                let values = row.iter().map(|(place, value)| weights[class][*place as usize] * value);
                values.sum::<f32>() + biases[class]
            };
            let best = (0..3).max_by(|a, b| score(*a).total_cmp(&score(*b)));
            assert_eq!(best, Some(class));
            assert!(score(class) > 0.5);
        }
    }
}
