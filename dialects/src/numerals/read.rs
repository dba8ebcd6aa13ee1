//! Reading one numeral, in Arabic digits or in Chinese.

use super::{
    chinese::{Sign, digit, read_positional, sign},
    decimal::Decimal,
    units::{starts_with, unit_at},
};

/// A numeral and how it was written.
#[derive(Clone, Debug)]
pub(super) struct Numeral {
    /// Its value; `None` where the characters make no number (千万, 三三两两).
    pub(super) value: Option<Decimal>,
    /// Its digits, where it is written in digits alone.
    pub(super) digits: Option<String>,
    /// Index after its last letter.
    pub(super) end: usize,
    /// Whether it is one Chinese character.
    pub(super) lone: bool,
    /// Whether it is written in Chinese characters.
    pub(super) chinese: bool,
    /// Power of ten of its 万 or 亿, 0 without.
    pub(super) myriad: u32,
}

/// Reads the numeral that begins at `start`, as long as it goes.
pub(super) fn numeral(letters: &[char], start: usize) -> Option<Numeral> {
    let first = *letters.get(start)?;
    if first.is_ascii_digit() {
        Some(arabic(letters, start))
    } else {
        sign(first).map(|_| in_chinese(letters, start))
    }
}

/// Index after the digits that begin at `start`.
pub(super) fn digits_end(letters: &[char], start: usize) -> usize {
    start
        + letters[start..]
            .iter()
            .take_while(|letter| letter.is_ascii_digit())
            .count()
}

fn is_digit(letters: &[char], index: usize) -> bool {
    letters.get(index).is_some_and(char::is_ascii_digit)
}

fn arabic(letters: &[char], start: usize) -> Numeral {
    let mut end = digits_end(letters, start);
    let mut written: String = letters[start..end].iter().collect();
    let mut plain = true;
    if end - start <= 3 {
        while letters.get(end) == Some(&',') && digits_end(letters, end + 1) == end + 4 {
            written.extend(&letters[end + 1..end + 4]);
            end += 4;
            plain = false;
        }
    }
    if letters.get(end) == Some(&'.') && is_digit(letters, end + 1) {
        let after = digits_end(letters, end + 1);
        // Two points make a date or a version, not a decimal number.
        if !(letters.get(after) == Some(&'.') && is_digit(letters, after + 1)) {
            written.extend(&letters[end..after]);
            end = after;
            plain = false;
        }
    }
    let mut numeral = Numeral {
        value: Decimal::parse(&written),
        digits: plain.then_some(written),
        end,
        lone: false,
        chinese: false,
        myriad: 0,
    };
    multiply(&mut numeral, letters);
    // 1万5千 is said in two numbers.
    if numeral.myriad > 0 && is_digit(letters, numeral.end) {
        let rest = arabic(letters, numeral.end);
        let smaller = rest.digits.is_none() && rest.myriad < numeral.myriad;
        let sum = numeral
            .value
            .zip(rest.value)
            .and_then(|(value, rest)| value.plus(rest));
        if smaller && sum.is_some() {
            (numeral.value, numeral.end) = (sum, rest.end);
        }
    }
    numeral
}

/// Takes 百, 千, 万 and 亿 after a number into account: 1.2万, 3千, 10多万, 5千万.
fn multiply(numeral: &mut Numeral, letters: &[char]) {
    loop {
        let mut end = numeral.end;
        if letters
            .get(end)
            .is_some_and(|letter| matches!(letter, '多' | '余' | '来'))
            && matches!(
                letters.get(end + 1).and_then(|letter| sign(*letter)),
                Some(Sign::Myriad(_))
            )
        {
            end += 1;
        }
        let power = match letters.get(end).and_then(|letter| sign(*letter)) {
            Some(Sign::Myriad(power)) => power,
            // In 千瓦, 千克 and 百分点 the character belongs to the unit.
            Some(Sign::Step(power @ 2..))
                if unit_at(&letters[end..]).is_none()
                    && !starts_with(&letters[end..], "百分")
                    && numeral.myriad == 0
                    && !numeral.chinese =>
            {
                power
            }
            _ => return,
        };
        numeral.value = numeral
            .value
            .and_then(|value| value.times_power_of_ten(power));
        numeral.digits = None;
        numeral.end = end + 1;
        numeral.lone = false;
        if power >= 4 {
            numeral.myriad += power;
        }
    }
}

fn in_chinese(letters: &[char], start: usize) -> Numeral {
    let signs: Vec<char> = letters[start..]
        .iter()
        .copied()
        .take_while(|letter| sign(*letter).is_some())
        .collect();
    let end = start + signs.len();
    let digits: Option<Vec<u8>> = signs.iter().map(|letter| digit(*letter)).collect();
    let lone = signs.len() == 1;
    let value = match &digits {
        Some(digits) if lone => Some(Decimal::from(u64::from(digits[0]))),
        Some(_) => None,
        None => read_positional(&signs),
    };
    let mut numeral = Numeral {
        value,
        digits: digits.map(|digits| digits.iter().map(u8::to_string).collect()),
        end,
        lone,
        chinese: true,
        myriad: signs
            .iter()
            .rev()
            .find_map(|letter| myriad(*letter))
            .unwrap_or(0),
    };
    if let Some((value, end)) = chinese_decimal(letters, &numeral) {
        numeral = Numeral {
            value: Some(value),
            digits: None,
            end,
            lone: false,
            myriad: 0,
            ..numeral
        };
    }
    multiply(&mut numeral, letters);
    numeral
}

fn myriad(letter: char) -> Option<u32> {
    match sign(letter)? {
        Sign::Myriad(power) => Some(power),
        Sign::Digit(_) | Sign::Step(_) => None,
    }
}

/// The number with the digits after 点, where it is a decimal point and not an hour.
fn chinese_decimal(letters: &[char], numeral: &Numeral) -> Option<(Decimal, usize)> {
    let whole = numeral.value?;
    let point = numeral.end;
    if letters.get(point) != Some(&'点') {
        return None;
    }
    let digits: String = letters[point + 1..]
        .iter()
        .map_while(|letter| digit(*letter))
        .map(|digit| char::from(b'0' + digit))
        .collect();
    let end = point + 1 + digits.len();
    let next = letters.get(end).copied().unwrap_or(' ');
    // 三点五分 and 八点二十 are times, 一点一点 and 一点一滴 are "bit by bit".
    if digits.is_empty() || matches!(next, '分' | '十' | '刻' | '点' | '钟' | '滴') {
        return None;
    }
    Some((Decimal::parse(&format!("{whole}.{digits}"))?, end))
}
