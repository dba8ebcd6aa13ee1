//! Suite `stale_law`: editions that were, are and will be in force stand side by side; is the one
//! found that holds on the day, and no other?
//!
//! The regulations are published with the command line, in their order and the other way round; each
//! question is asked with `knowledge search --date`, and today's of the running product.

use std::path::Path;

use anyhow::{Context, Result};
use jiff::civil::Date;
use serde::Deserialize;

use super::safety::papers::{Paper, Product};
use super::{Setting, progress_bar, safety};
use crate::answers::{self, Client, Said, Server, Start};
use crate::data::lines;
use crate::report::{Case, Listing, Measure, Report, Table};

/// Community whose residents ask.
const COMMUNITY: &str = "demo";

/// A question with what the editions say to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dated {
    question: String,
    /// Words of each edition that no other has.
    editions: Vec<String>,
    /// In the order of the days.
    days: Vec<OnDay>,
}

/// What holds from a day on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OnDay {
    day: Date,
    /// Words of the edition in force; `None` where none is.
    says: Option<String>,
}

/// One question on one day, and what came of it.
struct Asked {
    id: String,
    question: String,
    expected: Option<String>,
    /// Words of editions that were found, or said.
    seen: Vec<String>,
    text: String,
}

impl Asked {
    /// What is in force is said, where anything is.
    fn says_what_holds(&self) -> bool {
        self.expected.iter().all(|words| self.seen.contains(words))
    }

    /// Nothing is said that is no longer or not yet in force.
    fn says_nothing_else(&self) -> bool {
        self.seen.iter().all(|words| self.expected.as_ref() == Some(words))
    }
}

/// Publishes, searches on every day, asks today.
pub(super) fn run(setting: &Setting) -> Result<Report> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let questions = setting.limited(lines::<Dated>(&folder.join("stale_law.jsonl"))?);
    let mut regulations = lines::<Paper>(&folder.join("stale_law_documents.jsonl"))?;
    let product = Product::of(&setting.product)?;
    let mut report = Report::new(
        "Stale law",
        "Old editions, the one in force, one that has ended and one that is not in force yet stand side by side: is \
         what holds on the day found, and nothing else?",
    );
    report.condition("questions", questions.len());
    report.condition("regulations", regulations.len());
    let mut table = Table::new("", ["published and asked", "times asked", "nothing else", "what holds is said"])
        .charted(2);
    let mut failures = Vec::new();
    for order in ["old before new", "new before old"] {
        let home = tempfile::tempdir().context("cannot make a temporary folder")?;
        let data = home.path().join("data");
        // One command a regulation: the second edition meets the first.
        for regulation in &regulations {
            product.publish(&data, std::slice::from_ref(regulation), COMMUNITY)?;
        }
        let searched = searched(&product, &data, order, &questions)?;
        let asked = asked(setting, &data, order, &questions)?;
        for (way, all) in [("searched on a day", searched), ("asked of the product today", asked)] {
            let set = format!("{order}, {way}");
            let share = |holds: fn(&Asked) -> bool| {
                let values: Vec<bool> = all.iter().map(holds).collect();
                Measure::share(&set, &values, setting.seed)
            };
            let cells = [share(Asked::says_nothing_else).into(), share(Asked::says_what_holds).into()];
            report.cases_of(&set, all.iter().map(|one| (one.id.clone(), one.question.clone())));
            table.push(&set, std::iter::once(all.len().into()).chain(cells));
            let fails = |one: &&Asked| !one.says_nothing_else() || !one.says_what_holds();
            failures.extend(all.iter().filter(fails).map(|one| case(one, &set)));
        }
        regulations.reverse();
    }
    report.section("Editions").table(table).cases(Listing::of("Every failure", failures));
    Ok(report)
}

fn searched(product: &Product, data: &Path, order: &str, questions: &[Dated]) -> Result<Vec<Asked>> {
    let count = questions.iter().map(|question| question.days.len()).sum();
    let bar = progress_bar(count, "searching")?;
    let mut all = Vec::new();
    for dated in questions {
        for on in &dated.days {
            let day = on.day.to_string();
            let arguments = ["--json", "knowledge", "search", "--community", COMMUNITY, "--date", &day, &dated.question];
            let found: serde_json::Value = serde_json::from_str(&product.run(data, &arguments)?)
                .context("`knowledge search --json` printed something else")?;
            let evidence = found["evidence"].as_array().into_iter().flatten();
            let texts: Vec<&str> = evidence.filter_map(|one| one["passage"]["text"].as_str()).collect();
            let id = format!("{order} {day} {}", dated.question);
            all.push(dated.asked(id, on.says.clone(), texts.join("\n")));
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(all)
}

fn asked(setting: &Setting, data: &Path, order: &str, questions: &[Dated]) -> Result<Vec<Asked>> {
    let server = Server::start(&Start {
        binary: setting.product.binary.as_deref(),
        data_dir: Some(data),
        statutes: false,
        settings: &setting.product.settings,
        log: &setting.out.join("stale-law-server.log"),
    })?;
    let mut client = Client::new(server.base(), COMMUNITY);
    let today = jiff::Zoned::now().date();
    let mut all = Vec::new();
    for dated in questions {
        let holding = dated.days.iter().rev().find(|on| on.day <= today);
        let exchange = client.converse(&safety::conversation("today", vec![Said::Once(dated.question.clone())]))?;
        let reply: Vec<String> = exchange
            .turns
            .iter()
            .flat_map(|turn| turn.sentences.iter().map(|sentence| sentence.text.clone()))
            .collect();
        let id = format!("{order} today {}", dated.question);
        all.push(dated.asked(id, holding.and_then(|on| on.says.clone()), reply.join("\n")));
    }
    Ok(all)
}

impl Dated {
    fn asked(&self, id: String, expected: Option<String>, text: String) -> Asked {
        let states = |words: &&String| answers::states_all(&text, &[vec![(*words).clone()]]);
        let seen = self.editions.iter().filter(states).cloned().collect();
        Asked { id, question: self.question.clone(), expected, seen, text }
    }
}

fn case(asked: &Asked, set: &str) -> Case {
    Case::new(&asked.id)
        .says("how", set)
        .says("in force", asked.expected.clone().unwrap_or_else(|| "nothing".to_owned()))
        .says("seen", asked.seen.join(", "))
        .says("text", &asked.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_expects_an_edition_of_the_question() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        let questions = lines::<Dated>(&folder.join("stale_law.jsonl")).unwrap();
        assert!(!lines::<Paper>(&folder.join("stale_law_documents.jsonl")).unwrap().is_empty());
        for dated in questions {
            assert!(dated.days.is_sorted_by_key(|on| on.day), "{}", dated.question);
            let known = |on: &OnDay| on.says.iter().all(|words| dated.editions.contains(words));
            assert!(dated.days.iter().all(known), "{}", dated.question);
        }
    }
}
