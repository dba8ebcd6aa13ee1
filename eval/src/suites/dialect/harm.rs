//! Standard text, which should come through as it is.

use std::path::Path;

use dialects::Variety;
use serde::Deserialize;

use super::interpreter::{Channel, Interpreter, Vocabulary};
use crate::report::{Case, Listing, Measure, Report, Table, Unit};
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
pub(super) struct Numbers {
    sentences: usize,
    runs: Vec<Run>,
}

/// All sentences understood in one setting.
struct Run {
    /// Whose words were expected: a variety's id, or `anybody`.
    speakers: &'static str,
    channel: &'static str,
    changed: usize,
    share: Estimate,
    /// Sentences in which something was put right by sound, and rewritten from dialect.
    corrected: usize,
    rewritten: usize,
    changes: Vec<Changed>,
}

/// A sentence that was changed, with every form and its gloss.
struct Changed {
    source: &'static str,
    sentence: String,
    changes: String,
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
                    changes.push(Changed {
                        source,
                        sentence: sentence.clone(),
                        changes: understood.changes(),
                    });
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
    pub(super) fn tell(&self, report: &mut Report) {
        let head = ["speakers, channel", "sentences changed", "share", "put right by sound", "rewritten"];
        let mut table = Table::new("", head);
        for run in &self.runs {
            let share = Measure::from(run.share).in_unit(Unit::Share).lower();
            table.push(
                run.name(),
                [run.changed.into(), share.into(), run.corrected.into(), run.rewritten.into()],
            );
        }
        let section = report.section("Harm");
        section.text(format!(
            "{} sentences of laws, encyclopedic questions and citizens' messages. A change counts whether \
             or not it changes the meaning; all are listed.",
            self.sentences
        ));
        section.table(table);
        for run in &self.runs {
            let changes = run.changes.iter().map(|changed| {
                Case::new(&changed.sentence).says("source", changed.source).says("changes", &changed.changes)
            });
            section.cases(Listing::of(format!("Changed: {}", run.name()), changes));
        }
    }
}

impl Run {
    fn name(&self) -> String {
        format!("{}, {}", self.speakers, self.channel)
    }
}
