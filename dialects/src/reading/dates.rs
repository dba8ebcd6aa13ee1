//! Dates and times of day.

use super::{
    numbers::{digits, whole},
    rules::{Found, Rule},
};

const TO: &str = r"\s*(?:-|－|–|—|~|～|至|到)+\s*";

pub(super) fn rules() -> Vec<Option<Rule>> {
    let clock = r"(\d{1,2}):(\d{2})(?::(\d{2}))?";
    vec![
        Rule::new(
            &format!(r"(\d{{4}}){TO}(\d{{4}})(?P<unit>\s*(?:年|学年|年度))"),
            |found| {
                let (from, to) = (found.group(1), found.group(2));
                (is_year(from) && is_year(to) && !found.is_part())
                    .then(|| format!("{}到{}{}", digits(from), digits(to), found.group(3).trim()))
            },
        ),
        Rule::new(
            r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})",
            |found| {
                let (year, month, day) = (found.group(1), found.group(2), found.group(3));
                (is_year(year) && in_range(month, 12) && in_range(day, 31) && !found.is_part())
                    .then(|| format!("{}年{}月{}日", digits(year), plain(month), plain(day)))
            },
        ),
        Rule::new(r"(\d{4})[-/.](\d{2})", |found| {
            let (year, month) = (found.group(1), found.group(2));
            let apart = !found.is_part() && !found.after.starts_with(['-', '/', '元']);
            (("1949".."2100").contains(&year) && in_range(month, 12) && apart)
                .then(|| format!("{}年{}月", digits(year), plain(month)))
        }),
        Rule::new(r"(\d{4})\s*年", |found| {
            let year = found.group(1);
            (is_year(year) && !found.is_part_before()).then(|| format!("{}年", digits(year)))
        }),
        Rule::new(r"(\d{2})(?P<rest>年代|届|级学生|款车)", |found| {
            (!found.is_part_before())
                .then(|| format!("{}{}", two_digits(found.group(1)), found.group(2)))
        }),
        Rule::new(r"(\d{1,2})\s*月\s*(\d{1,2})\s*(日|号)?", |found| {
            let (month, day, last) = (found.group(1), found.group(2), found.group(3));
            let good = in_range(month, 12) && in_range(day, 31) && !found.is_part();
            (good && !(last.is_empty() && found.after.starts_with(['%', '个', '份', ':'])))
                .then(|| format!("{}月{}{last}", plain(month), plain(day)))
        }),
        Rule::new(&format!("{clock}{TO}{clock}"), |found| {
            if !in_time(found.group(1), found.group(2)) || !in_time(found.group(4), found.group(5))
            {
                return None;
            }
            let from = time(found.group(1), found.group(2), found.group(3))?;
            let to = time(found.group(4), found.group(5), found.group(6))?;
            Some(format!("{from}到{to}"))
        }),
        Rule::new(clock, |found| {
            let ratio = found.comes_after(&["比例", "比分", "配比", "按", "比为", "战成"], 6);
            let good = in_time(found.group(1), found.group(2)) && !ratio && !is_joined(found);
            if good {
                time(found.group(1), found.group(2), found.group(3))
            } else {
                None
            }
        }),
        Rule::new(r"(\d{1,4}):(\d{1,4})", |found| {
            (!is_joined(found))
                .then(|| format!("{}比{}", whole(found.group(1)), whole(found.group(2))))
        }),
        Rule::new(r"(\d{1,2})/(\d{1,2})", |found| {
            let (above, below) = (found.group(1), found.group(2));
            let day = in_range(above, 12) && in_range(below, 31);
            let (month, date) = (above.parse::<u8>().ok()?, below.parse::<u8>().ok()?);
            let said_to_be_day = found.comes_after(&["日期", "时间", "于", "从", "自", "截至"], 3)
                || found.precedes(&["前", "后", "起", "（周", "(周", "至", "-", "日"]);
            let is_day = day && (month >= date || said_to_be_day || date > 12);
            (is_day && !is_joined(found)).then(|| format!("{}月{}日", plain(above), plain(below)))
        }),
    ]
}

/// Whether it is a piece of a longer number, date or path.
fn is_joined(found: &Found<'_>) -> bool {
    let joins = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, ':' | '/' | '.');
    found.before.chars().next_back().is_some_and(joins) || found.after.starts_with(joins)
}

fn is_year(written: &str) -> bool {
    ("1000".."2999").contains(&written)
}

fn in_range(written: &str, last: u8) -> bool {
    written
        .parse::<u8>()
        .is_ok_and(|number| (1..=last).contains(&number))
}

fn in_time(hour: &str, minute: &str) -> bool {
    hour.parse::<u8>().is_ok_and(|hour| hour <= 24)
        && minute.parse::<u8>().is_ok_and(|minute| minute < 60)
}

/// A number without leading zeros.
fn plain(written: &str) -> String {
    let short = written.trim_start_matches('0');
    whole(if short.is_empty() { "0" } else { short })
}

/// 80 of 80年代, 05 of 05届.
fn two_digits(written: &str) -> String {
    if written.starts_with('0') || !written.ends_with('0') {
        digits(written)
    } else {
        whole(written)
    }
}

fn time(hour: &str, minute: &str, second: &str) -> Option<String> {
    let hour: u8 = hour.parse().ok()?;
    let hour = match hour {
        2 => "两".to_owned(),
        _ => whole(&hour.to_string()),
    };
    let minute = match minute {
        "00" if second.is_empty() || second == "00" => String::new(),
        "00" => "零分".to_owned(),
        _ if minute.starts_with('0') => format!("零{}分", plain(minute)),
        _ => format!("{}分", whole(minute)),
    };
    let second = match second {
        "" | "00" => String::new(),
        _ => format!("{}秒", plain(second)),
    };
    Some(format!("{hour}点{minute}{second}"))
}
