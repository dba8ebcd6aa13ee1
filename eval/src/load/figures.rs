//! The run in figures.

use std::collections::BTreeMap;
use std::time::Duration;

use super::process::Sample;
use super::resident::{Channel, Turn};
use crate::report::{Case, Cell, Listing, Measure, Report, Table, Unit};
use crate::statistics::percentile;

/// Seconds within which the first word must come.
const IN_TIME: f64 = 5.0;

/// All that was seen of a run.
pub(super) struct Seen {
    turns: Vec<Turn>,
    samples: Vec<Sample>,
    minutes: f64,
}

impl Seen {
    pub(super) fn new(turns: Vec<Turn>, samples: Vec<Sample>, length: Duration) -> Self {
        Self { turns, samples, minutes: length.as_secs_f64() / 60.0 }
    }

    /// Whether one message in twenty waited longer than it may for its first word, or got none.
    pub(super) fn is_late(&self) -> bool {
        self.first_word(0.95).is_none_or(|seconds| seconds > IN_TIME)
    }

    /// Seconds to the first word; a message that got none waited for ever.
    fn first_word(&self, part: f64) -> Option<f64> {
        let mut waits: Vec<f64> = self.turns.iter().map(|turn| turn.first_word.unwrap_or(f64::INFINITY)).collect();
        waits.sort_by(f64::total_cmp);
        percentile(&waits, part).filter(|seconds| seconds.is_finite())
    }

    fn count(&self, holds: impl Fn(&Turn) -> bool) -> usize {
        self.turns.iter().filter(|turn| holds(turn)).count()
    }

    fn conversations(&self) -> usize {
        self.count(|turn| turn.opens)
    }

    fn in_time(&self) -> usize {
        self.count(|turn| turn.first_word.is_some_and(|seconds| seconds <= IN_TIME))
    }

    fn cells(&self) -> Vec<Cell> {
        let seconds = |part: f64| -> Cell {
            self.first_word(part).map(|value| Measure::new(value, Unit::Seconds).lower()).into()
        };
        let all = self.turns.len();
        vec![
            self.conversations().into(),
            all.into(),
            Measure::new(self.in_time() as f64 / self.minutes, Unit::Named("a minute".to_owned())).into(),
            Measure::proportion(self.in_time(), all).into(),
            seconds(0.5),
            seconds(0.95),
            Measure::proportion(self.count(|turn| turn.abandoned), all).lower().into(),
            self.count(|turn| turn.asked_again).into(),
            self.count(|turn| turn.error.is_some()).into(),
        ]
    }
}

const HEAD: [&str; 10] = [
    "residents", "conversations", "messages", "answered within 5 s", "of all", "first word p50", "first word p95", "left without a word",
    "asked again", "errors",
];

/// The report of a day, and of the steps up to the knee.
pub(super) fn report(day: &Seen, steps: &[(f64, Seen)], price: f64) -> Report {
    let mut report = Report::new(
        "Load",
        "Residents as they come in a day (arrivals by its profile, text, voice and orders looked up, popular questions \
         and a tail, time to think, impatience) against the running server. Times are the residents' own, in seconds \
         from sending; who got no word at all counts as having waited for ever.",
    );
    let mut table = Table::new("", HEAD);
    table.push("a day", day.cells());
    for (rate, seen) in steps {
        table.push(format!("{rate:.1} a minute"), seen.cells());
    }
    report.section("Residents").table(table);
    report.section("Channels").table(channels(day));
    let mut process = Table::new("", ["run", "memory at the start", "memory at the end", "most memory", "processors used"]);
    for (name, seen) in std::iter::once(("a day".to_owned(), day))
        .chain(steps.iter().map(|(rate, seen)| (format!("{rate:.1} a minute"), seen)))
    {
        if let Some(cells) = process_cells(&seen.samples) {
            process.push(name, cells);
        }
    }
    report
        .section("The server's process")
        .table(process)
        .text(memory_over_time(&day.samples));
    knee(&mut report, day, steps, price);
    let mut errors: BTreeMap<&str, usize> = BTreeMap::new();
    for turn in std::iter::once(day).chain(steps.iter().map(|(_, seen)| seen)).flat_map(|seen| &seen.turns) {
        if let Some(error) = &turn.error {
            *errors.entry(error).or_default() += 1;
        }
    }
    let cases = errors.into_iter().map(|(error, times)| Case::new(error).says("times", times.to_string()));
    report.section("Errors").cases(Listing::of("By their text", cases));
    report
}

fn channels(seen: &Seen) -> Table {
    let mut table = Table::new("", ["channel", "messages", "first word p50", "first word p95", "whole reply p95", "most waiting before"]);
    for (channel, name) in
        [(Channel::Text, "text"), (Channel::Voice, "voice"), (Channel::Order, "order looked up")]
    {
        let turns: Vec<&Turn> = seen.turns.iter().filter(|turn| turn.channel == channel).collect();
        table.push(name, row(&turns));
    }
    let verified: Vec<&Turn> = seen.turns.iter().filter(|turn| turn.verified).collect();
    table.push("of these, verified answers", row(&verified));
    table
}

fn row(turns: &[&Turn]) -> Vec<Cell> {
    let spread = |value: fn(&Turn) -> Option<f64>, part: f64| -> Cell {
        let mut values: Vec<f64> = turns.iter().filter_map(|turn| value(turn)).collect();
        values.sort_by(f64::total_cmp);
        percentile(&values, part).map(|value| Measure::new(value, Unit::Seconds).lower()).into()
    };
    let queued = turns.iter().map(|turn| turn.queued).max().unwrap_or_default();
    vec![
        turns.len().into(),
        spread(|turn| turn.first_word, 0.5),
        spread(|turn| turn.first_word, 0.95),
        spread(|turn| turn.end, 0.95),
        (queued as usize).into(),
    ]
}

fn process_cells(samples: &[Sample]) -> Option<Vec<Cell>> {
    let (first, last) = (samples.first()?, samples.last()?);
    let bytes = |bytes: u64| -> Cell { Measure::new(bytes as f64, Unit::Bytes).lower().into() };
    let most = samples.iter().map(|sample| sample.memory).max()?;
    let seconds = (last.at - first.at).max(1.0);
    let used = (last.processor - first.processor) / seconds;
    let used = Measure::new(used, Unit::Named("cores".to_owned())).neither();
    Some(vec![bytes(first.memory), bytes(last.memory), bytes(most), used.into()])
}

/// Memory and processor in twelve parts of the run.
fn memory_over_time(samples: &[Sample]) -> String {
    let parts: Vec<String> = samples
        .chunks(samples.len().div_ceil(12).max(1))
        .filter_map(|part| {
            let (first, last) = (part.first()?, part.last()?);
            let used = (last.processor - first.processor) / (last.at - first.at).max(1.0);
            Some(format!("{:.0} s {} MiB {used:.2} cores", last.at, last.memory >> 20))
        })
        .collect();
    if parts.is_empty() {
        return "The process was not watched: give --process.".to_owned();
    }
    format!("Over the day: {}.", parts.join(" · "))
}

/// Where the first word comes too late, and what a thousand conversations cost there.
fn knee(report: &mut Report, day: &Seen, steps: &[(f64, Seen)], price: f64) {
    let borne = steps.iter().rev().find(|(_, seen)| !seen.is_late());
    let broken = steps.iter().find(|(_, seen)| seen.is_late());
    let mut text = match (borne, broken) {
        (_, None) if steps.is_empty() => "The knee was not looked for: give --knee. ".to_owned(),
        (Some((rate, _)), Some((late, _))) => format!(
            "The knee lies between {rate:.1} residents a minute, at which 95 of 100 messages have their first word within \
             5 s, and {late:.1}, at which they have not. "
        ),
        (Some((rate, _)), None) => format!("Up to {rate:.1} residents a minute it was not reached. "),
        (None, Some((late, _))) => format!("Already at {late:.1} residents a minute the first word came too late. "),
        (None, None) => String::new(),
    };
    let (what, seen) = borne.map_or(("in the day that was run, which is no limit", day), |(_, seen)| ("at the last rate that was borne", seen));
    let an_hour = seen.conversations() as f64 / seen.minutes * 60.0;
    if an_hour > 0.0 {
        text.push_str(&format!(
            "At {price:.2} ¥ an hour of the machine, a thousand conversations cost {:.2} ¥ ({an_hour:.0} an hour, {what}; fully \
             used, machine alone, without people, electricity or line).",
            price * 1000.0 / an_hour
        ));
    }
    report.section("The knee and the cost").text(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_got_no_word_makes_the_run_late() {
        let turn = |first_word: Option<f64>| Turn {
            channel: Channel::Text,
            at: 0.0,
            first_word,
            end: first_word,
            verified: false,
            queued: 0,
            asked_again: false,
            abandoned: first_word.is_none(),
            opens: true,
            error: None,
        };
        let seen = |waits: &[Option<f64>]| {
            Seen::new(waits.iter().copied().map(turn).collect(), Vec::new(), Duration::from_mins(1))
        };
        assert!(!seen(&[Some(1.0); 20]).is_late());
        assert!(seen(&[Some(1.0), Some(1.0), None]).is_late());
        assert!(seen(&[]).is_late());
        assert_eq!(seen(&[Some(1.0), Some(6.0), None]).in_time(), 1);
    }
}
