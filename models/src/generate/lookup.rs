//! Guessing the next tokens from what was read: answers quote their passages.

/// Longest stretch that is compared.
const LONGEST: usize = 16;
/// Shortest stretch that says anything.
const SHORTEST: usize = 2;

/// A place in the text where the same was said before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// Where the text went on there.
    pub(super) next: usize,
    /// How many tokens are the same, up to [`LONGEST`].
    pub(super) length: usize,
}

/// The earlier place whose last tokens are most like the last of all, the latest of several
/// (prompt lookup decoding, Saxena 2023).
pub(super) fn look_up(text: &[u32]) -> Option<Match> {
    let mut best: Option<Match> = None;
    for next in (SHORTEST..text.len()).rev() {
        let length = text[..next]
            .iter()
            .rev()
            .zip(text.iter().rev())
            .take(LONGEST)
            .take_while(|(left, right)| left == right)
            .count();
        if length >= SHORTEST && best.is_none_or(|best| length > best.length) {
            best = Some(Match { next, length });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_match_wins_and_then_the_latest() {
        assert_eq!(look_up(&[1, 2, 3, 4]), None);
        assert_eq!(look_up(&[7, 7]), None);
        // 2 3 was said twice before, after 1 once.
        let text = [1, 2, 3, 9, 5, 2, 3, 8, 1, 2, 3];
        assert_eq!(look_up(&text), Some(Match { next: 3, length: 3 }));
        assert_eq!(look_up(&text[1..]), Some(Match { next: 6, length: 2 }));
    }
}
