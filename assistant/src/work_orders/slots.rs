//! What a resident has said about their matter already, and what an answer fills in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::privacy::phone_in;

/// Longest value of a slot, in characters.
const LONGEST: usize = 200;

/// Where: the stretch from the first place word to the last.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?: [\p{Han}A-Za-z0-9]{0,8} (?:小区|花园|家园|新村|公寓|苑|里弄|大院|街道|大街|大道|路口|公园|广场|学校|菜市场|超市|停车场|车库|河边) )?
        [的，, ]?
        (?: [东南西北正侧前后]{0,2}门(?:口)? )?
        (?: (?:第)?[0-9０-９一二三四五六七八九十百A-Za-z]{1,5}(?:栋|幢|座|号楼|单元|楼|层|室|号|户)(?:旁边|门口|楼下|楼道|楼顶|前面|后面|附近)? [的，, ]? ){0,5}
        ",
    )
    .expect("the pattern is written above")
});

/// Since when.
static SINCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?: 今天|昨天|前天|大前天|上个?(?:周|礼拜|星期|月)[一二三四五六日天]?|这个?(?:周|礼拜|星期)[一二三四五六日天]?
          | (?:[0-9一二三四五六七八九十两几好]{1,3}|半)(?:个)?(?:多)?(?:分钟|小时|钟头|天|日|周|星期|礼拜|月|年)(?:多)?(?:前|以前|之前|了|来)?
          | [0-9一二三四五六七八九十]{1,3}月[0-9一二三四五六七八九十]{1,3}[日号]
          | 从[\p{Han}0-9]{1,8}(?:开始|起) | 一直 | 刚刚 | 刚才
        )
        (?:早上|上午|中午|下午|傍晚|晚上|半夜|夜里|凌晨)?
        (?:[0-9一二三四五六七八九十]{1,3}点(?:半|钟)?)?
        ",
    )
    .expect("the pattern is written above")
});

/// The slots that a report fills by itself, by their ids.
pub fn extract(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let place = PLACE
        .find_iter(text)
        .map(|found| found.as_str().trim_matches(['，', ',', ' ', '的']))
        .filter(|place| place.chars().count() >= 2)
        .max_by_key(|place| place.chars().count());
    if let Some(place) = place {
        found.insert("place".to_owned(), clip(place));
    }
    if let Some(since) = SINCE.find(text) {
        found.insert("since".to_owned(), clip(since.as_str()));
    }
    found
}

/// What an answer to the question for a slot says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The slot is known now.
    Filled(String),
    /// A telephone number instead, which is kept; the question stands.
    Telephone(String),
    /// The resident does not know or does not want to say.
    Skipped,
    /// It is no answer to that question.
    Unclear,
}

/// Reads the answer to the question for `slot`.
pub fn read_answer(slot: &str, text: &str) -> Answer {
    const SKIP: &[&str] = &[
        "不留", "不想留", "不想说", "不方便", "不说了", "不用了", "不知道", "不清楚", "不晓得", "记不得", "记不清", "算了", "没有",
        "没得", "跳过", "免了",
    ];
    let text = text.trim();
    let short = text.chars().count() <= 12;
    if short && SKIP.iter().any(|word| text.contains(word)) {
        return Answer::Skipped;
    }
    if let Some(phone) = telephone_alone(text).filter(|_| matches!(slot, "place" | "since")) {
        return Answer::Telephone(phone);
    }
    match slot {
        "contact" => match phone_in(text) {
            Some(phone) => Answer::Filled(phone),
            None => Answer::Unclear,
        },
        _ if text.is_empty() => Answer::Unclear,
        // Any words are an answer where; only what was said is kept.
        "place" => Answer::Filled(clip(text.trim_start_matches("在").trim_end_matches(['。', '，', '！']))),
        "since" => match SINCE.find(text) {
            Some(found) => Answer::Filled(clip(found.as_str())),
            // 10栋302 says where, not when.
            None if extract(text).contains_key("place") => Answer::Unclear,
            None => Answer::Filled(clip(text)),
        },
        _ => Answer::Filled(clip(text)),
    }
}

/// The telephone number of a text that says neither where nor since when besides.
fn telephone_alone(text: &str) -> Option<String> {
    phone_in(text).filter(|_| extract(text).is_empty())
}

fn clip(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_and_since_when_are_read_from_a_report() {
        for (text, place, since) in [
            ("3栋2单元的电梯坏了三天了", Some("3栋2单元"), Some("三天了")),
            ("幸福小区东门路灯不亮", Some("幸福小区东门"), None),
            ("楼上从昨天晚上开始漏水", None, Some("从昨天晚上开始")),
            ("水管爆了", None, None),
        ] {
            let found = extract(text);
            assert_eq!(found.get("place").map(String::as_str), place, "{text}");
            assert_eq!(found.get("since").map(String::as_str), since, "{text}");
        }
    }

    #[test]
    fn an_answer_fills_skips_or_is_none() {
        assert_eq!(read_answer("contact", "138 1234 5678，姓王"), Answer::Filled("13812345678".to_owned()));
        assert_eq!(read_answer("contact", "不想留"), Answer::Skipped);
        assert_eq!(read_answer("contact", "就在楼下"), Answer::Unclear);
        assert_eq!(read_answer("place", "在黄家庄菜市场门口。"), Answer::Filled("黄家庄菜市场门口".to_owned()));
        assert_eq!(read_answer("since", "大概是上个星期三晚上吧"), Answer::Filled("上个星期三晚上".to_owned()));
        assert_eq!(read_answer("since", "10栋302"), Answer::Unclear);
        assert_eq!(read_answer("since", "13577024816，我叫段秀英"), Answer::Telephone("13577024816".to_owned()));
        assert_eq!(read_answer("place", "13577024816"), Answer::Telephone("13577024816".to_owned()));
        assert_eq!(read_answer("since", "昨天，13577024816"), Answer::Filled("昨天".to_owned()));
        assert_eq!(read_answer("since", "好久了"), Answer::Filled("好久了".to_owned()));
    }
}
