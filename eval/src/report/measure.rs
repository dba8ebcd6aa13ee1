//! A measured value with what it takes to read it.

use serde::{Deserialize, Serialize};

use super::grouped;
use crate::statistics::{Estimate, proportion};

/// A value, its unit, how sure it is and which direction is better.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measure {
    pub(crate) value: f64,
    pub(crate) unit: Unit,
    /// 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) interval: Option<[f64; 2]>,
    pub(crate) better: Better,
    /// The cases whose mean it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) cases: Option<PerCase>,
}

/// What each case of a set came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PerCase {
    /// Name of the set in the report.
    pub(crate) set: String,
    /// In the order of the set.
    pub(crate) values: Vec<f64>,
}

/// What a value counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// From 0 to 1, shown with three digits.
    Score,
    /// From 0 to 1, shown in percent.
    Share,
    Milliseconds,
    Microseconds,
    Seconds,
    Bytes,
    /// Whole things.
    Count,
    /// Anything else, by the name that is shown after it, such as `¥`.
    Named(String),
}

/// Which direction is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Better {
    Higher,
    Lower,
    /// It describes, and does not judge.
    Neither,
}

impl Measure {
    /// A single value; higher is better unless said otherwise.
    pub(crate) fn new(value: f64, unit: Unit) -> Self {
        Self {
            value,
            unit,
            interval: None,
            better: Better::Higher,
            cases: None,
        }
    }

    /// The mean of `values`, one of each case of `set`; a score of which more is better.
    ///
    /// The set is named to the report by [`super::Report::cases_of`], in the same order.
    pub(crate) fn of_cases(set: &str, values: &[f64], seed: u64) -> Self {
        Self {
            cases: Some(PerCase {
                set: set.to_owned(),
                values: values.to_vec(),
            }),
            ..Self::from(Estimate::of(values, seed))
        }
    }

    /// A share of cases, each of which holds or does not, with Wilson's interval: that of a bootstrap has
    /// no width where all hold.
    pub(crate) fn share(set: &str, holds: &[bool], seed: u64) -> Self {
        let values: Vec<f64> = holds.iter().map(|holds| f64::from(u8::from(*holds))).collect();
        let count = holds.iter().filter(|holds| **holds).count();
        Self {
            interval: Self::proportion(count, holds.len()).interval,
            ..Self::of_cases(set, &values, seed).in_unit(Unit::Share)
        }
    }

    /// The value below which `part` (0 to 1) of `values` lie; less is better. `None` without values.
    pub(crate) fn percentile(values: &[f64], part: f64, unit: Unit, seed: u64) -> Option<Self> {
        let estimate = (!values.is_empty()).then(|| Estimate::of_percentile(values, part, seed))?;
        Some(Self::from(estimate).in_unit(unit).lower())
    }

    /// A share of so many of so many, with Wilson's interval.
    pub(crate) fn proportion(count: usize, of: usize) -> Self {
        let estimate = proportion(count, of);
        Self::from(estimate).in_unit(Unit::Share)
    }

    /// In another unit; the value is left as it is.
    #[must_use]
    pub(crate) fn in_unit(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    /// Of which less is better.
    #[must_use]
    pub(crate) fn lower(mut self) -> Self {
        self.better = Better::Lower;
        self
    }

    /// Which describes, and does not judge.
    #[must_use]
    pub(crate) fn neither(mut self) -> Self {
        self.better = Better::Neither;
        self
    }

    /// As it stands in a table: `0.512 (0.480–0.544)`.
    pub(crate) fn shown(&self) -> String {
        let number = |value: f64| self.unit.number(value);
        let interval = self.interval.map_or(String::new(), |[low, high]| {
            format!(" ({}–{})", number(low), number(high))
        });
        format!("{}{interval}{}", number(self.value), self.unit.suffix())
    }

    /// The value alone with its unit.
    pub(crate) fn brief(&self) -> String {
        format!("{}{}", self.unit.number(self.value), self.unit.suffix())
    }
}

impl From<Estimate> for Measure {
    fn from(estimate: Estimate) -> Self {
        Self {
            interval: Some([estimate.low, estimate.high]),
            ..Self::new(estimate.mean, Unit::Score)
        }
    }
}

impl Unit {
    /// The number without its unit.
    pub(crate) fn number(&self, value: f64) -> String {
        match self {
            Self::Score => format!("{value:.3}"),
            Self::Share => format!("{:.1}", 100.0 * value),
            Self::Bytes => format!("{:.0}", value / f64::from(1 << 20)),
            Self::Count if value >= 0.0 => grouped(value.round() as u64),
            Self::Milliseconds | Self::Microseconds | Self::Seconds | Self::Count | Self::Named(_) => {
                if value == 0.0 || value.abs() >= 100.0 {
                    format!("{value:.0}")
                } else if value.abs() >= 1.0 {
                    format!("{value:.1}")
                } else {
                    format!("{value:.3}")
                }
            }
        }
    }

    /// What stands after the number.
    pub(crate) fn suffix(&self) -> String {
        match self {
            Self::Score | Self::Count => String::new(),
            Self::Share => " %".to_owned(),
            Self::Milliseconds => " ms".to_owned(),
            Self::Microseconds => " µs".to_owned(),
            Self::Seconds => " s".to_owned(),
            Self::Bytes => " MiB".to_owned(),
            Self::Named(name) => format!(" {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_shown_with_its_interval_and_its_unit() {
        let holds: Vec<bool> = (0..100).map(|case| case < 80).collect();
        let share = Measure::share("set", &holds, 1);
        assert!(share.shown().starts_with("80.0 ("), "{}", share.shown());
        assert!(share.shown().ends_with(" %"), "{}", share.shown());
        let bytes = Measure::new(3_145_728.0, Unit::Bytes).lower();
        assert_eq!(bytes.shown(), "3 MiB");
        assert_eq!(Measure::new(56_929.0, Unit::Count).shown(), "56,929");
    }
}
