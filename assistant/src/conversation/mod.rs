//! From what a resident says to what is said back.
//!
//! [`Assistant::say`] runs one turn: policy before any model, then evidence, then a verified
//! answer, a written and checked one, a quoted passage, one question back, or a work order; the
//! turn and what follows from it are kept in one transaction.

mod answer;
pub mod answerability;
mod assistant;
mod compose;
mod context;
mod declined;
mod evidence;
mod follow_up;
mod grounding;
mod here;
mod in_flight;
mod look;
mod matter;
mod orders_in_text;
mod paraphrase;
mod policy;
mod prompt;
mod rehearse;
mod respond;
mod rules;
mod say;
mod several;
mod staff;
mod turn;
mod understanding;
mod unknown_words;
mod wording;

pub use assistant::{Assistant, OpenedConversation, Writer};
pub use policy::{Danger, Day, Here, Intent};
pub use say::{Say, TurnStream};
pub use staff::Report;
pub use unknown_words::UnknownWord;

pub(crate) use policy::{says_goodbye, wants_person};
pub(crate) use prompt::INSTRUCTIONS;
pub(crate) use rehearse::{Rehearsal, Rehearsed};
pub(crate) use wording::said_every_time;
pub(crate) use understanding::{Rewording, Speaker, Understanding, own_terms};
pub use turn::{
    Asked, Composition, Disposition, FiledWorkOrder, Rating, Reason, Reply, Sentence, Source, Stage, Turn,
    TurnEvent,
};
