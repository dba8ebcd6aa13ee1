//! Where a work order stands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The states of 国办发〔2020〕53号's loop 受理→派单→办理→答复→督办→办结→回访→评价, and two beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum State {
    /// Nobody has looked at it yet.
    #[serde(rename = "待受理")]
    Filed,
    /// It is ours and needs somebody to do it.
    #[serde(rename = "待派单")]
    Accepted,
    /// Somebody was named and has not signed for it.
    #[serde(rename = "待签收")]
    Dispatched,
    /// Somebody is at it.
    #[serde(rename = "办理中")]
    InProgress,
    /// It rests, and so does its clock: the resident or somebody else must move first.
    #[serde(rename = "挂起")]
    Suspended,
    /// It is done and a second person looks at it.
    #[serde(rename = "待审核")]
    InReview,
    /// It is done and the resident is asked whether that helped.
    #[serde(rename = "待回访")]
    FollowUp,
    /// It is over; it can be opened again.
    #[serde(rename = "已归档")]
    Archived,
    /// It goes on as part of another order about the same matter.
    #[serde(rename = "合并")]
    Merged,
}

impl State {
    /// All of them, in the order in which an order passes through.
    pub const ALL: [Self; 9] = [
        Self::Filed,
        Self::Accepted,
        Self::Dispatched,
        Self::InProgress,
        Self::Suspended,
        Self::InReview,
        Self::FollowUp,
        Self::Archived,
        Self::Merged,
    ];

    /// Its name on screen and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Filed => "待受理",
            Self::Accepted => "待派单",
            Self::Dispatched => "待签收",
            Self::InProgress => "办理中",
            Self::Suspended => "挂起",
            Self::InReview => "待审核",
            Self::FollowUp => "待回访",
            Self::Archived => "已归档",
            Self::Merged => "合并",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether somebody has still to work on it.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::FollowUp | Self::Archived | Self::Merged)
    }

    /// Whether nobody has signed for it yet.
    pub fn awaits_signature(self) -> bool {
        matches!(self, Self::Filed | Self::Accepted | Self::Dispatched)
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
