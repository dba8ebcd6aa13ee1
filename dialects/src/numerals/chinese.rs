//! Chinese numerals: what each character is worth, reading them and writing them.

use super::decimal::Decimal;

/// What a character does in a numeral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// 0 to 9.
    Digit(u8),
    /// 十, 百 or 千, by its power of ten.
    Step(u32),
    /// 万 or 亿, by its power of ten.
    Myriad(u32),
}

/// The numeral sign that a character is, in ordinary, formal or spoken writing.
pub(super) fn sign(letter: char) -> Option<Sign> {
    Some(match letter {
        '〇' | '零' | '○' => Sign::Digit(0),
        '一' | '壹' | '幺' => Sign::Digit(1),
        '二' | '贰' | '两' => Sign::Digit(2),
        '三' | '叁' => Sign::Digit(3),
        '四' | '肆' => Sign::Digit(4),
        '五' | '伍' => Sign::Digit(5),
        '六' | '陆' => Sign::Digit(6),
        '七' | '柒' => Sign::Digit(7),
        '八' | '捌' => Sign::Digit(8),
        '九' | '玖' => Sign::Digit(9),
        '十' | '拾' => Sign::Step(1),
        '百' | '佰' => Sign::Step(2),
        '千' | '仟' => Sign::Step(3),
        '万' | '萬' => Sign::Myriad(4),
        '亿' | '億' => Sign::Myriad(8),
        _ => return None,
    })
}

/// The digit that a character is, where it is one.
pub(super) fn digit(letter: char) -> Option<u8> {
    match sign(letter)? {
        Sign::Digit(digit) => Some(digit),
        Sign::Step(_) | Sign::Myriad(_) => None,
    }
}

/// Reads a numeral with 十, 百, 千, 万 or 亿 in it, all of it, such as 一百零五, 三百五 or 十二万.
///
/// 百 and 千 need a digit before them, 万 and 亿 a number: 千万 alone is a word, not a quantity.
pub(super) fn read_positional(letters: &[char]) -> Option<Decimal> {
    let mut reader = Positional::default();
    for letter in letters {
        reader.take(sign(*letter)?)?;
    }
    reader.finish()
}

#[derive(Debug, Default)]
struct Positional {
    /// What was closed by 亿 or 万.
    total: u64,
    /// Power of the last 万 or 亿.
    myriad: Option<u32>,
    /// The section below 万 that is being read.
    section: u64,
    /// Power of the last step in the section.
    step: Option<u32>,
    digit: Option<u8>,
    zero: bool,
    any: bool,
}

impl Positional {
    fn take(&mut self, sign: Sign) -> Option<()> {
        match sign {
            Sign::Digit(0) => {
                // A zero stands for left-out places, so something must come before it.
                if self.digit.is_some() || self.zero || !self.any {
                    return None;
                }
                self.zero = true;
            }
            Sign::Digit(digit) => {
                if self.digit.is_some() {
                    return None;
                }
                self.digit = Some(digit);
            }
            Sign::Step(power) => {
                let first = self.digit.is_none() && self.section == 0;
                let digit = match self.digit.take() {
                    Some(digit) => digit,
                    // 十五, 一百一十 but also 一百零十 is never written; only 十 may stand alone.
                    None if power == 1 && first && !self.zero => 1,
                    None => return None,
                };
                if self.step.is_some_and(|last| last <= power) {
                    return None;
                }
                self.section += u64::from(digit) * 10u64.pow(power);
                self.step = Some(power);
                self.zero = false;
            }
            Sign::Myriad(power) => {
                self.close_section(false)?;
                if self.section == 0 && self.total == 0 {
                    return None;
                }
                if self.myriad.is_some_and(|last| last <= power) {
                    // 一万亿: the whole of it counts 亿.
                    let counted = self.total.checked_add(self.section)?;
                    self.total = counted.checked_mul(10u64.pow(power))?;
                } else {
                    if self.section == 0 {
                        return None;
                    }
                    let closed = self.section.checked_mul(10u64.pow(power))?;
                    self.total = self.total.checked_add(closed)?;
                }
                (self.section, self.step, self.zero) = (0, None, false);
                self.myriad = Some(power);
            }
        }
        self.any = true;
        Some(())
    }

    /// Adds the last digit; `last` where the numeral ends here.
    fn close_section(&mut self, last: bool) -> Option<()> {
        if let Some(digit) = self.digit.take() {
            // 三百五 is 350 and 一万二 is 12000, while 三百零五 is 305 and 三十五 is 35.
            let power = match (self.step, self.myriad) {
                _ if self.zero => 0,
                (Some(step), _) if last || step == 1 => step - 1,
                (Some(_), _) => return None,
                _ if !last => 0,
                (None, Some(myriad)) if self.section == 0 => myriad - 1,
                (None, _) => 0,
            };
            self.section = self
                .section
                .checked_add(u64::from(digit) * 10u64.pow(power))?;
            self.zero = false;
        }
        if self.zero { None } else { Some(()) }
    }

    fn finish(mut self) -> Option<Decimal> {
        self.close_section(true)?;
        let total = self.total.checked_add(self.section)?;
        self.any.then(|| Decimal::from(total))
    }
}

/// Writes a number in Chinese as it is said: 10 is 十, 105 一百零五, 20005 二万零五.
pub fn chinese(number: u64) -> String {
    if number == 0 {
        return "零".to_owned();
    }
    let mut written = String::new();
    write_number(&mut written, number);
    written
}

fn write_number(written: &mut String, number: u64) {
    for (myriad, name) in [(100_000_000, '亿'), (10_000, '万')] {
        if number >= myriad {
            write_number(written, number / myriad);
            written.push(name);
            let rest = number % myriad;
            if rest > 0 {
                if rest < myriad / 10 {
                    written.push('零');
                }
                write_number(written, rest);
            }
            return;
        }
    }
    write_section(written, number);
}

fn write_section(written: &mut String, section: u64) {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let leading = written.is_empty();
    let mut begun = false;
    let mut gap = false;
    for (power, step) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = section / power % 10;
        if digit == 0 {
            gap = begun;
            continue;
        }
        if gap {
            written.push('零');
        }
        match (digit, power) {
            (1, 10) if leading && !begun => {}
            (2, 100 | 1000) => written.push('两'),
            _ => written.push(DIGITS[digit as usize]),
        }
        written.push_str(step);
        begun = true;
        gap = false;
    }
}
