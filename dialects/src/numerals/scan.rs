//! Going through a text and deciding at each numeral what it is.

use super::{
    Kind, Quantity, Value,
    amount::{half, halved},
    calendar::{self, Read, skip_space},
    decimal::Decimal,
    read::{Numeral, numeral},
    units::unit_at,
};

/// Letters between two numbers of a range.
pub(super) const TO: &[char] = &['至', '到', '-', '–', '—', '~', '〜'];

/// Letters before a numeral that leave only its order of magnitude: 几十, 数百.
const ABOUT: &str = "几数";

/// A text being gone through.
pub(super) struct Scanner {
    /// The text's characters, full-width forms made ASCII, one for one.
    pub(super) letters: Vec<char>,
    /// Byte offset of each character, and of the end.
    offsets: Vec<usize>,
    found: Vec<Quantity>,
    /// Whether the last time of day was in the afternoon.
    afternoon: bool,
}

impl Scanner {
    pub(super) fn new(text: &str) -> Self {
        let letters = text.chars().map(plain_form).collect();
        let offsets = text
            .char_indices()
            .map(|(offset, _)| offset)
            .chain([text.len()])
            .collect();
        Self {
            letters,
            offsets,
            found: Vec::new(),
            afternoon: false,
        }
    }

    pub(super) fn quantities(mut self) -> Vec<Quantity> {
        let mut index = 0;
        while index < self.letters.len() {
            index = self.step(index).max(index + 1);
        }
        self.found
    }

    pub(super) fn rest(&self, index: usize) -> &[char] {
        self.letters.get(index..).unwrap_or_default()
    }

    pub(super) fn add(
        &mut self,
        start: usize,
        end: usize,
        value: Value,
        unit: Option<&str>,
        kind: Kind,
    ) {
        self.found.push(Quantity {
            value,
            unit: unit.map(str::to_owned),
            span: self.offsets[start]..self.offsets[end],
            kind,
        });
    }

    fn add_read(&mut self, start: usize, (value, kind, end): Read) -> usize {
        self.add(start, end, value, None, kind);
        end
    }

    /// Looks at what begins at `start` and returns where to go on.
    fn step(&mut self, start: usize) -> usize {
        match self.letters[start] {
            '第' => self.ordinal(start),
            '¥' => self.marked_money(start),
            '半' => self.half(start),
            '周' | '星' | '礼' => match calendar::weekday(&self.letters, start) {
                Some(read) => self.add_read(start, read),
                None => start,
            },
            '农' | '阴' | '正' | '冬' | '腊' => {
                match calendar::lunar_date(&self.letters, start) {
                    Some(read) => self.add_read(start, read),
                    None => start,
                }
            }
            _ => match numeral(&self.letters, start) {
                Some(number) => self.number(start, &number),
                None => start,
            },
        }
    }

    /// 第十六条之一, 第二款, 第三次, 第一.
    fn ordinal(&mut self, start: usize) -> usize {
        let Some(number) = numeral(&self.letters, skip_space(&self.letters, start + 1)) else {
            return start;
        };
        let Some(place) = number.value.and_then(Decimal::whole) else {
            return number.end;
        };
        let after = skip_space(&self.letters, number.end);
        if self.letters.get(after) == Some(&'条') {
            let mut end = after + 1;
            let inserted = (self.letters.get(end) == Some(&'之'))
                .then(|| numeral(&self.letters, end + 1))
                .flatten()
                .and_then(|inserted| Some((inserted.value?.whole()?, inserted.end)));
            if let Some((_, inserted_end)) = inserted {
                end = inserted_end;
            }
            let inserted = inserted.map(|(inserted, _)| inserted);
            self.add(
                start,
                end,
                Value::Article {
                    number: place,
                    inserted,
                },
                None,
                Kind::Article,
            );
            return end;
        }
        let unit = unit_at(self.rest(after));
        let end = unit.map_or(number.end, |unit| after + unit.written.chars().count());
        let value = Value::Number(Decimal::from(place));
        self.add(
            start,
            end,
            value,
            unit.map(|unit| unit.known_as),
            Kind::Ordinal,
        );
        end
    }

    /// ¥500.
    fn marked_money(&mut self, start: usize) -> usize {
        let Some(number) = numeral(&self.letters, skip_space(&self.letters, start + 1)) else {
            return start;
        };
        let Some(value) = number.value else {
            return number.end;
        };
        let named = self.letters.get(number.end) == Some(&'元');
        let end = number.end + usize::from(named);
        self.add(start, end, Value::Number(value), Some("元"), Kind::Money);
        end
    }

    /// 半年, 半个月, 半小时; 半数 and 半价.
    fn half(&mut self, start: usize) -> usize {
        let before = start.checked_sub(1).map(|index| self.letters[index]);
        if self
            .letters
            .get(start + 1)
            .is_some_and(|next| matches!(next, '数' | '价'))
        {
            let value = Value::Fraction {
                numerator: 1,
                denominator: 2,
            };
            self.add(start, start + 2, value, None, Kind::Share);
            return start + 2;
        }
        if before.is_some_and(|before| "多大过对夜".contains(before)) {
            return start;
        }
        match unit_at(self.rest(start + 1)) {
            Some(unit) if halved(unit) || unit.known_as == "月" => {
                let end = start + 1 + unit.written.chars().count();
                let known_as = if unit.known_as == "月" {
                    "个月"
                } else {
                    unit.known_as
                };
                self.add(
                    start,
                    end,
                    Value::Number(half()),
                    Some(known_as),
                    Kind::Count,
                );
                end
            }
            _ => start,
        }
    }

    fn number(&mut self, start: usize, number: &Numeral) -> usize {
        let before = start.checked_sub(1).map(|index| self.letters[index]);
        let approximate = number.chinese && before.is_some_and(|before| ABOUT.contains(before));
        let part_of_name = before.is_some_and(|before| before.is_ascii_alphabetic());
        if approximate || part_of_name {
            return number.end;
        }
        self.telephone(start)
            .or_else(|| self.date_or_time(start))
            .or_else(|| self.share(start, number))
            .or_else(|| self.pair(start, number))
            .or_else(|| self.range(start, number))
            .or_else(|| self.counted(start, number))
            .or_else(|| self.name_in_digits(start, number))
            .or_else(|| self.bare(start, number))
            .unwrap_or(number.end)
    }

    fn date_or_time(&mut self, start: usize) -> Option<usize> {
        if let Some(read) = calendar::date(&self.letters, start) {
            return Some(self.add_read(start, read));
        }
        let follows_time = self.found.last().is_some_and(|last| {
            let between = start.checked_sub(1).map(|index| self.offsets[index]);
            last.kind == Kind::Time
                && between == Some(last.span.end)
                && TO.contains(&self.letters[start - 1])
        });
        let (read, afternoon) = calendar::time(&self.letters, start, follows_time, self.afternoon)?;
        self.afternoon = afternoon;
        Some(self.add_read(start, read))
    }

    /// A number of nothing in particular; lone Chinese numerals are too often parts of words.
    fn bare(&mut self, start: usize, number: &Numeral) -> Option<usize> {
        let value = number.value.filter(|_| !number.lone)?;
        self.add(start, number.end, Value::Number(value), None, Kind::Count);
        Some(number.end)
    }
}

/// Full-width digits, letters and the marks inside numbers as their ASCII twins. The full-width
/// comma stays: it ends a clause and groups no thousands.
fn plain_form(letter: char) -> char {
    match letter {
        '￥' => '¥',
        '\u{3000}' | '\u{a0}' => ' ',
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '％' | '．' | '：' | '－' | '／' | '～' => {
            char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter)
        }
        _ => letter,
    }
}
