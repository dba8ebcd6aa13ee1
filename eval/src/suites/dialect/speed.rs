//! How long it takes to understand a dialect question.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use dialects::Variety;
use serde::Serialize;

use super::interpreter::{Channel, Interpreter, Vocabulary};
use super::question::Question;

/// Times that each question is understood.
const ROUNDS: usize = 5;

/// Microseconds of script, correction and normalisation together.
#[derive(Serialize)]
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
    pub(super) fn shown(&self, terms: usize) -> String {
        format!(
            "## Speed\n\nA dialect question of {:.0} characters (mean) with {terms} terms was put right \
             and normalised in {:.0} µs (median), {:.0} µs (95th percentile), on one core.\n",
            self.mean_characters, self.median_microseconds, self.p95_microseconds,
        )
    }
}
