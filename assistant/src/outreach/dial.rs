//! What calls people: the line as outreach sees it.

use futures::future::BoxFuture;

use super::purpose::Purpose;
use super::result::CallResult;
use super::verdict::Verdict;
use crate::phone::Number;

/// A line that calls people and speaks with them.
pub trait Dial: Send + Sync {
    /// Calls a number, says what is to be said, hears the answer where one is asked for, and hangs up; ready once
    /// the call is over. Never fails: what goes wrong is a [`CallResult`]. Dropping the future hangs up.
    fn call(&self, call: OutreachCall) -> BoxFuture<'_, Outcome>;

    /// How many more calls the line could carry at this moment, whoever begins them; a call counts from the first poll
    /// of its future.
    fn free(&self) -> usize;

    /// The accounts that it can call from.
    fn accounts(&self) -> Vec<DialAccount>;
}

/// An account at an exchange or trunk that calls can be made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialAccount {
    /// How the settings call it.
    pub name: String,
    /// The community whose residents see its number.
    pub community_id: String,
}

/// One call to be made.
#[derive(Clone, Debug)]
pub struct OutreachCall {
    /// Names this call; the same number has another when it is tried again.
    pub id: String,
    /// The community in whose name we call.
    pub community_id: String,
    /// The account to call from; `None`: whichever serves the community.
    pub account: Option<String>,
    /// Whom to call.
    pub number: Number,
    /// What the call is for.
    pub purpose: Purpose,
    /// What to say, in this order: who calls and that a machine speaks, what it is about, and, for
    /// [`Purpose::Satisfaction`], the question. None is empty.
    pub script: Vec<String>,
    /// The finished work order that the resident is asked about.
    pub order: Option<CalledOrder>,
}

/// The work order that a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledOrder {
    /// Its number, such as 20261122-0007.
    pub number: String,
    /// The conversation that it came from.
    pub conversation_id: String,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether somebody answered, and how far they listened.
    pub result: CallResult,
    /// How long they listened, in seconds.
    pub heard_seconds: u32,
    /// What they said to the question, where one was asked and answered.
    pub verdict: Option<Verdict>,
    /// Whether they asked not to be called again.
    pub opted_out: bool,
    /// The conversation that the call was, where it was kept as one.
    pub conversation_id: Option<String>,
}

impl Outcome {
    /// A call in which nothing was said.
    pub fn unheard(result: CallResult) -> Self {
        Self { result, heard_seconds: 0, verdict: None, opted_out: false, conversation_id: None }
    }
}
