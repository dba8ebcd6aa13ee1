//! What is said in a call, sentence by sentence.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::purpose::Purpose;

/// Longest text of an outreach, in characters: about two minutes.
pub const LONGEST_TEXT: usize = 500;
/// Longest title, in characters.
pub const LONGEST_TITLE: usize = 40;

/// What the program says by itself to residents whose order is finished.
pub const FOLLOW_UP_TEXT: &str = "您之前反映的事情，我们已经办完了。想问问您，问题解决了吗？您满意吗？";

/// What a call says, in order: who calls and that a machine speaks; what it is about; the way out.
///
/// `place` is the community's name, `phone` the number of its people, `filed` when the order was filed that the call is
/// about. Nothing of the matter itself is said: somebody else may have taken the call.
pub(super) fn script(
    purpose: Purpose,
    place: &str,
    phone: Option<&str>,
    said: &str,
    filed: Option<(Timestamp, &TimeZone)>,
) -> Vec<String> {
    let mut lines = vec![format!("您好，我是{place}的智能语音助手，不是真人。")];
    match purpose {
        Purpose::Announcement => lines.push("有件事要告诉您。".to_owned()),
        Purpose::Reminder => lines.push("有件事提醒您一下。".to_owned()),
        Purpose::Satisfaction => {}
    }
    if let Some((at, zone)) = filed {
        let day = at.to_zoned(zone.clone()).date();
        lines.push(format!("这个电话是关于您{}月{}日反映的事情。", day.month(), day.day()));
    }
    lines.push(said.trim().to_owned());
    if purpose == Purpose::Satisfaction {
        lines.push("您可以说“解决了”或者“没解决”。".to_owned());
    } else {
        if let Some(phone) = phone.filter(|phone| !phone.trim().is_empty()) {
            lines.push(format!("有不清楚的，请打社区电话{}。", phone.trim()));
        }
        lines.push("以后不想接到这样的电话，请说“不要再打”。谢谢您，再见。".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_says_who_calls_first_and_the_way_out_last() {
        let lines = script(Purpose::Announcement, "翠湖社区", Some("0871-1234567"), "明天上午停水。", None);
        assert!(lines[0].contains("翠湖社区") && lines[0].contains("不是真人"));
        assert!(lines.contains(&"明天上午停水。".to_owned()));
        assert!(lines.last().unwrap().contains("不要再打"));
        let filed = "2026-11-20T01:00:00Z".parse().unwrap();
        let asked = script(Purpose::Satisfaction, "翠湖社区", None, FOLLOW_UP_TEXT, Some((filed, &TimeZone::UTC)));
        assert!(asked[1].contains("11月20日"));
        assert!(asked.last().unwrap().contains("没解决"));
    }
}
