//! The shifts of a node as stretches of time, one after the other.

use jiff::Timestamp;
use jiff::civil::Date;

use super::shift::Shift;
use super::wall_clock::{WallClock, day_number};
use super::working_time::WorkingTime;

/// A shift of a certain day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    /// The day to which it belongs: that on which it begins.
    pub(super) day: Date,
    /// Whether that is a working day, rather than a day off with duty.
    pub(super) working_day: bool,
    /// First instant of the shift.
    pub(super) from: Timestamp,
    /// First instant after it; later than `from`.
    pub(super) until: Timestamp,
}

/// Every shift that ends after a certain instant, in the order in which they begin, until the end
/// of the year 9999. Those of two days may overlap.
pub(super) struct Periods<'time> {
    time: &'time WorkingTime,
    clock: WallClock<'time>,
    day: Date,
    number: i64,
    working_day: bool,
    shifts: std::slice::Iter<'time, Shift>,
    ending_after: Timestamp,
}

impl<'time> Periods<'time> {
    /// The shifts that end after an instant.
    pub(super) fn new(time: &'time WorkingTime, ending_after: Timestamp) -> Self {
        let today = time.zone().to_datetime(ending_after).date();
        // Last night's shift may still be on.
        let day = today.yesterday().unwrap_or(today);
        let (shifts, working_day) = time.hours().on(day, time.calendar());
        Self {
            time,
            clock: WallClock::new(time.zone()),
            day,
            number: day_number(day),
            working_day,
            shifts: shifts.iter(),
            ending_after,
        }
    }
}

impl Iterator for Periods<'_> {
    type Item = Period;

    fn next(&mut self) -> Option<Period> {
        loop {
            for shift in self.shifts.by_ref() {
                let mut at = |minute| self.clock.instant(self.day, self.number, minute);
                let (from, until) = (at(shift.start_minute())?, at(shift.end_minute())?);
                // A shift within an hour that the clocks skip has no time at all.
                if from < until && until > self.ending_after {
                    return Some(Period {
                        day: self.day,
                        working_day: self.working_day,
                        from,
                        until,
                    });
                }
            }
            self.day = self.day.tomorrow().ok()?;
            self.number += 1;
            let (shifts, working_day) = self.time.hours().on(self.day, self.time.calendar());
            self.shifts = shifts.iter();
            self.working_day = working_day;
        }
    }
}
