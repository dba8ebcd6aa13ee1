//! What a clock says at an instant.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::working_time::{Measure, WorkingTime};
use super::Clock;
use super::budget::{Budget, budgets, total};

/// Where a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStatus {
    /// It stands still, and the limit has not run out.
    Paused,
    /// There is time left.
    Running,
    /// There is little time left.
    Warning,
    /// The limit has run out and the work is not done. A pause that begins afterwards does not hide
    /// it.
    Overdue,
    /// The work was done within the limit.
    Met,
    /// The work was done after the limit.
    Missed,
}

/// The instants at which a clock's status changes of itself.
#[derive(Clone, Copy, Default)]
struct Marks {
    warning: Option<Timestamp>,
    due: Option<Timestamp>,
}

impl Clock {
    /// The instant at which the limit has run out: work done before it is in time, at it no more.
    /// `None` while the clock is paused, unless the limit ran out before; and where the node has no
    /// hours in which it could run out.
    pub fn due(&self, time: &WorkingTime) -> Option<Timestamp> {
        let budgets = self.budgets(time);
        self.reach(time, &budgets, total(&budgets)?)
    }

    /// How much of the limit is spent by an instant, in the limit's own time: working time of a
    /// limit in working hours, time worked on working days of one in working days. More than the
    /// limit once that has run out.
    pub fn spent(&self, time: &WorkingTime, now: Timestamp) -> Duration {
        self.spent_of(time, &self.budgets(time), now)
    }

    /// How much of the limit is left at an instant, in the same time as [`Clock::spent`]; less than
    /// nothing once it has run out. `None` where it cannot run out.
    pub fn remaining(&self, time: &WorkingTime, now: Timestamp) -> Option<SignedDuration> {
        let budgets = self.budgets(time);
        let signed = |amount| SignedDuration::try_from(amount).ok();
        signed(total(&budgets)?)?.checked_sub(signed(self.spent_of(time, &budgets, now))?)
    }

    /// Where the clock stands at an instant. It warns once the given share of the limit (0 to 1) is
    /// spent; 1 never warns.
    pub fn status(&self, time: &WorkingTime, now: Timestamp, warn_at: f32) -> ClockStatus {
        self.status_at(self.marks(time, warn_at), now)
    }

    /// The next instant after the given one at which [`Clock::status`] is another, if no event comes
    /// in between; `None` if it stays. Whoever sleeps until then, and asks again after each event,
    /// misses nothing.
    pub fn next_change(
        &self,
        time: &WorkingTime,
        now: Timestamp,
        warn_at: f32,
    ) -> Option<Timestamp> {
        let marks = self.marks(time, warn_at);
        let status = self.status_at(marks, now);
        let pauses = self.events.pauses.iter();
        let mut instants: Vec<Timestamp> = pauses
            .flat_map(|pause| [Some(pause.from), pause.until])
            .chain([marks.warning, marks.due, self.events.stopped_at])
            .flatten()
            .filter(|instant| *instant > now)
            .collect();
        instants.sort_unstable();
        instants
            .into_iter()
            .find(|instant| self.status_at(marks, *instant) != status)
    }

    fn budgets(&self, time: &WorkingTime) -> Vec<Budget> {
        let limits = std::iter::once(self.events.limit).chain(self.events.extensions.clone());
        budgets(time, self.events.started_at, limits)
    }

    fn marks(&self, time: &WorkingTime, warn_at: f32) -> Marks {
        let budgets = self.budgets(time);
        let Some(total) = total(&budgets) else {
            return Marks::default();
        };
        // An f32 is no exact share (0.8 of 4 hours would be 3 h 12 min and some microseconds), so
        // the warning comes at a whole second.
        let share = f64::from(warn_at.clamp(0.0, 1.0));
        let warning = Duration::try_from_secs_f64((total.as_secs_f64() * share).round())
            .map_or(total, |warning| warning.min(total));
        Marks {
            warning: self.reach(time, &budgets, warning),
            due: self.reach(time, &budgets, total),
        }
    }

    fn status_at(&self, marks: Marks, now: Timestamp) -> ClockStatus {
        let has_come = |mark: Option<Timestamp>| mark.is_some_and(|mark| mark <= now);
        if let Some(stopped_at) = self.events.stopped_at
            && stopped_at <= now
        {
            return if marks.due.is_none_or(|due| stopped_at < due) {
                ClockStatus::Met
            } else {
                ClockStatus::Missed
            };
        }
        let is_paused = self
            .events
            .pauses
            .iter()
            .any(|pause| pause.from <= now && pause.until.is_none_or(|until| now < until));
        if has_come(marks.due) {
            ClockStatus::Overdue
        } else if is_paused {
            ClockStatus::Paused
        } else if has_come(marks.warning) {
            ClockStatus::Warning
        } else {
            ClockStatus::Running
        }
    }

    /// The first instant by which so much of the budgets is spent; `None` if a pause that lasts
    /// comes before.
    fn reach(&self, time: &WorkingTime, budgets: &[Budget], amount: Duration) -> Option<Timestamp> {
        let mut at = self.events.started_at;
        let mut left = amount;
        for budget in budgets {
            let share = budget.amount.map_or(left, |whole| whole.min(left));
            at = self.run(time, budget.measure, at, share)?;
            left -= share;
        }
        Some(at)
    }

    fn spent_of(&self, time: &WorkingTime, budgets: &[Budget], now: Timestamp) -> Duration {
        let now = self.events.stopped_at.map_or(now, |stop| stop.min(now));
        let mut at = self.events.started_at;
        let mut spent = Duration::ZERO;
        for (index, budget) in budgets.iter().enumerate() {
            let end = match budget.amount {
                // The last budget goes on beyond its end: that is by how much it is overdrawn.
                Some(amount) if index + 1 < budgets.len() => self
                    .run(time, budget.measure, at, amount)
                    .filter(|end| *end <= now),
                _ => None,
            };
            spent += self.ran(time, budget.measure, at, end.unwrap_or(now));
            let Some(end) = end else { break };
            at = end;
        }
        spent
    }

    /// The first instant by which, from another on, the clock has run for so long.
    fn run(
        &self,
        time: &WorkingTime,
        measure: Measure,
        from: Timestamp,
        amount: Duration,
    ) -> Option<Timestamp> {
        let (mut at, mut left) = (from, amount);
        for pause in &self.events.pauses {
            let before = time.passed(measure, at, pause.from);
            if left <= before || left.is_zero() {
                break;
            }
            left -= before;
            at = at.max(pause.until?);
        }
        time.advance(measure, at, left).ok()
    }

    /// For how long the clock has run between two instants.
    fn ran(
        &self,
        time: &WorkingTime,
        measure: Measure,
        from: Timestamp,
        until: Timestamp,
    ) -> Duration {
        let (mut at, mut ran) = (from, Duration::ZERO);
        for pause in &self.events.pauses {
            ran += time.passed(measure, at, pause.from.min(until));
            at = at.max(pause.until.unwrap_or(until));
        }
        ran + time.passed(measure, at, until)
    }
}
