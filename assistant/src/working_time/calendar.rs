//! Which days are worked: the national calendar of holidays and make-up days.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday, date};
use serde::{Deserialize, Serialize};

use super::error::{CalendarProblem, WorkingTimeError};

/// The table of the State Council's notices; its head names them.
const NATIONAL: &str = include_str!("../../data/calendar/cn.tsv");

/// The holidays that stand on the same day each year (全国年节及纪念日放假办法, as amended 2024):
/// month, day, name. The others follow the moon or the sun and need the year's notice.
const FIXED_HOLIDAYS: [(i8, i8, &str); 6] = [
    (1, 1, "元旦"),
    (5, 1, "劳动节"),
    (5, 2, "劳动节"),
    (10, 1, "国庆节"),
    (10, 2, "国庆节"),
    (10, 3, "国庆节"),
];

/// The days that differ from their weekday, and how far the knowledge of them goes.
///
/// A day is asked for in this order: the local days given to [`Calendar::with_local`], the table,
/// and, in a year of which the table has nothing, the holidays with a fixed date. Any other day is
/// worked from Monday to Friday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    days: BTreeMap<Date, (DayKind, String)>,
    /// The years with lines in the table, ascending.
    years: Vec<i16>,
}

/// A day that differs from its weekday, as a community adds it: a local holiday such as 三月三, or
/// a day that is worked all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarDay {
    /// The day.
    pub day: Date,
    /// Whether it is off or worked.
    pub kind: DayKind,
    /// Name of the holiday it belongs to.
    pub name: String,
}

/// How a day differs from its weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DayKind {
    /// A holiday, or a day given with one (放假).
    Off,
    /// A working day, most often a weekend day made up for (调休上班).
    Work,
}

impl Calendar {
    /// The national calendar, with the years whose notices this version knows.
    ///
    /// # Panics
    /// Never: the table is part of the program, and a test reads it.
    pub fn builtin() -> Self {
        Self::parse(NATIONAL).expect("the built-in table is well formed")
    }

    /// Reads a table: day (`YYYY-MM-DD`), kind (`off` or `work`) and name, with tabs between. Lines
    /// that begin with `#`, empty lines and a header `day kind name` are passed over. A year with
    /// any line counts as known whole.
    ///
    /// # Errors
    /// [`WorkingTimeError::CalendarLine`] for the first line that cannot be read,
    /// [`WorkingTimeError::EmptyCalendar`] if there is no day at all.
    pub fn parse(table: &str) -> Result<Self, WorkingTimeError> {
        let mut days = BTreeMap::new();
        for (index, line) in table.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') || line == "day\tkind\tname" {
                continue;
            }
            let (day, kind, name) =
                read_line(line).map_err(|problem| WorkingTimeError::CalendarLine {
                    line: index + 1,
                    problem,
                })?;
            if days.insert(day, (kind, name)).is_some() {
                return Err(WorkingTimeError::CalendarLine {
                    line: index + 1,
                    problem: CalendarProblem::Repeated(day),
                });
            }
        }
        if days.is_empty() {
            return Err(WorkingTimeError::EmptyCalendar);
        }
        let mut years: Vec<i16> = days.keys().map(|day| day.year()).collect();
        years.dedup();
        Ok(Self { days, years })
    }

    /// The calendar with local days over the national ones. They do not move
    /// [`Calendar::known_until`]: a local holiday says nothing about the rest of its year.
    #[must_use]
    pub fn with_local(mut self, extra_days: impl IntoIterator<Item = CalendarDay>) -> Self {
        for CalendarDay { day, kind, name } in extra_days {
            self.days.insert(day, (kind, name));
        }
        self
    }

    /// Whether the day is a working day (工作日).
    pub fn is_workday(&self, day: Date) -> bool {
        match self.kind(day) {
            Some(kind) => kind == DayKind::Work,
            None => !is_weekend(day),
        }
    }

    /// How the day differs from its weekday; `None` for an ordinary day.
    pub fn kind(&self, day: Date) -> Option<DayKind> {
        match self.days.get(&day) {
            Some((kind, _)) => Some(*kind),
            None => self.fixed_holiday(day).map(|_| DayKind::Off),
        }
    }

    /// Name of the holiday because of which the day is off, or made up for.
    pub fn name(&self, day: Date) -> Option<&str> {
        match self.days.get(&day) {
            Some((_, name)) => Some(name),
            None => self.fixed_holiday(day),
        }
    }

    /// The last day for which holidays are known from a notice. What is due later may move once the
    /// next notice is in the table, so the product warns of it.
    pub fn known_until(&self) -> Date {
        let last = self.years.last().copied().unwrap_or_default();
        date(last, 12, 31)
    }

    /// Name of the holiday with a fixed date, in a year of which the table has nothing.
    fn fixed_holiday(&self, day: Date) -> Option<&'static str> {
        if self.years.contains(&day.year()) {
            return None;
        }
        FIXED_HOLIDAYS
            .iter()
            .find(|(month, of_month, _)| (*month, *of_month) == (day.month(), day.day()))
            .map(|(_, _, name)| *name)
    }
}

/// Saturday or Sunday.
pub(super) fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn read_line(line: &str) -> Result<(Date, DayKind, String), CalendarProblem> {
    let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
    let [day, kind, name] = columns[..] else {
        return Err(CalendarProblem::Columns(columns.len()));
    };
    let day = day
        .parse()
        .map_err(|_| CalendarProblem::Day(day.to_owned()))?;
    let kind = match kind {
        "off" => DayKind::Off,
        "work" => DayKind::Work,
        _ => return Err(CalendarProblem::Kind(kind.to_owned())),
    };
    Ok((day, kind, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workdays(year: i16) -> usize {
        let calendar = Calendar::builtin();
        date(year, 1, 1)
            .series(jiff::ToSpan::days(1))
            .take_while(|day| day.year() == year)
            .filter(|day| calendar.is_workday(*day))
            .count()
    }

    /// The counts are those of the Python package chinesecalendar.
    #[test]
    fn each_year_has_as_many_working_days_as_the_notices_leave() {
        assert_eq!([2024, 2025, 2026].map(workdays), [251, 248, 248]);
    }

    #[test]
    fn the_spring_festival_of_2026_is_nine_days_with_two_saturdays_made_up() {
        let calendar = Calendar::builtin();
        assert!(calendar.is_workday(date(2026, 2, 14)));
        for day in 15..=23 {
            assert!(!calendar.is_workday(date(2026, 2, day)), "2026-02-{day}");
        }
        assert!(calendar.is_workday(date(2026, 2, 24)));
        assert!(calendar.is_workday(date(2026, 2, 28)));
        assert_eq!(calendar.name(date(2026, 2, 28)), Some("春节"));
        assert_eq!(calendar.name(date(2026, 2, 25)), None);
    }

    #[test]
    fn a_year_without_a_notice_has_the_holidays_with_a_fixed_date() {
        let calendar = Calendar::builtin();
        assert_eq!(calendar.known_until(), date(2026, 12, 31));
        assert!(!calendar.is_workday(date(2027, 1, 1)));
        assert_eq!(calendar.name(date(2027, 10, 1)), Some("国庆节"));
        assert!(calendar.is_workday(date(2027, 10, 4)));
        assert!(!calendar.is_workday(date(2027, 10, 9)));
        // A Friday, and the notice of 2026 says off.
        assert!(!calendar.is_workday(date(2026, 10, 2)));
        // A Saturday in a year that is known: the notice's word, not the fixed date's.
        assert_eq!(calendar.name(date(2026, 5, 9)), Some("劳动节"));
    }

    #[test]
    fn a_local_day_goes_before_the_national_one_and_leaves_known_until() {
        let calendar = Calendar::builtin().with_local([
            CalendarDay {
                day: date(2027, 4, 9),
                kind: DayKind::Off,
                name: "三月三".to_owned(),
            },
            CalendarDay {
                day: date(2026, 2, 23),
                kind: DayKind::Work,
                name: "值班".to_owned(),
            },
        ]);
        assert!(!calendar.is_workday(date(2027, 4, 9)));
        assert!(calendar.is_workday(date(2026, 2, 23)));
        assert_eq!(calendar.known_until(), date(2026, 12, 31));
        // Its year is still one without a notice.
        assert!(!calendar.is_workday(date(2027, 1, 1)));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let problem = |table: &str| Calendar::parse(table).unwrap_err().to_string();
        assert_eq!(
            problem("day\tkind\tname\n2026-02-30\toff\t春节"),
            "calendar, line 2: \"2026-02-30\" is no day; write it like 2026-02-17"
        );
        assert!(problem("2026-02-17\tfree\t春节").contains("off or work"));
        assert!(problem("2026-02-17 off 春节").contains("tab"));
        assert!(problem("2026-02-17\toff\t春节\n2026-02-17\toff\t春节").contains("twice"));
        assert_eq!(
            Calendar::parse("# nothing"),
            Err(WorkingTimeError::EmptyCalendar)
        );
    }
}
