//! What people are called for.

use serde::{Deserialize, Serialize};

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Something that everybody should know (通知).
    Announcement,
    /// Something that the called person has to do (提醒).
    Reminder,
    /// How a finished matter went (回访).
    Satisfaction,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::Announcement, Self::Reminder, Self::Satisfaction];

    /// Its name in the store and the API.
    pub fn id(self) -> &'static str {
        match self {
            Self::Announcement => "announcement",
            Self::Reminder => "reminder",
            Self::Satisfaction => "satisfaction",
        }
    }

    /// Its name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Announcement => "通知",
            Self::Reminder => "提醒",
            Self::Satisfaction => "回访",
        }
    }

    /// The one of this name.
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.id() == id)
    }
}
