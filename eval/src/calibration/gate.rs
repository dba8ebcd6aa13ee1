//! The gate: how likely it is that a question is covered, and from where on to answer.

use std::collections::BTreeMap;

use knowledge::{Calibration, Features, Gate, Weight};

use super::Asked;
use crate::cases::Set;
use crate::logistic::{Example, Logistic};
use crate::report::{Table, table};
use crate::shelf::Shelf;

/// Share of the uncovered questions that each of the two must decline.
const DECLINED: f64 = 0.88;
/// What every group of questions counts for, in examples, however many it has.
const GROUP: f64 = 300.0;
/// The feature that says nothing of a paper without prepared questions.
const NEAREST: &str = "nearest_question";

/// The gate that fits what was asked, shown on what was kept out.
pub(super) fn fitted(asked: &[Asked]) -> Gate {
    let mut sizes: BTreeMap<_, usize> = BTreeMap::new();
    for one in asked.iter().filter(|one| !one.case.held_out) {
        *sizes.entry(group(one)).or_default() += 1;
    }
    let calibrated = |prepared: bool| {
        let names: Vec<&str> = Features::NAMES.into_iter().filter(|name| prepared || *name != NEAREST).collect();
        let fitted = asked.iter().filter(|one| !one.case.held_out && features(one).prepared == prepared);
        let examples: Vec<Example> = fitted
            .map(|one| Example {
                features: named(features(one), &names),
                positive: one.shelf.covers(one.case),
                weight: GROUP / sizes[&group(one)] as f64,
            })
            .collect();
        calibration(&names, &examples)
    };
    let gate = Gate { prepared: calibrated(true), plain: calibrated(false) };
    show(asked, &gate);
    gate
}

/// Set, shelf and whether it is covered: each counts alike.
fn group(one: &Asked) -> (Set, Shelf, bool) {
    (one.case.set, one.shelf, one.shelf.covers(one.case))
}

fn features<'a>(one: &'a Asked) -> &'a Features {
    &one.result.gate.features
}

fn named(features: &Features, names: &[&str]) -> Vec<f64> {
    let values = Features::NAMES.iter().zip(&features.values);
    values.filter(|(name, _)| names.contains(name)).map(|(_, value)| f64::from(*value)).collect()
}

/// Fits the probability, and the threshold that declines enough.
fn calibration(names: &[&str], examples: &[Example]) -> Calibration {
    let model = Logistic::fit(&examples.iter().collect::<Vec<_>>());
    let mut uncovered: Vec<(f64, f64)> = examples
        .iter()
        .filter(|example| !example.positive)
        .map(|example| (model.probability(&example.features), example.weight))
        .collect();
    let threshold = weighted_quantile(&mut uncovered, DECLINED);
    let weights = names.iter().zip(&model.weights).zip(model.means.iter().zip(&model.deviations));
    Calibration {
        weights: weights
            .map(|((name, weight), (mean, deviation))| Weight {
                feature: (*name).to_owned(),
                mean: *mean as f32,
                deviation: *deviation as f32,
                weight: *weight as f32,
            })
            .collect(),
        bias: model.bias as f32,
        threshold: threshold as f32,
    }
}

/// The value below which this share of the weight lies.
pub(super) fn weighted_quantile(values: &mut [(f64, f64)], share: f64) -> f64 {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = values.iter().map(|(_, weight)| weight).sum();
    let mut below = 0.0;
    for (value, weight) in values.iter() {
        below += weight;
        if below >= share * total {
            return *value;
        }
    }
    1.0
}

/// Prints what is declined of what was kept out, by the gate before and by this one.
fn show(asked: &[Asked], gate: &Gate) {
    let declines = |gate: &Gate, one: &Asked| {
        let calibration = gate.calibration(features(one));
        calibration.probability(features(one)) < calibration.threshold
    };
    let mut groups: BTreeMap<_, Vec<&Asked>> = BTreeMap::new();
    for one in asked.iter().filter(|one| one.case.held_out) {
        groups.entry(group(one)).or_default().push(one);
    }
    let mut shown = Table::new("", ["set", "library", "", "number", "plain", "declined before", "declined"]);
    for ((set, shelf, covered), all) in &groups {
        let share = |holds: &dyn Fn(&Asked) -> bool| {
            let count = all.iter().filter(|one| holds(one)).count();
            format!("{:.3}", count as f64 / all.len() as f64)
        };
        let cells = [
            shelf.name().to_owned(),
            if *covered { "covered" } else { "uncovered" }.to_owned(),
            all.len().to_string(),
            share(&|one| !features(one).prepared),
            share(&|one| declines(Gate::calibrated(), one)),
            share(&|one| declines(gate, one)),
        ];
        shown.push(set.name(), cells.map(Into::into));
    }
    println!("{}", table(&shown));
    for (name, calibration) in [("prepared", &gate.prepared), ("plain", &gate.plain)] {
        println!("{name}: threshold {:.3}, bias {:.3}", calibration.threshold, calibration.bias);
        for weight in &calibration.weights {
            println!("{:>20} {:8.3}", weight.feature, weight.weight);
        }
    }
}
