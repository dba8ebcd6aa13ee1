//! The clock of a work order: how much of its limit is spent, and what follows from that.

mod budget;
mod reading;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::WorkingTimeError;
use super::limit::Limit;

pub use reading::ClockStatus;

/// A clock that runs from its start until it is stopped, but not during pauses.
///
/// It is a value made of events, and everything it says is computed from them and the instant that
/// is asked about. Nothing ticks: after the server was down, it says what it would have said.
///
/// An event that is given an earlier instant than the one before it counts as at the same time, for
/// a server's clock may be set back. After the stop, nothing changes any more; work that begins
/// again gets a clock of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Events", into = "Events")]
pub struct Clock {
    events: Events,
}

/// The form in which a clock is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Events {
    started_at: Timestamp,
    limit: Limit,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    extensions: Vec<Limit>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pauses: Vec<Pause>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stopped_at: Option<Timestamp>,
}

/// A time during which a clock stands still: someone waits for the resident, or the work is
/// suspended (挂起).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// First instant of the pause.
    pub from: Timestamp,
    /// First instant after it; `None` while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Clock {
    /// Starts a clock.
    pub fn start(at: Timestamp, limit: Limit) -> Self {
        Self {
            events: Events {
                started_at: at,
                limit,
                extensions: Vec::new(),
                pauses: Vec::new(),
                stopped_at: None,
            },
        }
    }

    /// Pauses the clock; a clock that is paused stays so.
    pub fn pause(&mut self, at: Timestamp) {
        if self.events.stopped_at.is_none() && !self.is_paused() {
            let from = at.max(self.last_event());
            self.events.pauses.push(Pause { from, until: None });
        }
    }

    /// Lets the clock go on; one that runs goes on running.
    pub fn resume(&mut self, at: Timestamp) {
        if let Some(pause) = self.events.pauses.last_mut()
            && pause.until.is_none()
        {
            pause.until = Some(at.max(pause.from));
        }
    }

    /// Adds to the limit (延期). The time is added at the end, so the deadline moves even if it has
    /// passed.
    pub fn extend(&mut self, by: Limit) {
        if self.events.stopped_at.is_none() {
            self.events.extensions.push(by);
        }
    }

    /// Stops the clock for good, and with it a pause that lasts.
    pub fn stop(&mut self, at: Timestamp) {
        if self.events.stopped_at.is_none() {
            let at = at.max(self.last_event());
            self.resume(at);
            self.events.stopped_at = Some(at);
        }
    }

    /// When it started.
    pub fn started_at(&self) -> Timestamp {
        self.events.started_at
    }

    /// The limit, without extensions.
    pub fn limit(&self) -> Limit {
        self.events.limit
    }

    /// The extensions, in the order in which they were granted.
    pub fn extensions(&self) -> &[Limit] {
        &self.events.extensions
    }

    /// The pauses, in order; only the last may still last.
    pub fn pauses(&self) -> &[Pause] {
        &self.events.pauses
    }

    /// When it was stopped.
    pub fn stopped_at(&self) -> Option<Timestamp> {
        self.events.stopped_at
    }

    /// Whether a pause has begun and not ended.
    pub fn is_paused(&self) -> bool {
        matches!(self.events.pauses.last(), Some(Pause { until: None, .. }))
    }

    fn last_event(&self) -> Timestamp {
        let last = self.events.pauses.last();
        last.map_or(self.events.started_at, |pause| {
            pause.until.unwrap_or(pause.from)
        })
    }
}

impl TryFrom<Events> for Clock {
    type Error = WorkingTimeError;

    fn try_from(events: Events) -> Result<Self, Self::Error> {
        let mut last = events.started_at;
        let mut lasts = false;
        for pause in &events.pauses {
            if lasts || pause.from < last || pause.until.is_some_and(|until| until < pause.from) {
                return Err(WorkingTimeError::ClockOrder);
            }
            lasts = pause.until.is_none();
            last = pause.until.unwrap_or(pause.from);
        }
        if events.stopped_at.is_some_and(|stop| lasts || stop < last) {
            return Err(WorkingTimeError::ClockOrder);
        }
        Ok(Self { events })
    }
}

impl From<Clock> for Events {
    fn from(clock: Clock) -> Self {
        clock.events
    }
}

#[cfg(test)]
mod tests;
