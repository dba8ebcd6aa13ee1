//! How a clock behaves, day by day.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::super::{Limit, WorkingTime};
use super::{Clock, ClockStatus};

/// An instant by the clock in China.
fn china(text: &str) -> Timestamp {
    format!("{text}+08:00").parse().unwrap()
}

fn limit(text: &str) -> Limit {
    text.parse().unwrap()
}

fn clock(started_at: &str, written: &str) -> Clock {
    Clock::start(china(started_at), limit(written))
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

const WARN_AT: f32 = 0.8;

/// Each change of status until nothing changes any more, as a scheduler sees them that sleeps until
/// [`Clock::next_change`].
fn story(clock: &Clock, time: &WorkingTime) -> Vec<(Timestamp, ClockStatus)> {
    let mut at = clock.started_at();
    let mut story = vec![(at, clock.status(time, at, WARN_AT))];
    while let Some(next) = clock.next_change(time, at, WARN_AT) {
        at = next;
        story.push((at, clock.status(time, at, WARN_AT)));
    }
    story
}

#[test]
fn a_clock_warns_and_runs_out_in_working_time() {
    let time = WorkingTime::default();
    // Friday the 13th, then the Saturday that is made up for, then the Spring Festival.
    let clock = clock("2026-02-13T16:30", "10h");
    assert_eq!(
        story(&clock, &time),
        [
            (china("2026-02-13T16:30"), ClockStatus::Running),
            (china("2026-02-14T17:00"), ClockStatus::Warning),
            (china("2026-02-24T10:00"), ClockStatus::Overdue),
        ]
    );
    let later = china("2026-02-24T11:30");
    assert_eq!(clock.remaining(&time, later), Some(minutes(-90)));
    // A limit in all time takes no notice of the festival.
    let elapsed = Clock::start(china("2026-02-13T16:30"), limit("24h elapsed"));
    assert_eq!(elapsed.due(&time), Some(china("2026-02-14T16:30")));
}

#[test]
fn a_pause_over_a_weekend_costs_the_handler_nothing() {
    let time = WorkingTime::default();
    let mut clock = clock("2026-03-06T15:30", "4h");
    clock.pause(china("2026-03-06T16:30"));
    let sunday = china("2026-03-08T12:00");
    assert_eq!(clock.due(&time), None);
    assert_eq!(clock.status(&time, sunday, WARN_AT), ClockStatus::Paused);
    assert_eq!(clock.next_change(&time, sunday, WARN_AT), None);
    assert_eq!(clock.remaining(&time, sunday), Some(minutes(180)));

    clock.resume(china("2026-03-09T10:00"));
    assert_eq!(clock.due(&time), Some(china("2026-03-09T14:30")));
    assert_eq!(
        story(&clock, &time),
        [
            (china("2026-03-06T15:30"), ClockStatus::Running),
            (china("2026-03-06T16:30"), ClockStatus::Paused),
            (china("2026-03-09T10:00"), ClockStatus::Running),
            (china("2026-03-09T13:42"), ClockStatus::Warning),
            (china("2026-03-09T14:30"), ClockStatus::Overdue),
        ]
    );
}

#[test]
fn a_pause_moves_a_limit_in_working_days_by_the_working_time_it_took() {
    let time = WorkingTime::default();
    let mut clock = clock("2026-03-02T10:00", "5d");
    assert_eq!(clock.due(&time), Some(china("2026-03-09T17:30")));
    clock.pause(china("2026-03-04T09:30"));
    clock.resume(china("2026-03-05T10:30"));
    // A day and an hour of work: half past nine on Wednesday to half past ten on Thursday.
    assert_eq!(clock.due(&time), Some(china("2026-03-11T09:30")));
}

#[test]
fn an_extension_adds_to_the_limit() {
    let time = WorkingTime::default();
    let mut days = clock("2026-03-02T10:00", "5d");
    days.extend(limit("10d"));
    assert_eq!(days.due(&time), clock("2026-03-02T10:00", "15d").due(&time));
    let mut mixed = clock("2026-03-02T16:30", "2h");
    mixed.extend(limit("24h elapsed"));
    assert_eq!(mixed.due(&time), Some(china("2026-03-04T09:30")));
    let tuesday = china("2026-03-03T12:00");
    assert_eq!(mixed.remaining(&time, tuesday), Some(minutes(21 * 60 + 30)));

    let mut late = clock("2026-03-02T10:00", "1h");
    let noon = china("2026-03-02T12:00");
    assert_eq!(late.status(&time, noon, WARN_AT), ClockStatus::Overdue);
    late.extend(limit("4h"));
    assert_eq!(late.status(&time, noon, WARN_AT), ClockStatus::Running);
}

#[test]
fn what_is_done_at_the_deadline_is_late_and_before_it_in_time() {
    let time = WorkingTime::default();
    let stopped = |at: &str| {
        let mut clock = clock("2026-03-02T10:00", "1h");
        clock.stop(china(at));
        clock.status(&time, china("2026-03-05T00:00"), WARN_AT)
    };
    assert_eq!(stopped("2026-03-02T10:59:59"), ClockStatus::Met);
    assert_eq!(stopped("2026-03-02T11:00:00"), ClockStatus::Missed);
    // The scheduler says the same of that instant.
    let running = clock("2026-03-02T10:00", "1h");
    let due = china("2026-03-02T11:00");
    assert_eq!(running.status(&time, due, WARN_AT), ClockStatus::Overdue);
}

#[test]
fn work_done_while_waiting_for_the_resident_is_in_time() {
    let time = WorkingTime::default();
    let mut clock = clock("2026-03-02T10:00", "1h");
    clock.pause(china("2026-03-02T10:30"));
    clock.stop(china("2026-03-09T10:00"));
    let now = china("2026-03-10T10:00");
    assert_eq!(clock.status(&time, now, WARN_AT), ClockStatus::Met);
    assert_eq!(clock.spent(&time, now), Duration::from_mins(30));
    assert_eq!(clock.next_change(&time, now, WARN_AT), None);
}

#[test]
fn a_pause_after_the_deadline_does_not_hide_that_it_was_missed() {
    let time = WorkingTime::default();
    let mut clock = clock("2026-03-02T10:00", "1h");
    clock.pause(china("2026-03-02T11:30"));
    let now = china("2026-03-03T10:00");
    assert_eq!(clock.status(&time, now, WARN_AT), ClockStatus::Overdue);
    assert_eq!(clock.due(&time), Some(china("2026-03-02T11:00")));
}

/// The server is down from the first minute to the last: what a new one reads from the store tells
/// the same story, and each status of that time can still be asked for.
#[test]
fn a_server_that_was_down_finds_the_clock_where_it_would_be() {
    let time = WorkingTime::default();
    let mut running = clock("2026-02-13T16:30", "10h");
    running.pause(china("2026-02-14T09:00"));
    running.resume(china("2026-02-25T09:00"));
    let stored = serde_json::to_string(&running).unwrap();

    let restored: Clock = serde_json::from_str(&stored).unwrap();
    assert_eq!(restored, running);
    let story = story(&restored, &time);
    let mut minute = running.started_at();
    for (index, (from, status)) in story.iter().enumerate() {
        let until = story
            .get(index + 1)
            .map_or(*from + minutes(600), |(next, _)| *next);
        assert_eq!(minute, *from);
        while minute < until {
            assert_eq!(restored.status(&time, minute, WARN_AT), *status, "{minute}");
            minute += minutes(1);
        }
    }
    assert_eq!(story.last().unwrap().1, ClockStatus::Overdue);
}

#[test]
fn events_of_a_clock_that_was_set_back_keep_their_order() {
    let time = WorkingTime::default();
    let mut clock = clock("2026-03-02T10:00", "4h");
    clock.pause(china("2026-03-02T09:59"));
    clock.pause(china("2026-03-02T10:30"));
    clock.resume(china("2026-03-02T11:00"));
    clock.resume(china("2026-03-02T11:30"));
    clock.pause(china("2026-03-02T10:45"));
    clock.stop(china("2026-03-02T10:50"));
    clock.resume(china("2026-03-02T12:00"));
    clock.stop(china("2026-03-02T12:00"));
    assert_eq!(clock.stopped_at(), Some(china("2026-03-02T11:00")));
    assert_eq!(
        clock.spent(&time, china("2026-03-03T00:00")),
        Duration::ZERO
    );
    let stored = serde_json::to_string(&clock).unwrap();
    assert_eq!(serde_json::from_str::<Clock>(&stored).unwrap(), clock);
}

#[test]
fn a_stored_clock_is_short_and_one_out_of_order_is_refused() {
    let stored = r#"{"started_at":"2026-03-02T02:00:00Z","limit":"4h"}"#;
    let clock = clock("2026-03-02T10:00", "4h");
    assert_eq!(serde_json::to_string(&clock).unwrap(), stored);
    for events in [
        r#""pauses":[{"from":"2026-03-01T02:00:00Z"}]"#,
        r#""pauses":[{"from":"2026-03-03T02:00:00Z","until":"2026-03-02T02:00:00Z"}]"#,
        r#""pauses":[{"from":"2026-03-03T02:00:00Z"},{"from":"2026-03-04T02:00:00Z"}]"#,
        r#""stopped_at":"2026-03-01T02:00:00Z""#,
    ] {
        let stored = stored.replace("\"limit\"", &format!("{events},\"limit\""));
        let refused = serde_json::from_str::<Clock>(&stored).unwrap_err();
        assert!(refused.to_string().contains("out of order"), "{refused}");
    }
}
