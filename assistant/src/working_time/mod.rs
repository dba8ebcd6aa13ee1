//! Working time: when the people of a node work, what is due when, and the clocks of work orders.
//!
//! Pure values and functions: no store, no timer, no "now" of their own.
//!
//! | type | what it is |
//! |---|---|
//! | [`Calendar`] | the national holidays and make-up days (`data/calendar/cn.tsv`), local days over them |
//! | [`WorkingHours`], [`Shift`] | the hours of a week and of days off, as JSON |
//! | [`WorkingTime`] | both together in a zone: is it open, when next, how much time is that |
//! | [`Limit`] | how long something may take: `4h`, `24h elapsed`, `5d` |
//! | [`Clock`], [`ClockStatus`] | a limit that runs, pauses, is extended and stops; what it says at an instant |
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use assistant::working_time::{Calendar, Clock, ClockStatus, WorkingHours, WorkingTime};
//! use jiff::Timestamp;
//!
//! let hours: WorkingHours = serde_json::from_str(
//!     r#"{"monday": ["08:30-12:00", "13:30-17:30"], "tuesday": ["08:30-12:00", "13:30-17:30"],
//!         "wednesday": ["08:30-12:00", "13:30-17:30"], "thursday": ["08:30-12:00", "13:30-17:30"],
//!         "friday": ["08:30-12:00", "13:30-17:30"], "days_off": ["09:00-11:00"]}"#,
//! )?;
//! let time = WorkingTime::new(Arc::new(Calendar::builtin()), hours);
//! let china = |text: &str| format!("{text}+08:00").parse::<Timestamp>();
//!
//! // Filed on the Friday before the Spring Festival of 2026, to be done in five working days: the
//! // Saturday that is made up for, and four days after the festival.
//! let mut clock = Clock::start(china("2026-02-13T16:00")?, "5d".parse()?);
//! assert_eq!(clock.due(&time), Some(china("2026-02-27T17:30")?));
//!
//! // Waiting for the resident from Wednesday noon to Thursday noon moves that by a day.
//! clock.pause(china("2026-02-25T12:00")?);
//! clock.resume(china("2026-02-26T12:00")?);
//! assert_eq!(clock.due(&time), Some(china("2026-02-28T17:30")?));
//!
//! // A scheduler sleeps until the next change, here the warning at 80 % of the time.
//! let now = china("2026-02-26T12:00")?;
//! assert_eq!(clock.status(&time, now, 0.8), ClockStatus::Running);
//! let warning = clock.next_change(&time, now, 0.8).expect("it is not paused");
//! assert_eq!(clock.status(&time, warning, 0.8), ClockStatus::Warning);
//!
//! // Somebody is on duty during the festival: that is working time, though no working day.
//! assert!(time.is_open(china("2026-02-17T10:00")?));
//! let answered = time.add(china("2026-02-17T10:00")?, Duration::from_hours(2))?;
//! assert_eq!(answered, china("2026-02-18T10:00")?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Why it is right: `reference` (in the tests) counts the same minute by minute, over random hours,
//! days, zones and pauses, and must agree.

mod calendar;
mod clock;
mod error;
mod hours;
mod limit;
mod periods;
#[cfg(test)]
mod reference;
mod shift;
mod wall_clock;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod working_time;

pub use calendar::{Calendar, CalendarDay, DayKind};
pub use clock::{Clock, ClockStatus, Pause};
pub use error::{CalendarProblem, WorkingTimeError};
pub use hours::WorkingHours;
pub use limit::Limit;
pub use shift::Shift;
pub use working_time::WorkingTime;
