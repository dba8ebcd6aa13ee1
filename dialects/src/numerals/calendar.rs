//! Dates, times of day and weekdays.

use super::{
    Kind, Value,
    chinese::digit,
    decimal::Decimal,
    read::{Numeral, digits_end, numeral},
    units::{ends_with, starts_with},
};

/// What was read, and the index after it.
pub(super) type Read = (Value, Kind, usize);

/// Index after one space, where there is one at `index`.
pub(super) fn skip_space(letters: &[char], index: usize) -> usize {
    index + usize::from(letters.get(index) == Some(&' '))
}

fn small(number: &Numeral) -> Option<u8> {
    number
        .value
        .and_then(Decimal::whole)
        .and_then(|number| u8::try_from(number).ok())
}

/// A numeral within `range` followed by one of `names`; returns it with the index after the name.
fn part(
    letters: &[char],
    start: usize,
    range: std::ops::RangeInclusive<u8>,
    names: &[char],
) -> Option<(u8, usize)> {
    let start = skip_space(letters, start);
    let number = numeral(letters, start)?;
    let value = small(&number).filter(|value| range.contains(value))?;
    let name = skip_space(letters, number.end);
    names
        .contains(letters.get(name)?)
        .then_some((value, name + 1))
}

/// A calendar date, or a part of one, that begins with a number.
pub(super) fn date(letters: &[char], start: usize) -> Option<Read> {
    numbered_date(letters, start)
        .or_else(|| lunar_date(letters, start))
        .or_else(|| written_date(letters, start))
}

/// 2025-05-01, 2025/5/1 or 2025.5.1.
fn numbered_date(letters: &[char], start: usize) -> Option<Read> {
    let mut parts = Vec::with_capacity(3);
    let mut index = start;
    let mut separator = None;
    loop {
        let end = digits_end(letters, index);
        let digits: String = letters[index..end].iter().collect();
        parts.push(digits.parse::<u16>().ok().filter(|_| !digits.is_empty())?);
        index = end;
        if parts.len() == 3 {
            break;
        }
        let mark = *letters.get(index)?;
        if !matches!(mark, '-' | '/' | '.') || *separator.get_or_insert(mark) != mark {
            return None;
        }
        index += 1;
    }
    let valid = (1900..2200).contains(&parts[0])
        && (1..=12).contains(&parts[1])
        && (1..=31).contains(&parts[2]);
    let value = Value::Date {
        lunar: false,
        year: Some(parts[0]),
        month: Some(parts[1] as u8),
        day: Some(parts[2] as u8),
    };
    valid.then_some((value, Kind::Date, index))
}

/// 2025年5月1日, 二〇二五年, 5月1号, 五月.
fn written_date(letters: &[char], start: usize) -> Option<Read> {
    let year = year(letters, start);
    let after_year = year.map_or(start, |(_, end)| end);
    let month = part(letters, after_year, 1..=12, &['月']);
    let day = month.and_then(|(_, end)| part(letters, end, 1..=31, &['日', '号']));
    let mut end = day
        .or(month)
        .map(|(_, end)| end)
        .or(year.map(|(_, end)| end))?;
    if day.is_none() && month.is_some() && letters.get(end) == Some(&'份') {
        end += 1;
    }
    let value = Value::Date {
        lunar: false,
        year: year.map(|(year, _)| year),
        month: month.map(|(month, _)| month),
        day: day.map(|(day, _)| day),
    };
    Some((value, Kind::Date, end))
}

/// A year is four digits before 年; 二十年 and 20年 are spans of time.
fn year(letters: &[char], start: usize) -> Option<(u16, usize)> {
    let number = numeral(letters, start)?;
    let digits = number.digits.filter(|digits| digits.len() == 4)?;
    let name = skip_space(letters, number.end);
    let year = digits
        .parse()
        .ok()
        .filter(|year| (1000..3000).contains(year))?;
    (letters.get(name) == Some(&'年')).then_some((year, name + 1))
}

/// 腊月二十三, 正月初一, 农历八月十五; `start` is where the month or the word 农历 begins.
pub(super) fn lunar_date(letters: &[char], start: usize) -> Option<Read> {
    let rest = &letters[start..];
    let named = ["农历", "阴历"].iter().any(|name| starts_with(rest, name));
    let month_start = if named { start + 2 } else { start };
    let (month, after, traditional) = match letters.get(month_start..month_start + 2)? {
        ['正', '月'] => (1, month_start + 2, true),
        ['冬', '月'] => (11, month_start + 2, true),
        ['腊', '月'] => (12, month_start + 2, true),
        _ => {
            let (month, end) = part(letters, month_start, 1..=12, &['月'])?;
            (month, end, named)
        }
    };
    let day = lunar_day(letters, after);
    if !traditional && day.is_none_or(|(_, _, first)| !first) {
        return None;
    }
    let end = day.map_or(after, |(_, end, _)| end);
    let day = day.map(|(day, _, _)| day);
    Some((
        Value::Date {
            lunar: true,
            year: None,
            month: Some(month),
            day,
        },
        Kind::Date,
        end,
    ))
}

/// A day of the traditional calendar, the index after it, and whether its form (初一, 廿三, or a
/// Chinese numeral without 日) says that it is one.
fn lunar_day(letters: &[char], start: usize) -> Option<(u8, usize, bool)> {
    let first = *letters.get(start)?;
    let (day, end) = match first {
        '初' => {
            let number = numeral(letters, start + 1).filter(|number| number.lone)?;
            (
                small(&number).filter(|day| (1..=10).contains(day))?,
                number.end,
            )
        }
        '廿' => {
            let ones = letters.get(start + 1).and_then(|letter| digit(*letter));
            (
                20 + ones.unwrap_or(0),
                start + 1 + usize::from(ones.is_some()),
            )
        }
        _ => {
            let number = numeral(letters, start)?;
            let day = small(&number).filter(|day| (1..=30).contains(day))?;
            let chinese = number.chinese && number.digits.is_none() || number.lone;
            let mark = letters
                .get(number.end)
                .is_some_and(|mark| matches!(mark, '日' | '号'));
            return Some((day, number.end + usize::from(mark), chinese && !mark));
        }
    };
    Some((
        day,
        end + usize::from(letters.get(end) == Some(&'日')),
        true,
    ))
}

/// 周三, 星期日; not 每周三次.
pub(super) fn weekday(letters: &[char], start: usize) -> Option<Read> {
    let rest = &letters[start..];
    let name = ["周", "星期", "礼拜"]
        .iter()
        .find(|name| starts_with(rest, name))?;
    let index = start + name.chars().count();
    let day = match letters.get(index)? {
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '日' | '天' => 7,
        _ => return None,
    };
    let counted = letters
        .get(index + 1)
        .is_some_and(|next| "次个回天岁年期名位十百".contains(*next));
    let after_number =
        start > 0 && (digit(letters[start - 1]).is_some() || letters[start - 1].is_ascii_digit());
    (!counted && !after_number).then_some((Value::Weekday(day), Kind::Date, index + 1))
}

/// A time of day that begins with a number. `afternoon` carries 下午 over from the time before in
/// 下午2点到5点, and `follows_time` says that there was one.
pub(super) fn time(
    letters: &[char],
    start: usize,
    follows_time: bool,
    afternoon: bool,
) -> Option<(Read, bool)> {
    let number = numeral(letters, start)?;
    let hour = small(&number).filter(|hour| *hour <= 24)?;
    let before = &letters[start.saturating_sub(4)..start];
    let named = |names: &[&str]| names.iter().any(|name| ends_with(before, name));
    let (minute, end) = match letters.get(number.end)? {
        ':' => {
            let minute_end = digits_end(letters, number.end + 1);
            if minute_end != number.end + 3 || number.chinese {
                return None;
            }
            let minute: String = letters[number.end + 1..minute_end].iter().collect();
            (minute.parse().ok()?, minute_end)
        }
        mark @ ('点' | '时') => {
            let after = number.end + 1;
            let (minute, end) = minutes(letters, after);
            let part_of_day = named(&[
                "午",
                "早上",
                "早晨",
                "凌晨",
                "晚上",
                "早",
                "晚",
                "夜里",
                "夜间",
                "每天",
                "每日",
                "次日",
                "第二天",
            ]);
            let goes_on = [
                "前", "后", "以前", "以后", "之前", "之后", "到", "至", "开", "上班", "下班", "关",
            ]
            .iter()
            .any(|word| starts_with(&letters[end..], word));
            let said_so = part_of_day || follows_time || end > after || goes_on;
            // 三点建议 counts and 一时 is "for a moment"; 9时 can be nothing but a time.
            if !said_so && (*mark == '点' || number.chinese) {
                return None;
            }
            (minute, end)
        }
        _ => return None,
    };
    let afternoon = named(&["下午", "傍晚", "晚上", "晚", "今晚"])
        || named(&["中午"]) && hour < 3
        || follows_time && afternoon;
    let hour = if afternoon && hour < 12 {
        hour + 12
    } else {
        hour
    };
    (minute < 60).then_some(((Value::Time { hour, minute }, Kind::Time, end), afternoon))
}

/// Minutes after 点 or 时, and the index after them.
fn minutes(letters: &[char], start: usize) -> (u8, usize) {
    match letters.get(start) {
        Some('半') => return (30, start + 1),
        Some('钟' | '整') => return (0, start + 1),
        _ => {}
    }
    let Some(number) = numeral(letters, start) else {
        return (0, start);
    };
    // A zero is said before few minutes: 九点零五.
    let spoken = number
        .digits
        .as_deref()
        .and_then(|digits| digits.parse().ok());
    let Some(minute) = small(&number).or(spoken).filter(|minute| *minute < 60) else {
        return (0, start);
    };
    match letters.get(number.end) {
        Some('刻') if matches!(minute, 1 | 3) => (minute * 15, number.end + 1),
        Some('分') if letters.get(number.end + 1) != Some(&'钟') => (minute, number.end + 1),
        _ if minute >= 10 || number.digits.is_some_and(|digits| digits.len() == 2) => {
            (minute, number.end)
        }
        _ => (0, start),
    }
}
