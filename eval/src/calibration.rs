//! Fits the ranking's weights and the gate, on questions whose answers' places are known.
//!
//! Half of the questions are kept out of the fit and show how well it does. The gate looks at the
//! ranking, so the ranking is fitted first and compiled in.

mod fit;
mod gate;

use std::path::Path;

use anyhow::Context;
use knowledge::{Adjustments, IndexedEdition, Library, SearchQuery, SearchResult};

use crate::cases::{self, Case, Set};
use crate::collections::{self, COMMUNITY, TODAY};
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

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shelf {
    /// The starter pack's guides, which come with prepared questions.
    Guides,
    /// These and the statutes.
    Statutes,
    /// The guides without their prepared questions, as a community's own papers are put in.
    Plain,
    /// Half of the guides with, half of them without.
    Half,
    /// The guides but for half of them, which are asked for all the same.
    Removed,
    /// These without their prepared questions.
    PlainRemoved,
}

impl Shelf {
    /// Those that say something of the order of passages.
    const RANKED: [Self; 4] = [Self::Guides, Self::Statutes, Self::Plain, Self::Half];

    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Guides, Self::Statutes, Self::Plain, Self::Half, Self::Removed, Self::PlainRemoved];

    /// As reports name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Guides => "starter",
            Self::Statutes => "statutes",
            Self::Plain => "plain",
            Self::Half => "half plain",
            Self::Removed => "half removed",
            Self::PlainRemoved => "half removed, plain",
        }
    }

    /// What stands on it.
    pub(crate) fn editions(self, data: &Path) -> anyhow::Result<Vec<IndexedEdition>> {
        let mut editions = collections::starter()?;
        match self {
            Self::Guides => {}
            Self::Statutes => editions.extend(collections::statutes(data)?),
            Self::Plain => editions.iter_mut().for_each(|edition| edition.answers.clear()),
            Self::Half => {
                let half = editions.iter_mut().filter(|edition| is_in_half(&edition.edition_id));
                half.for_each(|edition| edition.answers.clear());
            }
            Self::Removed => editions.retain(|edition| !is_in_half(&edition.edition_id)),
            Self::PlainRemoved => {
                editions.retain(|edition| !is_in_half(&edition.edition_id));
                editions.iter_mut().for_each(|edition| edition.answers.clear());
            }
        }
        Ok(editions)
    }

    /// Whether it is known if what stands here answers the case: without the statutes it is not known of
    /// legal questions, nor of which guide the bench's facts are.
    pub(crate) fn takes(self, case: &Case) -> bool {
        match self {
            Self::Statutes => true,
            Self::Removed | Self::PlainRemoved => case.set == Set::GuideQuestions,
            Self::Guides | Self::Plain | Self::Half => case.set != Set::LegalCovered,
        }
    }

    /// Whether what stands here answers the case.
    pub(crate) fn covers(self, case: &Case) -> bool {
        let whole = !matches!(self, Self::Removed | Self::PlainRemoved);
        case.gold.iter().any(|place| whole || place.edition().is_none_or(|edition| !is_in_half(edition)))
    }
}

/// Chosen for nothing that the guide says, and not as those are that the fit leaves out.
fn is_in_half(edition: &str) -> bool {
    cases::every_second(&format!("{edition} is plain"))
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

fn write(out: &Path, name: &str, value: &impl serde::Serialize) -> anyhow::Result<()> {
    let path = out.join(name);
    let mut json = serde_json::to_string_pretty(value)?;
    json.push('\n');
    std::fs::write(&path, json).with_context(|| format!("writing {}", path.display()))
}
