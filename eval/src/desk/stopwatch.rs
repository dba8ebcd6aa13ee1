//! Times a call again and again.

use std::time::Instant;

use anyhow::{Context, Result};

/// What a person waits for at most, in milliseconds.
pub(super) const BUDGET_MS: f64 = 200.0;

/// Calls before the clock runs.
const WARM_UP: usize = 3;

/// How long one call took.
#[derive(Debug)]
pub(super) struct Measurement {
    /// Part of the desk.
    pub(super) part: &'static str,
    /// What was called.
    pub(super) call: String,
    /// How many things the last call returned or counted.
    pub(super) found: i64,
    /// Median, in milliseconds.
    pub(super) p50: f64,
    /// 95th percentile.
    pub(super) p95: f64,
    /// The slowest.
    pub(super) max: f64,
}

impl Measurement {
    /// Whether it takes longer than it may.
    pub(super) fn is_slow(&self) -> bool {
        self.p95 > BUDGET_MS
    }
}

/// Collects measurements.
pub(super) struct Stopwatch {
    repetitions: usize,
    pub(super) measurements: Vec<Measurement>,
}

impl Stopwatch {
    pub(super) fn new(repetitions: usize) -> Self {
        Self { repetitions: repetitions.max(1), measurements: Vec::new() }
    }

    /// Times `call`, which gets the number of the repetition and returns how much it found.
    pub(super) async fn time(
        &mut self,
        part: &'static str,
        name: impl Into<String>,
        mut call: impl AsyncFnMut(usize) -> Result<i64>,
    ) -> Result<()> {
        let name = name.into();
        let mut times = Vec::with_capacity(self.repetitions);
        let mut found = 0;
        for repetition in 0..WARM_UP + self.repetitions {
            let start = Instant::now();
            found = call(repetition).await.with_context(|| format!("{part}: {name}"))?;
            if repetition >= WARM_UP {
                times.push(start.elapsed().as_secs_f64() * 1000.0);
            }
        }
        times.sort_unstable_by(f64::total_cmp);
        // The smallest value that so many of a hundred do not exceed.
        let percentile = |share: usize| times[(times.len() * share).div_ceil(100) - 1];
        self.measurements.push(Measurement {
            part,
            call: name,
            found,
            p50: percentile(50),
            p95: percentile(95),
            max: percentile(100),
        });
        Ok(())
    }
}
