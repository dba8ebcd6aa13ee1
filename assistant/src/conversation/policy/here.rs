//! Questions about the day and about the community's own office: the store knows, no document need say it.

use std::sync::LazyLock;

use jiff::civil::Weekday;
use regex::Regex;

/// What is asked about here and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// 今天星期几, 现在几点
    Now,
    /// 社区几点上班, 你们星期六开门吗
    Hours(Day),
    /// 社区电话多少
    Telephone,
}

/// The day that is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// So many days from today, 0 to 2.
    Ahead(i8),
    /// The next day of this name, today included.
    Next(Weekday),
}

const OFFICE: &str = "(?:(?:我们|你们|咱们|这里|这儿|这边)?的?(?:社区|居委会|服务站|便民服务中心|办事大厅|服务大厅)(?:服务站|办公室|大厅|窗口|里)?|你们)";

static NOW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "^(?:请问|你说)?(?:(?:今天|今日|现在)(?:是)?(?:几月)?(?:几号|几日|多少号|星期几|礼拜几|周几|几点钟?|什么时间|什么日子)|几点钟?了)(?:了|啊|呀|呢)*$",
    )
});
static HOURS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        "^(?:请问)?(?:WHEN)?{OFFICE}(?:WHEN)?(?:都|还|到)?(?:(?:几点钟?|什么时候|什么时间|多久)(?:才)?(?:上班|开门|下班|关门|办公|有人)|(?:上班|开门|办公|有人)(?:吗|不|没|没有|不上班|不开门)|(?:上不上班|开不开门|有没有人)|(?:的)?(?:上班|办公|工作)时间(?:是)?(?:什么时候|几点|多少|怎么安排)?)(?:啊|呀|呢|的)*$"
    ).replace("WHEN", "今天|明天|后天|中午|晚上|早上|下午|周末|平时|(?:这个?)?(?:星期|礼拜|周)[一二三四五六日天]"))
});
static TELEPHONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        "^(?:请问)?{OFFICE}(?:的)?(?:联系)?(?:电话|号码|电话号码)(?:是)?(?:多少|几号|什么|是多少|怎么打|有没有)?(?:啊|呀|呢)*$"
    ))
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is written above")
}

/// What the whole utterance asks about here and now.
pub(super) fn detect(text: &str) -> Option<Here> {
    let bare: String = text.chars().filter(|character| character.is_alphanumeric()).collect();
    if NOW.is_match(&bare) {
        return Some(Here::Now);
    }
    if TELEPHONE.is_match(&bare) {
        return Some(Here::Telephone);
    }
    HOURS.is_match(&bare).then(|| Here::Hours(day(&bare)))
}

fn day(text: &str) -> Day {
    const NAMES: [(&[&str], Weekday); 7] = [
        (&["星期一", "礼拜一", "周一"], Weekday::Monday),
        (&["星期二", "礼拜二", "周二"], Weekday::Tuesday),
        (&["星期三", "礼拜三", "周三"], Weekday::Wednesday),
        (&["星期四", "礼拜四", "周四"], Weekday::Thursday),
        (&["星期五", "礼拜五", "周五"], Weekday::Friday),
        (&["星期六", "礼拜六", "周六", "周末"], Weekday::Saturday),
        (&["星期日", "礼拜日", "周日", "星期天", "礼拜天", "周天"], Weekday::Sunday),
    ];
    if let Some((_, weekday)) = NAMES.iter().find(|(names, _)| super::contains_any(text, names)) {
        return Day::Next(*weekday);
    }
    Day::Ahead(if text.contains("后天") { 2 } else { i8::from(text.contains("明天")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_and_the_office_are_asked_about_in_many_words_and_others_offices_are_not() {
        let cases = [
            ("今天星期几？", Some(Here::Now)),
            ("现在几点了", Some(Here::Now)),
            ("今天是几号", Some(Here::Now)),
            ("社区几点上班", Some(Here::Hours(Day::Ahead(0)))),
            ("你们明天开门吗？", Some(Here::Hours(Day::Ahead(1)))),
            ("社区服务站星期六上班不", Some(Here::Hours(Day::Next(Weekday::Saturday)))),
            ("周末社区有没有人", Some(Here::Hours(Day::Next(Weekday::Saturday)))),
            ("居委会的上班时间", Some(Here::Hours(Day::Ahead(0)))),
            ("社区电话多少", Some(Here::Telephone)),
            ("请问居委会的电话是多少？", Some(Here::Telephone)),
            // After another matter these ask about that one.
            ("什么时间？", None),
            ("几号", None),
            ("几点上班", None),
            ("派出所几点上班", None),
            ("社区食堂几点开门", None),
            ("物业电话多少", None),
            ("社区医院星期天上班吗", None),
            ("今天几号楼停水", None),
        ];
        for (text, expected) in cases {
            assert_eq!(detect(text), expected, "{text}");
        }
    }
}
