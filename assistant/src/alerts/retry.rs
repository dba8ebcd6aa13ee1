//! When to try again.

use std::time::Duration;

/// Attempts a notice is given.
pub const ATTEMPTS: u32 = 13;

const FIRST: Duration = Duration::from_secs(5);
const GROWTH: u32 = 4;
const LONGEST: Duration = Duration::from_hours(12);

/// Time to wait before the next attempt when `attempts` (1 or more) were made; `None` to give up.
///
/// | attempts made | wait | since the first |
/// |---|---|---|
/// | 1 | 5 s | 5 s |
/// | 2 | 20 s | 25 s |
/// | 3 | 1 min 20 s | 1 min 45 s |
/// | 4 | 5 min 20 s | 7 min 5 s |
/// | 5 | 21 min 20 s | 28 min 25 s |
/// | 6 | 1 h 25 min | 1 h 54 min |
/// | 7 | 5 h 41 min | 7 h 35 min |
/// | 8 to 12 | 12 h | 19 h 35 min to 67 h 35 min |
/// | 13 | give up | |
///
/// A restart is over within the first minutes, and a receiver that falls silent on Friday evening
/// still hears on Monday ("spanning multiple days, with an exponential backoff", Standard Webhooks
/// 1.0.0). `jitter`, a random byte, lengthens the wait by up to a quarter, so that what failed
/// together does not come back together.
pub fn retry_delay(attempts: u32, jitter: u8) -> Option<Duration> {
    if attempts >= ATTEMPTS {
        return None;
    }
    let growth = GROWTH.saturating_pow(attempts.saturating_sub(1));
    let delay = FIRST.saturating_mul(growth).min(LONGEST);
    Some(delay + delay / 4 * u32::from(jitter) / u32::from(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_half_a_day_and_end_after_almost_three_days() {
        let waits: Vec<u64> = (1..)
            .map_while(|attempts| retry_delay(attempts, 0))
            .map(|wait| wait.as_secs())
            .collect();
        assert_eq!(
            waits,
            [
                5, 20, 80, 320, 1280, 5120, 20480, 43200, 43200, 43200, 43200, 43200
            ]
        );
        assert_eq!(waits.iter().sum::<u64>(), 67 * 3600 + 35 * 60 + 5);
    }

    #[test]
    fn jitter_only_lengthens_and_by_a_quarter_at_most() {
        for attempts in 1..ATTEMPTS {
            let shortest = retry_delay(attempts, 0).unwrap();
            let longest = retry_delay(attempts, u8::MAX).unwrap();
            assert_eq!(longest, shortest + shortest / 4);
            assert!((shortest..=longest).contains(&retry_delay(attempts, 128).unwrap()));
        }
    }
}
