//! Are questions declined that the documents do not answer, and only those?
//!
//! The held-out half of every set: the gate was fitted to the other half.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Setting, progress_bar};
use crate::calibration::ask;
use crate::cases::{self, Case, Set};
use crate::collections;
use crate::report::{Report, table};
use crate::statistics::Estimate;

/// Off-topic questions asked.
const OFF_TOPIC: usize = usize::MAX;

#[derive(Serialize)]
struct Numbers {
    /// Share declined, by library and set.
    declined: BTreeMap<&'static str, BTreeMap<&'static str, Declined>>,
    seed: u64,
}

#[derive(Serialize)]
struct Declined {
    questions: usize,
    covered: bool,
    share: Estimate,
    /// What came out wrong, the surest first.
    worst: Vec<String>,
}

pub(super) fn run(setting: &Setting) -> anyhow::Result<Report> {
    let starter = collections::starter()?;
    let mut cases = cases::guide_questions(&starter);
    cases.extend(cases::bench()?);
    cases.extend(cases::legal(&setting.data)?);
    cases.extend(cases::off_topic(&setting.data, OFF_TOPIC)?);
    let mut both = starter.clone();
    both.extend(collections::statutes(&setting.data)?);

    let mut declined = BTreeMap::new();
    for (name, statutes, editions) in [("starter", false, starter), ("statutes", true, both)] {
        let library = setting.library(name, editions)?;
        let held_out: Vec<&Case> = cases
            .iter()
            .filter(|case| case.held_out && (statutes || case.set != Set::LegalCovered))
            .collect();
        let mut outcomes: BTreeMap<&'static str, Vec<(&Case, f32, bool)>> = BTreeMap::new();
        let bar = progress_bar(held_out.len(), "asking")?;
        for case in held_out {
            let gate = ask(&library, case, 0)?.gate;
            let set = match (case.set, case.gold.is_empty()) {
                (Set::Bench, true) => "bench uncovered",
                (Set::Bench, false) => "bench covered",
                (set, _) => set.name(),
            };
            outcomes.entry(set).or_default().push((case, gate.probability, !gate.sufficient));
            bar.inc(1);
        }
        bar.finish_and_clear();
        let sets = outcomes.into_iter().map(|(set, outcomes)| (set, summed(&outcomes, setting.seed)));
        declined.insert(name, sets.collect::<BTreeMap<_, _>>());
    }
    let numbers = Numbers {
        declined,
        seed: setting.seed,
    };
    let markdown = markdown(&numbers);
    Report::new(&numbers, markdown)
}

fn summed(outcomes: &[(&Case, f32, bool)], seed: u64) -> Declined {
    let covered = outcomes.iter().any(|(case, ..)| !case.gold.is_empty());
    let shares: Vec<f64> = outcomes.iter().map(|(.., declined)| f64::from(u8::from(*declined))).collect();
    let mut wrong: Vec<_> = outcomes.iter().filter(|(.., declined)| *declined == covered).collect();
    wrong.sort_by(|a, b| if covered { a.1.total_cmp(&b.1) } else { b.1.total_cmp(&a.1) });
    Declined {
        questions: outcomes.len(),
        covered,
        share: Estimate::of(&shares, seed),
        worst: wrong
            .iter()
            .take(10)
            .map(|(case, probability, _)| format!("{} ({probability:.2})", case.question))
            .collect(),
    }
}

fn markdown(numbers: &Numbers) -> String {
    let mut rows = Vec::new();
    let mut worst = String::new();
    for (library, sets) in &numbers.declined {
        for (set, declined) in sets {
            rows.push(vec![
                (*library).to_owned(),
                (*set).to_owned(),
                if declined.covered { "to be answered" } else { "to be declined" }.to_owned(),
                declined.questions.to_string(),
                declined.share.shown(),
            ]);
            worst.push_str(&format!("\n{library}, {set}:\n\n"));
            for question in &declined.worst {
                worst.push_str(&format!("- {question}\n"));
            }
        }
    }
    format!(
        "# Refusal\n\nShare declined of the questions that were kept out of the gate's fit; mean and \
         95 % interval.\n\n{}\n## Worst\n{worst}",
        table(&["library", "set", "", "questions", "declined"], &rows)
    )
}
