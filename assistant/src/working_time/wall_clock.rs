//! From times on the wall to instants, in any zone and fast over long stretches of days.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::shift::DAY;

const DAY_SECONDS: i64 = 86_400;

/// How far from a change of the clocks an instant must lie to be computed from the offset alone:
/// more than the 26 hours by which any two offsets differ.
const MARGIN: i64 = 2 * DAY_SECONDS;

/// The clock on the wall of a zone.
///
/// A time on the wall means *the first instant at which the clock shows it or a later one*. So a
/// time that is skipped when clocks go forward is the moment of the change, one that comes twice
/// when they go back is the first, later times are never earlier instants, and days that touch on
/// the wall touch in time.
#[derive(Debug)]
pub(super) struct WallClock<'zone> {
    zone: &'zone TimeZone,
    /// Seconds east of UTC, right for all of `settled`.
    offset: i64,
    /// Seconds since 1970 around which the offset does not change.
    settled: Range<i64>,
}

impl<'zone> WallClock<'zone> {
    /// The clock of a zone.
    pub(super) fn new(zone: &'zone TimeZone) -> Self {
        Self {
            zone,
            offset: 0,
            settled: 0..0,
        }
    }

    /// The instant of a time on the wall: minutes (up to two days of them) after the midnight on
    /// which the day begins. `None` beyond the range of [`Timestamp`].
    ///
    /// `number` counts the day from 1 January 1970; the caller walks along days and knows it.
    pub(super) fn instant(&mut self, day: Date, number: i64, minute: u16) -> Option<Timestamp> {
        let shown = number * DAY_SECONDS + i64::from(minute) * 60;
        let second = shown - self.offset;
        if self.settled.contains(&second) {
            return Timestamp::from_second(second).ok();
        }
        let instant = self.look_up(day, minute)?;
        self.settle(instant);
        Some(instant)
    }

    fn look_up(&self, day: Date, minute: u16) -> Option<Timestamp> {
        let day = if minute >= DAY {
            day.tomorrow().ok()?
        } else {
            day
        };
        let minute = minute % DAY;
        let shown = day.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
        match self.zone.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Unambiguous { offset }
            | AmbiguousOffset::Fold { before: offset, .. } => offset.to_timestamp(shown).ok(),
            AmbiguousOffset::Gap { before, .. } => {
                let as_if_unchanged = before.to_timestamp(shown).ok()?;
                self.last_change(as_if_unchanged)
            }
        }
    }

    /// Finds out how far the offset of an instant reaches.
    fn settle(&mut self, instant: Timestamp) {
        self.offset = self.zone.to_offset(instant).seconds().into();
        let since = self.last_change(instant);
        let until = self.zone.following(instant).next();
        self.settled = since.map_or(i64::MIN, |change| change.as_second() + MARGIN)
            ..until.map_or(i64::MAX, |change| change.timestamp().as_second() - MARGIN);
    }

    /// The last change of the clocks at or before an instant.
    fn last_change(&self, instant: Timestamp) -> Option<Timestamp> {
        // The zone's changes are asked for strictly before an instant.
        let after = instant
            .checked_add(SignedDuration::from_nanos(1))
            .unwrap_or(instant);
        Some(self.zone.preceding(after).next()?.timestamp())
    }
}

/// Days from 1 January 1970.
pub(super) fn day_number(day: Date) -> i64 {
    day.duration_since(Date::constant(1970, 1, 1)).as_secs() / DAY_SECONDS
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn instants(zone: &str, day: Date, minutes: &[u16]) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        let mut clock = WallClock::new(&zone);
        let number = day_number(day);
        minutes
            .iter()
            .map(|minute| clock.instant(day, number, *minute).unwrap().to_string())
            .collect()
    }

    #[test]
    fn shanghai_is_eight_hours_ahead_and_was_nine_in_the_summers_of_1986_to_1991() {
        assert_eq!(
            instants("Asia/Shanghai", date(2026, 7, 1), &[510, 1440]),
            ["2026-07-01T00:30:00Z", "2026-07-01T16:00:00Z"]
        );
        assert_eq!(
            instants("Asia/Shanghai", date(1990, 7, 1), &[510, 1440]),
            ["1990-06-30T23:30:00Z", "1990-07-01T15:00:00Z"]
        );
    }

    #[test]
    fn a_time_that_is_skipped_is_the_moment_of_the_change() {
        // 02:00 becomes 03:00.
        assert_eq!(
            instants(
                "America/New_York",
                date(2026, 3, 8),
                &[119, 120, 150, 180, 195]
            ),
            [
                "2026-03-08T06:59:00Z",
                "2026-03-08T07:00:00Z",
                "2026-03-08T07:00:00Z",
                "2026-03-08T07:00:00Z",
                "2026-03-08T07:15:00Z"
            ]
        );
    }

    #[test]
    fn a_time_that_comes_twice_is_the_first() {
        // 02:00 becomes 01:00.
        assert_eq!(
            instants("America/New_York", date(2026, 11, 1), &[60, 119, 120]),
            [
                "2026-11-01T05:00:00Z",
                "2026-11-01T05:59:00Z",
                "2026-11-01T07:00:00Z"
            ]
        );
    }
}
