//! 智能外呼: announcements, reminders and questions how it went, called to a list of numbers.
//!
//! A [`Dial`] is the line and the conversation on it; everything before and after the call is here. [`Outreaches`] is what
//! the desk uses: an [`Outreach`] has [`Rules`] and numbers, read from what people paste ([`Pasted`]). An
//! [`OutreachRunner`] on each node claims what is due, calls it and writes down what came of it; the verdict on a finished
//! work order moves the order as one said in the chat does. Who asked not to be called is called by nobody.

mod dial;
mod list;
mod numbers;
mod purpose;
mod result;
mod rules;
mod runner;
mod script;
mod service;
mod verdict;

pub use dial::{CalledOrder, Dial, DialAccount, Outcome, OutreachCall};
pub use list::{NumberState, Outreach, OutreachNumber, OutreachState, OutreachText, Progress};
pub use numbers::{Pasted, PastedNumber, RefusedLine, callable, callable_from_desk};
pub use purpose::Purpose;
pub use result::CallResult;
pub use rules::Rules;
pub use runner::{Clock, OutreachRunner};
pub use script::{FOLLOW_UP_TEXT, LONGEST_TEXT, LONGEST_TITLE};
pub use service::Outreaches;
pub use verdict::Verdict;
