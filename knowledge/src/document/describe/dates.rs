//! Days as documents write them.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<y>(?:19|20)\d\d)\s*(?:年|[-/.])\s*(?P<m>\d{1,2})\s*(?:月|[-/.])\s*(?P<d>\d{1,2})\s*日?|(?P<hy>[一二][九〇零○O0][一二三四五六七八九〇零○O0]{2})年(?P<hm>[一二三四五六七八九十]{1,2})月(?P<hd>[一二三四五六七八九十]{1,3})日",
    )
});

/// A pattern that is part of the program; a mistake in it shows in the first test.
pub(crate) fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("the pattern is a constant of the program")
}

/// The first day that a text names, such as 2026年1月1日, 2026-01-01 or 一九九五年一月一日.
pub(crate) fn first_date(text: &str) -> Option<Date> {
    all_dates(text).next().map(|(date, _)| date)
}

/// All days that a text names, each with its range of bytes.
pub(crate) fn all_dates(text: &str) -> impl Iterator<Item = (Date, Range<usize>)> + '_ {
    DATE.captures_iter(text)
        .filter_map(|found| Some((read(&found)?, found.get(0)?.range())))
}

fn read(found: &Captures<'_>) -> Option<Date> {
    if let Some(year) = found.name("y") {
        let number = |name| found.name(name)?.as_str().parse::<i8>().ok();
        return Date::new(year.as_str().parse().ok()?, number("m")?, number("d")?).ok();
    }
    let year = found
        .name("hy")?
        .as_str()
        .chars()
        .try_fold(0, |year: i16, digit| {
            Some(year * 10 + i16::from(digit_value(digit)?))
        })?;
    let month = ten_based(found.name("hm")?.as_str())?;
    Date::new(year, month, ten_based(found.name("hd")?.as_str())?).ok()
}

/// 二十一 as 21; up to 99.
fn ten_based(text: &str) -> Option<i8> {
    let Some((tens, ones)) = text.split_once('十') else {
        return digit_value(text.chars().next()?);
    };
    let tens = tens.chars().next().map_or(Some(1), digit_value)?;
    let ones = ones.chars().next().map_or(Some(0), digit_value)?;
    Some(tens * 10 + ones)
}

/// A digit of 0 to 9, Han or Arabic.
pub(crate) fn digit_value(digit: char) -> Option<i8> {
    Some(match digit {
        '〇' | '零' | '○' | 'O' | '0' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '1'..='9' => digit as i8 - b'0' as i8,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_read_in_every_spelling() {
        for (text, day) in [
            ("自2021年5月1日起施行", date(2021, 5, 1)),
            ("发表时间：2024-07-19 14:45:09", date(2024, 7, 19)),
            ("2018.12.29", date(2018, 12, 29)),
            ("2026/1/5", date(2026, 1, 5)),
            ("一九九五年十月三十一日通过", date(1995, 10, 31)),
            ("二〇二五年一月二十日", date(2025, 1, 20)),
        ] {
            assert_eq!(first_date(text), Some(day), "{text}");
        }
        assert_eq!(first_date("2018"), None);
        assert_eq!(first_date("2021年13月41日"), None);
    }
}
