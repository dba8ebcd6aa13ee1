//! Measures that stand in both reports, and how far apart they are.

use std::collections::BTreeMap;

use crate::report::{Better, Cell, Measure, Part, Report};
use crate::statistics::Estimate;

/// 97.5th percentile of the normal distribution.
const REACH: f64 = 1.959_964;

/// One measure before and after.
pub(super) struct Difference {
    /// Section, table, row and column.
    pub(super) name: String,
    /// Over the cases that stand in both, where there are any.
    pub(super) before: Measure,
    pub(super) after: Measure,
    /// After less before, with its interval where there is one.
    pub(super) change: Measure,
    /// How many cases stand in both; `None` where the difference is not one of cases.
    pub(super) paired: Option<usize>,
    pub(super) verdict: Verdict,
    /// Name of the set of its cases.
    pub(super) set: String,
    /// The cases whose values differ.
    pub(super) cases: Vec<Changed>,
}

/// A case whose value differs.
pub(super) struct Changed {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) before: f64,
    pub(super) after: f64,
}

/// What a difference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Same,
    Better,
    Worse,
    /// More than noise, in a measure that does not judge.
    Other,
    /// No more than chance explains.
    Noise,
    /// There is no interval to tell by.
    Unknown,
}

impl Verdict {
    /// As it stands in the table.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Same => "the same",
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Other => "different",
            Self::Noise => "no more than noise",
            Self::Unknown => "unknown whether noise",
        }
    }
}

impl Difference {
    /// How much better a case became; negative where it became worse.
    pub(super) fn gain(&self, before: f64, after: f64) -> f64 {
        match self.after.better {
            Better::Higher => after - before,
            Better::Lower => before - after,
            Better::Neither => 0.0,
        }
    }
}

/// Every measure that both reports hold.
pub(super) fn differences(before: &Report, after: &Report, seed: u64) -> Vec<Difference> {
    let earlier: BTreeMap<String, &Measure> = measures(before).into_iter().collect();
    measures(after)
        .into_iter()
        .filter_map(|(name, measure)| {
            let earlier = earlier.get(&name)?;
            Some(difference(name, (before, earlier), (after, measure), seed))
        })
        .collect()
}

/// The measures of a report with where they stand.
fn measures(report: &Report) -> Vec<(String, &Measure)> {
    let mut found = Vec::new();
    for section in &report.sections {
        for part in &section.parts {
            let Part::Table(table) = part else {
                continue;
            };
            for row in &table.rows {
                for (head, cell) in table.head.iter().skip(1).zip(&row.cells) {
                    if let Cell::Measure(measure) = cell {
                        let place = [&section.heading, &table.caption, &row.name, head];
                        let place: Vec<&str> =
                            place.into_iter().map(String::as_str).filter(|one| !one.is_empty()).collect();
                        found.push((place.join(" · "), measure));
                    }
                }
            }
        }
    }
    found
}

fn difference(name: String, before: (&Report, &Measure), after: (&Report, &Measure), seed: u64) -> Difference {
    let (set, pairs) = paired(before, after).unwrap_or_default();
    let shared = |measure: &Measure, value: fn(&Changed) -> f64| Measure {
        value: pairs.iter().map(value).sum::<f64>() / pairs.len().max(1) as f64,
        ..measure.clone()
    };
    // Where the runs did not ask the same, only what both asked can be compared.
    let (before, after) = if pairs.is_empty() {
        (before.1.clone(), after.1.clone())
    } else {
        (shared(before.1, |pair| pair.before), shared(after.1, |pair| pair.after))
    };
    let plain = after.value - before.value;
    let estimate = if pairs.is_empty() {
        apart(&before, &after)
    } else {
        let changes: Vec<f64> = pairs.iter().map(|pair| pair.after - pair.before).collect();
        Some(Estimate::of(&changes, seed))
    };
    let change = Measure {
        value: estimate.map_or(plain, |estimate| estimate.mean),
        unit: after.unit.clone(),
        interval: estimate.map(|estimate| [estimate.low, estimate.high]),
        better: after.better,
        cases: None,
    };
    let count = pairs.len();
    let cases: Vec<Changed> = pairs.into_iter().filter(|pair| differ(pair.before, pair.after)).collect();
    let verdict = if !differ(before.value, after.value) && cases.is_empty() {
        Verdict::Same
    } else {
        match (estimate, after.better) {
            (None, _) => Verdict::Unknown,
            (Some(one), _) if one.low <= 0.0 && one.high >= 0.0 => Verdict::Noise,
            (Some(one), Better::Higher) if one.mean > 0.0 => Verdict::Better,
            (Some(one), Better::Lower) if one.mean < 0.0 => Verdict::Better,
            (_, Better::Neither) => Verdict::Other,
            _ => Verdict::Worse,
        }
    };
    Difference {
        name,
        before,
        after,
        change,
        paired: (count > 0).then_some(count),
        verdict,
        set,
        cases,
    }
}

/// The cases that stand in both.
fn paired(before: (&Report, &Measure), after: (&Report, &Measure)) -> Option<(String, Vec<Changed>)> {
    let values = |(report, measure): (&Report, &Measure)| {
        let cases = measure.cases.as_ref()?;
        let named = report.case_sets.get(&cases.set)?;
        let named = named.iter().zip(&cases.values);
        Some(named.map(|(case, value)| (case.clone(), *value)).collect::<Vec<_>>())
    };
    let earlier: BTreeMap<String, f64> =
        values(before)?.into_iter().map(|(case, value)| (case.id, value)).collect();
    let pairs = values(after)?.into_iter().filter_map(|(case, after)| {
        Some(Changed {
            before: *earlier.get(&case.id)?,
            after,
            id: case.id,
            text: case.text,
        })
    });
    let set = after.1.cases.as_ref()?.set.clone();
    Some((set, pairs.collect()))
}

/// The difference of two measures of different cases, as if each were normally distributed.
fn apart(before: &Measure, after: &Measure) -> Option<Estimate> {
    let error = |measure: &Measure| measure.interval.map(|[low, high]| (high - low) / (2.0 * REACH));
    let reach = REACH * error(before)?.hypot(error(after)?);
    let mean = after.value - before.value;
    Some(Estimate {
        mean,
        low: mean - reach,
        high: mean + reach,
    })
}

/// Whether two values differ by more than how they were written down.
fn differ(one: f64, other: f64) -> bool {
    (one - other).abs() > 1e-9 * one.abs().max(other.abs()).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Table, Unit};

    fn report(right: impl Fn(usize) -> bool, cases: std::ops::Range<usize>, milliseconds: f64) -> Report {
        let mut report = Report::new("Suite", "");
        let holds: Vec<bool> = cases.clone().map(right).collect();
        report.cases_of("set", cases.map(|case| (case.to_string(), String::new())));
        report.section("Quality").table(
            Table::new("", ["", "right", "time"])
                .row("ours", [
                    Measure::share("set", &holds, 1).into(),
                    Measure::new(milliseconds, Unit::Milliseconds).lower().into(),
                ]),
        );
        report
    }

    fn verdicts(before: &Report, after: &Report) -> Vec<Verdict> {
        differences(before, after, 1).into_iter().map(|one| one.verdict).collect()
    }

    #[test]
    fn a_change_is_told_from_noise_case_by_case() {
        let before = report(|case| case % 2 == 0, 0..200, 10.0);
        assert_eq!(verdicts(&before, &before), [Verdict::Same, Verdict::Same]);

        let better = report(|case| case % 2 == 0 || case < 40, 0..200, 12.0);
        assert_eq!(verdicts(&before, &better), [Verdict::Better, Verdict::Unknown]);
        assert_eq!(verdicts(&better, &before)[0], Verdict::Worse);

        let one_more = report(|case| case % 2 == 0 || case == 1, 0..200, 10.0);
        let found = differences(&before, &one_more, 1);
        assert_eq!(found[0].verdict, Verdict::Noise);
        assert_eq!(found[0].cases.len(), 1);
        assert_eq!(found[0].cases[0].id, "1");

        // As many are right, but not the same ones: nothing is gained, yet something changed.
        let others = report(|case| case % 2 == 1, 0..200, 10.0);
        assert_eq!(differences(&before, &others, 1)[0].cases.len(), 200);
        assert_eq!(verdicts(&before, &others)[0], Verdict::Noise);

        // Cases that only one of them has are not compared.
        let fewer = report(|case| case % 2 == 0, 0..100, 10.0);
        let found = differences(&before, &fewer, 1);
        assert_eq!((found[0].paired, found[0].verdict), (Some(100), Verdict::Same));
    }
}
