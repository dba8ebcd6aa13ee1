//! The numbers that stand in a text, whichever way they are written.
//!
//! This reading is made for the audit alone and shares no code with the product's own check, so
//! that a mistake in one does not hide in the other.

mod value;

use std::fmt;

use value::{CHINESE, arabic, chinese, fraction, plain};

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Year,
    Month,
    Week,
    Day,
    WorkingDay,
    Hour,
    Minute,
    Age,
    Yuan,
    Times,
    /// Article, clause or item of a law.
    Article,
    /// Any other counted thing: 次, 人, 户.
    Things,
}

/// Longer spellings stand before those that they contain.
const UNITS: &[(&str, Unit)] = &[
    ("个工作日", Unit::WorkingDay),
    ("工作日", Unit::WorkingDay),
    ("个小时", Unit::Hour),
    ("小时", Unit::Hour),
    ("分钟", Unit::Minute),
    ("个星期", Unit::Week),
    ("星期", Unit::Week),
    ("个月", Unit::Month),
    ("月", Unit::Month),
    ("周岁", Unit::Age),
    ("周年", Unit::Year),
    ("岁", Unit::Age),
    ("年", Unit::Year),
    ("周", Unit::Week),
    ("天", Unit::Day),
    ("日", Unit::Day),
    ("元", Unit::Yuan),
    ("块钱", Unit::Yuan),
    ("倍", Unit::Times),
    ("毫升", Unit::Things),
    ("公里", Unit::Things),
    ("米", Unit::Things),
    ("次", Unit::Things),
    ("户", Unit::Things),
    ("人", Unit::Things),
    ("名", Unit::Things),
    ("张", Unit::Things),
    ("份", Unit::Things),
];

const ARTICLE_UNITS: &[char] = &['条', '款', '项', '章', '节'];

/// A number as it stands in a text.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    /// The value in one spelling: `30`, `2.5`, `50%`, `3/4`, `0755`.
    pub(crate) value: String,
    /// What it counts, where a known unit follows.
    pub(crate) unit: Option<Unit>,
    /// Where it stands, in characters, without its unit.
    start: usize,
    end: usize,
    written: String,
}

impl Number {
    /// Whether `other` says the same: equal value, and no different unit.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        self.value == other.value
            && match (self.unit, other.unit) {
                (Some(one), Some(two)) => one == two,
                _ => true,
            }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written)
    }
}

/// Every number of `text`, in order.
pub(crate) fn numbers(text: &str) -> Vec<Number> {
    let characters: Vec<char> = text.chars().map(half_width).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        match number_at(&characters, at) {
            Some(number) => {
                at = number.end;
                found.push(number);
            }
            None => at += 1,
        }
    }
    found
}

/// `text` with every number in Arabic figures, 日 after a number as 天, without blanks and quotes.
pub(crate) fn normalize(text: &str) -> String {
    let characters: Vec<char> = text.chars().map(half_width).collect();
    let mut written = String::with_capacity(text.len());
    let mut at = 0;
    for number in numbers(text) {
        written.extend(&characters[at..number.start]);
        written.push_str(&number.value);
        at = number.end;
        if number.unit == Some(Unit::Day) && characters.get(at) == Some(&'日') {
            written.push('天');
            at += 1;
        }
    }
    written.extend(&characters[at..]);
    written.retain(|character| !character.is_whitespace() && !"“”\"'‘’「」".contains(character));
    written.to_lowercase()
}

fn half_width(character: char) -> char {
    match character {
        '０'..='９' | '．' | '％' => {
            char::from_u32(character as u32 - 0xFEE0).unwrap_or(character)
        }
        other => other,
    }
}

fn number_at(text: &[char], start: usize) -> Option<Number> {
    let (value, end) = if text[start].is_ascii_digit() {
        arabic(text, start)
    } else if text[start..].starts_with(&['百', '分', '之']) {
        let (value, end) = plain(text, start + 3)?;
        (format!("{value}%"), end)
    } else {
        chinese(text, start)?
    };
    let (value, end) = fraction(text, value, end);
    // 一年级 names a class and counts nothing.
    if text[end..].starts_with(&['年', '级']) {
        return None;
    }
    let unit = unit_after(text, start, end);
    let spelled = CHINESE.contains(text[start]);
    if spelled && !counts(&text[start..end], &value, unit) {
        return None;
    }
    let unit_length = unit.map_or(0, |unit| spelling_length(text, end, unit));
    Some(Number {
        value,
        unit,
        start,
        end,
        written: text[start..(end + unit_length).min(text.len())]
            .iter()
            .collect(),
    })
}

/// Whether a number in characters is one at all: 一下, 三轮车 and 第三人 are not.
fn counts(run: &[char], value: &str, unit: Option<Unit>) -> bool {
    if run.len() > 1 {
        return true;
    }
    match unit {
        None => false,
        // 一次, 一人: an article rather than a count.
        Some(Unit::Things) => value != "1",
        Some(_) => true,
    }
}

fn unit_after(text: &[char], start: usize, end: usize) -> Option<Unit> {
    let ordinal = start > 0 && text[start - 1] == '第';
    let next = *text.get(end)?;
    if ordinal {
        return ARTICLE_UNITS.contains(&next).then_some(Unit::Article);
    }
    let rest = &text[end + usize::from(matches!(next, '多' | '余' | '来'))..];
    UNITS
        .iter()
        .find(|(spelling, _)| starts_with(rest, spelling))
        .map(|(_, unit)| *unit)
}

fn spelling_length(text: &[char], end: usize, unit: Unit) -> usize {
    if unit == Unit::Article {
        return 1;
    }
    let more = usize::from(matches!(text.get(end), Some('多' | '余' | '来')));
    let rest = &text[end + more..];
    UNITS
        .iter()
        .find(|(spelling, _)| starts_with(rest, spelling))
        .map_or(0, |(spelling, _)| spelling.chars().count() + more)
}

fn starts_with(text: &[char], word: &str) -> bool {
    let mut rest = text.iter();
    word.chars()
        .all(|character| rest.next() == Some(&character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        numbers(text)
            .into_iter()
            .map(|number| {
                format!(
                    "{}{}",
                    number.value,
                    number
                        .unit
                        .map_or(String::new(), |unit| format!("{unit:?}"))
                )
            })
            .collect()
    }

    #[test]
    fn one_number_has_one_value_however_it_is_written() {
        for (text, expected) in [
            ("三十日内", vec!["30Day"]),
            ("30天内", vec!["30Day"]),
            ("二十个工作日", vec!["20WorkingDay"]),
            ("罚1万元到10万元", vec!["10000Yuan", "100000Yuan"]),
            ("五百元以上一千元以下", vec!["500Yuan", "1000Yuan"]),
            ("1,000元", vec!["1000Yuan"]),
            ("百分之五十到一倍", vec!["50%", "1Times"]),
            ("收2.5%", vec!["2.5%"]),
            ("三分之二以上、四分之三同意", vec!["2/3", "3/4"]),
            ("打12345或者０７５５", vec!["12345", "0755"]),
            ("第一百二十条", vec!["120Article"]),
            ("二〇二六年一月一日", vec!["2026Year", "1Month", "1Day"]),
            ("十二个月到二十四个月", vec!["12Month", "24Month"]),
            ("六个月以上不满一年", vec!["6Month", "1Year"]),
            ("二千零五元", vec!["2005Yuan"]),
            ("46周岁", vec!["46Age"]),
            ("两次献血", vec!["2Things"]),
            ("十分钟", vec!["10Minute"]),
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn words_that_hold_a_numeral_are_no_numbers() {
        for text in [
            "请等一下",
            "千万别信",
            "万一丢了",
            "十分满意",
            "老百姓",
            "三轮车",
            "五保户",
            "第三人",
            "三五天",
            "一次说清",
            "一样",
        ] {
            assert!(values(text).is_empty(), "{text}: {:?}", values(text));
        }
    }

    #[test]
    fn a_changed_unit_is_another_number() {
        let working = &numbers("二十个工作日")[0];
        assert!(!numbers("20天")[0].agrees(working));
        assert!(numbers("20个工作日")[0].agrees(working));
        assert!(
            numbers("20到30日")[0].agrees(&numbers("二十日")[0]),
            "a unit left out is no difference"
        );
    }

    #[test]
    fn a_normalized_text_reads_the_same_either_way() {
        assert_eq!(
            normalize("三十日内，罚“五百元” 以下"),
            "30天内，罚500元以下"
        );
        assert_eq!(normalize("30天内，罚500元以下"), "30天内，罚500元以下");
    }
}
