//! Whether passages answer, by the gate and the writer together; see `assistant::conversation::answerability`.
//!
//! Fitted to the ways of asking that the guides name, where the gate is in doubt: over the guides, without their
//! prepared questions, and with half of the guides removed, so that a neighbour is found in place of the answer.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use assistant::conversation::answerability::{self, Answerability, DOUBTFUL, log_odds};
use models::{Generate, GeneratorOptions, LocalGenerator};

use super::gate::weighted_quantile;
use crate::cases::{self, Case};
use crate::collections;
use crate::logistic::{Example, Logistic};
use crate::report::{Table, table};
use crate::shelf::{Shelf, ask};
use crate::suites::{Setting, progress_bar};

/// Libraries whose gate is asked.
const SHELVES: [Shelf; 4] = [Shelf::Guides, Shelf::Plain, Shelf::Removed, Shelf::PlainRemoved];
/// Questions in doubt of each group that the writer is asked: each takes it some three seconds.
const OF_GROUP: usize = 80;
/// What every group of questions counts for, in examples, however many it has.
const GROUP: f64 = 100.0;
/// Share of the covered questions in doubt that may be declined.
const COVERED_DECLINED: f64 = 0.10;

/// A question that the gate is in doubt of.
struct Doubt<'a> {
    case: &'a Case,
    shelf: Shelf,
    covered: bool,
    /// The gate's probability, and whether that was enough.
    gate: (f32, bool),
    /// The writer's log-odds.
    writer: f32,
}

/// Asks the library and the writer in the file `model`, and weighs what they say.
pub(super) fn fitted(setting: &Setting, model: &Path) -> anyhow::Result<Answerability> {
    let generator = LocalGenerator::load(model, GeneratorOptions::default())
        .with_context(|| format!("loading {}", model.display()))?;
    let cases = cases::guide_questions(&collections::starter()?);
    let mut doubts = Vec::new();
    for shelf in SHELVES {
        let library = setting.library(shelf.name(), shelf.editions(&setting.data)?)?;
        let mut found: BTreeMap<bool, Vec<_>> = BTreeMap::new();
        for case in cases.iter().filter(|case| shelf.takes(case)) {
            let result = ask(&library, case, answerability::READ)?;
            if DOUBTFUL.contains(&result.gate.probability) {
                found.entry(shelf.covers(case)).or_default().push((case, result));
            }
        }
        for (covered, found) in found {
            let step = found.len().div_ceil(OF_GROUP).max(1);
            let bar = progress_bar(found.len().div_ceil(step), "asking the writer")?;
            for (case, result) in found.iter().step_by(step) {
                let request = answerability::request(&case.question, &result.evidence);
                let (_, finish) = generator.generate(request)?.blocking_text()?;
                let gate = (result.gate.probability, result.gate.sufficient);
                let writer = finish.log_odds.context("a local model tells its odds")?;
                doubts.push(Doubt { case, shelf, covered, gate, writer });
                bar.inc(1);
            }
            bar.finish_and_clear();
        }
    }
    Ok(weighed(&doubts))
}

fn weighed(doubts: &[Doubt<'_>]) -> Answerability {
    let fitted: Vec<&Doubt<'_>> = doubts.iter().filter(|doubt| !doubt.case.held_out).collect();
    let mut sizes: BTreeMap<_, usize> = BTreeMap::new();
    for doubt in &fitted {
        *sizes.entry((doubt.shelf, doubt.covered)).or_default() += 1;
    }
    let examples: Vec<Example> = fitted
        .iter()
        .map(|doubt| Example {
            features: vec![f64::from(log_odds(doubt.gate.0)), f64::from(doubt.writer)],
            positive: doubt.covered,
            weight: GROUP / sizes[&(doubt.shelf, doubt.covered)] as f64,
        })
        .collect();
    let model = Logistic::fit(&examples.iter().collect::<Vec<_>>());
    let mut covered: Vec<(f64, f64)> = examples
        .iter()
        .filter(|example| example.positive)
        .map(|example| (model.probability(&example.features), example.weight))
        .collect();
    let slope = |at: usize| model.weights[at] / model.deviations[at];
    let answerability = Answerability {
        gate: slope(0) as f32,
        writer: slope(1) as f32,
        bias: (model.bias - slope(0) * model.means[0] - slope(1) * model.means[1]) as f32,
        threshold: weighted_quantile(&mut covered, COVERED_DECLINED) as f32,
    };
    show(doubts, &answerability);
    answerability
}

/// Prints what is declined of what was kept out, by the gate alone and by both.
fn show(doubts: &[Doubt<'_>], answerability: &Answerability) {
    let mut groups: BTreeMap<_, Vec<&Doubt<'_>>> = BTreeMap::new();
    for doubt in doubts.iter().filter(|doubt| doubt.case.held_out) {
        groups.entry((doubt.shelf, doubt.covered)).or_default().push(doubt);
    }
    let head = ["questions in doubt, held out", "", "number", "declined by the gate", "declined by both"];
    let mut shown = Table::new("", head);
    for ((shelf, covered), all) in &groups {
        let share = |declines: &dyn Fn(&Doubt<'_>) -> bool| {
            let count = all.iter().filter(|doubt| declines(doubt)).count();
            format!("{:.3}", count as f64 / all.len() as f64)
        };
        let both = |doubt: &Doubt<'_>| {
            answerability.probability(doubt.gate.0, doubt.writer) < answerability.threshold
        };
        let cells = [
            if *covered { "covered" } else { "uncovered" }.to_owned(),
            all.len().to_string(),
            share(&|doubt| !doubt.gate.1),
            share(&both),
        ];
        shown.push(shelf.name(), cells.map(Into::into));
    }
    println!("{}\n{answerability:#?}", table(&shown));
}
