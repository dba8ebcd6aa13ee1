//! Suite `robustness`: noise, integration and counterfactual passages after RGB (Chen et al.,
//! "Benchmarking Large Language Models in Retrieval-Augmented Generation", 2024), through the
//! product's own search and answers.
//!
//! Each passage is published as a paper of its own, those of all drawn questions together, so that
//! the noise is that of the question and of all others. Where a passage was made false, no answer can
//! know it: what is counted is whether the product passes it on, and whether it does so with its source.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use super::safety::papers::{Paper, Product};
use super::{Setting, progress_bar, safety};
use crate::answers::{self, Client, Disposition, Exchange, Said, Server, Start, Turn};
use crate::data::lines;
use crate::report::{Case, Cell, Listing, Measure, Report, Table};

/// Files of the data folder.
pub(super) const INTEGRATION: &str = "qa/rgb_zh/zh_int.jsonl.gz";
/// The same with false passages.
pub(super) const FACTS: &str = "qa/rgb_zh/zh_fact.jsonl.gz";

/// Questions of each kind where `--limit` says nothing: publishing thousands of passages takes hours.
const DRAWN: usize = 20;

/// Passages of a question that do not answer it.
const NOISE: usize = 4;

/// Community whose residents ask.
const COMMUNITY: &str = "demo";

/// A line of either file.
#[derive(Clone, Debug, Deserialize)]
struct Line {
    id: u64,
    query: String,
    /// Text, or a list whose members are texts or lists of spellings.
    answer: Value,
    #[serde(default)]
    fakeanswer: Value,
    #[serde(default)]
    positive: Value,
    #[serde(default)]
    positive_wrong: Value,
    #[serde(default)]
    negative: Value,
}

/// What of the passages is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// One passage that answers among those that do not.
    Noise,
    /// The answer needs two passages.
    Integration,
    /// The passages that answer were made false.
    Counterfact,
}

/// Publishes, asks and counts, one kind after the other.
pub(super) fn run(setting: &Setting) -> Result<Report> {
    let mut report = Report::new(
        "Robustness",
        "RGB's Chinese questions about the news with its passages as the only papers: is the answer found in the \
         noise, put together from two passages, and what happens where the passages are false? Written for models \
         that read the web, so a service for residents may rightly decline more.",
    );
    let drawn = Setting { limit: Some(setting.limit.unwrap_or(DRAWN)), ..setting.clone() };
    let facts = drawn.limited(lines::<Line>(&setting.data.join(FACTS))?);
    let parts = drawn.limited(lines::<Line>(&setting.data.join(INTEGRATION))?);
    report.condition("questions of each kind", facts.len());
    report.condition("passages beside the answering ones, of each question", NOISE);
    let mut table = Table::new(
        "",
        ["passages", "questions", "said right", "said the false answer", "declined or asked back", "cites what it says"],
    )
    .charted(2);
    let mut misses = Vec::new();
    for (kind, questions) in [(Kind::Noise, &facts), (Kind::Integration, &parts), (Kind::Counterfact, &facts)] {
        let exchanges = exchanges(setting, kind, questions)?;
        let name = format!("{kind:?}").to_lowercase();
        report.cases_of(&name, questions.iter().map(|line| (line.id.to_string(), line.query.clone())));
        let share = |holds: &dyn Fn(&Line, &str, &Exchange) -> bool| -> Cell {
            let values: Vec<bool> = questions
                .iter()
                .zip(&exchanges)
                .map(|(line, exchange)| holds(line, &reply(exchange), exchange))
                .collect();
            Measure::share(&name, &values, setting.seed).into()
        };
        let falsehood = match kind {
            Kind::Counterfact => share(&|line, reply, _| states(reply, &line.fakeanswer)),
            _ => Cell::Nothing,
        };
        table.push(
            &name,
            [
                questions.len().into(),
                share(&|line, reply, _| states(reply, &line.answer)),
                falsehood,
                share(&|_, _, exchange| !answered(exchange)),
                share(&|_, _, exchange| cites(exchange)),
            ],
        );
        let wrong = questions.iter().zip(&exchanges).filter(|(line, exchange)| !states(&reply(exchange), &line.answer));
        misses.extend(wrong.map(|(line, exchange)| {
            Case::new(format!("{name} {}", line.id))
                .says("question", &line.query)
                .says("right", line.answer.to_string())
                .says("reply", reply(exchange))
        }));
    }
    report.section("Passages").table(table).cases(Listing::of("Not said right", misses));
    Ok(report)
}

fn exchanges(setting: &Setting, kind: Kind, questions: &[Line]) -> Result<Vec<Exchange>> {
    let product = Product::of(&setting.product)?;
    let home = tempfile::tempdir().context("cannot make a temporary folder")?;
    let data = home.path().join("data");
    let papers: Vec<Paper> = questions.iter().flat_map(|line| papers(kind, line)).collect();
    product.publish(&data, &papers, COMMUNITY)?;
    let server = Server::start(&Start {
        binary: setting.product.binary.as_deref(),
        data_dir: Some(&data),
        statutes: false,
        settings: &setting.product.settings,
        log: &setting.out.join("robustness-server.log"),
    })?;
    let mut client = Client::new(server.base(), COMMUNITY);
    let bar = progress_bar(questions.len(), "asking")?;
    questions
        .iter()
        .map(|line| {
            let question = safety::conversation(&line.id.to_string(), vec![Said::Once(line.query.clone())]);
            let exchange = client.converse(&question);
            bar.inc(1);
            exchange
        })
        .collect()
}

/// The passages of a question as papers without a title of their own.
fn papers(kind: Kind, line: &Line) -> Vec<Paper> {
    let answering = match kind {
        Kind::Noise => texts(&line.positive).into_iter().take(1).collect(),
        // One of each half of the answer.
        Kind::Integration => {
            let halves = line.positive.as_array().into_iter().flatten();
            halves.filter_map(|half| texts(half).into_iter().next()).collect()
        }
        Kind::Counterfact => texts(&line.positive_wrong),
    };
    let noise = texts(&line.negative).into_iter().take(NOISE);
    (1..)
        .zip(answering.into_iter().chain(noise))
        .map(|(number, text)| Paper {
            name: format!("{}-{number}.txt", line.id),
            text: format!("网上的消息{}之{number}\n\n{}", line.id, text.split_whitespace().collect::<Vec<_>>().join(" ")),
        })
        .collect()
}

/// All texts of a value, however deep they stand.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Whether the reply says the answer: each member of a list, in one of its spellings.
fn states(reply: &str, answer: &Value) -> bool {
    let members = match answer {
        Value::Array(members) => members.clone(),
        other => vec![other.clone()],
    };
    let spellings: Vec<Vec<String>> = members.iter().map(texts).collect();
    !spellings.is_empty() && answers::states_all(reply, &spellings)
}

fn reply(exchange: &Exchange) -> String {
    let sentences = exchange.turns.iter().flat_map(|turn| &turn.sentences);
    sentences.map(|sentence| sentence.text.as_str()).collect::<Vec<_>>().join("")
}

fn answered(exchange: &Exchange) -> bool {
    exchange.last().and_then(|turn| turn.disposition) == Some(Disposition::Answered)
}

/// Whether something is cited where something is answered.
fn cites(exchange: &Exchange) -> bool {
    let cited = |turn: &Turn| turn.sentences.iter().any(|sentence| !sentence.citations.is_empty());
    !answered(exchange) || exchange.last().is_some_and(cited)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_of_two_parts_needs_both() {
        let both = json!([["1月3日", "一月三日"], "1月12日"]);
        assert!(states("先是1月3日，然后1月12日。", &both));
        assert!(!states("先是1月3日。", &both));
        assert!(states("共有70个议席", &json!("70")));
        assert!(!states("共有170个议席", &json!("70")));
    }
}
