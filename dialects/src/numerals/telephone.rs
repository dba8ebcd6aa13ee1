//! Digits that are a name rather than a number: telephones, identity cards.

use super::{
    Kind, Value,
    read::{Numeral, digits_end},
    scan::Scanner,
};

impl Scanner {
    /// 010-12345678, 138-1234-5678, 400-123-4567.
    pub(super) fn telephone(&mut self, start: usize) -> Option<usize> {
        let mut groups = Vec::new();
        let mut index = start;
        let end = loop {
            let end = digits_end(&self.letters, index);
            groups.push(end - index);
            let more = self.letters.get(end) == Some(&'-')
                && self.letters.get(end + 1).is_some_and(char::is_ascii_digit);
            if !more {
                break end;
            }
            index = end + 1;
        };
        let digits: String = self.letters[start..end]
            .iter()
            .filter(|letter| letter.is_ascii_digit())
            .collect();
        let hyphenated = match groups[..] {
            [3 | 4, 7 | 8] | [3 | 4, 7 | 8, 1..=6] => digits.starts_with('0'),
            [3, 3 | 4, 3 | 4] => digits.starts_with(['1', '4', '8']),
            _ => false,
        };
        let unbroken = matches!(groups[..], [10 | 11]) && is_telephone(&digits);
        if !hyphenated && !unbroken {
            return None;
        }
        self.add(start, end, Value::Digits(digits), None, Kind::Phone);
        Some(end)
    }

    /// 幺幺九, 12345, 110101199001011234: digits that are a name.
    pub(super) fn name_in_digits(&mut self, start: usize, number: &Numeral) -> Option<usize> {
        let digits = number.digits.clone()?;
        let end = number.end;
        let spoken = self.letters[start..end]
            .iter()
            .any(|letter| matches!(letter, '幺' | '〇'));
        let telephone = is_telephone(&digits) || digits.len() >= 3 && self.is_called(start);
        let doubtful =
            number.chinese && (digits.len() < 3 || self.letters[start..end].contains(&'两'));
        let kind = if doubtful {
            return None;
        } else if telephone {
            Kind::Phone
        } else if digits.len() >= 12 || number.chinese && (spoken || digits.len() >= 5) {
            Kind::Identifier
        } else {
            return None;
        };
        self.add(start, end, Value::Digits(digits), None, kind);
        Some(end)
    }

    /// Whether the words before say that a telephone number follows.
    fn is_called(&self, start: usize) -> bool {
        let before: String = self.letters[start.saturating_sub(4)..start]
            .iter()
            .collect();
        ["打", "电话", "热线", "拨"]
            .iter()
            .any(|word| before.contains(word))
    }
}

/// Whether digits without separators are a telephone number by their form.
fn is_telephone(digits: &str) -> bool {
    match digits.len() {
        3 => matches!(
            digits,
            "110" | "112" | "114" | "117" | "119" | "120" | "122"
        ),
        5 => digits.starts_with("12") || digits.starts_with("95") || digits.starts_with("96"),
        10 => digits.starts_with("400") || digits.starts_with("800"),
        11 => digits.starts_with('1') && !digits.starts_with("10") && !digits.starts_with("11"),
        _ => false,
    }
}
