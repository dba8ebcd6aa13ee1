//! The hours of a node: when its people work, by the day of the week.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, DayKind, is_weekend};
use super::error::WorkingTimeError;
use super::shift::Shift;

/// The hours of a week, and those of days off. As JSON:
///
/// ```json
/// {
///   "monday": ["08:30-12:00", "13:30-17:30"],
///   "tuesday": ["08:30-12:00", "13:30-17:30"],
///   "wednesday": ["08:30-12:00", "13:30-17:30"],
///   "thursday": ["08:30-12:00", "13:30-17:30"],
///   "friday": ["08:30-12:00", "13:30-16:30"],
///   "saturday": ["09:00-12:00"],
///   "days_off": ["09:00-11:00"]
/// }
/// ```
///
/// Which hours a day has:
/// - A holiday of the [`Calendar`] has the hours of `days_off` (duty, 值班), as has a day of the
///   week that is not named here. `"sunday": []` is closed even where there is duty on days off.
/// - A weekend day that is made up for (调休上班) has Monday's hours, whatever its own; where Monday
///   has none, those of the next day of the working week that has.
/// - Any other day has its own.
///
/// A *working day* is one that the calendar works and for which hours are given here: Saturday's
/// hours and duty on days off are working time, but do not make the day a working day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Week", into = "Week")]
pub struct WorkingHours {
    /// From Monday; `None` where the day of the week is not named.
    week: [Option<Vec<Shift>>; 7],
    days_off: Vec<Shift>,
}

/// The form in which hours are written down.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Week {
    #[serde(skip_serializing_if = "Option::is_none")]
    monday: Option<Vec<Shift>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tuesday: Option<Vec<Shift>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wednesday: Option<Vec<Shift>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thursday: Option<Vec<Shift>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    friday: Option<Vec<Shift>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    saturday: Option<Vec<Shift>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sunday: Option<Vec<Shift>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    days_off: Vec<Shift>,
}

impl WorkingHours {
    /// Round the clock on every day of the year, such as a hotline's.
    pub fn always() -> Self {
        let day = vec![Shift::ROUND_THE_CLOCK];
        Self {
            week: std::array::from_fn(|_| Some(day.clone())),
            days_off: day,
        }
    }

    /// The hours of the day, in order, and whether it is a working day. The hours may be none.
    pub fn on(&self, day: Date, calendar: &Calendar) -> (&[Shift], bool) {
        let weekend = is_weekend(day);
        match calendar.kind(day) {
            Some(DayKind::Off) => (&self.days_off, false),
            Some(DayKind::Work) if weekend => (self.make_up(), true),
            _ => match &self.week[index(day.weekday())] {
                Some(shifts) => (shifts, !weekend),
                None => (&self.days_off, false),
            },
        }
    }

    /// Whether some day of the working week has hours: without, there are no working days.
    pub(super) fn has_working_days(&self) -> bool {
        !self.make_up().is_empty()
    }

    /// The hours of a weekend day that is made up for.
    fn make_up(&self) -> &[Shift] {
        self.week[..5]
            .iter()
            .flatten()
            .find(|shifts| !shifts.is_empty())
            .map_or(&[], Vec::as_slice)
    }
}

/// Monday to Friday, 08:30 to 12:00 and 13:30 to 17:30.
impl Default for WorkingHours {
    fn default() -> Self {
        let day: Vec<Shift> = ["08:30-12:00", "13:30-17:30"]
            .into_iter()
            .map(|shift| shift.parse().expect("written above"))
            .collect();
        Self {
            week: std::array::from_fn(|weekday| (weekday < 5).then(|| day.clone())),
            days_off: Vec::new(),
        }
    }
}

impl TryFrom<Week> for WorkingHours {
    type Error = WorkingTimeError;

    fn try_from(written: Week) -> Result<Self, Self::Error> {
        let mut hours = Self {
            week: [
                written.monday,
                written.tuesday,
                written.wednesday,
                written.thursday,
                written.friday,
                written.saturday,
                written.sunday,
            ],
            days_off: written.days_off,
        };
        let days = hours.week.iter_mut().flatten();
        for shifts in days.chain([&mut hours.days_off]) {
            shifts.sort_unstable();
            for pair in shifts.windows(2) {
                if pair[1].start_minute() < pair[0].end_minute() {
                    return Err(WorkingTimeError::OverlappingShifts(
                        pair[0].to_string(),
                        pair[1].to_string(),
                    ));
                }
            }
        }
        if hours.week.iter().flatten().all(Vec::is_empty) && hours.days_off.is_empty() {
            return Err(WorkingTimeError::NeverOpen);
        }
        Ok(hours)
    }
}

impl From<WorkingHours> for Week {
    fn from(hours: WorkingHours) -> Self {
        let [
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
        ] = hours.week;
        Self {
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
            days_off: hours.days_off,
        }
    }
}

/// Place of a day of the week, from Monday.
fn index(weekday: Weekday) -> usize {
    weekday.to_monday_zero_offset().unsigned_abs().into()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn hours(json: &str) -> Result<WorkingHours, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    fn on(hours: &WorkingHours, day: Date) -> (String, bool) {
        let (shifts, working) = hours.on(day, &Calendar::builtin());
        let shifts: Vec<String> = shifts.iter().map(ToString::to_string).collect();
        (shifts.join(" "), working)
    }

    #[test]
    fn each_kind_of_day_has_its_hours() {
        let hours = hours(
            r#"{"monday":["13:30-17:30","08:30-12:00"],"friday":["09:00-12:00"],
                "saturday":["10:00-11:00"],"sunday":[],"days_off":["20:00-04:00"]}"#,
        )
        .unwrap();
        let monday = ("08:30-12:00 13:30-17:30".to_owned(), true);
        let duty = ("20:00-04:00".to_owned(), false);
        assert_eq!(on(&hours, date(2026, 3, 2)), monday);
        // Not named, so off.
        assert_eq!(on(&hours, date(2026, 3, 3)), duty);
        assert_eq!(on(&hours, date(2026, 3, 6)), ("09:00-12:00".into(), true));
        assert_eq!(on(&hours, date(2026, 3, 7)), ("10:00-11:00".into(), false));
        assert_eq!(on(&hours, date(2026, 3, 8)), (String::new(), false));
        // A holiday on a Monday; a Saturday and a Sunday made up for.
        assert_eq!(on(&hours, date(2026, 2, 23)), duty);
        assert_eq!(on(&hours, date(2026, 2, 28)), monday);
        assert_eq!(on(&hours, date(2026, 9, 20)), monday);
    }

    #[test]
    fn a_place_closed_on_mondays_makes_up_with_tuesdays_hours() {
        let hours = hours(r#"{"monday":[],"tuesday":["09:00-17:00"]}"#).unwrap();
        assert_eq!(on(&hours, date(2026, 2, 28)), ("09:00-17:00".into(), true));
    }

    #[test]
    fn hours_are_stored_as_they_are_read() {
        for hours in [WorkingHours::default(), WorkingHours::always()] {
            let json = serde_json::to_string(&hours).unwrap();
            assert_eq!(serde_json::from_str::<WorkingHours>(&json).unwrap(), hours);
        }
    }

    #[test]
    fn hours_that_cannot_be_meant_are_refused() {
        let refused = |json: &str| hours(json).unwrap_err();
        assert!(refused(r#"{"monday":["8-12"]}"#).contains(r#""8-12" is no shift"#));
        assert!(
            refused(r#"{"monday":["11:00-15:00","08:00-12:00"]}"#)
                .contains("08:00-12:00 and 11:00-15:00 of one day overlap")
        );
        assert!(refused(r#"{"mondy":["08:00-12:00"]}"#).contains("mondy"));
        assert!(refused(r#"{"monday":[]}"#).contains("never open"));
    }
}
