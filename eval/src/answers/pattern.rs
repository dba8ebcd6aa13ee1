//! A fact as a pattern: what an answer must say, or must not.
//!
//! A pattern is plain words. `…` stands for up to fifteen characters of the same sentence, `#` for
//! any number. Numbers may be written either way (三十 or 30), and 日 after a number is 天. A
//! match right behind 不, 没, 未, 无 or 勿 says the opposite and does not count.

use super::numbers;

/// Characters that `…` may span.
const SPAN: usize = 15;

const NEGATIONS: &[char] = &['不', '没', '未', '无', '勿'];
const SENTENCE_ENDS: &[char] = &['。', '！', '？', '；'];

/// A text as patterns are looked for in it.
pub(crate) struct Searched(Vec<char>);

impl Searched {
    pub(crate) fn new(text: &str) -> Self {
        Self(numbers::normalize(text).chars().collect())
    }

    /// Whether the text says what `pattern` describes.
    pub(crate) fn says(&self, pattern: &str) -> bool {
        let pattern: Vec<char> = numbers::normalize(pattern).chars().collect();
        (0..self.0.len()).any(|start| {
            let before = start.checked_sub(1).map(|at| self.0[at]);
            let inside = pattern.first().is_some_and(char::is_ascii_digit)
                && before.is_some_and(|before| before.is_ascii_digit() || before == '.');
            let denied = before.is_some_and(|before| NEGATIONS.contains(&before));
            !inside && !denied && self.matches(start, &pattern)
        })
    }

    fn matches(&self, at: usize, pattern: &[char]) -> bool {
        let Some((first, rest)) = pattern.split_first() else {
            let ended_in_figure = at > 0 && self.0[at - 1].is_ascii_digit();
            return !(ended_in_figure && self.0.get(at).is_some_and(char::is_ascii_digit));
        };
        match first {
            '…' => (at..=(at + SPAN).min(self.0.len()))
                .take_while(|end| *end == at || !SENTENCE_ENDS.contains(&self.0[end - 1]))
                .any(|end| self.matches(end, rest)),
            '#' => {
                let figures = self.0[at.min(self.0.len())..]
                    .iter()
                    .take_while(|next| next.is_ascii_digit() || **next == '.')
                    .count();
                figures > 0 && self.matches(at + figures, rest)
            }
            literal => self.0.get(at) == Some(literal) && self.matches(at + 1, rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_however_the_number_is_written() {
        let text = Searched::new("城里的要在十五日内申报，补领要交工本费。首次不收钱。");
        for pattern in ["15天", "十五日", "补领…工本费", "首次…不收", "#天内"] {
            assert!(text.says(pattern), "{pattern}");
        }
        for pattern in ["5天", "首次…工本费", "申报…不收", "#元"] {
            assert!(!text.says(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_denied_match_does_not_count() {
        assert!(!Searched::new("不需要户口簿").says("需要户口簿"));
        assert!(Searched::new("一定需要户口簿").says("需要户口簿"));
        assert!(Searched::new("不收费").says("不收"));
    }
}
