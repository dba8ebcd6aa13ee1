//! What a clock may spend: its limits as amounts of one measure of time each.

use std::time::Duration;

use jiff::Timestamp;

use super::super::limit::Limit;
use super::super::working_time::{Measure, WorkingTime};

/// An amount of one measure of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    /// What is counted.
    pub(super) measure: Measure,
    /// How much of it there is; `None` if it never runs out, because the node never opens.
    pub(super) amount: Option<Duration>,
}

/// The budgets of limits that follow one another from an instant on; at least one if there is a
/// limit.
///
/// Limits of one kind are added first, so 5 working days extended by 10 are 15. Working days become
/// the time that the node works on them if nothing stops the clock: a pause then moves the deadline
/// by the working time it took.
pub(super) fn budgets(
    time: &WorkingTime,
    from: Timestamp,
    limits: impl IntoIterator<Item = Limit>,
) -> Vec<Budget> {
    let mut sums: Vec<Limit> = Vec::new();
    for limit in limits {
        let added = sums.iter_mut().find_map(|sum| {
            *sum = add(*sum, limit)?;
            Some(())
        });
        if added.is_none() {
            sums.push(limit);
        }
    }
    let mut at = from;
    let mut budgets = Vec::with_capacity(sums.len());
    for limit in sums {
        let measure = match limit {
            Limit::Working(_) => Measure::Open,
            Limit::Elapsed(_) => Measure::Elapsed,
            Limit::WorkingDays(_) => Measure::WorkingDays,
        };
        let end = time.deadline(at, limit).ok();
        let amount = end.map(|end| time.passed(measure, at, end));
        budgets.push(Budget { measure, amount });
        let Some(end) = end else { break };
        at = end;
    }
    budgets
}

/// The sum of two limits of one kind.
fn add(one: Limit, other: Limit) -> Option<Limit> {
    match (one, other) {
        (Limit::Working(one), Limit::Working(other)) => {
            Some(Limit::Working(one.saturating_add(other)))
        }
        (Limit::Elapsed(one), Limit::Elapsed(other)) => {
            Some(Limit::Elapsed(one.saturating_add(other)))
        }
        (Limit::WorkingDays(one), Limit::WorkingDays(other)) => {
            Some(Limit::WorkingDays(one.saturating_add(other)))
        }
        _ => None,
    }
}

/// All the budgets together; `None` if one never runs out.
pub(super) fn total(budgets: &[Budget]) -> Option<Duration> {
    budgets.iter().try_fold(Duration::ZERO, |sum, budget| {
        sum.checked_add(budget.amount?)
    })
}
