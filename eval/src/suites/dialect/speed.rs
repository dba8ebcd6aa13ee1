//! How long it takes to understand a dialect question.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use dialects::Variety;

use super::interpreter::{Channel, Interpreter, Vocabulary};
use super::question::Question;
use crate::report::{Measure, Report, Table, Unit};

/// Times that each question is understood.
const ROUNDS: usize = 5;

/// Microseconds of script, correction and normalisation together.
pub(super) struct Numbers {
    median_microseconds: f64,
    p95_microseconds: f64,
    mean_characters: f64,
}

/// Understands every question a few times, after once that does not count.
pub(super) fn measure(questions: &[Question], vocabulary: &Vocabulary) -> Numbers {
    let mut speakers: BTreeMap<Variety, Interpreter> = BTreeMap::new();
    let mut microseconds = Vec::new();
    for round in 0..=ROUNDS {
        for question in questions {
            let speaker = speakers
                .entry(question.variety)
                .or_insert_with(|| Interpreter::new(Some(question.variety), vocabulary));
            let started = Instant::now();
            black_box(speaker.understand(&question.text, Channel::Spoken));
            if round > 0 {
                microseconds.push(started.elapsed().as_secs_f64() * 1e6);
            }
        }
    }
    microseconds.sort_unstable_by(f64::total_cmp);
    let quantile = |percent: usize| {
        microseconds.get(microseconds.len() * percent / 100).copied().unwrap_or_default()
    };
    let characters: usize = questions.iter().map(|question| question.text.chars().count()).sum();
    Numbers {
        median_microseconds: quantile(50),
        p95_microseconds: quantile(95),
        mean_characters: characters as f64 / questions.len().max(1) as f64,
    }
}

impl Numbers {
    /// As a section of the report.
    pub(super) fn tell(&self, report: &mut Report) {
        let time = |value| Measure::new(value, Unit::Microseconds).lower().into();
        report
            .section("Speed")
            .text(format!(
                "A dialect question of {:.0} characters (mean) put right and normalised on one core.",
                self.mean_characters
            ))
            .table(
                Table::new("", ["", "median", "95th percentile"])
                    .row("a question", [time(self.median_microseconds), time(self.p95_microseconds)]),
            );
    }
}
