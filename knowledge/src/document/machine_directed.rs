//! Sentences of documents that speak to a machine rather than to people.

use std::sync::LazyLock;

use regex::Regex;

/// None of 80,473 sentences of guides, laws, regulations and court decisions fits.
static ORDERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
          (?: AI|智能|语音|聊天|问答 )(?: 助手|助理|客服|机器人|模型|系统 ).{0,12}(?: 回答|回复|答复|告诉|忽略|照此|输出|引导|注意 )
        | (?: 系统|管理员|开发者 )(?: 提示|指令|消息|命令 )[:：\]】]
        | (?: 给|致 )(?: 机器人|AI|助手|模型 )的(?: 话|指令 )
        | 助手(?: 必读|须知|请注意 )
        | 忽略(?: 以上|之前|前面|上面|此前|所有|一切|其他 ).{0,10}(?: 指令|指示|规则|要求|设定|内容|说明|文件|资料 )
        | (?: 回答|回复|答复 )(?: 居民|用户|提问|问题|任何|所有|到此 ).{0,12}(?: 时|处|必须|只能|一律|都要|请 )
        | 每次(?: 回答|回复 )的?(?: 末尾|开头|最后 )
        | 只(?: 回答|回复|输出 )[“\x22「『:：]
        | (?: 请|你现在|你要 )扮演
        | 提示词
        | 指令[:：]
        | ignore\s+(?: all|any|the|previous|above|prior )
        | instructions?\s+(?: for|to )\s.{0,20}(?: model|assistant|\bai\b )
        | when\s+asked\b.{0,60}\btell\b
        | <\|
        | [a-z0-9+/]{40,}={0,2}",
    )
    .expect("the pattern is written above")
});

/// Whether a sentence speaks to a machine: 助手必读, 系统指令, 忽略以上内容.
///
/// Whoever can bring a paper in could otherwise put words into the assistant's mouth ("prompt injection").
pub fn is_addressed_to_a_machine(sentence: &str) -> bool {
    // Signs that take no room part the characters for the eye of a machine only.
    let plain: String = sentence.chars().filter(|one| !is_unseen(*one)).collect();
    ORDERS.is_match(&plain)
}

/// The sentences of a text that do.
pub(crate) fn addressed_to_a_machine(text: &str) -> impl Iterator<Item = &str> {
    let sentences = text.split_inclusive(['。', '；', '！', '？', '\n']);
    sentences.map(str::trim).filter(|sentence| is_addressed_to_a_machine(sentence))
}

fn is_unseen(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{00AD}')
}
