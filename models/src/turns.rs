//! Turns at the processor.
//!
//! Hearing, speaking, writing and embedding each spread over all cores, and their threads wait for one
//! another many times in a millisecond. Two engines that compute at once keep the threads apart that
//! wait for each other, so that both take longer than one after the other. So each asks for a turn
//! before a stretch of work (a sentence heard, a few clauses spoken, a step of the writer), the most
//! urgent first.

use std::{
    num::NonZero,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::available_parallelism,
    time::{Duration, Instant},
};

/// Cores that keep one engine busy; with so many more, another works beside it.
const CORES_OF_ONE: usize = 4;
/// Who has waited so long goes first, however urgent others are: nothing stands still for good.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who waits for a stretch of work, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Somebody hears nothing until it is done.
    Speaking,
    /// Somebody has finished speaking and waits to be understood.
    Hearing,
    /// Somebody reads what is written, or hears what was made before.
    Writing,
    /// Nobody waits.
    Background,
}

/// The turns of one machine, shared by its engines. Clones are the same turns.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    line: Mutex<Line>,
    changed: Condvar,
}

#[derive(Debug)]
struct Line {
    free: usize,
    waiting: Vec<Waiting>,
    tickets: u64,
}

#[derive(Debug)]
struct Waiting {
    urgency: Urgency,
    ticket: u64,
    since: Instant,
}

/// The right to compute; dropping it gives the turn to the next in line.
#[derive(Debug)]
pub struct Turn(Arc<Shared>);

impl Default for Turns {
    /// One at a time on up to seven cores, one more for every four beyond.
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self::of(NonZero::new(cores / CORES_OF_ONE).unwrap_or(NonZero::<usize>::MIN))
    }
}

impl Turns {
    /// So many at once.
    pub fn of(at_once: NonZero<usize>) -> Self {
        Self(Arc::new(Shared {
            line: Mutex::new(Line {
                free: at_once.get(),
                waiting: Vec::new(),
                tickets: 0,
            }),
            changed: Condvar::new(),
        }))
    }

    /// Everybody at once: what a machine does by itself.
    pub fn unbounded() -> Self {
        Self::of(NonZero::<usize>::MAX)
    }

    /// Waits for a turn. Whoever holds one must not ask for another.
    pub fn take(&self, urgency: Urgency) -> Turn {
        let mut line = self.0.line();
        let ticket = line.tickets;
        line.tickets += 1;
        line.waiting.push(Waiting {
            urgency,
            ticket,
            since: Instant::now(),
        });
        while line.free == 0 || line.next(Instant::now()) != Some(ticket) {
            line = self
                .0
                .changed
                .wait(line)
                .unwrap_or_else(PoisonError::into_inner);
        }
        line.waiting.retain(|waiting| waiting.ticket != ticket);
        line.free -= 1;
        if line.free > 0 && !line.waiting.is_empty() {
            self.0.changed.notify_all();
        }
        Turn(Arc::clone(&self.0))
    }
}

impl Shared {
    fn line(&self) -> MutexGuard<'_, Line> {
        // The line is whole between any two operations, so a panic elsewhere does not spoil it.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// The ticket whose turn it is.
    fn next(&self, now: Instant) -> Option<u64> {
        let impatient = |waiting: &&Waiting| now.duration_since(waiting.since) >= PATIENCE;
        let first = self
            .waiting
            .iter()
            .filter(impatient)
            .min_by_key(|waiting| waiting.ticket);
        first
            .or_else(|| {
                self.waiting
                    .iter()
                    .min_by_key(|waiting| (waiting.urgency, waiting.ticket))
            })
            .map(|waiting| waiting.ticket)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.line().free += 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;

    /// Waits until so many stand in line.
    fn until_waiting(turns: &Turns, count: usize) {
        while turns.0.line().waiting.len() < count {
            thread::yield_now();
        }
    }

    #[test]
    fn the_most_urgent_goes_first_and_among_equals_who_came_first() {
        let turns = Turns::of(NonZero::<usize>::MIN);
        let (done, order) = mpsc::channel();
        let held = turns.take(Urgency::Writing);
        let asked = [
            ("import", Urgency::Background),
            ("first answer", Urgency::Writing),
            ("second answer", Urgency::Writing),
            ("caller", Urgency::Speaking),
        ];
        for (number, (name, urgency)) in asked.into_iter().enumerate() {
            let (own, done) = (turns.clone(), done.clone());
            thread::spawn(move || {
                let _turn = own.take(urgency);
                done.send(name).unwrap();
            });
            until_waiting(&turns, number + 1);
        }
        drop(held);
        let order: Vec<&str> = order.iter().take(asked.len()).collect();
        assert_eq!(order, ["caller", "first answer", "second answer", "import"]);
    }

    #[test]
    fn never_more_work_at_once_than_there_are_turns() {
        let turns = Turns::of(NonZero::new(2).unwrap());
        let first = turns.take(Urgency::Background);
        let second = turns.take(Urgency::Background);
        let (done, third) = mpsc::channel();
        let waiting = turns.clone();
        thread::spawn(move || {
            let turn = waiting.take(Urgency::Speaking);
            done.send(()).unwrap();
            drop(turn);
        });
        until_waiting(&turns, 1);
        assert!(third.try_recv().is_err());
        drop(first);
        third.recv().unwrap();
        drop(second);
        assert_eq!(turns.0.line().waiting.len(), 0);
    }

    #[test]
    fn who_has_waited_too_long_is_passed_over_no_more() {
        let came = Instant::now();
        let waiting = |urgency, ticket, after: u64| Waiting {
            urgency,
            ticket,
            since: came + Duration::from_millis(after),
        };
        let line = Line {
            free: 1,
            waiting: vec![
                waiting(Urgency::Background, 0, 0),
                waiting(Urgency::Speaking, 1, 500),
            ],
            tickets: 2,
        };
        assert_eq!(line.next(came + Duration::from_millis(600)), Some(1));
        assert_eq!(line.next(came + PATIENCE), Some(0));
    }
}
