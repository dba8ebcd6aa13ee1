//! Noticing that a model goes round in circles.

/// Longest stretch of tokens whose return is looked for.
const LONGEST: usize = 96;

/// Whether the text ends in a stretch said over and over.
///
/// A short stretch must come more often than a long one, because answers do repeat a phrase in
/// each item of a list, and rows of dots or dashes are no loop yet.
pub(super) fn goes_in_circles(tokens: &[u32]) -> bool {
    (1..=LONGEST.min(tokens.len() / 2)).any(|length| {
        let times = match length {
            1..4 => 16,
            4..16 => 4,
            _ => 2,
        };
        let Some(start) = tokens.len().checked_sub(length * times) else {
            return false;
        };
        let tail = &tokens[start..];
        // Repeating with a period means being equal to itself moved by that period.
        tail[length..] == tail[..tail.len() - length]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_sentence_is_a_circle_and_a_list_is_not() {
        let sentence: Vec<u32> = (0..20).collect();
        let said_twice = [&[99, 98], &sentence[..], &sentence[..]].concat();
        assert!(goes_in_circles(&said_twice));
        assert!(!goes_in_circles(&said_twice[..said_twice.len() - 1]));

        let phrase: Vec<u32> = (0..8).collect();
        let list: Vec<u32> = (100..110)
            .flat_map(|item| [&phrase[..], &[item]].concat())
            .collect();
        assert!(!goes_in_circles(&list));
        assert!(goes_in_circles(&phrase.repeat(4)));
        assert!(!goes_in_circles(&[7; 15]));
        assert!(goes_in_circles(&[7; 16]));
    }
}
