//! How long something may take: `4h`, `24h elapsed`, `5d`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::WorkingTimeError;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A limit of time. Written as one line, in configuration and in the store:
///
/// | written | meaning |
/// |---|---|
/// | `4h`, `30m`, `1h30m` | [`Limit::Working`]: hours and minutes of working time |
/// | `24h elapsed`, `7d elapsed` | [`Limit::Elapsed`]: all time, nights and holidays too; a day is 24 hours |
/// | `5d` | [`Limit::WorkingDays`]: working days after the day of filing |
/// | `0d` | the end of the day of filing (当日办结) |
///
/// Seconds may be written too (`90s`). An amount is at least one second; what is beyond whole seconds
/// is lost in writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Limit {
    /// So much working time.
    Working(Duration),
    /// So much time of any kind (自然时间).
    Elapsed(Duration),
    /// So many working days (工作日), as counted by
    /// [`WorkingTime::end_of_working_days`](super::WorkingTime::end_of_working_days).
    WorkingDays(u32),
}

impl FromStr for Limit {
    type Err = WorkingTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            if let Some(amount) = text.trim().strip_suffix("elapsed") {
                return seconds(amount.trim_end(), &[DAY, HOUR, MINUTE, 1]).map(Self::Elapsed);
            }
            match text.trim().strip_suffix('d') {
                Some(days) if is_number(days) => days.parse().ok().map(Self::WorkingDays),
                _ => seconds(text.trim(), &[HOUR, MINUTE, 1]).map(Self::Working),
            }
        };
        read().ok_or_else(|| WorkingTimeError::Limit(text.to_owned()))
    }
}

/// An amount such as `1h30m`: units from the largest to the smallest, each at most once, and
/// together more than nothing.
fn seconds(text: &str, units: &[u64]) -> Option<Duration> {
    let mut rest = text;
    let mut total: u64 = 0;
    for unit in units {
        let letter = match *unit {
            DAY => 'd',
            HOUR => 'h',
            MINUTE => 'm',
            _ => 's',
        };
        if let Some((number, after)) = rest.split_once(letter) {
            if !is_number(number) {
                return None;
            }
            let number: u64 = number.parse().ok()?;
            total = total.checked_add(number.checked_mul(*unit)?)?;
            rest = after;
        }
    }
    (rest.is_empty() && total > 0).then(|| Duration::from_secs(total))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkingDays(days) => write!(formatter, "{days}d"),
            Self::Working(amount) => write_amount(formatter, amount.as_secs()),
            Self::Elapsed(amount) => {
                let seconds = amount.as_secs();
                // One day is better known as 24 hours.
                if seconds > DAY && seconds.is_multiple_of(DAY) {
                    write!(formatter, "{}d", seconds / DAY)?;
                } else {
                    write_amount(formatter, seconds)?;
                }
                formatter.write_str(" elapsed")
            }
        }
    }
}

fn write_amount(formatter: &mut fmt::Formatter<'_>, seconds: u64) -> fmt::Result {
    let parts = [
        (seconds / HOUR, 'h'),
        (seconds % HOUR / MINUTE, 'm'),
        (seconds % MINUTE, 's'),
    ];
    for (number, letter) in parts {
        if number > 0 {
            write!(formatter, "{number}{letter}")?;
        }
    }
    if seconds == 0 {
        formatter.write_str("0s")?;
    }
    Ok(())
}

impl TryFrom<String> for Limit {
    type Error = WorkingTimeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_stored_as_they_are_written() {
        let hours = |count: u64| Duration::from_secs(count * HOUR);
        for (text, limit) in [
            ("4h", Limit::Working(hours(4))),
            ("1h30m", Limit::Working(Duration::from_mins(90))),
            ("15s", Limit::Working(Duration::from_secs(15))),
            ("2h elapsed", Limit::Elapsed(hours(2))),
            ("24h elapsed", Limit::Elapsed(hours(24))),
            ("7d elapsed", Limit::Elapsed(hours(168))),
            ("5d", Limit::WorkingDays(5)),
            ("0d", Limit::WorkingDays(0)),
        ] {
            assert_eq!(text.parse::<Limit>().unwrap(), limit, "{text}");
            assert_eq!(limit.to_string(), text);
            let json = serde_json::to_string(&limit).unwrap();
            assert_eq!(serde_json::from_str::<Limit>(&json).unwrap(), limit);
        }
        assert_eq!(
            " 90m ".parse::<Limit>().unwrap(),
            Limit::Working(Duration::from_mins(90))
        );
        assert_eq!(
            "1d2h elapsed".parse::<Limit>().unwrap(),
            Limit::Elapsed(hours(26))
        );
    }

    #[test]
    fn what_is_no_limit_is_refused_with_what_would_be_one() {
        for text in [
            "",
            "4",
            "h",
            "0h",
            "-4h",
            "4h2h",
            "30m1h",
            "1d4h",
            "5 days",
            "elapsed",
            "99999999999999999999h",
            "5124095576030432h",
            "5000000000d",
        ] {
            let refused = text.parse::<Limit>().unwrap_err();
            assert_eq!(refused, WorkingTimeError::Limit(text.to_owned()));
            assert!(refused.to_string().contains("24h elapsed"));
        }
    }
}
