//! The wish for a person, on every channel the same words.

use super::contains_any;

/// Words that ask for a person.
const WISHES: &[&str] = &[
    "转人工", "人工服务", "人工客服", "人工坐席", "找人工", "要人工", "真人", "活人", "找工作人员", "找社区工作人员",
    "找个人说", "找个人来", "叫个人来", "给我找个人", "找个管事的", "找个人跟我", "找人跟我", "不想跟机器", "不跟机器", "不要机器", "接线员", "转客服", "找客服", "叫客服",
];

/// Whether the resident wants a person now.
pub(super) fn wanted(text: &str) -> bool {
    let bare = text.trim_matches(|character: char| {
        character.is_whitespace() || "，。！？,.!?、~～啊吧呀嘛".contains(character)
    });
    bare == "人工" || bare == "0" || bare == "０" || contains_any(text, WISHES)
}
