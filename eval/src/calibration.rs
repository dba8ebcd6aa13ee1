//! Fits the ranking's weights and the gate, on questions whose answers' places are known.
//!
//! Half of the questions are kept out of the fit and show how well it does. The gate looks at the
//! ranking, so the ranking is fitted first and compiled in.

mod fit;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use knowledge::{Adjustments, Features, Gate, Library, SearchQuery, SearchResult, Weight};

use crate::cases::{self, Case, Set};
use crate::collections::{self, COMMUNITY, TODAY};
use crate::logistic::{Example, Logistic};
use crate::report::table;
use crate::suites::{self, Setting, progress_bar};

/// Off-topic questions asked of each library.
const OFF_TOPIC: usize = 800;
/// Share of the uncovered questions that the gate must decline.
const DECLINED: f64 = 0.86;

/// What is calibrated.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Target {
    /// The order of passages: `ranking.json`.
    Ranking,
    /// Whether to answer from them: `gate.json`.
    Gate,
}

/// One asked question.
struct Asked<'a> {
    case: &'a Case,
    /// Whether the statutes were searched as well as the guides.
    statutes: bool,
    result: SearchResult,
}

/// Fits and writes the calibration into the folder `out`.
pub(crate) fn calibrate(target: Target, setting: &Setting, out: &Path) -> anyhow::Result<()> {
    let starter = collections::starter()?;
    let mut guides = cases::guide_questions(&starter);
    guides.extend(cases::bench()?);
    let legal = cases::legal(&setting.data)?;
    let off_topic = cases::off_topic(&setting.data, OFF_TOPIC)?;
    let all = || guides.iter().chain(&legal).chain(&off_topic);

    let mut both = starter.clone();
    both.extend(collections::statutes(&setting.data)?);
    let mut asked = Vec::new();
    let mut lists = Vec::new();
    for (library_name, statutes, editions) in [("starter", false, starter), ("statutes", true, both)] {
        let library = setting.library(library_name, editions)?;
        // Without the statutes it is not known which legal questions the guides answer.
        let cases: Vec<&Case> = all()
            .filter(|case| statutes || case.set != Set::LegalCovered)
            .collect();
        match target {
            Target::Ranking => lists.extend(fit::ranked(&library, &cases, library_name)?),
            Target::Gate => asked.extend(ask_all(&library, &cases, statutes)?),
        }
    }
    match target {
        Target::Ranking => {
            let (library, cases) = suites::retrieval::cases(setting)?;
            let cases: Vec<&Case> = cases.iter().collect();
            lists.extend(fit::ranked(&library, &cases, "all articles")?);
            write(out, "ranking.json", &fit::ranking(&lists))
        }
        Target::Gate => gate(&asked, out),
    }
}

fn ask_all<'a>(
    library: &Library,
    cases: &[&'a Case],
    statutes: bool,
) -> anyhow::Result<Vec<Asked<'a>>> {
    let bar = progress_bar(cases.len(), "asking")?;
    let mut asked = Vec::with_capacity(cases.len());
    for case in cases {
        bar.inc(1);
        asked.push(Asked {
            case,
            statutes,
            result: ask(library, case, 0)?,
        });
    }
    bar.finish_and_clear();
    Ok(asked)
}

/// Searches for one case.
pub(crate) fn ask(library: &Library, case: &Case, limit: usize) -> anyhow::Result<SearchResult> {
    Ok(library.search(&SearchQuery {
        text: &case.question,
        communities: &[COMMUNITY.to_owned()],
        on: TODAY,
        limit,
        spoken: false,
        as_unseen: case.prepared,
        adjustments: Adjustments::default(),
    })?)
}

/// Fits the probability that a question is covered, and the threshold that declines enough.
fn gate(asked: &[Asked], out: &Path) -> anyhow::Result<()> {
    let features = |one: &Asked| -> Vec<f64> {
        one.result.gate.features.values.iter().map(|value| f64::from(*value)).collect()
    };
    // Every set of every library counts alike, however many questions it has.
    let group = |one: &Asked| (one.case.set, one.statutes, one.case.gold.is_empty());
    let mut sizes: BTreeMap<_, usize> = BTreeMap::new();
    for one in asked.iter().filter(|one| !one.case.held_out) {
        *sizes.entry(group(one)).or_default() += 1;
    }
    let examples: Vec<Example> = asked
        .iter()
        .filter(|one| !one.case.held_out)
        .map(|one| Example {
            features: features(one),
            positive: !one.case.gold.is_empty(),
            weight: 300.0 / sizes[&group(one)] as f64,
        })
        .collect();
    let model = Logistic::fit(&examples.iter().collect::<Vec<_>>());
    let mut uncovered: Vec<(f64, f64)> = examples
        .iter()
        .filter(|example| !example.positive)
        .map(|example| (model.probability(&example.features), example.weight))
        .collect();
    let threshold = weighted_quantile(&mut uncovered, DECLINED);
    let names = Features::NAMES.iter().zip(&model.weights);
    let scales = model.means.iter().zip(&model.deviations);
    let gate = Gate {
        weights: names
            .zip(scales)
            .map(|((name, weight), (mean, deviation))| Weight {
                feature: (*name).to_owned(),
                mean: *mean as f32,
                deviation: *deviation as f32,
                weight: *weight as f32,
            })
            .collect(),
        bias: model.bias as f32,
        threshold: threshold as f32,
    };
    let mut sets: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for one in asked.iter().filter(|one| one.case.held_out) {
        let (declined, count) = sets.entry(group(one)).or_default();
        *count += 1;
        *declined += usize::from(gate.probability(&one.result.gate.features) < gate.threshold);
    }
    let rows: Vec<Vec<String>> = sets
        .iter()
        .map(|((set, statutes, uncovered), (declined, count))| {
            vec![
                set.name().to_owned(),
                if *statutes { "with statutes" } else { "guides only" }.to_owned(),
                if *uncovered { "uncovered" } else { "covered" }.to_owned(),
                format!("{:.3} of {count}", *declined as f64 / *count as f64),
            ]
        })
        .collect();
    println!("{}", table(&["set", "library", "", "declined"], &rows));
    for weight in &gate.weights {
        println!("{:>20} {:8.3}", weight.feature, weight.weight);
    }
    println!("threshold {:.3}", gate.threshold);
    write(out, "gate.json", &gate)
}

/// The value below which this share of the weight lies.
fn weighted_quantile(values: &mut [(f64, f64)], share: f64) -> f64 {
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

fn write(out: &Path, name: &str, value: &impl serde::Serialize) -> anyhow::Result<()> {
    let path = out.join(name);
    let mut json = serde_json::to_string_pretty(value)?;
    json.push('\n');
    std::fs::write(&path, json).with_context(|| format!("writing {}", path.display()))
}
