//! Fits the ranking's weights, the gate and the writer's part in it, on questions whose answers' places are known.
//!
//! Half of the questions are kept out of the fit and show how well it does. The gate looks at the
//! ranking, so the ranking is fitted first and compiled in.

mod answerability;
mod fit;
mod gate;

use std::path::Path;

use anyhow::Context;
use knowledge::{Gate, Library, RankingWeights, SearchResult};

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
    /// The same where the gate is in doubt and the writer is asked: `answerability.json`.
    Answerability,
}

impl Target {
    /// The folder that the program takes it from.
    fn folder(self) -> &'static str {
        match self {
            Self::Ranking | Self::Gate => concat!(env!("CARGO_MANIFEST_DIR"), "/../knowledge/calibration"),
            Self::Answerability => concat!(env!("CARGO_MANIFEST_DIR"), "/../assistant/data"),
        }
    }
}

/// One asked question.
struct Asked<'a> {
    case: &'a Case,
    shelf: Shelf,
    result: SearchResult,
}

/// Fits and writes the calibration into the folder `out`, or where the program takes it from.
pub(crate) fn calibrate(
    target: Target,
    setting: &Setting,
    writer: &Path,
    out: Option<&Path>,
) -> anyhow::Result<()> {
    let out = out.unwrap_or(Path::new(target.folder()));
    match target {
        Target::Ranking => write(out, "ranking.json", &ranking(setting)?),
        Target::Gate => write(out, "gate.json", &gate(setting)?),
        Target::Answerability => write(out, "answerability.json", &answerability::fitted(setting, writer)?),
    }
}

fn ranking(setting: &Setting) -> anyhow::Result<RankingWeights> {
    let cases = all_cases(setting)?;
    let mut lists = Vec::new();
    for shelf in Shelf::RANKED {
        let library = setting.library(shelf.name(), shelf.editions(&setting.data)?)?;
        let cases: Vec<&Case> = cases.iter().filter(|case| shelf.takes(case)).collect();
        lists.extend(fit::ranked(&library, &cases, shelf.name())?);
    }
    let (library, cases) = suites::retrieval::cases(setting)?;
    let cases: Vec<&Case> = cases.iter().collect();
    lists.extend(fit::ranked(&library, &cases, "all articles")?);
    Ok(fit::ranking(&lists))
}

fn gate(setting: &Setting) -> anyhow::Result<Gate> {
    let cases = all_cases(setting)?;
    let mut asked = Vec::new();
    for shelf in Shelf::ALL {
        let library = setting.library(shelf.name(), shelf.editions(&setting.data)?)?;
        let cases: Vec<&Case> = cases.iter().filter(|case| shelf.takes(case)).collect();
        asked.extend(ask_all(&library, &cases, shelf)?);
    }
    Ok(gate::fitted(&asked))
}

fn all_cases(setting: &Setting) -> anyhow::Result<Vec<Case>> {
    let mut cases = cases::guide_questions(&collections::starter()?);
    cases.extend(cases::bench()?);
    cases.extend(cases::legal(&setting.data)?);
    cases.extend(cases::off_topic(&setting.data, OFF_TOPIC)?);
    Ok(cases)
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
