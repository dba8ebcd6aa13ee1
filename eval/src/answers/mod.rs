//! Suite `answers`: the running product is asked, and its replies are judged by code.

mod client;
mod exchange;
mod judge;
mod numbers;
mod pattern;
mod question;
mod report;
mod server;
mod share;
mod summary;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use client::Client;
use exchange::{Exchange, Turn};
use judge::Verdict;
pub(crate) use question::{Kind, Pack, Question, read as questions};
use server::{Server, Start};

/// Whether a text states every one of these facts, each in one of its spellings.
pub(crate) fn states_all(text: &str, facts: &[Vec<String>]) -> bool {
    let searched = pattern::Searched::new(text);
    facts.iter().all(|ways| ways.iter().any(|way| searched.says(way)))
}

/// Ask the running product and judge its replies: right, cited, in time, no invented number.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The questions, one JSON object a line; eval/README.md describes them.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/answers.jsonl"))]
    questions: PathBuf,
    /// Knowledge that is loaded; questions that need other knowledge are left out.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "starter")]
    packs: Vec<Pack>,
    /// Only the questions with these ids.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// A running server to ask instead of one of our own, such as `http://127.0.0.1:8311`.
    #[arg(long)]
    server: Option<String>,
    /// Community whose resident asks.
    #[arg(long, default_value = "demo")]
    community: String,
    /// The binary `xiangyin`; else the one beside this program.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// A prepared data directory; the run works on a copy of it.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// A setting of our own server, as in `xiangyin --set`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Folder for answers.json, answers.md and server.log.
    #[arg(long, default_value = "target/eval/answers")]
    out: PathBuf,
    /// Judges the recorded exchanges of an earlier answers.json again, without a server.
    #[arg(long)]
    replay: Option<PathBuf>,
}

/// What answers.json holds.
#[derive(Serialize)]
struct Results<'a> {
    conditions: Conditions<'a>,
    summary: &'a summary::Summary,
    verdicts: &'a [Verdict],
    exchanges: &'a [Exchange],
}

/// What the times of a run depend on.
#[derive(Serialize)]
struct Conditions<'a> {
    /// Processors of this machine, which a server of our own shares with the suite.
    processors: usize,
    packs: &'a [Pack],
    settings: &'a [String],
    /// The server that was asked, unless it was our own.
    server: Option<&'a str>,
    /// Recorded exchanges that were judged instead of asking.
    replay: Option<&'a Path>,
}

/// The part of answers.json that a replay needs.
#[derive(Deserialize)]
struct Recorded {
    exchanges: Vec<Exchange>,
}

/// Asks, judges, and writes the results.
pub(crate) fn run(options: &Options) -> Result<()> {
    let all = question::read(&options.questions)?;
    let known = |id: &String| all.iter().any(|question| question.id == *id);
    if let Some(unknown) = options.only.iter().find(|id| !known(id)) {
        bail!("no question has the id {unknown:?}");
    }
    let mut questions: Vec<&Question> = all
        .iter()
        .filter(|question| question.pack == Pack::None || options.packs.contains(&question.pack))
        .filter(|question| options.only.is_empty() || options.only.contains(&question.id))
        .collect();
    if questions.is_empty() {
        bail!("no question is left: widen --only or --packs");
    }
    std::fs::create_dir_all(&options.out)
        .with_context(|| format!("cannot make the folder {}", options.out.display()))?;
    let exchanges = match &options.replay {
        Some(path) => replayed(path, &mut questions)?,
        None => asked(options, &questions)?,
    };
    let verdicts: Vec<Verdict> = questions
        .iter()
        .zip(&exchanges)
        .map(|(question, exchange)| judge::judge(question, exchange))
        .collect();
    let summary = summary::summarize(&verdicts, &exchanges);
    let results = Results {
        conditions: Conditions {
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            packs: &options.packs,
            settings: &options.settings,
            server: options.server.as_deref(),
            replay: options.replay.as_deref(),
        },
        summary: &summary,
        verdicts: &verdicts,
        exchanges: &exchanges,
    };
    let page = report::markdown(&summary, &questions, &verdicts, &exchanges);
    std::fs::write(
        options.out.join("answers.json"),
        serde_json::to_vec_pretty(&results)?,
    )?;
    std::fs::write(options.out.join("answers.md"), &page)?;
    let head = page.split("## Cases").next().unwrap_or(&page);
    writeln!(
        std::io::stdout(),
        "{head}Cases in full: {}",
        options.out.join("answers.md").display()
    )?;
    Ok(())
}

/// The recorded exchanges in the order of the questions; a question without one is left out.
fn replayed(path: &Path, questions: &mut Vec<&Question>) -> Result<Vec<Exchange>> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let recorded: Recorded = serde_json::from_slice(&text)
        .with_context(|| format!("{} is no answers.json of this suite", path.display()))?;
    let mut by_id: BTreeMap<String, Exchange> = recorded
        .exchanges
        .into_iter()
        .map(|exchange| (exchange.id.clone(), exchange))
        .collect();
    questions.retain(|question| by_id.contains_key(&question.id));
    Ok(questions
        .iter()
        .filter_map(|question| by_id.remove(&question.id))
        .collect())
}

fn asked(options: &Options, questions: &[&Question]) -> Result<Vec<Exchange>> {
    let own = match &options.server {
        Some(_) => None,
        None => Some(Server::start(&Start {
            binary: options.binary.as_deref(),
            data_dir: options.data_dir.as_deref(),
            statutes: options.packs.contains(&Pack::Statutes),
            settings: &options.settings,
            log: &options.out.join("server.log"),
        })?),
    };
    let base = options
        .server
        .as_deref()
        .or_else(|| own.as_ref().map(Server::base));
    let mut client = Client::new(base.unwrap_or_default(), &options.community);
    let bar = ProgressBar::new(questions.len() as u64).with_style(ProgressStyle::with_template(
        "{pos:>3}/{len} {elapsed_precise} {wide_msg}",
    )?);
    let mut exchanges = Vec::new();
    for question in questions {
        bar.set_message(question.id.clone());
        // One lost conversation must not cost the whole run.
        let exchange = client.converse(question).unwrap_or_else(|error| Exchange {
            id: question.id.clone(),
            turns: vec![Turn {
                failure: Some(format!("{error:#}")),
                ..Turn::default()
            }],
        });
        let outcome = judge::judge(question, &exchange).outcome;
        bar.suspend(|| {
            say(&format!(
                "{:>3} {} {outcome:?}",
                exchanges.len() + 1,
                question.id
            ));
        });
        exchanges.push(exchange);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(exchanges)
}

/// Tells whoever watches how far the run is.
fn say(text: &str) {
    // Nobody watching is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use judge::Outcome;

    /// Exchanges as a server gave them, with what the judge must make of each.
    #[derive(Deserialize)]
    struct Case {
        question: Question,
        exchange: Exchange,
        outcome: String,
        unsupported_numbers: usize,
        uncited: usize,
    }

    #[test]
    fn recorded_exchanges_are_judged_as_a_person_would() {
        let text = include_str!("../../data/answers_recorded.json");
        let cases: Vec<Case> = serde_json::from_str(text).unwrap();
        let mut verdicts = Vec::new();
        let mut exchanges = Vec::new();
        for case in cases {
            let verdict = judge::judge(&case.question, &case.exchange);
            let id = &case.question.id;
            assert_eq!(
                serde_json::to_value(verdict.outcome).unwrap(),
                case.outcome.as_str(),
                "{id}: {verdict:?}"
            );
            assert_eq!(
                verdict.audit.unsupported_numbers.len(),
                case.unsupported_numbers,
                "{id}: {verdict:?}"
            );
            assert_eq!(verdict.uncited.len(), case.uncited, "{id}: {verdict:?}");
            verdicts.push(verdict);
            exchanges.push(case.exchange);
        }
        let summary = summary::summarize(&verdicts, &exchanges);
        let good = verdicts
            .iter()
            .filter(|verdict| verdict.outcome == Outcome::Right)
            .count();
        assert_eq!(summary.answered_right.count, good);
        assert!(summary.times["all"].first_words.p50 > 0.0);
    }
}
