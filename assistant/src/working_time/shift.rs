//! One stretch of work within a day, in minutes of the wall clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::error::WorkingTimeError;

/// Minutes of a day.
pub(super) const DAY: u16 = 24 * 60;

/// A shift such as `08:30-12:00`, by the clock on the wall. One that ends at or before the time at
/// which it begins passes midnight (`20:00-04:00`) and belongs to the day on which it begins.
///
/// Typed by people, so it is read with the signs of a Chinese keyboard too: `8：30—12：00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shift {
    start: u16,
    end: u16,
}

impl Shift {
    /// From midnight to midnight.
    pub const ROUND_THE_CLOCK: Self = Self { start: 0, end: DAY };

    /// From one minute of a day to a later one of the same day, at most 1440.
    pub(crate) const fn of_minutes(start: u16, end: u16) -> Self {
        assert!(start < end && end <= DAY, "a shift within a day");
        Self { start, end }
    }

    /// Beginning, in minutes since the midnight on which the day begins: 0 to 1439.
    pub fn start_minute(self) -> u16 {
        self.start
    }

    /// End, in minutes since the same midnight: later than the beginning by at most a day less a
    /// minute, or by a day if it is [`Shift::ROUND_THE_CLOCK`].
    pub fn end_minute(self) -> u16 {
        self.end
    }
}

impl FromStr for Shift {
    type Err = WorkingTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unreadable = || WorkingTimeError::Shift(text.to_owned());
        let plain: String = text
            .chars()
            .filter(|character| !character.is_whitespace())
            .map(|character| match character {
                '：' => ':',
                '－' | '–' | '—' | '~' | '～' | '至' => '-',
                other => other,
            })
            .collect();
        let (start, end) = plain.split_once('-').ok_or_else(unreadable)?;
        let start = minute_of_day(start).ok_or_else(unreadable)?;
        let end = minute_of_day(end).ok_or_else(unreadable)?;
        if start == end {
            return Err(WorkingTimeError::EmptyShift(text.to_owned()));
        }
        if start == DAY {
            return Err(unreadable());
        }
        let end = if end < start { end + DAY } else { end };
        Ok(Self { start, end })
    }
}

/// `H:MM` or `HH:MM` up to `24:00`, in minutes.
fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=2).contains(&hours.len()) || minutes.len() != 2 || !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= DAY).then_some(minute)
}

impl fmt::Display for Shift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only an end is ever 24:00: the end of a shift past midnight is that of the next day.
        let end = if self.end > DAY {
            self.end - DAY
        } else {
            self.end
        };
        write!(
            formatter,
            "{:02}:{:02}-{:02}:{:02}",
            self.start / 60,
            self.start % 60,
            end / 60,
            end % 60
        )
    }
}

impl TryFrom<String> for Shift {
    type Error = WorkingTimeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Shift> for String {
    fn from(shift: Shift) -> Self {
        shift.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(text: &str) -> (u16, u16) {
        let shift: Shift = text.parse().unwrap();
        (shift.start_minute(), shift.end_minute())
    }

    #[test]
    fn shifts_are_read_as_people_write_them() {
        assert_eq!(minutes("08:30-12:00"), (510, 720));
        assert_eq!(minutes(" 8：30 — 12：00 "), (510, 720));
        assert_eq!(minutes("20:00-04:00"), (1200, 1680));
        assert_eq!(minutes("00:00-24:00"), (0, 1440));
        assert_eq!(minutes("20:00-24:00"), (1200, 1440));
        assert_eq!(minutes("20:00-00:00"), (1200, 1440));
    }

    #[test]
    fn a_shift_is_written_as_it_is_read() {
        for text in ["08:30-12:00", "20:00-04:00", "00:00-24:00"] {
            assert_eq!(text.parse::<Shift>().unwrap().to_string(), text);
        }
        assert_eq!(
            "0:00-24:00".parse::<Shift>().unwrap(),
            Shift::ROUND_THE_CLOCK
        );
    }

    #[test]
    fn what_is_no_shift_is_refused_with_what_would_be_one() {
        for text in [
            "",
            "8-12",
            "08:30",
            "08:60-12:00",
            "24:00-04:00",
            "08:30-25:00",
            "+8:30-12:00",
            "08:30-12:00-13:00",
            "上午",
        ] {
            let refused = text.parse::<Shift>().unwrap_err();
            assert_eq!(refused, WorkingTimeError::Shift(text.to_owned()));
            assert!(refused.to_string().contains("08:30-12:00"));
        }
        assert_eq!(
            "08:00-08:00".parse::<Shift>(),
            Err(WorkingTimeError::EmptyShift("08:00-08:00".to_owned()))
        );
    }
}
