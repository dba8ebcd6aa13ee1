//! How long the next request would wait, from what was measured.

use std::{sync::Mutex, sync::MutexGuard, sync::PoisonError, time::Duration};

/// Weight of the newest measurement in the running averages.
const NEWEST: f64 = 0.3;

/// Measured speeds and what the running request still has to do.
#[derive(Debug)]
pub(super) struct Pace(Mutex<Measured>);

#[derive(Clone, Copy, Debug)]
struct Measured {
    reading: f64,
    writing: f64,
    answer: f64,
    unread: usize,
    unwritten: Option<usize>,
}

/// One request's share of the wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// Tokens that must be read.
    pub(super) unread: usize,
    /// Longest answer, in tokens.
    pub(super) max_tokens: usize,
}

impl Pace {
    /// `reading` and `writing` are in tokens a second.
    pub(super) fn new(reading: f64, writing: f64) -> Self {
        // Until answers were seen, one is taken to be about a hundred characters.
        let answer = 80.0;
        Self(Mutex::new(Measured {
            reading,
            writing,
            answer,
            unread: 0,
            unwritten: None,
        }))
    }

    fn measured(&self) -> MutexGuard<'_, Measured> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The running request has this left to read, and then writes at most `max_tokens`.
    pub(super) fn reading(&self, share: Share) {
        let mut measured = self.measured();
        measured.unread = share.unread;
        measured.unwritten = Some((measured.answer as usize).min(share.max_tokens));
    }

    /// The running request has written one more token.
    pub(super) fn wrote_token(&self) {
        let mut measured = self.measured();
        measured.unread = 0;
        // A longer answer than usual is taken to be always nearly done.
        measured.unwritten = measured.unwritten.map(|left| left.saturating_sub(1).max(8));
    }

    /// The running request is over; what it took improves the estimate.
    pub(super) fn finished(&self, read: (usize, Duration), wrote: (usize, Duration)) {
        let mut measured = self.measured();
        let blend = |average: &mut f64, newest: f64| *average += NEWEST * (newest - *average);
        if read.0 >= 16 {
            blend(
                &mut measured.reading,
                read.0 as f64 / read.1.as_secs_f64().max(1e-3),
            );
        }
        if wrote.0 >= 8 {
            blend(
                &mut measured.writing,
                wrote.0 as f64 / wrote.1.as_secs_f64().max(1e-3),
            );
            blend(&mut measured.answer, wrote.0 as f64);
        }
        measured.unread = 0;
        measured.unwritten = None;
    }

    /// The running request was abandoned.
    pub(super) fn abandoned(&self) {
        let mut measured = self.measured();
        measured.unread = 0;
        measured.unwritten = None;
    }

    /// The outlook with these requests waiting; `kept` tokens of a prompt need no reading.
    pub(super) fn outlook(&self, waiting: &[Share], kept: usize) -> Outlook {
        let measured = *self.measured();
        let seconds = |unread: usize, unwritten: f64| {
            unread as f64 / measured.reading + unwritten / measured.writing
        };
        let running = seconds(measured.unread, measured.unwritten.unwrap_or(0) as f64);
        let ahead: f64 = waiting
            .iter()
            .map(|share| seconds(share.unread, measured.answer.min(share.max_tokens as f64)))
            .sum();
        Outlook {
            waiting: waiting.len() + usize::from(measured.unwritten.is_some()),
            ahead: Duration::from_secs_f64(running + ahead),
            reading_rate: measured.reading,
            writing_rate: measured.writing,
            kept_tokens: kept,
        }
    }
}

/// What a request made now would meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// Requests before it, with the one in work.
    pub waiting: usize,
    /// Time until those are done, answers taken to be as long as the recent ones.
    pub ahead: Duration,
    /// Tokens read a second, lately.
    pub reading_rate: f64,
    /// Tokens written a second, lately.
    pub writing_rate: f64,
    /// Tokens at a prompt's beginning that are always known: those of the warm-up messages.
    pub kept_tokens: usize,
}

impl Outlook {
    /// Time until a request of `prompt_tokens`, beginning with the warm-up messages, would give
    /// its first token.
    pub fn first_token(&self, prompt_tokens: usize) -> Duration {
        let unread = prompt_tokens.saturating_sub(self.kept_tokens).max(1);
        self.ahead + Duration::from_secs_f64(unread as f64 / self.reading_rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_the_sum_of_what_goes_before() {
        let pace = Pace::new(50.0, 10.0);
        let free = pace.outlook(&[], 100);
        assert_eq!(free.waiting, 0);
        assert_eq!(free.first_token(300), Duration::from_secs(4));
        assert!(free.first_token(50) < Duration::from_millis(50));

        pace.reading(Share {
            unread: 100,
            max_tokens: 40,
        });
        let busy = pace.outlook(
            &[Share {
                unread: 50,
                max_tokens: 20,
            }],
            100,
        );
        assert_eq!(busy.waiting, 2);
        // 2 s of reading and 4 s of writing in work, 1 s and 2 s in line, 4 s of its own.
        assert_eq!(busy.first_token(300), Duration::from_secs(13));
        pace.abandoned();
        assert_eq!(pace.outlook(&[], 100), free);
    }
}
