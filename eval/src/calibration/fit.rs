//! The ranking's weights, by coordinate ascent on the mean reciprocal rank.
//!
//! Metzler, Croft: Linear feature-based models for information retrieval (2007). Few weights and
//! the measure itself as the aim: nothing has to be assumed about the passages that are not right.

use std::collections::BTreeMap;

use knowledge::{Library, RankingWeights, Signals};

use crate::cases::{Case, Set};
use crate::report::{Table, table};
use crate::shelf::ask;
use crate::suites::progress_bar;

const WIDTH: usize = Signals::NAMES.len();
/// Steps that each weight tries, in standard deviations of the fused score.
const STEPS: [f32; 7] = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
/// Rounds over all weights; the ascent ends earlier where nothing gets better.
const ROUNDS: usize = 30;
/// A step that gains less is chance.
const LEAST_GAIN: f64 = 1e-4;
/// Places that count.
const DEPTH: usize = 10;

/// What was found for one question.
pub(super) struct Ranked {
    /// The set and the library, as the table names them.
    group: String,
    held_out: bool,
    right: Vec<[f32; WIDTH]>,
    wrong: Vec<[f32; WIDTH]>,
}

/// Asks every question that is covered.
pub(super) fn ranked(library: &Library, cases: &[&Case], name: &str) -> anyhow::Result<Vec<Ranked>> {
    let covered: Vec<&&Case> = cases.iter().filter(|case| !case.gold.is_empty()).collect();
    let bar = progress_bar(covered.len(), "asking")?;
    let mut lists = Vec::with_capacity(covered.len());
    for case in covered {
        bar.inc(1);
        let evidence = ask(library, case, usize::MAX)?.evidence;
        let (right, mut wrong): (Vec<_>, Vec<_>) = evidence
            .iter()
            .partition(|evidence| case.gold.iter().any(|place| place.holds(evidence)));
        if case.set == Set::GuideQuestions {
            // Another section of the right guide may answer as well.
            wrong.retain(|wrong| right.iter().all(|right| right.edition_id != wrong.edition_id));
        }
        let values = |evidence: Vec<&knowledge::Evidence>| {
            evidence.iter().map(|evidence| evidence.scores.signals.values).collect()
        };
        lists.push(Ranked {
            group: format!("{}, {name}", case.set.name()),
            held_out: case.held_out,
            right: values(right),
            wrong: values(wrong),
        });
    }
    bar.finish_and_clear();
    Ok(lists)
}

/// The weights that rank best, every group of questions counting alike.
pub(super) fn ranking(lists: &[Ranked]) -> RankingWeights {
    let fitted: Vec<&Ranked> = lists.iter().filter(|list| !list.held_out).collect();
    let scales = scales(&fitted);
    let before = RankingWeights::calibrated();
    let mut weights = before.weights;
    let mut best = objective(&fitted, &weights);
    for _ in 0..ROUNDS {
        let start = best;
        for at in 0..WIDTH {
            let unit = spread(&weights, &scales) / scales[at];
            for step in STEPS.iter().flat_map(|step| [*step, -step]) {
                let mut tried = weights;
                tried[at] += step * unit;
                let reached = objective(&fitted, &tried);
                if reached > best + LEAST_GAIN {
                    (best, weights) = (reached, tried);
                }
            }
        }
        if best - start < LEAST_GAIN {
            break;
        }
    }
    let after = RankingWeights {
        fitted_to: "xiangyin-eval calibrate ranking: guide questions and bench over the guides, with the \
                    statutes, without prepared questions and half without; leco over the statutes and over \
                    articles; every second question held out"
            .to_owned(),
        weights,
    };
    show(lists, before, &after);
    after
}

/// Standard deviation of each signal over all passages that were found.
fn scales(lists: &[&Ranked]) -> [f32; WIDTH] {
    let all = || lists.iter().flat_map(|list| list.right.iter().chain(&list.wrong));
    let count = all().count().max(1) as f32;
    std::array::from_fn(|at| {
        let mean = all().map(|values| values[at]).sum::<f32>() / count;
        let square = all().map(|values| (values[at] - mean).powi(2)).sum::<f32>() / count;
        square.sqrt().max(1e-6)
    })
}

/// How far apart the scores lie, were the signals independent.
fn spread(weights: &[f32; WIDTH], scales: &[f32; WIDTH]) -> f32 {
    let parts = weights.iter().zip(scales).map(|(weight, scale)| (weight * scale).powi(2));
    parts.sum::<f32>().sqrt()
}

/// Mean over the groups of their mean reciprocal ranks.
fn objective(lists: &[&Ranked], weights: &[f32; WIDTH]) -> f64 {
    let mut groups: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for list in lists {
        let (sum, count) = groups.entry(&list.group).or_default();
        *sum += reciprocal(place(list, weights));
        *count += 1.0;
    }
    groups.values().map(|(sum, count)| sum / count).sum::<f64>() / groups.len().max(1) as f64
}

/// Place of the first right passage, from 1; `None` where it was not found at all.
fn place(list: &Ranked, weights: &[f32; WIDTH]) -> Option<usize> {
    let score = |values: &[f32; WIDTH]| -> f32 { weights.iter().zip(values).map(|(w, v)| w * v).sum() };
    let best = list.right.iter().map(score).max_by(f32::total_cmp)?;
    Some(1 + list.wrong.iter().filter(|values| score(values) >= best).count())
}

fn reciprocal(place: Option<usize>) -> f64 {
    place.filter(|place| *place <= DEPTH).map_or(0.0, |place| 1.0 / place as f64)
}

fn show(lists: &[Ranked], before: &RankingWeights, after: &RankingWeights) {
    let head = ["weights", "held-out questions", "first", "in three", "MRR@10", "questions"];
    let mut shown = Table::new("", head);
    for (name, weights) in [("before", before), ("after", after)] {
        let mut groups: BTreeMap<&str, Vec<Option<usize>>> = BTreeMap::new();
        for list in lists.iter().filter(|list| list.held_out) {
            groups.entry(&list.group).or_default().push(place(list, &weights.weights));
        }
        for (group, places) in groups {
            let count = places.len() as f64;
            let within = |depth: usize| {
                let near = places.iter().flatten().filter(|place| **place <= depth);
                format!("{:.3}", near.count() as f64 / count)
            };
            let mean = places.iter().map(|place| reciprocal(*place)).sum::<f64>() / count;
            let mean = format!("{mean:.3}");
            let cells = [group.to_owned(), within(1), within(3), mean, places.len().to_string()];
            shown.push(name, cells.map(Into::into));
        }
    }
    println!("{}", table(&shown));
    for (name, weight) in Signals::NAMES.iter().zip(&after.weights) {
        println!("{name:>20} {weight:8.3}");
    }
}
