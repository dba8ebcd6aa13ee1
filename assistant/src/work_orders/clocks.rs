//! The two clocks of an order: until somebody signs for it, and until it is done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::kinds::Kind;
use super::lifecycle::ClockEffect;
use crate::working_time::{Clock, ClockStatus, Limit, WorkingTime};

/// Share of the limit after which whoever has the order is warned.
pub const WARN_AT: f32 = 0.75;

/// The clocks, as kept with the order; all else is computed from them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Clocks {
    /// From filing until somebody signs.
    pub respond: Option<Clock>,
    /// From filing, or from being opened again, until it is done.
    pub finish: Option<Clock>,
}

/// What the list shows and the scheduler waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Where the clock that matters now stands; `None` where there is none.
    pub status: Option<ClockStatus>,
    /// When the limit runs out, in milliseconds since 1970.
    pub due_at: Option<i64>,
    /// When the status changes by itself, in milliseconds since 1970.
    pub next_at: Option<i64>,
}

impl Clocks {
    /// Those of an order that was just filed.
    pub fn start(kind: &Kind, urgent: bool, at: Timestamp) -> Self {
        let (respond, finish) = if urgent {
            (kind.urgent_respond, kind.urgent_finish)
        } else {
            (kind.respond, kind.finish)
        };
        Self {
            respond: Some(Clock::start(at, respond)),
            finish: Some(Clock::start(at, finish)),
        }
    }

    /// What a move does to them.
    pub fn follow(&mut self, effect: ClockEffect, kind: Option<&Kind>, urgent: bool, at: Timestamp) {
        match effect {
            ClockEffect::None => {}
            ClockEffect::Responded => self.each_respond(|clock| clock.stop(at)),
            ClockEffect::Pause => self.each(|clock| clock.pause(at)),
            ClockEffect::Resume => self.each(|clock| clock.resume(at)),
            ClockEffect::Finished => self.each(|clock| clock.stop(at)),
            ClockEffect::Extend(days) => {
                if let Some(finish) = &mut self.finish {
                    finish.extend(Limit::WorkingDays(days));
                }
            }
            ClockEffect::Restart => {
                let limit = kind.map(|kind| if urgent { kind.urgent_finish } else { kind.finish });
                let limit = limit.or_else(|| self.finish.as_ref().map(Clock::limit));
                self.finish = limit.map(|limit| Clock::start(at, limit));
            }
        }
    }

    /// Where they stand: the response clock as long as it runs, then the other.
    pub fn read(&self, time: &WorkingTime, now: Timestamp) -> Reading {
        let Some(clock) = self.in_force() else {
            return Reading { status: None, due_at: None, next_at: None };
        };
        let next_at = clock.next_change(time, now, WARN_AT);
        Reading {
            status: Some(clock.status(time, now, WARN_AT)),
            due_at: clock.due(time).map(Timestamp::as_millisecond),
            next_at: next_at.map(Timestamp::as_millisecond),
        }
    }

    /// Whether the limit that matters now counts working time alone, nights and days off left out.
    pub fn count_working_time(&self) -> bool {
        self.in_force().is_some_and(|clock| !matches!(clock.limit(), Limit::Elapsed(_)))
    }

    fn in_force(&self) -> Option<&Clock> {
        let waiting = self.respond.as_ref().filter(|clock| clock.stopped_at().is_none());
        waiting.or(self.finish.as_ref())
    }

    fn each(&mut self, mut act: impl FnMut(&mut Clock)) {
        self.respond.iter_mut().chain(&mut self.finish).for_each(&mut act);
    }

    fn each_respond(&mut self, act: impl FnMut(&mut Clock)) {
        self.respond.iter_mut().for_each(act);
    }
}

/// Its name in the store and on the wire.
pub fn status_name(status: Option<ClockStatus>) -> &'static str {
    match status {
        None => "none",
        Some(ClockStatus::Paused) => "paused",
        Some(ClockStatus::Running) => "running",
        Some(ClockStatus::Warning) => "warning",
        Some(ClockStatus::Overdue) => "overdue",
        Some(ClockStatus::Met) => "met",
        Some(ClockStatus::Missed) => "missed",
    }
}
