//! Suite `answers`: the running product is asked, and its replies are judged by code.

mod client;
mod exchange;
mod judge;
mod numbers;
mod opinion;
mod pattern;
mod question;
mod report;
mod server;
mod summary;
mod wording;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

pub(crate) use client::Client;
pub(crate) use exchange::{Exchange, Sentence, Turn};
use judge::Verdict;
pub(crate) use judge::{facts, judge};
pub(crate) use question::{Disposition, Expectation, Kind, Pack, Question, Said, read as questions};
pub(crate) use server::{Server, Start, beside_this_program};

use crate::report::Report;
use crate::suites::Setting;

/// Whether a text states every one of these facts, each in one of its spellings.
pub(crate) fn states_all(text: &str, facts: &[Vec<String>]) -> bool {
    let searched = pattern::Searched::new(text);
    facts.iter().all(|ways| ways.iter().any(|way| searched.says(way)))
}

/// How the running product is asked.
#[derive(Clone, Debug, Default, clap::Args, Serialize)]
#[command(next_help_heading = "Asking the running product")]
#[group(id = "product")]
pub(crate) struct Options {
    /// The questions of `answers`, one JSON object a line; eval/README.md describes them.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/answers.jsonl"))]
    pub(crate) questions: PathBuf,
    /// Knowledge that is loaded; questions that need other knowledge are left out.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "starter")]
    pub(crate) packs: Vec<Pack>,
    /// Only the questions with these ids.
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// A running server to ask instead of one of our own, such as `http://127.0.0.1:8311`.
    #[arg(long)]
    pub(crate) server: Option<String>,
    /// Community whose resident asks.
    #[arg(long, default_value = "demo")]
    pub(crate) community: String,
    /// The binary `xiangyin`; else the one beside this program.
    #[arg(long)]
    pub(crate) binary: Option<PathBuf>,
    /// A prepared data directory; the run works on a copy of it.
    #[arg(long)]
    pub(crate) data_dir: Option<PathBuf>,
    /// A setting of our own server, as in `xiangyin --set`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// Judges the recorded exchanges of an earlier `answers-exchanges.json` again, without a server.
    #[arg(long)]
    pub(crate) replay: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) judge: opinion::Judge,
}

/// What answers-exchanges.json holds.
#[derive(Serialize)]
struct Results<'a> {
    verdicts: &'a [Verdict],
    exchanges: &'a [Exchange],
}

/// The part of it that a replay needs.
#[derive(Deserialize)]
struct Recorded {
    exchanges: Vec<Exchange>,
}

/// What is missing before the product can be asked.
pub(crate) fn lacks(options: &Options) -> Option<String> {
    if options.server.is_some() || options.replay.is_some() || options.binary.is_some() {
        return None;
    }
    beside_this_program().err().map(|error| format!("{error:#}"))
}

/// Asks, judges, and reports.
pub(crate) fn run(setting: &Setting) -> Result<Report> {
    let options = &setting.product;
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
    questions = setting.limited(questions);
    let exchanges = match &options.replay {
        Some(path) => replayed(path, &mut questions)?,
        None => asked(setting, &questions)?,
    };
    let verdicts: Vec<Verdict> = questions
        .iter()
        .zip(&exchanges)
        .map(|(question, exchange)| judge::judge(question, exchange))
        .collect();
    let results = Results {
        verdicts: &verdicts,
        exchanges: &exchanges,
    };
    let recorded = setting.out.join("answers-exchanges.json");
    std::fs::write(&recorded, serde_json::to_vec_pretty(&results)?)
        .with_context(|| format!("cannot write {}", recorded.display()))?;
    let summary = summary::summarize(&verdicts, &exchanges);
    let mut report = report::report(&summary, &questions, &verdicts, &exchanges, setting.seed);
    let file = options.questions.file_name().unwrap_or_default();
    opinion::tell(&mut report, &options.judge, &questions, &verdicts, &exchanges)?;
    report.condition("questions", format!("{} of {}", questions.len(), file.to_string_lossy()));
    let packs: Vec<String> = options.packs.iter().map(|pack| format!("{pack:?}").to_lowercase()).collect();
    report.condition("knowledge", packs.join(", "));
    if !options.settings.is_empty() {
        report.condition("settings", options.settings.join(", "));
    }
    let asked = match (&options.replay, &options.server) {
        (Some(path), _) => format!("recorded in {}", path.display()),
        (_, Some(server)) => server.clone(),
        _ => "a server of its own on this machine".to_owned(),
    };
    report.condition("asked", asked);
    Ok(report)
}

/// What a server of our own replies to each question with the seconds that it took, and the most memory
/// that the server needed.
pub(crate) fn replies(setting: &Setting, questions: &[Question]) -> Result<(Vec<(String, f64)>, Option<u64>)> {
    let options = &setting.product;
    let server = Server::start(&Start {
        binary: options.binary.as_deref(),
        data_dir: options.data_dir.as_deref(),
        statutes: false,
        settings: &options.settings,
        log: &setting.out.join("peers-server.log"),
    })?;
    let mut client = Client::new(server.base(), &options.community);
    let mut replies = Vec::new();
    for (number, question) in questions.iter().enumerate() {
        say(&format!("{}/{} {}", number + 1, questions.len(), question.id));
        let exchange = client.converse(question)?;
        let reply = exchange.last().map(|turn| (judge::text_of(turn), turn.seen.end / 1000.0));
        replies.push(reply.unwrap_or_default());
    }
    Ok((replies, server.peak_memory()))
}

/// The recorded exchanges in the order of the questions; a question without one is left out.
fn replayed(path: &Path, questions: &mut Vec<&Question>) -> Result<Vec<Exchange>> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let recorded: Recorded = serde_json::from_slice(&text)
        .with_context(|| format!("{} holds no recorded exchanges", path.display()))?;
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

fn asked(setting: &Setting, questions: &[&Question]) -> Result<Vec<Exchange>> {
    let options = &setting.product;
    let own = match &options.server {
        Some(_) => None,
        None => Some(Server::start(&Start {
            binary: options.binary.as_deref(),
            data_dir: options.data_dir.as_deref(),
            statutes: options.packs.contains(&Pack::Statutes),
            settings: &options.settings,
            log: &setting.out.join("server.log"),
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
pub(crate) fn say(text: &str) {
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
        let right = summary.shares[0].cases.iter().filter(|(_, right)| *right).count();
        assert_eq!(right, good);
        assert!(summary.times["all"].first_words.iter().all(|milliseconds| *milliseconds > 0.0));
    }
}
