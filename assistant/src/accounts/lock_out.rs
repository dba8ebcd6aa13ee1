//! How long an account is locked after wrong passwords.

const FREE_FAILURES: i64 = 5;
const FIRST_LOCK: i64 = 15 * 60 * 1000;
const LONGEST_LOCK: i64 = 24 * 60 * 60 * 1000;

/// Until when an account with so many failures in a row is locked; `None` while it may try again.
///
/// The fifth failure locks it for 15 minutes, each further one for twice as long, up to a day.
/// Times are milliseconds since 1970.
pub fn locked_until(failures: i64, now: i64) -> Option<i64> {
    let doublings = u32::try_from(failures - FREE_FAILURES).ok()?;
    let length = FIRST_LOCK.checked_shl(doublings.min(16)).unwrap_or(LONGEST_LOCK);
    Some(now + length.min(LONGEST_LOCK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_begins_with_the_fifth_failure_and_grows_up_to_a_day() {
        let minutes = |failures| locked_until(failures, 1000).map(|until| (until - 1000) / 60_000);
        assert_eq!(minutes(0), None);
        assert_eq!(minutes(4), None);
        assert_eq!(minutes(5), Some(15));
        assert_eq!(minutes(6), Some(30));
        assert_eq!(minutes(8), Some(120));
        assert_eq!(minutes(12), Some(24 * 60));
        assert_eq!(minutes(10_000), Some(24 * 60));
    }
}
