//! Is it right, does it say where it stands, and is every number in it one of its source?

use serde::Serialize;

use super::exchange::{Exchange, Passage, Turn};
use super::numbers::{self, Number};
use super::pattern::Searched;
use super::question::{Disposition, Kind, Question, SourcePattern};

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Covered: answered with every required fact and the right source.
    Right,
    /// Covered: answered from the right source, but a required fact is missing.
    Incomplete,
    /// Covered: answered from another source, or with something forbidden.
    Wrong,
    /// Covered: asked back instead of answered.
    AskedBack,
    /// Covered: declined as if nobody had written it down.
    Declined,
    /// Uncovered: declined.
    DeclinedRightly,
    /// Uncovered: answered all the same.
    AnsweredUncovered,
    /// Routed: what was needed was done.
    RoutedRightly,
    /// Taken for another kind of turn than it is.
    Misrouted,
    /// The server gave no reply.
    Failed,
}

impl Outcome {
    /// The resident was told something false, beside the point or not enough.
    pub(crate) fn wrongly_answered(self) -> bool {
        matches!(
            self,
            Self::Incomplete | Self::Wrong | Self::AnsweredUncovered
        )
    }

    /// Nothing to complain of.
    pub(crate) fn good(self) -> bool {
        matches!(
            self,
            Self::Right | Self::DeclinedRightly | Self::RoutedRightly
        )
    }
}

/// The judgement on one exchange.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verdict {
    pub(crate) id: String,
    pub(crate) topic: String,
    pub(crate) kind: Kind,
    pub(crate) outcome: Outcome,
    /// Required facts that were not said, each in its first spelling.
    pub(crate) missing: Vec<String>,
    /// Forbidden patterns that were said.
    pub(crate) forbidden: Vec<String>,
    /// Whether one of the required sources is cited; `None` where none is required.
    pub(crate) source_right: Option<bool>,
    /// Factual sentences without a citation.
    pub(crate) uncited: Vec<String>,
    /// Every turn of the conversation is audited, not the last alone.
    pub(crate) audit: Audit,
}

/// What the check of numbers and document names found.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Audit {
    /// Answers that state facts.
    pub(crate) answers: usize,
    /// Sentences in them.
    pub(crate) sentences: usize,
    /// Numbers in those.
    pub(crate) numbers: usize,
    /// Numbers that stand in no cited passage, with their sentence.
    pub(crate) unsupported_numbers: Vec<String>,
    /// Document names that stand in no cited passage, with their sentence.
    pub(crate) unsupported_names: Vec<String>,
    /// Answers with an unsupported number.
    pub(crate) answers_unsupported: usize,
    /// Cited passages whose full text could not be fetched.
    pub(crate) unread: usize,
}

/// Judges the last reply and audits all of them.
pub(crate) fn judge(question: &Question, exchange: &Exchange) -> Verdict {
    let mut verdict = Verdict {
        id: question.id.clone(),
        topic: question.topic.clone(),
        kind: question.kind(),
        outcome: Outcome::Failed,
        missing: Vec::new(),
        forbidden: Vec::new(),
        source_right: None,
        uncited: Vec::new(),
        audit: Audit::default(),
    };
    for turn in &exchange.turns {
        audit(turn, &mut verdict.audit);
    }
    let Some((turn, disposition)) = exchange
        .last()
        .and_then(|turn| Some((turn, turn.disposition?)))
    else {
        return verdict;
    };
    let said = Searched::new(&text_of(turn));
    verdict.missing = question
        .expect
        .facts_required
        .iter()
        .filter(|ways| !ways.iter().any(|way| said.says(way)))
        .filter_map(|ways| ways.first().cloned())
        .collect();
    verdict.forbidden = question
        .expect
        .facts_forbidden
        .iter()
        .filter(|pattern| said.says(pattern))
        .cloned()
        .collect();
    if !question.expect.source_required.is_empty() && disposition == Disposition::Answered {
        verdict.source_right = Some(cites(turn, &question.expect.source_required));
        verdict.uncited = uncited(turn);
    }
    verdict.outcome = outcome(question, &verdict, turn, disposition);
    verdict
}

/// Whether a text says every required fact and nothing forbidden, and whether it says something
/// forbidden.
pub(crate) fn facts(question: &Question, text: &str) -> (bool, bool) {
    let said = Searched::new(text);
    let expect = &question.expect;
    let forbidden = expect.facts_forbidden.iter().any(|pattern| said.says(pattern));
    let mut required = expect.facts_required.iter();
    (!forbidden && required.all(|ways| ways.iter().any(|way| said.says(way))), forbidden)
}

fn outcome(
    question: &Question,
    verdict: &Verdict,
    turn: &Turn,
    disposition: Disposition,
) -> Outcome {
    let allowed = question.expect.dispositions.contains(&disposition);
    let said = verdict.missing.is_empty() && verdict.forbidden.is_empty();
    match question.kind() {
        Kind::Uncovered if allowed => Outcome::DeclinedRightly,
        Kind::Uncovered if disposition == Disposition::Answered && !turn.passages.is_empty() => {
            Outcome::AnsweredUncovered
        }
        Kind::Routed if allowed && said => Outcome::RoutedRightly,
        Kind::Uncovered | Kind::Routed => Outcome::Misrouted,
        Kind::Covered => match disposition {
            // Small talk and the state of a work order carry no passages.
            Disposition::Answered if turn.passages.is_empty() => Outcome::Misrouted,
            Disposition::Answered => {
                if !verdict.forbidden.is_empty() || verdict.source_right == Some(false) {
                    Outcome::Wrong
                } else if verdict.missing.is_empty() {
                    Outcome::Right
                } else {
                    Outcome::Incomplete
                }
            }
            _ if allowed && said => Outcome::Right,
            Disposition::Clarify => Outcome::AskedBack,
            Disposition::Escalated if turn.reason.as_deref() == Some("nothing_written") => {
                Outcome::Declined
            }
            _ => Outcome::Misrouted,
        },
    }
}

pub(super) fn text_of(turn: &Turn) -> String {
    turn.sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .collect::<Vec<_>>()
        .join("。")
}

/// The first sentence that names its source names a right one: what a resident hears first must
/// be to the point, whatever follows.
fn cites(turn: &Turn, wanted: &[SourcePattern]) -> bool {
    let mut cited = turn.sentences.iter().map(|sentence| turn.cited(sentence));
    let first = cited.find_map(|passages| {
        let passages: Vec<&Passage> = passages.collect();
        (!passages.is_empty()).then_some(passages)
    });
    first.is_some_and(|passages| {
        let mut passages = passages.into_iter();
        passages.any(|passage| wanted.iter().any(|source| is(passage, source)))
    })
}

fn is(passage: &Passage, source: &SourcePattern) -> bool {
    let place = source.locator.as_deref();
    passage.title.contains(&source.title)
        && place.is_none_or(|place| {
            passage.locator.contains(place)
                || passage
                    .headings
                    .iter()
                    .any(|heading| heading.contains(place))
                || passage.text.starts_with(place)
        })
}

/// Sentences that state something and name no passage; one that leads up to a quotation states nothing.
fn uncited(turn: &Turn) -> Vec<String> {
    turn.sentences
        .iter()
        .filter(|sentence| {
            sentence.citations.is_empty() && !sentence.text.trim_end().ends_with(['：', ':'])
        })
        .map(|sentence| sentence.text.clone())
        .collect()
}

/// Looks up every number and document name of an answer in what it cites.
///
/// The fixed words of the product (advice in danger, a work order's number) are no answers.
fn audit(turn: &Turn, audit: &mut Audit) {
    let from_documents =
        turn.disposition == Some(Disposition::Answered) && !turn.passages.is_empty();
    let mut unsupported = false;
    let mut sentences = 0;
    for sentence in &turn.sentences {
        if sentence.citations.is_empty() && !from_documents {
            continue;
        }
        sentences += 1;
        audit.unread += turn
            .cited(sentence)
            .filter(|passage| passage.text.is_empty())
            .count();
        let sources: Vec<String> = turn.cited(sentence).map(whole).collect();
        let known: Vec<Number> = sources
            .iter()
            .flat_map(|source| numbers::numbers(source))
            .collect();
        for number in numbers::numbers(&sentence.text) {
            audit.numbers += 1;
            if !known.iter().any(|one| one.agrees(&number)) {
                unsupported = true;
                audit
                    .unsupported_numbers
                    .push(format!("{number}：{}", sentence.marked()));
            }
        }
        for name in document_names(&sentence.text) {
            if !sources.iter().any(|source| source.contains(name)) {
                audit
                    .unsupported_names
                    .push(format!("《{name}》：{}", sentence.marked()));
            }
        }
    }
    if sentences > 0 {
        audit.answers += 1;
        audit.sentences += sentences;
        audit.answers_unsupported += usize::from(unsupported);
    }
}

/// All that a citation of this passage shows to a resident.
fn whole(passage: &Passage) -> String {
    let text = if passage.text.is_empty() {
        &passage.quote
    } else {
        &passage.text
    };
    format!(
        "{}\n{}\n{}\n{text}",
        passage.title,
        passage.headings.join("\n"),
        passage.locator
    )
}

fn document_names(text: &str) -> impl Iterator<Item = &str> {
    text.split('《')
        .skip(1)
        .filter_map(|rest| rest.split_once('》'))
        .map(|(name, _)| name)
}
