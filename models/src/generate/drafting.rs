//! How many tokens to guess ahead, from what guesses were worth lately and what they cost here.
//!
//! Several tokens pass the model together in less time than one after the other, but not in no
//! more time than one: a wrong guess costs. Neither changes what is written, only when.

use std::time::Duration;

use super::lookup::Match;

/// Guesses after a short match and after a long one, at most.
const SHORT_DRAFT: usize = 3;
const LONG_DRAFT: usize = 7;
/// Tokens of a match that count as long.
const LONG_MATCH: usize = 8;
/// What is left of an old measurement when a new one comes.
const MEMORY: f64 = 0.98;

/// Running measurements.
#[derive(Clone, Debug)]
pub(super) struct Drafting {
    cost: Line,
    /// Guesses that were right and guesses that were tested, by the length of the match.
    kept: [(f64, f64); 4],
}

impl Drafting {
    /// `token` is how long a token alone takes.
    pub(super) fn new(token: Duration) -> Self {
        let mut cost = Line::default();
        let token = token.as_secs_f64().max(1e-6);
        // Until more was measured, eight tokens are taken to cost three times as much as one.
        cost.add(1.0, token);
        cost.add(8.0, 3.0 * token);
        Self {
            cost,
            kept: [(2.0, 4.0), (2.4, 4.0), (3.0, 4.0), (3.6, 4.0)],
        }
    }

    /// A step with this many tokens, none of them of a prompt, took so long.
    pub(super) fn measured(&mut self, tokens: usize, took: Duration) {
        self.cost.add(tokens as f64, took.as_secs_f64());
    }

    /// Of the guesses after a match of this length, the first `right` were right; more were made
    /// where `all` is not set.
    pub(super) fn tested(&mut self, length: usize, right: usize, all: bool) {
        let (kept, tested) = &mut self.kept[class(length)];
        *kept = *kept * MEMORY + right as f64;
        *tested = *tested * MEMORY + right as f64 + f64::from(u8::from(!all));
    }

    /// How many tokens to guess after this match.
    ///
    /// `columns` tokens are in the step already, of which `expected` will count.
    pub(super) fn length(&self, found: Match, columns: usize, expected: f64) -> usize {
        let (kept, tested) = self.kept[class(found.length)];
        let right = kept / tested;
        let limit = if found.length >= LONG_MATCH {
            LONG_DRAFT
        } else {
            SHORT_DRAFT
        };
        let mut best = (0, expected / self.cost.at(columns as f64));
        let (mut chance, mut gain) = (1.0, expected);
        for length in 1..=limit {
            chance *= right;
            gain += chance;
            let rate = gain / self.cost.at((columns + length) as f64);
            if rate > best.1 {
                best = (length, rate);
            }
        }
        best.0
    }

    /// How many of `length` guesses after this match will be right, on average.
    pub(super) fn expected(&self, found: Match, length: usize) -> f64 {
        let (kept, tested) = self.kept[class(found.length)];
        let right: f64 = kept / tested;
        (1..=length).map(|place| right.powi(place as i32)).sum()
    }
}

fn class(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3 => 1,
        4..LONG_MATCH => 2,
        _ => 3,
    }
}

/// A straight line through measurements, the newer ones weighing more.
#[derive(Clone, Debug, Default)]
struct Line {
    weight: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
}

impl Line {
    fn add(&mut self, x: f64, y: f64) {
        for (sum, new) in [
            (&mut self.weight, 1.0),
            (&mut self.x, x),
            (&mut self.y, y),
            (&mut self.xx, x * x),
            (&mut self.xy, x * y),
        ] {
            *sum = *sum * MEMORY + new;
        }
    }

    fn at(&self, x: f64) -> f64 {
        let (mean_x, mean_y) = (self.x / self.weight, self.y / self.weight);
        let spread = self.xx / self.weight - mean_x * mean_x;
        let slope = if spread > 1e-9 {
            ((self.xy / self.weight - mean_x * mean_y) / spread).max(0.0)
        } else {
            0.0
        };
        // More tokens never cost less, and none of them nothing.
        (mean_y + slope * (x - mean_x)).max(mean_y * 0.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: Match = Match { next: 9, length: 3 };

    #[test]
    fn guesses_that_cost_more_than_they_bring_are_not_made() {
        let mut drafting = Drafting::new(Duration::from_millis(40));
        assert!(drafting.length(FOUND, 1, 1.0) > 0);
        for _ in 0..100 {
            drafting.tested(FOUND.length, 0, false);
        }
        assert_eq!(drafting.length(FOUND, 1, 1.0), 0);
        for _ in 0..200 {
            drafting.tested(FOUND.length, 3, true);
        }
        assert_eq!(drafting.length(FOUND, 1, 1.0), SHORT_DRAFT);
        for _ in 0..200 {
            drafting.tested(LONG_MATCH, 7, true);
        }
        let long = Match {
            next: 9,
            length: 12,
        };
        assert_eq!(drafting.length(long, 1, 1.0), LONG_DRAFT);
    }

    #[test]
    fn where_every_token_costs_the_same_nothing_is_guessed() {
        let mut drafting = Drafting::new(Duration::from_millis(40));
        for tokens in (1..=8).cycle().take(800) {
            drafting.measured(tokens, Duration::from_millis(40 * tokens as u64));
        }
        assert_eq!(drafting.length(FOUND, 1, 1.0), 0);
    }
}
