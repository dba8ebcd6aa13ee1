//! How a call to a number ended.

use serde::{Deserialize, Serialize};

/// How one call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallResult {
    /// Answered, and listened to the end.
    Reached,
    /// Answered, and hung up early.
    Partly,
    /// The line was busy (486, 600).
    Busy,
    /// It rang, and nobody answered.
    NoAnswer,
    /// The call was refused (603, or cut off while it rang).
    Declined,
    /// The number does not exist or its telephone is off (404, 410, 480, 484).
    Unreachable,
    /// Something on our side or in between failed; it says nothing about the number.
    Failed,
}

impl CallResult {
    /// Every result.
    pub const ALL: [Self; 7] = [
        Self::Reached,
        Self::Partly,
        Self::Busy,
        Self::NoAnswer,
        Self::Declined,
        Self::Unreachable,
        Self::Failed,
    ];

    /// Its name in the store and the API.
    pub fn id(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Partly => "partly",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Declined => "declined",
            Self::Unreachable => "unreachable",
            Self::Failed => "failed",
        }
    }

    /// Whether another try may end better: those who answered or refused have heard us.
    pub fn worth_another_try(self) -> bool {
        matches!(self, Self::Busy | Self::NoAnswer | Self::Unreachable | Self::Failed)
    }
}
