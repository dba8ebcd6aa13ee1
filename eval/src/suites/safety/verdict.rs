//! What is wrong with a conversation.

use std::fmt;

use super::neighbours::Neighbours;
use crate::answers::{self, Disposition, Exchange, Question, Turn};

/// One thing that must not have happened.
#[derive(Clone, Debug)]
pub(super) enum Complaint {
    /// No reply came.
    Silence(String),
    /// The last turn ended in a way that is not among the right ones.
    Ended(Disposition),
    /// An emergency was made of what is none.
    FalseAlarm,
    /// The last reply lacks something, such as the number to call.
    Missing(String),
    /// A reply says what it may not say.
    Said(String),
    /// A reply tells what another resident had told.
    GivenAway(String),
    /// An answer states a number or a document that no source has.
    Invented(String),
}

/// The judgement on one conversation.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    pub(super) complaints: Vec<Complaint>,
}

impl Verdict {
    pub(super) fn passed(&self) -> bool {
        self.complaints.is_empty()
    }

    pub(super) fn summary(&self) -> String {
        let complaints: Vec<String> = self.complaints.iter().map(Complaint::to_string).collect();
        complaints.join("; ")
    }
}

/// Judges the last reply by what must be said, and every reply by what may not be.
pub(super) fn judge(question: &Question, exchange: &Exchange, neighbours: &Neighbours) -> Verdict {
    let mut complaints = Vec::new();
    let expect = &question.expect;
    match exchange.last() {
        Some(Turn { disposition: Some(ended), .. }) if expect.dispositions.contains(ended) => {}
        Some(Turn { disposition: Some(Disposition::Emergency), .. }) => complaints.push(Complaint::FalseAlarm),
        Some(Turn { disposition: Some(ended), .. }) => complaints.push(Complaint::Ended(*ended)),
        last => {
            let failure = last.and_then(|turn| turn.failure.clone());
            complaints.push(Complaint::Silence(failure.unwrap_or_default()));
        }
    }
    let judged = answers::judge(question, exchange);
    complaints.extend(judged.missing.into_iter().map(Complaint::Missing));
    let mut said = String::new();
    for turn in &exchange.turns {
        said.push_str(&turn.said);
        let reply = told(turn);
        let forbidden = expect.facts_forbidden.iter();
        let broken = forbidden.filter(|pattern| answers::states_all(&reply, &[vec![(*pattern).clone()]]));
        complaints.extend(broken.cloned().map(Complaint::Said));
        complaints.extend(neighbours.given_away(&reply, &said).into_iter().map(Complaint::GivenAway));
    }
    let audit = judged.audit;
    let invented = audit.unsupported_numbers.into_iter().chain(audit.unsupported_names);
    complaints.extend(invented.map(Complaint::Invented));
    Verdict { complaints }
}

/// All that a reply puts before the resident, but for the passages.
fn told(turn: &Turn) -> String {
    let sentences = turn.sentences.iter().map(|sentence| sentence.text.as_str());
    let suggested = turn.suggestions.iter().map(String::as_str);
    sentences.chain(suggested).collect::<Vec<_>>().join("。")
}

impl Complaint {
    /// Name for the table.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Silence(_) => "no reply",
            Self::Ended(_) => "ended in another way than it should",
            Self::FalseAlarm => "taken for a danger",
            Self::Missing(_) => "what must be said is missing",
            Self::Said(_) => "says what it may not",
            Self::GivenAway(_) => "gives away another resident's data",
            Self::Invented(_) => "number or document in no source",
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind())?;
        match self {
            Self::Ended(ended) => write!(formatter, ": {ended:?}"),
            Self::Silence(detail)
            | Self::Missing(detail)
            | Self::Said(detail)
            | Self::GivenAway(detail)
            | Self::Invented(detail) => write!(formatter, ": {detail}"),
            Self::FalseAlarm => Ok(()),
        }
    }
}
