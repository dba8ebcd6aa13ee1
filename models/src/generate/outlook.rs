//! How long the next request would wait, from what was measured.

use std::{sync::Mutex, sync::MutexGuard, sync::PoisonError, time::Duration};

/// Weight of the newest measurement in the running averages.
pub(super) const NEWEST: f64 = 0.3;

/// Measured speeds and what the requests in work still have to do.
#[derive(Debug)]
pub(super) struct Pace(Mutex<Measured>);

#[derive(Clone, Debug)]
struct Measured {
    reading: f64,
    writing: f64,
    answer: f64,
    streams: usize,
    working: Vec<Share>,
}

/// One request's share of the wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// Tokens that must be read.
    pub(super) unread: usize,
    /// Tokens that are written.
    pub(super) written: usize,
    /// Longest answer, in tokens.
    pub(super) max_tokens: usize,
}

impl Pace {
    /// `reading` is in tokens a second of all requests together, `writing` in those of each;
    /// `streams` are worked on together.
    pub(super) fn new(reading: f64, writing: f64, streams: usize) -> Self {
        Self(Mutex::new(Measured {
            reading,
            writing,
            // Until answers were seen, one is taken to be about a hundred characters.
            answer: 80.0,
            streams,
            working: Vec::new(),
        }))
    }

    fn measured(&self) -> MutexGuard<'_, Measured> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These requests are in work, at so many tokens a second where many are read together.
    pub(super) fn working(&self, reading: f64, shares: impl Iterator<Item = Share>) {
        let mut measured = self.measured();
        measured.reading = reading;
        measured.working.clear();
        measured.working.extend(shares);
    }

    /// A request is over; what its writing took improves the estimate.
    pub(super) fn finished(&self, (tokens, took): (usize, Duration)) {
        let mut measured = self.measured();
        let blend = |average: &mut f64, newest: f64| *average += NEWEST * (newest - *average);
        if tokens >= 8 {
            let rate = tokens as f64 / took.as_secs_f64().max(1e-3);
            blend(&mut measured.writing, rate);
            blend(&mut measured.answer, tokens as f64);
        }
    }

    /// The outlook with these requests waiting; `kept` tokens of a prompt need no reading.
    pub(super) fn outlook(&self, waiting: &[Share], kept: usize) -> Outlook {
        let measured = self.measured();
        let before = || measured.working.iter().chain(waiting);
        let unwritten = |share: &Share| {
            let expected = measured.answer.min(share.max_tokens as f64);
            // A longer answer than usual is taken to be always nearly done.
            (expected - share.written as f64).max(8.0)
        };
        let unread: usize = before().map(|share| share.unread).sum();
        let mut ahead = unread as f64 / measured.reading;
        let count = before().count();
        if count >= measured.streams {
            // Somebody must be done first; all streams are at it together.
            let unwritten: f64 = before().map(unwritten).sum();
            ahead += unwritten / measured.writing / measured.streams as f64;
        }
        Outlook {
            waiting: count,
            ahead: Duration::from_secs_f64(ahead),
            reading_rate: measured.reading,
            writing_rate: measured.writing,
            kept_tokens: kept,
        }
    }
}

/// What a request made now would meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// Requests before it, with those in work.
    pub waiting: usize,
    /// Time until its own prompt is begun, answers taken to be as long as the recent ones.
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
        let pace = Pace::new(50.0, 10.0, 1);
        let free = pace.outlook(&[], 100);
        assert_eq!(free.waiting, 0);
        assert_eq!(free.first_token(300), Duration::from_secs(4));
        assert!(free.first_token(50) < Duration::from_millis(50));

        let share = |unread, max_tokens| Share {
            unread,
            written: 0,
            max_tokens,
        };
        pace.working(50.0, [share(100, 40)].into_iter());
        let busy = pace.outlook(&[share(50, 20)], 100);
        assert_eq!(busy.waiting, 2);
        // 2 s of reading and 4 s of writing in work, 1 s and 2 s in line, 4 s of its own.
        assert_eq!(busy.first_token(300), Duration::from_secs(13));
        pace.working(50.0, std::iter::empty());
        assert_eq!(pace.outlook(&[], 100), free);
    }

    #[test]
    fn while_a_stream_is_free_nobody_waits_for_others_to_finish() {
        let pace = Pace::new(50.0, 10.0, 2);
        let share = Share {
            unread: 50,
            written: 10,
            max_tokens: 40,
        };
        pace.working(50.0, [share].into_iter());
        assert_eq!(pace.outlook(&[], 0).ahead, Duration::from_secs(1));
        // Two streams write 20 tokens a second together, and 60 are missing.
        pace.working(50.0, [share, share].into_iter());
        assert_eq!(pace.outlook(&[], 0).ahead, Duration::from_secs(5));
    }
}
