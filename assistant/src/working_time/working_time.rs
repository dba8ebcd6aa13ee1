//! The working time of a node: when it is open, and reckoning in open time.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::calendar::Calendar;
use super::error::WorkingTimeError;
use super::hours::WorkingHours;
use super::limit::Limit;
use super::periods::Periods;

/// When a node works: its calendar, its hours and the zone in which they are meant. Exact in any
/// zone, to the nanosecond, whatever its clocks do in spring and autumn.
///
/// Open time is made of stretches that include their first instant and not their last: a node that
/// works until 17:30 is closed at 17:30. Shifts that overlap (last night's and this morning's)
/// count once.
#[derive(Clone, Debug)]
pub struct WorkingTime {
    calendar: Arc<Calendar>,
    hours: WorkingHours,
    zone: TimeZone,
}

/// What passes: the three ways of measuring time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// All time.
    Elapsed,
    /// Time at which the node is open.
    Open,
    /// Time at which it is open on a working day: not the duty on days off.
    WorkingDays,
}

impl WorkingTime {
    /// The working time of a node in China.
    pub fn new(calendar: Arc<Calendar>, hours: WorkingHours) -> Self {
        // Without the system's table of zones, what has held in China since September 1991.
        let zone =
            TimeZone::get("Asia/Shanghai").unwrap_or_else(|_| TimeZone::fixed(Offset::constant(8)));
        Self {
            calendar,
            hours,
            zone,
        }
    }

    /// The same hours in another zone.
    #[must_use]
    pub fn in_zone(mut self, zone: TimeZone) -> Self {
        self.zone = zone;
        self
    }

    /// The calendar of holidays.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The hours of the week.
    pub fn hours(&self) -> &WorkingHours {
        &self.hours
    }

    /// The zone of the hours.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether the node is open at an instant.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.next_open(at) == Some(at)
    }

    /// The first instant, at or after the given one, at which the node is open. `None` if it is not
    /// before the end of the year 9999.
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        self.stretches(Measure::Open, at)
            .next()
            .map(|(from, _)| from)
    }

    /// The first instant by which so much working time has passed: at the end of a shift rather than
    /// the beginning of the next. `between(from, add(from, amount))` is the amount again.
    ///
    /// # Errors
    /// [`WorkingTimeError::OutOfRange`] if that is after the year 9999.
    pub fn add(&self, from: Timestamp, amount: Duration) -> Result<Timestamp, WorkingTimeError> {
        self.advance(Measure::Open, from, amount)
    }

    /// The working time between two instants; none if the second is the earlier one.
    pub fn between(&self, from: Timestamp, until: Timestamp) -> Duration {
        self.passed(Measure::Open, from, until)
    }

    /// The end of the last shift of the *n*-th working day after the day of filing.
    ///
    /// What is filed on a day off, or at or after the end of the day's last shift, counts as filed
    /// at the opening of the next working day; what is filed before the opening, or at noon, counts
    /// for that day. The day of filing is not counted: the first day is the one after it, and the
    /// last lasts until the end of its business (民法典 第二百零一条、第二百零三条). So of 5 working
    /// days, filed on a Saturday, the first is Tuesday and the last ends on the next Monday at 17:30.
    /// Of 0 working days, the end is that of the day of filing itself.
    ///
    /// # Errors
    /// [`WorkingTimeError::NeverOpen`] if no day of the working week has hours,
    /// [`WorkingTimeError::OutOfRange`] if the end is after the year 9999.
    pub fn end_of_working_days(
        &self,
        filed: Timestamp,
        days: u32,
    ) -> Result<Timestamp, WorkingTimeError> {
        if !self.hours.has_working_days() {
            return Err(WorkingTimeError::NeverOpen);
        }
        let mut periods = Periods::new(self, filed)
            .filter(|period| period.working_day)
            .peekable();
        let mut left = days;
        let mut last_end = filed;
        while let Some(period) = periods.next() {
            let day_goes_on = periods
                .peek()
                .is_some_and(|following| following.day == period.day);
            // A day within last night's shift has no end of its own.
            if day_goes_on || period.until <= last_end {
                continue;
            }
            if left == 0 {
                return Ok(period.until);
            }
            left -= 1;
            last_end = period.until;
        }
        Err(WorkingTimeError::OutOfRange)
    }

    /// The instant at which a limit that begins now has run out, if nothing stops the clock.
    ///
    /// # Errors
    /// As [`WorkingTime::add`] and [`WorkingTime::end_of_working_days`].
    pub fn deadline(&self, from: Timestamp, limit: Limit) -> Result<Timestamp, WorkingTimeError> {
        match limit {
            Limit::Working(amount) => self.advance(Measure::Open, from, amount),
            Limit::Elapsed(amount) => self.advance(Measure::Elapsed, from, amount),
            Limit::WorkingDays(days) => self.end_of_working_days(from, days),
        }
    }

    /// The first instant by which so much time of one measure has passed.
    pub(super) fn advance(
        &self,
        measure: Measure,
        from: Timestamp,
        amount: Duration,
    ) -> Result<Timestamp, WorkingTimeError> {
        let later = |start: Timestamp, amount| {
            start
                .checked_add(amount)
                .map_err(|_| WorkingTimeError::OutOfRange)
        };
        if measure == Measure::Elapsed || amount.is_zero() {
            return later(from, amount);
        }
        if measure == Measure::WorkingDays && !self.hours.has_working_days() {
            return Err(WorkingTimeError::NeverOpen);
        }
        let mut left = amount;
        for (start, end) in self.stretches(measure, from) {
            let length = end.duration_since(start).unsigned_abs();
            if left <= length {
                return later(start, left);
            }
            left -= length;
        }
        Err(WorkingTimeError::OutOfRange)
    }

    /// The time of one measure between two instants; none if the second is the earlier one.
    pub(super) fn passed(&self, measure: Measure, from: Timestamp, until: Timestamp) -> Duration {
        if until <= from {
            return Duration::ZERO;
        }
        if measure == Measure::Elapsed {
            return until.duration_since(from).unsigned_abs();
        }
        self.stretches(measure, from)
            .take_while(|(start, _)| *start < until)
            .map(|(start, end)| end.min(until).duration_since(start).unsigned_abs())
            .sum()
    }

    /// The open stretches from an instant on, in order, none overlapping.
    fn stretches(
        &self,
        measure: Measure,
        from: Timestamp,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let mut covered = from;
        Periods::new(self, from)
            .filter(move |period| period.working_day || measure != Measure::WorkingDays)
            .filter_map(move |period| {
                let start = period.from.max(covered);
                covered = covered.max(period.until);
                (start < period.until).then_some((start, period.until))
            })
    }
}

/// The national calendar and the hours of [`WorkingHours::default`], in China.
impl Default for WorkingTime {
    fn default() -> Self {
        Self::new(Arc::new(Calendar::builtin()), WorkingHours::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An instant by the clock in China.
    fn china(text: &str) -> Timestamp {
        format!("{text}+08:00").parse().unwrap()
    }

    fn hours(count: f64) -> Duration {
        Duration::from_secs_f64(count * 3600.0)
    }

    fn with_hours(json: &str) -> WorkingTime {
        WorkingTime::new(
            Arc::new(Calendar::builtin()),
            serde_json::from_str(json).unwrap(),
        )
    }

    #[test]
    fn a_day_has_two_shifts_and_a_noon() {
        let time = WorkingTime::default();
        assert!(!time.is_open(china("2026-03-02T08:29")));
        assert!(time.is_open(china("2026-03-02T08:30")));
        assert!(!time.is_open(china("2026-03-02T12:00")));
        assert_eq!(
            time.next_open(china("2026-03-02T12:00")),
            Some(china("2026-03-02T13:30"))
        );
        assert_eq!(
            time.add(china("2026-03-02T11:00"), hours(2.0)),
            Ok(china("2026-03-02T14:30"))
        );
        // An end is the end of a shift, not the beginning of the next.
        assert_eq!(
            time.add(china("2026-03-02T11:00"), hours(1.0)),
            Ok(china("2026-03-02T12:00"))
        );
    }

    #[test]
    fn the_spring_festival_is_passed_over_and_its_saturdays_are_worked() {
        let time = WorkingTime::default();
        // Friday afternoon; Saturday the 14th is made up for, the next day is Tuesday the 24th.
        let friday = china("2026-02-13T16:30");
        assert_eq!(time.add(friday, hours(8.5)), Ok(china("2026-02-14T17:30")));
        assert_eq!(time.add(friday, hours(9.0)), Ok(china("2026-02-24T09:00")));
        assert_eq!(
            time.between(friday, china("2026-02-28T09:30")),
            hours(1.0 + 7.5 + 4.0 * 7.5 + 1.0)
        );
    }

    #[test]
    fn a_shift_past_midnight_belongs_to_the_day_on_which_it_begins() {
        let time = with_hours(r#"{"friday":["20:00-04:00"]}"#);
        assert!(time.is_open(china("2026-03-07T03:59")));
        assert!(!time.is_open(china("2026-03-07T04:00")));
        assert!(!time.is_open(china("2026-03-06T03:00")));
        // The Friday of the festival is off and its night with it; the Friday before is worked.
        assert!(!time.is_open(china("2026-02-20T21:00")));
        assert!(time.is_open(china("2026-02-14T01:00")));
        assert_eq!(
            time.add(china("2026-03-06T23:00"), hours(6.0)),
            Ok(china("2026-03-13T21:00"))
        );
    }

    #[test]
    fn nights_and_mornings_that_overlap_count_once() {
        let time = with_hours(
            r#"{"monday":["20:00-08:00"],"tuesday":["06:00-10:00"],"days_off":["00:00-24:00"]}"#,
        );
        let (from, until) = (china("2026-03-02T20:00"), china("2026-03-03T10:00"));
        assert_eq!(time.between(from, until), hours(14.0));
        assert_eq!(time.add(from, hours(14.0)), Ok(until));
    }

    #[test]
    fn working_days_end_with_the_business_of_the_last() {
        let time = WorkingTime::default();
        let end = |filed: &str, days| time.end_of_working_days(china(filed), days).unwrap();
        // Monday, at any time before the end of business.
        for filed in [
            "2026-03-02T00:10",
            "2026-03-02T12:30",
            "2026-03-02T17:29:59",
        ] {
            assert_eq!(end(filed, 5), china("2026-03-09T17:30"), "{filed}");
            assert_eq!(end(filed, 0), china("2026-03-02T17:30"), "{filed}");
        }
        // After it, as if filed on Tuesday; on Saturday, as if on Monday.
        assert_eq!(end("2026-03-02T17:30", 5), china("2026-03-10T17:30"));
        assert_eq!(end("2026-03-07T09:00", 5), china("2026-03-16T17:30"));
        // Over the festival: Saturday the 14th, then 24 to 27 February.
        assert_eq!(end("2026-02-13T09:00", 5), china("2026-02-27T17:30"));
    }

    #[test]
    fn duty_on_days_off_is_working_time_and_no_working_day() {
        let time = with_hours(
            r#"{"monday":["08:30-17:30"],"tuesday":["08:30-17:30"],"days_off":["09:00-11:00"]}"#,
        );
        let sunday = china("2026-03-01T10:00");
        assert_eq!(time.add(sunday, hours(2.0)), Ok(china("2026-03-02T09:30")));
        assert_eq!(
            time.deadline(sunday, Limit::WorkingDays(1)),
            Ok(china("2026-03-03T17:30"))
        );
        let weekends = with_hours(r#"{"saturday":["09:00-11:00"]}"#);
        assert_eq!(
            weekends.end_of_working_days(sunday, 1),
            Err(WorkingTimeError::NeverOpen)
        );
    }

    #[test]
    fn a_night_shift_when_the_clocks_change_is_an_hour_shorter_or_longer() {
        let time = with_hours(r#"{"saturday":["22:00-06:00"]}"#)
            .in_zone(TimeZone::get("America/New_York").unwrap());
        let night = |saturday: &str| {
            let noon: Timestamp = format!("{saturday}T12:00-05:00").parse().unwrap();
            time.between(noon, noon + hours(24.0))
        };
        assert_eq!(night("2026-03-07"), hours(7.0));
        assert_eq!(night("2026-03-14"), hours(8.0));
        assert_eq!(night("2026-10-31"), hours(9.0));
        // The Chinese summer time of 1986 began on Sunday, 4 May, at 02:00.
        let china = time
            .clone()
            .in_zone(TimeZone::get("Asia/Shanghai").unwrap());
        let saturday: Timestamp = "1986-05-03T12:00+08:00".parse().unwrap();
        assert_eq!(china.between(saturday, saturday + hours(24.0)), hours(7.0));
    }

    #[test]
    fn beyond_the_last_year_is_an_error() {
        let time = WorkingTime::default();
        let late = china("9999-12-01T00:00");
        assert_eq!(
            time.add(late, hours(1000.0)),
            Err(WorkingTimeError::OutOfRange)
        );
        assert_eq!(time.next_open(Timestamp::MAX), None);
    }
}
