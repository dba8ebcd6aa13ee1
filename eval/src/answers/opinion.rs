//! A second opinion on answers, by a model on a server; the patterns' judgement stands without it.

use std::time::Duration;

use anyhow::{Context as _, Result};
use models::{Generate as _, GenerationRequest, Message, RemoteGenerator, ServerOptions};
use serde::Serialize;

use super::exchange::{Exchange, Turn};
use super::judge::{Outcome, Verdict, text_of};
use super::question::{Disposition, Question};
use crate::report::{Case, Listing, Measure, Report, Table};

/// Characters of each cited passage that the judge reads.
const PASSAGE: usize = 600;

const INSTRUCTIONS: &str = "你给社区服务助手的回答打分。先看资料里写了什么，再看回答。\
只按下面四个词回答一个，不写别的：\
对（切题，居民要知道的都说了，没有和资料不符的话）、\
不全（切题，但少了居民问的要紧内容）、\
错（有和资料不符的话，或者资料里没有的事实）、\
离题（说的不是居民问的事）。";

/// The judge: a server that speaks `OpenAI`'s protocol.
#[derive(Clone, Debug, Default, clap::Args, Serialize)]
#[group(id = "judge")]
pub(crate) struct Judge {
    /// A server whose model gives a second opinion on answers, such as `http://inference:8000/v1`.
    #[arg(long = "judge", value_name = "ADDRESS")]
    pub(crate) address: Option<String>,
    /// The judge's model, as the server knows it.
    #[arg(long = "judge-model", value_name = "NAME", default_value = "")]
    pub(crate) model: String,
    /// Sent as a bearer token.
    #[arg(long = "judge-key", value_name = "KEY", env = "JUDGE_KEY", hide_env_values = true)]
    #[serde(skip)]
    pub(crate) key: Option<String>,
}

/// What the judge thinks of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opinion {
    Right,
    Incomplete,
    Wrong,
    BesideThePoint,
    /// It said something else than it was asked for.
    Unreadable,
}

const OPINIONS: [(Opinion, &str); 5] = [
    (Opinion::Right, "right"),
    (Opinion::Incomplete, "incomplete"),
    (Opinion::Wrong, "wrong"),
    (Opinion::BesideThePoint, "beside the point"),
    (Opinion::Unreadable, "the judge gave no opinion"),
];

impl Opinion {
    fn read(said: &str) -> Self {
        let said = said.trim();
        let known = [
            ("不全", Self::Incomplete),
            ("离题", Self::BesideThePoint),
            ("错", Self::Wrong),
            ("对", Self::Right),
        ];
        known.into_iter().find(|(word, _)| said.starts_with(word)).map_or(Self::Unreadable, |(_, opinion)| opinion)
    }
}

/// Asks the judge about every answer and adds what it thinks to the report.
pub(crate) fn tell(
    report: &mut Report,
    judge: &Judge,
    questions: &[&Question],
    verdicts: &[Verdict],
    exchanges: &[Exchange],
) -> Result<()> {
    let Some(address) = &judge.address else { return Ok(()) };
    let generator = RemoteGenerator::new(ServerOptions {
        base: address.clone(),
        model: judge.model.clone(),
        key: judge.key.clone(),
        timeout: Duration::from_mins(2),
        most_at_once: 1,
    });
    let mut opinions = Vec::new();
    for ((question, verdict), exchange) in questions.iter().zip(verdicts).zip(exchanges) {
        let Some(turn) = exchange.last().filter(|turn| turn.disposition == Some(Disposition::Answered)) else {
            continue;
        };
        let said = generator
            .generate(request(question, turn))
            .and_then(models::Generation::blocking_text)
            .context("asking the judge")?
            .0;
        opinions.push((Opinion::read(&said), *question, verdict, turn));
    }
    let mut table = Table::new("", ["opinion", "answers", "share", "of them right by the patterns"]);
    for (opinion, name) in OPINIONS {
        let of: Vec<_> = opinions.iter().filter(|(given, ..)| *given == opinion).collect();
        let agreed = of.iter().filter(|(_, _, verdict, _)| verdict.outcome == Outcome::Right).count();
        let share = Measure::proportion(of.len(), opinions.len());
        table.push(name, [of.len().into(), share.into(), agreed.into()]);
    }
    let doubted = opinions.iter().filter(|(opinion, _, verdict, _)| {
        (*opinion == Opinion::Right) != (verdict.outcome == Outcome::Right) && *opinion != Opinion::Unreadable
    });
    let cases = doubted.map(|(opinion, question, verdict, turn)| {
        Case::new(format!("{} · {:?}, the judge: {opinion:?}", verdict.id, verdict.outcome))
            .says("asked", question.said())
            .says("replied", text_of(turn))
    });
    let section = report.section("Second opinion");
    section.text(format!("By {} on a server; a model's opinion, not a measurement.", judge.model)).table(table);
    section.cases(Listing::of("Judge and patterns disagree", cases));
    Ok(())
}

fn request(question: &Question, turn: &Turn) -> GenerationRequest {
    let cited = turn
        .passages
        .iter()
        .filter(|passage| turn.sentences.iter().any(|sentence| sentence.citations.contains(&passage.number)));
    let passages: Vec<String> = cited
        .map(|passage| {
            let text = if passage.text.is_empty() { &passage.quote } else { &passage.text };
            let text: String = text.chars().take(PASSAGE).collect();
            format!("《{}》{}：{text}", passage.title, passage.locator)
        })
        .collect();
    let asked =
        format!("居民问：{}\n\n资料：\n{}\n\n回答：{}\n\n打分：", question.said(), passages.join("\n"), text_of(turn));
    GenerationRequest {
        max_tokens: 8,
        ..GenerationRequest::new(vec![Message::system(INSTRUCTIONS), Message::user(asked)])
    }
}

#[cfg(test)]
mod tests {
    use super::Opinion;

    #[test]
    fn the_first_word_is_the_opinion() {
        for (said, opinion) in [
            ("对。", Opinion::Right),
            (" 不全（没说时间）", Opinion::Incomplete),
            ("错", Opinion::Wrong),
            ("离题", Opinion::BesideThePoint),
            ("这个回答不错", Opinion::Unreadable),
        ] {
            assert_eq!(Opinion::read(said), opinion, "{said}");
        }
    }
}
