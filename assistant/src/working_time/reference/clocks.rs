//! Clocks, counted the slow way.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use super::super::{Clock, ClockStatus, Limit};
use super::{Walk, instant, minutes, node};

fn limit() -> impl Strategy<Value = Limit> {
    prop_oneof![
        (1_usize..2500).prop_map(|amount| Limit::Working(minutes(amount))),
        (1_usize..6000).prop_map(|amount| Limit::Elapsed(minutes(amount))),
        (0_u32..6).prop_map(Limit::WorkingDays),
    ]
}

/// A limit and its extension: one limit if they are of one kind.
fn merged(limit: Limit, extension: Option<Limit>) -> Vec<Limit> {
    match (limit, extension) {
        (limit, None) => vec![limit],
        (Limit::Working(one), Some(Limit::Working(other))) => vec![Limit::Working(one + other)],
        (Limit::Elapsed(one), Some(Limit::Elapsed(other))) => vec![Limit::Elapsed(one + other)],
        (Limit::WorkingDays(one), Some(Limit::WorkingDays(other))) => {
            vec![Limit::WorkingDays(one + other)]
        }
        (limit, Some(extension)) => vec![limit, extension],
    }
}

/// Whether a minute counts for a limit.
fn counts(limit: Limit, open: bool, working_day: bool) -> bool {
    match limit {
        Limit::Working(_) => open,
        Limit::Elapsed(_) => true,
        Limit::WorkingDays(_) => working_day,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_clock_with_pauses_is_what_a_walk_along_the_minutes_counts(
        node in node(),
        started_at in instant(),
        gaps in proptest::collection::vec(0_usize..2500, 0..7),
        stop_after in proptest::option::of(0_usize..6000),
        limit in limit(),
        extension in proptest::option::of(limit()),
        warn_at in 0.0_f32..=1.0,
    ) {
        let time = node.working_time();
        let mut clock = Clock::start(started_at, limit);
        let mut at = started_at;
        for (index, gap) in gaps.iter().enumerate() {
            at += minutes(*gap);
            if index % 2 == 0 { clock.pause(at) } else { clock.resume(at) }
        }
        if let Some(extension) = extension {
            clock.extend(extension);
        }
        if let Some(after) = stop_after {
            clock.stop(at + minutes(after));
        }

        // What is to be spent, one limit after the other.
        let mut plan: Vec<(Limit, usize)> = Vec::new();
        let mut begin = started_at;
        for limit in merged(limit, extension) {
            let deadline = time.deadline(begin, limit).unwrap();
            let worked = Walk::new(&node, begin)
                .take_while(|(at, ..)| *at < deadline)
                .filter(|(_, open, working_day)| counts(limit, *open, *working_day));
            plan.push((limit, worked.count()));
            begin = deadline;
        }
        let total = minutes(plan.iter().map(|(_, amount)| amount).sum());
        let warning = Duration::from_secs_f64((total.as_secs_f64() * f64::from(warn_at)).round());

        let (mut spent, mut due) = (Duration::ZERO, None);
        let mut previous: Option<(Timestamp, ClockStatus)> = None;
        for (at, open, working_day) in Walk::new(&node, started_at).take(14_000) {
            let stopped = clock.stopped_at().is_some_and(|stop| stop <= at);
            let paused = clock
                .pauses()
                .iter()
                .any(|pause| pause.from <= at && pause.until.is_none_or(|until| at < until));
            if due.is_none() && spent >= total {
                due = Some(at);
            }
            let status = match clock.stopped_at() {
                Some(stop) if stopped && due.is_none_or(|due| stop < due) => ClockStatus::Met,
                Some(_) if stopped => ClockStatus::Missed,
                _ if due.is_some() => ClockStatus::Overdue,
                _ if paused => ClockStatus::Paused,
                _ if spent >= warning => ClockStatus::Warning,
                _ => ClockStatus::Running,
            };
            // Asking is slow; what changes is asked for at each change, the rest now and then.
            let changed = previous.is_none_or(|(_, before)| before != status);
            if changed || at.as_second() % 86_400 == 0 {
                prop_assert_eq!(clock.status(&time, at, warn_at), status, "at {}", at);
                prop_assert_eq!(clock.spent(&time, at), spent);
                prop_assert_eq!(
                    clock.remaining(&time, at).unwrap(),
                    SignedDuration::try_from(total).unwrap()
                        - SignedDuration::try_from(spent).unwrap()
                );
            }
            if changed {
                if let Some((since, _)) = previous {
                    let next = clock.next_change(&time, since, warn_at);
                    // A warning falls within a minute.
                    prop_assert!(
                        next.is_some_and(|next| next <= at && next > at - 1.minute()),
                        "{:?} changes to {:?} at {}, not {:?}", previous, status, at, next
                    );
                }
                previous = Some((at, status));
            }
            while plan.len() > 1 && plan[0].1 == 0 {
                plan.remove(0);
            }
            if !stopped && !paused && counts(plan[0].0, open, working_day) {
                spent += minutes(1);
                plan[0].1 = plan[0].1.saturating_sub(1);
            }
        }
        if let Some(due) = due && clock.stopped_at().is_none_or(|stop| stop > due) {
            prop_assert_eq!(clock.due(&time), Some(due));
        }
        if clock.is_paused() && due.is_none() {
            prop_assert_eq!(clock.due(&time), None);
        }
    }
}
