//! Lets residents come, each on a thread of their own.

use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::profile::arrivals;
use super::resident::{Order, Resident, Turn};
use super::topics::Topics;
use super::wire::Wire;
use crate::statistics::Generator;

/// How often residents come, a minute.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rate {
    /// On average, by a day's profile.
    Day(f64),
    /// At all times.
    Steady(f64),
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(rate) => write!(formatter, "a day with {rate:.1} residents a minute on average"),
            Self::Steady(rate) => write!(formatter, "{rate:.1} residents a minute"),
        }
    }
}

/// All residents.
pub(super) struct Crowd<'a> {
    pub(super) wire: Wire,
    pub(super) community: &'a str,
    pub(super) topics: &'a Topics,
}

impl Crowd<'_> {
    /// Residents come for `length`; whoever is there at the end is let finish. Returns every turn.
    pub(super) fn come(&self, rate: Rate, length: Duration, seed: u64) -> Vec<Turn> {
        let mut generator = Generator::new(seed);
        let (average, by_day) = match rate {
            Rate::Day(average) => (average, true),
            Rate::Steady(average) => (average, false),
        };
        let began = Instant::now();
        let orders: Mutex<Vec<Order>> = Mutex::default();
        let turns: Mutex<Vec<Turn>> = Mutex::default();
        std::thread::scope(|scope| {
            for moment in arrivals(average, by_day, length, &mut generator) {
                // Each resident has draws of their own, so that nobody's depend on the server's speed.
                let own = Generator::new(generator.below(usize::MAX) as u64);
                std::thread::sleep(moment.saturating_sub(began.elapsed()));
                let (orders, turns) = (&orders, &turns);
                scope.spawn(move || {
                    let mut resident = Resident::new(self, own, orders, began);
                    let said = resident.visit();
                    if let Ok(mut turns) = turns.lock() {
                        turns.extend(said);
                    }
                });
            }
        });
        turns.into_inner().unwrap_or_default()
    }
}
