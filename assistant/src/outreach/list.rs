//! An outreach: what is said to whom, and how far it has come.

use serde::{Deserialize, Serialize};

use super::purpose::Purpose;
use super::result::CallResult;
use super::rules::Rules;
use super::verdict::Verdict;
use crate::phone::Number;
use crate::store::Person;

/// Where an outreach stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutreachState {
    /// Being written; nobody is called.
    Draft,
    /// Numbers are called within its hours.
    Running,
    /// Nobody more is called until it goes on.
    Paused,
    /// Every number has its result.
    Finished,
    /// Given up; nobody more is called.
    Stopped,
}

impl OutreachState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Draft, Self::Running, Self::Paused, Self::Finished, Self::Stopped];

    /// Its name in the store and the API.
    pub fn id(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
        }
    }

    /// The one of this name.
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.id() == id)
    }

    /// The states from which a person may bring an outreach into this one.
    pub fn reached_from(self) -> &'static [Self] {
        match self {
            Self::Running => &[Self::Draft, Self::Paused],
            Self::Paused => &[Self::Running],
            Self::Stopped => &[Self::Draft, Self::Running, Self::Paused],
            Self::Draft | Self::Finished => &[],
        }
    }
}

/// Where a number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberState {
    /// To be called, for the first time or again.
    Waiting,
    /// Being called.
    Calling,
    /// No more calls; this is how the last one ended.
    Ended(CallResult),
    /// Asked not to be called.
    OptedOut,
    /// The resident answered elsewhere before they were called.
    Settled,
}

impl NumberState {
    /// Every state.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Waiting, Self::Calling, Self::OptedOut, Self::Settled]
            .into_iter()
            .chain(CallResult::ALL.into_iter().map(Self::Ended))
    }

    /// Its name in the store and the API.
    pub fn id(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Calling => "calling",
            Self::Ended(result) => result.id(),
            Self::OptedOut => "opted_out",
            Self::Settled => "settled",
        }
    }

    /// Its name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "等着打",
            Self::Calling => "正在打",
            Self::Ended(CallResult::Reached) => "听完了",
            Self::Ended(CallResult::Partly) => "没听完",
            Self::Ended(CallResult::Busy) => "占线",
            Self::Ended(CallResult::NoAnswer) => "没人接",
            Self::Ended(CallResult::Declined) => "拒接",
            Self::Ended(CallResult::Unreachable) => "打不通",
            Self::Ended(CallResult::Failed) => "没打成",
            Self::OptedOut => "不愿接听",
            Self::Settled => "已在别处答复",
        }
    }

    /// The one of this name.
    pub fn named(id: &str) -> Option<Self> {
        Self::all().find(|one| one.id() == id)
    }
}

impl Serialize for NumberState {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// Calls to a list of numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outreach {
    /// Its id.
    pub id: String,
    /// The community in whose name people are called.
    pub community_id: String,
    /// Path of the community.
    #[serde(skip)]
    pub place_path: String,
    /// Name of the community.
    pub place: String,
    /// What the calls are for.
    pub purpose: Purpose,
    /// How staff call it.
    pub title: String,
    /// What is said.
    pub said: String,
    /// When, and how often.
    pub rules: Rules,
    /// The account of the line; `None`: whichever serves the place.
    pub account: Option<String>,
    /// Where it stands.
    pub state: OutreachState,
    /// Whether the program fills it from finished work orders.
    pub automatic: bool,
    /// Who made it.
    pub by: Option<Person>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// When it was first started, in milliseconds since 1970.
    pub started_at: Option<i64>,
    /// When it was over, in milliseconds since 1970.
    pub ended_at: Option<i64>,
}

/// What somebody writes of an outreach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutreachText {
    /// How staff call it.
    pub title: String,
    /// What is said.
    pub said: String,
    /// When, and how often.
    pub rules: Rules,
    /// The account of the line; `None`: whichever serves the place.
    pub account: Option<String>,
}

/// A number of an outreach.
#[derive(Clone, Debug)]
pub struct OutreachNumber {
    /// Its id.
    pub id: String,
    /// Its place in the list, from 1.
    pub position: i64,
    /// The number; masked wherever it is printed.
    pub number: Number,
    /// Whose it is.
    pub name: Option<String>,
    /// Number of the work order that they are asked about.
    pub work_order: Option<String>,
    /// Where it stands.
    pub state: NumberState,
    /// Calls so far.
    pub attempts: u32,
    /// Not to be called before, in milliseconds since 1970.
    pub due_at: i64,
    /// How the last call ended.
    pub last_result: Option<String>,
    /// When it was last called, in milliseconds since 1970.
    pub called_at: Option<i64>,
    /// How long they listened in the last call, in seconds.
    pub heard_seconds: u32,
    /// What they said to the question.
    pub verdict: Option<Verdict>,
    /// The conversation that the last call was.
    pub conversation_id: Option<String>,
}

/// How far an outreach has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Numbers in all.
    pub total: i64,
    /// Numbers by where they stand; what is not there is none.
    pub by_state: std::collections::BTreeMap<String, i64>,
    /// Residents whose matter is solved.
    pub solved: i64,
    /// Residents whose matter is not.
    pub unsolved: i64,
    /// Those who said 满意.
    pub satisfied: i64,
    /// Those who said 基本满意.
    pub mostly: i64,
    /// Those who said 不满意.
    pub dissatisfied: i64,
}

impl Progress {
    /// Numbers that stand there.
    pub fn of(&self, state: NumberState) -> i64 {
        self.by_state.get(state.id()).copied().unwrap_or_default()
    }
}
