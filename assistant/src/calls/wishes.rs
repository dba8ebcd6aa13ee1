//! What residents say about the talk itself, on the telephone only.

/// Longer utterances have a matter of their own.
const LONGEST: usize = 12;

/// A wish about how the call goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// 再说一遍
    Again,
    /// 说慢点
    Slower,
    /// 大声点
    Louder,
    /// 等一下
    Wait,
    /// 不要录音
    NoRecording,
    /// 好, 行, 要
    Yes,
    /// 发短信
    Text,
    /// 不用, 不要
    No,
    /// 第一个; from 0.
    Choice(usize),
}

const SAYINGS: &[(Wish, &[&str])] = &[
    (Wish::NoRecording, &["不要录音", "不录音", "别录音", "不想录", "莫录音"]),
    (Wish::Slower, &["慢点", "慢一点", "慢些", "慢滴", "太快"]),
    (Wish::Louder, &["大声", "大点声", "声音大", "声音小", "听不见", "听不到"]),
    (
        Wish::Again,
        &["再说一遍", "再讲一遍", "再说一次", "再念一遍", "重复一遍", "没听清", "没听见", "没听到", "没听明白", "你说什么", "你说啥", "说哪样", "讲哪样"],
    ),
    (Wish::Wait, &["等一下", "等一等", "等下", "等哈", "稍等", "等等", "我找一下", "我找找", "我看一下", "等我"]),
    (Wish::Choice(0), &["第一个", "第1个", "第一条", "头一个"]),
    (Wish::Choice(1), &["第二个", "第2个", "第二条"]),
    (Wish::Choice(2), &["第三个", "第3个", "第三条"]),
    (
        Wish::No,
        &["不用", "不要", "不消", "不必", "不行", "不可以", "算了", "不了", "不想", "不是", "唔使", "勿要"],
    ),
    (Wish::Text, &["发短信", "短信发", "用短信", "发条短信", "发个短信", "发手机", "发到手机", "发我手机", "发到我手机"]),
    (
        Wish::Yes,
        &["好", "行", "要", "对", "可以", "接着", "继续", "往下", "嗯", "是", "要得", "中", "说吧", "说嘛", "成"],
    ),
];

impl Wish {
    /// The wish that a short utterance is. A yes counts only where the utterance begins with it.
    pub(super) fn of(text: &str) -> Option<Self> {
        let bare: String = text.chars().filter(|one| one.is_alphanumeric()).collect();
        if bare.is_empty() || bare.chars().count() > LONGEST {
            return None;
        }
        let fits = |wish: Self, saying: &str| match wish {
            Self::Yes => bare.starts_with(saying) && bare.chars().count() <= 4,
            _ => bare.contains(saying),
        };
        SAYINGS.iter().find(|(wish, sayings)| sayings.iter().any(|saying| fits(*wish, saying))).map(|(wish, _)| *wish)
    }
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn short_words_about_the_talk_are_wishes_and_matters_are_not() {
        for (text, expected) in [
            ("请你再说一遍", Some(Wish::Again)),
            ("说慢点嘛", Some(Wish::Slower)),
            ("听不见，大声点", Some(Wish::Louder)),
            ("等一下，我找找", Some(Wish::Wait)),
            ("不要录音。", Some(Wish::NoRecording)),
            ("要。", Some(Wish::Yes)),
            ("不消了", Some(Wish::No)),
            ("你发短信给我嘛", Some(Wish::Text)),
            ("不要发短信", Some(Wish::No)),
            ("第二个", Some(Wish::Choice(1))),
            ("居住证怎么办", None),
            ("我想问一下高龄津贴要怎么申请才行", None),
        ] {
            assert_eq!(Wish::of(text), expected, "{text}");
        }
    }
}
