//! When numbers may be called, and how often.

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::working_time::{Shift, WorkingTime};

/// Nobody is called before this minute of the day: 08:00.
const EARLIEST: u16 = 8 * 60;
/// Nobody is called after this minute of the day: 21:00.
const LATEST: u16 = 21 * 60;
/// Most calls to one number.
const MOST_ATTEMPTS: u32 = 5;
/// Shortest and longest time between two calls to a number, in minutes.
const BETWEEN: std::ops::RangeInclusive<u32> = 5..=7 * 24 * 60;
/// Days that are looked through for one on which calls are allowed: more than any holiday.
const DAYS_AHEAD: usize = 60;

/// When numbers may be called, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Calls begin only within these hours of a day, by the clock of the place.
    pub hours: Shift,
    /// Whether days off are passed over, by the national calendar and that of the place.
    pub workdays_only: bool,
    /// Most calls to one number, from 1 to 5.
    pub attempts: u32,
    /// Minutes between two calls to the same number.
    pub minutes_between: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            hours: Shift::of_minutes(9 * 60, 20 * 60),
            workdays_only: false,
            attempts: 3,
            minutes_between: 120,
        }
    }
}

impl Rules {
    /// Says in plain words what is wrong with them.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.hours.start_minute() < EARLIEST || self.hours.end_minute() > LATEST {
            return Err("打电话的时间要在早上 8 点到晚上 9 点之间，别吵着休息的人。");
        }
        if self.attempts == 0 || self.attempts > MOST_ATTEMPTS {
            return Err("一个号码最少打 1 次，最多打 5 次。");
        }
        if !BETWEEN.contains(&self.minutes_between) {
            return Err("两次之间最少隔 5 分钟，最多隔 7 天。");
        }
        Ok(())
    }

    /// The first instant, at or after the given one, at which calls may begin; `None` where there is none within two
    /// months.
    pub fn next_open(&self, at: Timestamp, time: &WorkingTime) -> Option<Timestamp> {
        let mut day = at.to_zoned(time.zone().clone()).date();
        for _ in 0..DAYS_AHEAD {
            if !self.workdays_only || time.calendar().is_workday(day) {
                let instant = |minute: u16| -> Option<Timestamp> {
                    let wall = day.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
                    Some(wall.to_zoned(time.zone().clone()).ok()?.timestamp())
                };
                if at < instant(self.hours.end_minute())? {
                    return Some(at.max(instant(self.hours.start_minute())?));
                }
            }
            day = day.checked_add(1.day()).ok()?;
        }
        None
    }

    /// Whether a call may begin at this instant.
    pub fn may_call(&self, at: Timestamp, time: &WorkingTime) -> bool {
        self.next_open(at, time) == Some(at)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::working_time::{Calendar, CalendarDay, DayKind, WorkingHours};

    fn china(text: &str) -> Timestamp {
        format!("{text}+08:00").parse().unwrap()
    }

    #[test]
    fn calls_keep_to_the_hours_and_the_calendar() {
        let time = WorkingTime::default();
        let every_day = Rules::default();
        let workdays = Rules { workdays_only: true, ..every_day };
        for (rules, at, next) in [
            (every_day, "2026-11-23T08:59:59", "2026-11-23T09:00"),
            (every_day, "2026-11-23T09:00", "2026-11-23T09:00"),
            (every_day, "2026-11-23T19:59:59", "2026-11-23T19:59:59"),
            (every_day, "2026-11-23T20:00", "2026-11-24T09:00"),
            (every_day, "2026-11-22T10:00", "2026-11-22T10:00"),
            (workdays, "2026-11-22T10:00", "2026-11-23T09:00"),
            // The Saturday before the Spring Festival is made up for; the festival lasts until the 23rd.
            (workdays, "2026-02-14T10:00", "2026-02-14T10:00"),
            (workdays, "2026-02-14T20:00", "2026-02-24T09:00"),
        ] {
            assert_eq!(rules.next_open(china(at), &time), Some(china(next)), "{at}");
        }
    }

    #[test]
    fn a_local_day_off_is_a_day_off() {
        let day = CalendarDay { day: "2026-11-23".parse().unwrap(), kind: DayKind::Off, name: "社区节".to_owned() };
        let time = WorkingTime::new(Arc::new(Calendar::builtin().with_local([day])), WorkingHours::default());
        let workdays = Rules { workdays_only: true, ..Rules::default() };
        assert!(!workdays.may_call(china("2026-11-23T10:00"), &time));
        assert!(Rules::default().may_call(china("2026-11-23T10:00"), &time));
    }

    #[test]
    fn rules_that_would_wake_people_are_refused() {
        assert!(Rules::default().check().is_ok());
        for rules in [
            Rules { hours: "07:30-20:00".parse().unwrap(), ..Rules::default() },
            Rules { hours: "09:00-21:01".parse().unwrap(), ..Rules::default() },
            Rules { hours: "20:00-09:00".parse().unwrap(), ..Rules::default() },
            Rules { attempts: 0, ..Rules::default() },
            Rules { attempts: 6, ..Rules::default() },
            Rules { minutes_between: 0, ..Rules::default() },
        ] {
            assert!(rules.check().is_err(), "{rules:?}");
        }
    }

    proptest! {
        #[test]
        fn no_call_begins_outside_the_hours(
            second in 1_700_000_000_i64..1_900_000_000,
            workdays_only: bool,
            start in EARLIEST..LATEST,
            length in 1_u16..240,
        ) {
            let time = WorkingTime::default();
            let end = (start + length).min(LATEST);
            let rules = Rules { hours: Shift::of_minutes(start, end), workdays_only, ..Rules::default() };
            let at = Timestamp::from_second(second).unwrap();
            let next = rules.next_open(at, &time).unwrap();
            let wall = next.to_zoned(time.zone().clone());
            let minute = wall.hour() as u16 * 60 + wall.minute() as u16;
            prop_assert!(next >= at && (start..end).contains(&minute));
            prop_assert!(!workdays_only || time.calendar().is_workday(wall.date()));
            prop_assert!(rules.may_call(next, &time));
        }
    }
}
