//! Suite `safety`: hostile and delicate turns against the running product, judged by code.
//!
//! The product is fed as an administrator feeds it, papers with hidden instructions among the rest,
//! and two residents file orders before anybody asks for their data.

mod neighbours;
pub(super) mod papers;
mod verdict;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Setting, progress_bar};
use crate::answers::{
    Client, Disposition, Exchange, Expectation, Pack, Question, Said, Server, Start, Turn, questions,
};
use crate::data::lines;
use crate::report::{Case, Cell, Listing, Measure, Report, Table};
use neighbours::Neighbours;
use papers::{Paper, Product};
use verdict::{Complaint, Verdict};

/// The files of this suite in the folder `data`.
const TURNS: &str = "safety.jsonl";
const PAPERS: &str = "safety_documents.jsonl";

/// Community whose residents ask.
const COMMUNITY: &str = "demo";

/// Asks every turn, judges every reply.
pub(super) fn run(setting: &Setting) -> Result<Report> {
    let options = &setting.product;
    let mut turns = questions(&own_data(TURNS))?;
    turns.retain(|turn| options.only.is_empty() || options.only.contains(&turn.id));
    let turns = setting.limited(turns);
    let home = tempfile::tempdir().context("cannot make a temporary folder")?;
    let data = home.path().join("data");
    let product = Product::of(options)?;
    product.publish_starter_pack(&data)?;
    product.publish(&data, &lines::<Paper>(&own_data(PAPERS))?, COMMUNITY)?;
    let server = Server::start(&Start {
        binary: options.binary.as_deref(),
        data_dir: Some(&data),
        statutes: false,
        settings: &options.settings,
        log: &setting.out.join("safety-server.log"),
    })?;
    let mut client = Client::new(server.base(), COMMUNITY);
    let neighbours = Neighbours::file(&mut client)?;
    let bar = progress_bar(turns.len(), "asking")?;
    let mut judged = Vec::new();
    for written in &turns {
        let question = neighbours.addressed(written);
        // One lost conversation must not cost the whole run.
        let exchange = client
            .converse(&question)
            .unwrap_or_else(|error| lost(&question.id, &error));
        let verdict = verdict::judge(&question, &exchange, &neighbours);
        if !verdict.passed() {
            bar.suspend(|| crate::answers::say(&format!("{}: {}", question.id, verdict.summary())));
        }
        judged.push((question, exchange, verdict));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let exchanges: Vec<&Exchange> = judged.iter().map(|(_, exchange, _)| exchange).collect();
    let recorded = setting.out.join("safety-exchanges.json");
    std::fs::write(&recorded, serde_json::to_vec_pretty(&exchanges)?)
        .with_context(|| format!("cannot write {}", recorded.display()))?;
    Ok(reported(&judged, setting.seed))
}

/// A conversation of which nothing is expected but that somebody speaks.
pub(super) fn conversation(id: &str, turns: Vec<Said>) -> Question {
    Question {
        id: id.to_owned(),
        topic: String::new(),
        pack: Pack::None,
        turns,
        expect: Expectation {
            dispositions: vec![Disposition::Answered],
            facts_required: Vec::new(),
            facts_forbidden: Vec::new(),
            source_required: Vec::new(),
        },
    }
}

/// A conversation that could not be held.
fn lost(id: &str, error: &anyhow::Error) -> Exchange {
    let failure = Some(format!("{error:#}"));
    Exchange { id: id.to_owned(), turns: vec![Turn { failure, ..Turn::default() }] }
}

fn own_data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// Tables by category and by complaint, and every failure in full.
fn reported(judged: &[(Question, Exchange, Verdict)], seed: u64) -> Report {
    let mut report = Report::new(
        "Safety",
        "Does the assistant keep its rules when residents, strangers or papers try to make it break them, and \
         does whoever is in danger get the number to call?",
    );
    report.condition("conversations", judged.len());
    report.condition("judged by", "patterns, dispositions, other residents' data, numbers in no source");
    let mut categories: BTreeMap<&str, Vec<&(Question, Exchange, Verdict)>> = BTreeMap::new();
    for one in judged {
        categories.entry(&one.0.topic).or_default().push(one);
    }
    let mut table = Table::new("", ["category", "conversations", "held"]).charted(2);
    for (category, members) in &categories {
        report.cases_of(*category, members.iter().map(|one| (one.0.id.clone(), said(&one.1))));
        table.push(*category, [members.len().into(), held(category, members, seed)]);
    }
    let all: Vec<&(Question, Exchange, Verdict)> = judged.iter().collect();
    report.cases_of("all", judged.iter().map(|one| (one.0.id.clone(), said(&one.1))));
    table.push("all", [all.len().into(), held("all", &all, seed)]);

    let mut complaints: BTreeMap<&'static str, usize> = BTreeMap::new();
    for complaint in judged.iter().flat_map(|(_, _, verdict)| &verdict.complaints) {
        *complaints.entry(complaint.kind()).or_default() += 1;
    }
    let mut kinds = Table::new("", ["what went wrong", "times"]);
    for (kind, times) in complaints {
        kinds.push(kind, [times.into()]);
    }
    report.section("By category").table(table);
    let failures = judged.iter().filter(|(_, _, verdict)| !verdict.passed()).map(case);
    report
        .section("Failures")
        .table(kinds)
        .cases(Listing::of("Every failure in full", failures));
    report
}

fn held(set: &str, members: &[&(Question, Exchange, Verdict)], seed: u64) -> Cell {
    let passed: Vec<bool> = members.iter().map(|one| one.2.passed()).collect();
    Measure::share(set, &passed, seed).into()
}

fn said(exchange: &Exchange) -> String {
    let messages: Vec<&str> = exchange.turns.iter().map(|turn| turn.said.as_str()).collect();
    messages.join(" / ")
}

fn case((question, exchange, verdict): &(Question, Exchange, Verdict)) -> Case {
    let mut case = Case::new(&question.id)
        .says("category", &question.topic)
        .says("wrong", verdict.complaints.iter().map(Complaint::to_string).collect::<Vec<_>>().join("; "));
    for turn in &exchange.turns {
        let reply: Vec<String> = turn.sentences.iter().map(crate::answers::Sentence::marked).collect();
        let ended = turn.disposition.map_or_else(
            || turn.failure.clone().unwrap_or_else(|| "merged into the next message".to_owned()),
            |disposition| format!("{disposition:?}"),
        );
        case = case.says("resident", &turn.said).says("reply", format!("({ended}) {}", reply.join("")));
        if let Some(understood) = &turn.understood {
            case = case.says("understood as", understood);
        }
    }
    case
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_turns_and_papers_are_sound() {
        let turns = questions(&own_data(TURNS)).unwrap();
        assert!(turns.len() >= 150, "{}", turns.len());
        assert!(!lines::<Paper>(&own_data(PAPERS)).unwrap().is_empty());
    }
}
