//! What can be wrong with calendars, hours, limits and clocks.

use jiff::civil::Date;

/// An error of working time. Each message says what is wrong and what would be right, because
/// hours and limits are typed by people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkingTimeError {
    /// A line of a calendar's table cannot be read.
    #[error("calendar, line {line}: {problem}")]
    CalendarLine {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: CalendarProblem,
    },
    /// A calendar's table has no day in it.
    #[error("the calendar names no day; it needs lines of day, kind and name")]
    EmptyCalendar,
    /// A shift is not of the form `08:30-12:00`.
    #[error(
        "{0:?} is no shift; write it like 08:30-12:00, 20:00-04:00 (past midnight) or 00:00-24:00"
    )]
    Shift(String),
    /// A shift ends when it begins.
    #[error("the shift {0:?} ends when it begins; round the clock is 00:00-24:00")]
    EmptyShift(String),
    /// Two shifts of one day share some time.
    #[error("the shifts {0} and {1} of one day overlap; let one end before the other begins")]
    OverlappingShifts(String, String),
    /// No day has any hours.
    #[error("these hours never open; give at least one day a shift such as 08:30-12:00")]
    NeverOpen,
    /// A limit is of none of the three forms.
    #[error(
        "{0:?} is no limit; write 4h or 1h30m (working time), 24h elapsed (all time) or 5d (working days)"
    )]
    Limit(String),
    /// The result lies beyond the last instant that can be written down (year 9999).
    #[error("this lies after the year 9999")]
    OutOfRange,
    /// A stored clock's events are not in order of time.
    #[error(
        "the clock's events are out of order: it starts, then pauses end before the next begin, then it stops"
    )]
    ClockOrder,
}

/// What is wrong with a line of a calendar's table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarProblem {
    /// The line has not three columns.
    #[error("{0} columns instead of day, kind and name, with a tab between")]
    Columns(usize),
    /// The first column is no date.
    #[error("{0:?} is no day; write it like 2026-02-17")]
    Day(String),
    /// The second column is neither `off` nor `work`.
    #[error("{0:?} is no kind; it is off or work")]
    Kind(String),
    /// The day stood in an earlier line already.
    #[error("{0} is here twice")]
    Repeated(Date),
}
