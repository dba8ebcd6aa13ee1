//! Memory and processor time of the server's process, as the system counts them.

use std::fs;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Time between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// Ticks a second in which Linux counts processor time for programs.
const TICKS: f64 = 100.0;

/// A process of this machine.
pub(super) struct Process {
    id: u32,
}

/// One look at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    /// Seconds since the watching began.
    pub(super) at: f64,
    /// Memory that is held, in bytes.
    pub(super) memory: u64,
    /// Processor seconds since the process began.
    pub(super) processor: f64,
}

impl Process {
    pub(super) fn new(id: u32) -> Self {
        Self { id }
    }

    /// Looks every second until the other end of `stopped` is gone.
    pub(super) fn watch(&self, stopped: &Receiver<()>) -> Vec<Sample> {
        let began = Instant::now();
        let mut samples = Vec::new();
        loop {
            samples.extend(self.look(began.elapsed().as_secs_f64()));
            if stopped.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout) {
                return samples;
            }
        }
    }

    fn look(&self, at: f64) -> Option<Sample> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).ok()?;
        let held = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = held.split_whitespace().next()?.parse().ok()?;
        let counts = fs::read_to_string(format!("/proc/{}/stat", self.id)).ok()?;
        // The name in parentheses may hold blanks; user and system time are the 12th and 13th after it.
        let after = counts.rsplit_once(')')?.1;
        let mut ticks = after.split_whitespace().skip(11).map_while(|field| field.parse::<f64>().ok());
        let processor = (ticks.next()? + ticks.next()?) / TICKS;
        Some(Sample { at, memory: kibibytes << 10, processor })
    }
}
