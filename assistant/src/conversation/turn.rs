//! What a resident says and what is said back: the types that every channel, the store and the
//! command line share.

use std::collections::BTreeMap;

use jiff::civil::Date;
use knowledge::Evidence;
use serde::{Deserialize, Serialize};

/// What came of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Answered, with sources where facts are stated.
    Answered,
    /// One question back, because the evidence leaves open what is meant.
    Clarify,
    /// Nobody wrote it down, or something must be done: a work order was filed.
    Escalated,
    /// Somebody is in danger: the number to call was named and an urgent work order filed.
    Emergency,
    /// The resident wants a person.
    Handoff,
}

/// Why a turn did not simply end in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing in the knowledge is about this.
    NothingWritten,
    /// There is something near, and it is not clear what is meant.
    Ambiguous,
    /// Something is broken, wrong or wanted: 报修 投诉 求助 建议.
    Reported,
    /// The resident asked for a person.
    AskedForPerson,
    /// Danger to life or home.
    Danger,
    /// The program stopped in the middle of the turn.
    Interrupted,
    /// More was said before the answer began; the next turn answers both.
    Merged,
    /// A person speaks with the resident; the machine is silent.
    WithPerson,
}

/// A passage as a resident sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What `[n]` in a reply refers to, from 1.
    pub number: u32,
    /// Id of the document.
    pub document: String,
    /// Id of the edition: the text as it stood when it was cited.
    pub edition: String,
    /// Ordinal of the passage in the edition.
    pub passage: u32,
    /// Title of the document.
    pub title: String,
    /// Issuing body.
    pub issuer: Option<String>,
    /// How a person names the place: 第十二条, 要带什么材料.
    pub locator: String,
    /// Headings above it, outermost first.
    pub headings: Vec<String>,
    /// The sentences that bear on the question, as they stand in the passage.
    pub quote: String,
    /// Name of the place whose rule it is.
    pub place: String,
    /// First day in force.
    pub effective_on: Option<Date>,
}

impl Source {
    /// The passage that was found, with nothing quoted of it yet.
    pub(super) fn found(number: u32, one: &Evidence, place: String) -> Self {
        Self {
            number,
            document: one.document_id.clone(),
            edition: one.edition_id.clone(),
            passage: one.passage.ordinal,
            title: one.title.clone(),
            issuer: one.issuer.clone(),
            locator: one.passage.locator.clone(),
            headings: one.passage.headings.clone(),
            quote: String::new(),
            place,
            effective_on: None,
        }
    }
}

/// One sentence of a reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// The words.
    pub text: String,
    /// Numbers of the sources that carry it.
    pub citations: Vec<u32>,
}

impl Sentence {
    /// A sentence that states no fact of a document.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            citations: Vec::new(),
        }
    }
}

/// What a resident learns of a work order that was just filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledWorkOrder {
    /// Its number, such as 20261122-0007.
    pub number: String,
    /// Six digits that open it for whoever has no account.
    pub lookup_code: String,
    /// Whether it alerts at once.
    pub urgent: bool,
}

/// Something asked back, about the question or the order that the conversation is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum Asked {
    /// The value of a slot.
    Slot {
        /// Its id.
        slot: String,
        /// Those that the resident did not want to fill.
        skipped: Vec<String>,
    },
    /// Whether this is what was meant.
    Meaning {
        /// The question as it was understood.
        question: String,
    },
    /// Whether to go on together with an order of a neighbour.
    Together {
        /// Number of that order.
        into: String,
    },
}

impl Asked {
    /// How to reach the resident.
    pub(super) fn contact() -> Self {
        Self::Slot { slot: "contact".to_owned(), skipped: Vec::new() }
    }
}

/// How the words of an answer came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Composition {
    /// Fixed words of the product itself.
    #[default]
    Fixed,
    /// A verified answer, said word for word.
    Verified,
    /// Written by the model and checked sentence by sentence.
    Written,
    /// The passage's own sentences.
    Quoted,
}

/// The whole reply to one turn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reply {
    /// What came of the turn.
    pub disposition: Disposition,
    /// Why, unless simply answered.
    pub reason: Option<Reason>,
    /// How the words came about.
    pub composition: Composition,
    /// What was said, in order.
    pub sentences: Vec<Sentence>,
    /// What is said instead of the sentences where a verified answer is read aloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoken: Option<String>,
    /// The passages looked at; citations refer to them by number.
    pub sources: Vec<Source>,
    /// The work order that was filed.
    pub work_order: Option<FiledWorkOrder>,
    /// What the resident was asked back about their order; the next turn may be the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Questions the resident may want to ask next.
    pub suggestions: Vec<String>,
    /// How the question was understood, where that differs from what was said.
    pub understood: Option<String>,
    /// Sentences that the grounding check held back, with the reason.
    pub dropped: Vec<String>,
    /// Calibrated probability that the evidence answers the question, where evidence was sought.
    pub evidence_probability: Option<f32>,
    /// Milliseconds from the start of the turn to the end of each step.
    pub timings_ms: BTreeMap<String, u64>,
}

impl Reply {
    /// An empty reply with this disposition.
    pub fn new(disposition: Disposition) -> Self {
        Self {
            disposition,
            reason: None,
            composition: Composition::Fixed,
            sentences: Vec::new(),
            spoken: None,
            sources: Vec::new(),
            work_order: None,
            asked: None,
            suggestions: Vec::new(),
            understood: None,
            dropped: Vec::new(),
            evidence_probability: None,
            timings_ms: BTreeMap::new(),
        }
    }

    /// Whether it asks if what was heard is what was said.
    pub(super) fn doubts_what_was_heard(&self) -> bool {
        matches!(&self.asked, Some(Asked::Meaning { question }) if self.understood.as_ref() == Some(question))
    }

    /// The reply to a message that is answered together with the one after it.
    pub fn merged() -> Self {
        let mut reply = Self::new(Disposition::Answered);
        reply.reason = Some(Reason::Merged);
        reply
    }

    /// No words: a person speaks with the resident.
    pub fn with_person() -> Self {
        let mut reply = Self::new(Disposition::Handoff);
        reply.reason = Some(Reason::WithPerson);
        reply
    }

    /// The spoken words without citations.
    pub fn text(&self) -> String {
        self.sentences
            .iter()
            .map(|sentence| sentence.text.as_str())
            .collect()
    }
}

/// A turn as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Turn {
    /// Its id.
    pub id: String,
    /// Place in the conversation, from 0.
    pub ordinal: u32,
    /// The name that the resident's side gave to the message.
    #[serde(default)]
    pub client_id: String,
    /// What the resident said, as they said it.
    pub text: String,
    /// The reply; `None` while it is being made.
    pub reply: Option<Reply>,
    /// `up` or `down`.
    pub rating: Option<Rating>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// When the reply was complete, in milliseconds since 1970.
    #[serde(default)]
    pub finished_at: Option<i64>,
}

/// A resident's verdict on a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// It helped.
    Up,
    /// It did not.
    Down,
}

/// What a channel hears while a turn is being answered, in this order.
#[derive(Clone, Debug)]
pub enum TurnEvent {
    /// The message is kept; whatever happens now, it is not lost.
    Accepted {
        /// Id of the turn.
        id: String,
        /// Place in the conversation.
        ordinal: u32,
        /// What the resident said.
        text: String,
    },
    /// The passages found.
    Evidence(Vec<Source>),
    /// What is being done while the resident waits.
    Progress(Stage),
    /// Where the reply is read aloud, these words are said instead of the sentences that follow.
    Aloud(String),
    /// One sentence that passed the check.
    Sentence(Sentence),
    /// The reply is complete and kept.
    Finished(Box<Reply>),
    /// The turn could not be answered; the message is kept and a work order follows on restart.
    Failed(String),
}

/// What the program is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum Stage {
    /// Other residents are being answered first.
    Queued {
        /// How many wait before this one.
        waiting: usize,
    },
    /// The writer reads the passages.
    Reading,
}
