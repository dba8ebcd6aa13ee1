//! Fits the ranking's weights and the gate, on questions whose answers' places are known.
//!
//! Half of the questions are kept out of the fit and show how well it does. The gate looks at the
//! ranking, so the ranking is fitted first and compiled in.

mod fit;
mod gate;

use std::path::Path;

use anyhow::Context;
use knowledge::{Library, SearchResult};

use crate::cases::{self, Case};
use crate::collections;
use crate::shelf::{Shelf, ask};
use crate::suites::{self, Setting, progress_bar};

/// Off-topic questions asked of each library.
const OFF_TOPIC: usize = 800;

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
    shelf: Shelf,
    result: SearchResult,
}

/// Fits and writes the calibration into the folder `out`.
pub(crate) fn calibrate(target: Target, setting: &Setting, out: &Path) -> anyhow::Result<()> {
    let mut cases = cases::guide_questions(&collections::starter()?);
    cases.extend(cases::bench()?);
    cases.extend(cases::legal(&setting.data)?);
    cases.extend(cases::off_topic(&setting.data, OFF_TOPIC)?);
    let mut asked = Vec::new();
    let mut lists = Vec::new();
    let shelves = match target {
        Target::Ranking => Shelf::RANKED.as_slice(),
        Target::Gate => Shelf::ALL.as_slice(),
    };
    for &shelf in shelves {
        let library = setting.library(shelf.name(), shelf.editions(&setting.data)?)?;
        let cases: Vec<&Case> = cases.iter().filter(|case| shelf.takes(case)).collect();
        match target {
            Target::Ranking => lists.extend(fit::ranked(&library, &cases, shelf.name())?),
            Target::Gate => asked.extend(ask_all(&library, &cases, shelf)?),
        }
    }
    match target {
        Target::Ranking => {
            let (library, cases) = suites::retrieval::cases(setting)?;
            let cases: Vec<&Case> = cases.iter().collect();
            lists.extend(fit::ranked(&library, &cases, "all articles")?);
            write(out, "ranking.json", &fit::ranking(&lists))
        }
        Target::Gate => write(out, "gate.json", &gate::fitted(&asked)),
    }
}

fn ask_all<'a>(
    library: &Library,
    cases: &[&'a Case],
    shelf: Shelf,
) -> anyhow::Result<Vec<Asked<'a>>> {
    let bar = progress_bar(cases.len(), "asking")?;
    let mut asked = Vec::with_capacity(cases.len());
    for case in cases {
        bar.inc(1);
        asked.push(Asked {
            case,
            shelf,
            result: ask(library, case, 0)?,
        });
    }
    bar.finish_and_clear();
    Ok(asked)
}

fn write(out: &Path, name: &str, value: &impl serde::Serialize) -> anyhow::Result<()> {
    let path = out.join(name);
    let mut json = serde_json::to_string_pretty(value)?;
    json.push('\n');
    std::fs::write(&path, json).with_context(|| format!("writing {}", path.display()))
}
