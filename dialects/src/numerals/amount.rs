//! Numbers with what they count: shares, ranges, counts and money.

use super::{
    Kind, Value,
    calendar::skip_space,
    decimal::Decimal,
    read::{Numeral, numeral},
    scan::{Scanner, TO},
    units::{Unit, is_no_quantity, starts_with, unit_at},
};

/// Letters before 一 that make a word with it: 统一, 唯一, 下一步.
const BEFORE_ONE: &str = "统唯惟万之同单专某每任另这那哪逐第划如上下进惟";

impl Scanner {
    /// 百分之三十, 千分之五, 三分之二, 一半.
    pub(super) fn share(&mut self, start: usize, number: &Numeral) -> Option<usize> {
        if starts_with(self.rest(start), "一半") {
            let value = Value::Fraction {
                numerator: 1,
                denominator: 2,
            };
            self.add(start, start + 2, value, None, Kind::Share);
            return Some(start + 2);
        }
        if !starts_with(self.rest(number.end), "分之") {
            return None;
        }
        let above_start = number.end + 2;
        let above = numeral(&self.letters, above_start)?;
        let parts = match self.letters[start..number.end] {
            ['百'] => Some("%"),
            ['千'] => Some("‰"),
            ['万'] => Some("‱"),
            _ => None,
        };
        if let Some(unit) = parts {
            let written: String = self.letters[above_start..above.end].iter().collect();
            let first = above
                .value
                .or((written == "百").then(|| Decimal::from(100)))?;
            if let Some(second) = self.range_end(above.end)
                && let Some(last) = second.value.filter(|last| first.is_below(*last))
                && unit_at(self.rest(second.end)).is_none()
            {
                self.add(
                    start,
                    second.end,
                    Value::Range(first, last),
                    Some(unit),
                    Kind::Share,
                );
                return Some(second.end);
            }
            self.add(
                start,
                above.end,
                Value::Number(first),
                Some(unit),
                Kind::Share,
            );
            return Some(above.end);
        }
        let denominator = number.value?.whole().filter(|below| *below > 0)?;
        let numerator = above.value?.whole()?;
        let divisor = greatest_common_divisor(numerator, denominator);
        let value = Value::Fraction {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        };
        self.add(start, above.end, value, None, Kind::Share);
        Some(above.end)
    }

    /// 三五天, 两三个: two digits side by side that are not a number but a range.
    pub(super) fn pair(&mut self, start: usize, number: &Numeral) -> Option<usize> {
        let digits = number
            .digits
            .as_ref()
            .filter(|_| number.chinese)?
            .as_bytes();
        let &[low, high] = digits else { return None };
        let unit = unit_at(self.rest(number.end)).filter(|unit| unit.firm)?;
        if low == b'0' || !(high == low + 1 || (low, high) == (b'3', b'5')) {
            return None;
        }
        let end = number.end + unit.written.chars().count();
        let bound = |digit: u8| Decimal::from(u64::from(digit - b'0'));
        let kind = kind_of(unit);
        self.add(
            start,
            end,
            Value::Range(bound(low), bound(high)),
            Some(unit.known_as),
            kind,
        );
        Some(end)
    }

    /// The numeral after a word or mark for "to".
    fn range_end(&self, index: usize) -> Option<Numeral> {
        let mark = skip_space(&self.letters, index);
        let marks = self
            .rest(mark)
            .iter()
            .take_while(|letter| TO.contains(letter))
            .count();
        if marks == 0 || marks > 2 {
            return None;
        }
        numeral(&self.letters, skip_space(&self.letters, mark + marks))
    }

    /// 三至五日, 3-5个工作日, 3日至5日, 3至5万元.
    pub(super) fn range(&mut self, start: usize, number: &Numeral) -> Option<usize> {
        let mut first = number.value?;
        let unit_start = skip_space(&self.letters, number.end);
        let own_unit = unit_at(self.rest(unit_start));
        let first_end =
            own_unit.map_or(number.end, |unit| unit_start + unit.written.chars().count());
        let second = self.range_end(first_end)?;
        if second.myriad > number.myriad && own_unit.is_none() {
            first = first.times_power_of_ten(second.myriad - number.myriad)?;
        }
        let last = second.value.filter(|last| first.is_below(*last))?;
        let after = skip_space(&self.letters, second.end);
        let unit = unit_at(self.rest(after));
        let (unit, end) = match (own_unit, unit) {
            (None, None) if number.chinese || second.chinese => return None,
            (None, None) => (None, second.end),
            (None, Some(unit)) if unit.firm || !(number.lone || second.lone) => {
                (Some(unit), after + unit.written.chars().count())
            }
            (Some(own), Some(unit)) if own.known_as == unit.known_as => {
                (Some(unit), after + unit.written.chars().count())
            }
            _ => return None,
        };
        // 2号楼至5号楼 names two buildings, 9点到11点 two times; they are left apart.
        if unit.is_some_and(|unit| matches!(unit.known_as, "号" | "点" | "时")) {
            return None;
        }
        let kind = unit.map_or(Kind::Count, kind_of);
        self.add(
            start,
            end,
            Value::Range(first, last),
            unit.map(|unit| unit.known_as),
            kind,
        );
        Some(end)
    }

    /// A number and what it counts.
    pub(super) fn counted(&mut self, start: usize, number: &Numeral) -> Option<usize> {
        let mut value = number.value?;
        let mut after = skip_space(&self.letters, number.end);
        if !number.lone
            && self
                .letters
                .get(after)
                .is_some_and(|next| "多余来".contains(*next))
        {
            after += 1;
        }
        // 三个半月, 一个半小时.
        let mut with_half = false;
        if starts_with(self.rest(after), "个半") {
            after += 2;
            with_half = true;
        }
        let unit = unit_at(self.rest(after))?;
        if number.lone && !self.lone_counts(start, unit, with_half) {
            return None;
        }
        let mut end = after + unit.written.chars().count();
        let mut known_as = unit.known_as;
        if with_half {
            if known_as == "月" {
                known_as = "个月";
            } else if !halved(unit) {
                return None;
            }
            value = value.plus(half())?;
        } else if halved(unit) && self.letters.get(end) == Some(&'半') && !self.half_is_a_word(end)
        {
            value = value.plus(half())?;
            end += 1;
        }
        if known_as == "角" {
            (value, known_as) = (value.tenth(), "元");
        } else if known_as == "元"
            && let Some((part, part_end)) = self.dimes(end, unit.written == "块")
        {
            (value, end) = (value.plus(part)?, part_end);
        }
        let kind = if known_as == "元" {
            Kind::Money
        } else {
            kind_of(unit)
        };
        self.add(start, end, Value::Number(value), Some(known_as), kind);
        Some(end)
    }

    /// 五角 after 五元, 五 after 五块.
    fn dimes(&self, start: usize, colloquial: bool) -> Option<(Decimal, usize)> {
        let number = numeral(&self.letters, start)?;
        let value = number
            .value
            .filter(|_| number.lone || number.end == start + 1)?;
        let named = self
            .letters
            .get(number.end)
            .is_some_and(|next| matches!(next, '角' | '毛'));
        let alone = colloquial && unit_at(self.rest(number.end)).is_none();
        (named || alone).then(|| (value.tenth(), number.end + usize::from(named)))
    }

    /// Whether a lone Chinese numeral with this unit is a number and not part of a word.
    fn lone_counts(&self, start: usize, unit: Unit, with_half: bool) -> bool {
        let rest = self.rest(start);
        let before = start.checked_sub(1).map(|index| self.letters[index]);
        let after_one = rest[0] == '一' && before.is_some_and(|before| BEFORE_ONE.contains(before));
        // 四周 is "all around" unless a span of time is meant.
        let around = starts_with(rest, "四周")
            && !["四周内", "四周以", "四周后", "四周前", "四周的", "四周岁"]
                .iter()
                .any(|span| starts_with(rest, span));
        (unit.firm || with_half) && !after_one && !around && !is_no_quantity(rest)
    }

    fn half_is_a_word(&self, index: usize) -> bool {
        ["半价", "半数", "半载", "半途", "半点", "半径", "半个"]
            .iter()
            .any(|word| starts_with(self.rest(index), word))
    }
}

fn kind_of(unit: Unit) -> Kind {
    match unit.known_as {
        "元" => Kind::Money,
        "%" | "‰" => Kind::Share,
        _ => Kind::Count,
    }
}

/// Whether half of the unit is said with 半.
pub(super) fn halved(unit: Unit) -> bool {
    matches!(
        unit.known_as,
        "年" | "个月" | "日" | "小时" | "学年" | "学期" | "斤" | "公里" | "倍" | "周" | "亩"
    )
}

pub(super) fn half() -> Decimal {
    Decimal::new(5, 1)
}

fn greatest_common_divisor(left: u64, right: u64) -> u64 {
    if right == 0 {
        left.max(1)
    } else {
        greatest_common_divisor(right, left % right)
    }
}
