//! 「那要多少钱？」 after a question about 居住证 asks what 居住证 costs.

/// What opens a follow-up.
const OPENERS: &[&str] = &["那么", "那", "还有", "另外", "然后", "对了", "再问一下", "哦", "嗯", "噢"];

/// What can be asked of any matter, and the words around it: none of them names a matter.
/// Longer ones stand before those that they contain.
const WITHOUT_MATTER: &[&str] = &[
    "要多少钱", "哪些东西", "批得下来", "几天才", "多久内", "收不收", "行不行", "要准备", "准备", "拿得到", "才拿", "要等", "哪样", "证件", "东西", "哪个部门", "多少钱", "多长时间", "什么时候", "什么时间", "什么地方", "什么材料", "什么手续", "什么条件", "什么东西",
    "怎么申请", "怎么办理", "怎么办", "怎么弄", "怎么走", "怎么算", "怎么领", "怎么交", "哪些材料", "哪些条件", "哪些", "在哪里",
    "在哪儿", "哪里", "哪儿", "哪天", "在哪", "去哪", "哪个", "能不能", "可不可以", "有没有", "要不要", "需不需要", "是不是",
    "收费", "费用", "要钱", "免费", "交钱", "多久", "几天", "几年", "几次", "多少", "材料", "手续", "条件", "流程", "步骤",
    "地址", "地点", "电话", "时间", "期限", "网上", "手机上", "线上", "代办", "别人", "家人", "子女", "本人", "亲自", "必须",
    "需要", "可以", "办理", "申请", "领取", "请问", "想问", "问一下", "告诉我", "什么", "怎么", "如何", "这个", "那个", "这种",
    "它", "这", "那", "我", "你", "您", "要", "能", "会", "得", "带", "去", "来", "办", "领", "交", "有", "是", "用", "到", "给",
    "拿", "吗", "呢", "吧", "啊", "呀", "嘛", "的", "了", "过", "就", "都", "也", "还", "再", "又", "几", "钱", "天", "哪", "谁",
    "一下", "一般", "大概", "现在", "在", "和", "下", "上", "啥", "咋",
];

/// Who or what was spoken of: 他不承认怎么办.
const PRONOUNS: &[&str] = &["他", "她", "它", "对方", "人家"];

/// Longest turn that leans by its first word, in characters.
const SHORT: usize = 14;

/// Whether a short turn says yes to "did you mean …?".
pub(crate) fn confirms(text: &str) -> bool {
    const YES: &[&str] = &["是", "是的", "对", "对的", "对头", "嗯", "就是", "是嘛", "是咯", "是呢", "是这个", "就是这个", "没错", "要得"];
    YES.contains(&bare(text))
}

/// Whether a short turn says no to it, or to all that was offered.
pub(crate) fn denies(text: &str) -> bool {
    const NO: &[&str] = &[
        "不是", "不是的", "不是呢", "不是嘛", "不是这个", "不是这些", "不是这件事", "不对", "都不对", "都不是", "一个都不是",
        "全都不是", "没有一个是", "没得", "没得一个是", "都没有", "唔系", "都唔系", "勿是", "侪勿是",
    ];
    NO.contains(&bare(text))
}

fn bare(text: &str) -> &str {
    text.trim_end_matches(|character: char| !character.is_alphanumeric()).trim()
}

/// The question in full, where `text` leans on what was asked before.
pub(crate) fn complete(text: &str, before: Option<&str>) -> Option<String> {
    let matter = matter(before?);
    if matter.is_empty() {
        return None;
    }
    let bare = text.trim();
    let opened = OPENERS.iter().find_map(|opener| bare.strip_prefix(opener));
    let rest = opened
        .unwrap_or(bare)
        .trim_start_matches(['，', ',', ' ', '、']);
    let own_matter = self::matter(rest);
    let spoken_of = PRONOUNS.iter().any(|pronoun| rest.starts_with(pronoun)) && rest.chars().count() <= SHORT;
    let leans = spoken_of
        || own_matter.chars().count() <= 1
        || (opened.is_some() && own_matter.chars().count() <= 4 && rest.chars().count() <= 14);
    (leans && !rest.is_empty() && !rest.contains(&matter)).then(|| format!("{matter}{rest}"))
}

/// `text` with the matter of the question before it in front, for a second look where the first
/// found nothing.
pub(crate) fn with_matter(text: &str, before: Option<&str>) -> Option<String> {
    let matter = matter(before?);
    (!matter.is_empty() && !text.contains(&matter) && text.chars().count() <= 20)
        .then(|| format!("{matter}，{text}"))
}

/// A short `text` under the title of the document that answered the question before it: 劳动争议仲裁, 收费不. The title names
/// the matter in the documents' own words, which a resident's story does not.
pub(crate) fn under_title(text: &str, title: &str) -> Option<String> {
    let head = title.split(['（', '(', '，', '、', '：']).next().unwrap_or_default().trim();
    let bare = text.trim();
    let opened = OPENERS.iter().find_map(|opener| bare.strip_prefix(opener));
    let rest = opened.unwrap_or(bare).trim_start_matches(['，', ',', ' ', '、']);
    let short = (1..=SHORT).contains(&rest.chars().count());
    (short && !head.is_empty() && !rest.contains(head)).then(|| format!("{head}{rest}"))
}

/// What a question is about: its words without those that fit any matter.
pub(super) fn matter(question: &str) -> String {
    let mut rest: String = question
        .chars()
        .filter(|character| character.is_alphanumeric())
        .collect();
    for word in WITHOUT_MATTER {
        rest = rest.replace(word, "");
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_without_matter_takes_it_from_the_one_before() {
        let before = Some("居住证怎么办？");
        for (text, expected) in [
            ("那要多少钱？", Some("居住证要多少钱？")),
            ("多久能办好", Some("居住证多久能办好")),
            ("要带什么材料", Some("居住证要带什么材料")),
            ("在哪里办？", Some("居住证在哪里办？")),
            ("那小孩呢？", Some("居住证小孩呢？")),
            ("要等几天才拿得到", Some("居住证要等几天才拿得到")),
            ("要交哪些东西", Some("居住证要交哪些东西")),
            ("他不承认咋办", Some("居住证他不承认咋办")),
            ("身份证丢了怎么办", None),
            ("医保怎么报销", None),
            ("居住证要多少钱", None),
        ] {
            assert_eq!(complete(text, before).as_deref(), expected, "{text}");
        }
        assert_eq!(complete("那要多少钱？", None), None);
    }

    #[test]
    fn a_short_turn_stands_under_the_title_that_answered_before() {
        assert_eq!(under_title("那收费不", "劳动争议仲裁").as_deref(), Some("劳动争议仲裁收费不"));
        assert_eq!(under_title("要带啥", "老年人优待（坐车、看病）").as_deref(), Some("老年人优待要带啥"));
        assert_eq!(under_title("公租房申请要多久", "公租房申请"), None);
        assert_eq!(under_title("我想问一下我家楼上天天漏水要找哪个来管", "公租房申请"), None);
        assert_eq!(under_title("那", "公租房申请"), None);
    }

    #[test]
    fn a_bare_no_denies_and_a_no_with_a_matter_is_a_question() {
        for text in ["不是。", "都不是", "不对", "都唔系！", "不是这个 "] {
            assert!(denies(text) && !confirms(text), "{text}");
        }
        for text in ["不是本地户口能办吗", "没得房产证给可以办", "是", "不是这个，是要问低保", ""] {
            assert!(!denies(text), "{text}");
        }
        assert!(confirms("是的。") && confirms("对头") && !confirms("是不是要钱"));
    }

    #[test]
    fn the_matter_survives_several_follow_ups() {
        let first = complete("要多少钱", Some("高龄津贴怎么领")).unwrap();
        assert_eq!(first, "高龄津贴要多少钱");
        assert_eq!(
            complete("那多久发一次", Some(&first)).as_deref(),
            Some("高龄津贴多久发一次")
        );
    }
}
