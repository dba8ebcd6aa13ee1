//! What a resident says to the end of their matter, in a few words.

use serde::{Deserialize, Serialize};

use crate::work_orders::{Satisfaction, Survey};

/// Words of somebody whose matter is not solved; they are looked for first.
const UNSOLVED: &[&str] = &[
    "没解决", "没有解决", "未解决", "还没好", "没修好", "没弄好", "没得好", "又坏", "还是坏", "还是不", "不满意",
    "要重办", "重办",
];
/// Words of somebody whose matter is solved.
const SOLVED: &[&str] =
    &["解决了", "修好了", "弄好了", "办好了", "好了", "已解决", "搞定", "整好了", "满意"];

/// What a resident thinks of how their matter ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether it is solved.
    pub solved: bool,
    /// How satisfied they are, where they said so.
    pub satisfaction: Option<Satisfaction>,
    /// Their words.
    pub note: Option<String>,
}

impl Verdict {
    /// The verdict in what a resident said; `None` where there is none. 没解决 and 不满意 are heard before 解决 and
    /// 满意, which they contain.
    pub fn heard_in(text: &str) -> Option<Self> {
        let unsolved = UNSOLVED.iter().any(|word| text.contains(word));
        if !unsolved && !SOLVED.iter().any(|word| text.contains(word)) {
            return None;
        }
        let satisfaction = if text.contains("不满意") {
            Some(Satisfaction::Dissatisfied)
        } else if text.contains("基本满意") {
            Some(Satisfaction::Mostly)
        } else if text.contains("满意") {
            Some(Satisfaction::Satisfied)
        } else {
            None
        };
        Some(Self { solved: !unsolved, satisfaction, note: None })
    }

    /// The same as a work order keeps it.
    pub fn survey(&self) -> Survey {
        Survey {
            contacted: true,
            solved: Some(self.solved),
            satisfaction: self.satisfaction,
            note: self.note.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_heard_in_everyday_words() {
        let heard = |text: &str| Verdict::heard_in(text).map(|one| (one.solved, one.satisfaction));
        assert_eq!(heard("修好了，谢谢"), Some((true, None)));
        assert_eq!(heard("没解决，还是不亮"), Some((false, None)));
        assert_eq!(heard("基本满意吧"), Some((true, Some(Satisfaction::Mostly))));
        assert_eq!(heard("很不满意"), Some((false, Some(Satisfaction::Dissatisfied))));
        assert_eq!(heard("你是哪个"), None);
    }
}
