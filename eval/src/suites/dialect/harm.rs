//! Standard text, which should come through as it is.

use std::path::Path;

use dialects::Variety;
use serde::{Deserialize, Serialize};

use super::interpreter::{Channel, Interpreter, Vocabulary};
use crate::report::table;
use crate::statistics::{Estimate, Generator};
use crate::suites::{Setting, progress_bar};
use crate::{collections, data};

/// Sentences drawn of the laws, of encyclopedic questions and of citizens' messages.
const LAWS: usize = 4000;
const QUESTIONS: usize = 3000;
const MESSAGES: usize = 3000;

/// Shortest sentence, in characters.
const SHORTEST: usize = 6;

/// What was changed in standard text.
#[derive(Serialize)]
pub(super) struct Numbers {
    sentences: usize,
    runs: Vec<Run>,
}

/// All sentences understood in one setting.
#[derive(Serialize)]
struct Run {
    /// Whose words were expected: a variety's id, or `anybody`.
    speakers: &'static str,
    channel: &'static str,
    changed: usize,
    share: Estimate,
    /// Sentences in which something was put right by sound, and rewritten from dialect.
    corrected: usize,
    rewritten: usize,
    /// Every change: source, sentence, form and gloss.
    changes: Vec<String>,
}

/// A sentence with its source.
type Sentence = (&'static str, String);

/// Understands every sentence in every setting.
pub(super) fn measure(setting: &Setting, vocabulary: &Vocabulary) -> anyhow::Result<Numbers> {
    let sentences = sentences(setting)?;
    let mut runs = Vec::new();
    for (speakers, variety) in [("anybody", None), ("kunming", Some(Variety::Kunming))] {
        let interpreter = Interpreter::new(variety, vocabulary);
        for (name, channel) in [("typed", Channel::Typed), ("spoken", Channel::Spoken)] {
            let (mut changes, mut corrected, mut rewritten) = (Vec::new(), 0, 0);
            let mut changed = Vec::with_capacity(sentences.len());
            let bar = progress_bar(sentences.len(), "standard text")?;
            for (source, sentence) in &sentences {
                let understood = interpreter.understand(sentence, channel);
                let steps = [&understood.corrected, &understood.rewritten].map(|step| !step.is_empty());
                let touched = steps.contains(&true);
                changed.push(f64::from(u8::from(touched)));
                corrected += usize::from(steps[0]);
                rewritten += usize::from(steps[1]);
                if touched {
                    changes.push(format!("{source}: {sentence} [{}]", understood.changes()));
                }
                bar.inc(1);
            }
            bar.finish_and_clear();
            runs.push(Run {
                speakers,
                channel: name,
                changed: changes.len(),
                share: Estimate::of(&changed, setting.seed),
                corrected,
                rewritten,
                changes,
            });
        }
    }
    Ok(Numbers {
        sentences: sentences.len(),
        runs,
    })
}

/// The seeded sample of all three sources.
fn sentences(setting: &Setting) -> anyhow::Result<Vec<Sentence>> {
    let laws = collections::statutes(&setting.data)?;
    let passages = laws.iter().flat_map(|law| &law.passages);
    let questions = data::off_topic_questions(&setting.data)?;
    let sources = [
        ("law", LAWS, passages.flat_map(|passage| cut(&passage.text)).collect()),
        ("cmrc", QUESTIONS, questions.into_iter().map(|question| question.question).collect()),
        ("message", MESSAGES, messages(&setting.data)?),
    ];
    let mut drawn = Vec::new();
    for (source, count, mut all) in sources {
        Generator::new(setting.seed).shuffle(&mut all);
        drawn.extend(all.into_iter().take(count).map(|sentence| (source, sentence)));
    }
    Ok(drawn)
}

/// Sentences of citizens' messages.
fn messages(data: &Path) -> anyhow::Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Message {
        text: String,
    }
    let path = data.join("workorders/tipdm2020/messages_unlabelled.jsonl.gz");
    let messages: Vec<Message> = data::lines(&path)?;
    Ok(messages.iter().flat_map(|message| cut(&message.text)).collect())
}

/// The sentences of a text that are not too short.
fn cut(text: &str) -> impl Iterator<Item = String> {
    text.split_inclusive(['。', '！', '？', '\n'])
        .map(str::trim)
        .filter(|sentence| sentence.chars().count() >= SHORTEST)
        .map(str::to_owned)
}

impl Numbers {
    /// As a section of the report.
    pub(super) fn shown(&self) -> String {
        let head =
            ["speakers", "channel", "sentences changed", "in 1,000", "put right by sound", "rewritten"];
        let rows: Vec<Vec<String>> = self
            .runs
            .iter()
            .map(|run| {
                vec![
                    run.speakers.to_owned(),
                    run.channel.to_owned(),
                    run.changed.to_string(),
                    format!("{:.2}", 1000.0 * run.share.mean),
                    run.corrected.to_string(),
                    run.rewritten.to_string(),
                ]
            })
            .collect();
        let lists: Vec<String> = self
            .runs
            .iter()
            .map(|run| {
                let changes: Vec<String> =
                    run.changes.iter().map(|change| format!("- {change}")).collect();
                format!("{}, {}:\n\n{}", run.speakers, run.channel, changes.join("\n"))
            })
            .collect();
        format!(
            "## Harm\n\n{} sentences of laws, encyclopedic questions and citizens' messages. A change \
             counts whether or not it changes the meaning; all are listed.\n\n{}\n{}",
            self.sentences,
            table(&head, &rows),
            lists.join("\n\n"),
        )
    }
}
