//! Greetings, thanks and the like: answered at once, without the knowledge.

/// What a resident says that asks for no fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SmallTalk {
    /// 你好
    Greeting,
    /// 谢谢
    Thanks,
    /// 再见
    Goodbye,
    /// 你是谁
    WhoAreYou,
    /// 你会什么
    WhatCanYouDo,
    /// 好的, 嗯
    Acknowledgement,
    /// 我想问一下, before the question itself.
    AboutToAsk,
    /// Nothing that could be read as words.
    Nothing,
}

/// Whole utterances, after fillers and punctuation are gone.
const SAYINGS: &[(SmallTalk, &[&str])] = &[
    (
        SmallTalk::Greeting,
        &["你好", "您好", "你们好", "在吗", "在不在", "有人吗", "喂", "喂喂", "早上好", "上午好", "下午好", "晚上好", "早", "嗨", "哈喽", "hello", "hi"],
    ),
    (
        SmallTalk::Thanks,
        &["谢谢", "多谢", "谢谢你", "谢谢您", "感谢", "非常感谢", "太感谢了", "谢了", "麻烦你了", "麻烦您了", "辛苦了"],
    ),
    (
        SmallTalk::AboutToAsk,
        &["我想问一下", "想问一下", "我想问下", "想问下", "请问", "请问一下", "问一下", "问个事", "问个事情", "我问个事", "我想问个事", "打听个事", "我想咨询一下", "咨询一下", "我有个问题"],
    ),
    (SmallTalk::Goodbye, &["再见", "拜拜", "没事了", "没有了", "不用了", "没别的了", "挂了", "bye"]),
    (
        SmallTalk::WhoAreYou,
        &["你是谁", "你是什么", "你是机器人", "你是机器人吗", "你是真人吗", "你叫什么", "你叫什么名字", "你是人还是机器", "是机器人吗"],
    ),
    (
        SmallTalk::WhatCanYouDo,
        &["你会什么", "你会做什么", "你能做什么", "你能干什么", "你能帮我做什么", "你能干嘛", "有什么功能", "能问什么", "我能问什么", "怎么用", "帮助", "你可以做什么", "你会干啥", "你能干啥"],
    ),
    (
        SmallTalk::Acknowledgement,
        &["好", "好的", "嗯", "嗯嗯", "哦", "行", "可以", "知道了", "明白了", "懂了", "是的", "对", "对的", "好吧", "没关系"],
    ),
];

/// The small talk that the whole utterance is.
pub(super) fn detect(text: &str) -> Option<SmallTalk> {
    let bare: String = text
        .chars()
        .filter(|character| character.is_alphanumeric())
        .collect::<String>()
        .to_lowercase();
    if bare.is_empty() {
        return Some(SmallTalk::Nothing);
    }
    let trimmed = bare.trim_end_matches(['啊', '呀', '哈', '哦', '了', '吧', '呢', '哟', '啦', '嘛']);
    SAYINGS
        .iter()
        .find(|(_, sayings)| sayings.contains(&bare.as_str()) || sayings.contains(&trimmed))
        .map(|(kind, _)| *kind)
}
