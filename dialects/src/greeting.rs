//! A few homely words for greeting and closing; never for facts.

use crate::Variety;

/// How an assistant greets and takes its leave in a variety, in the variety's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// Said first, with its mark.
    pub opening: &'static str,
    /// Said last, with its mark.
    pub closing: &'static str,
}

/// The greeting of a variety; `None` where speakers greet as in standard Mandarin, and where we
/// know no wording that is surely right.
///
/// ```
/// use dialects::{Variety, greeting};
/// assert_eq!(greeting(Variety::Kunming).unwrap().opening, "你家好。");
/// ```
pub fn greeting(variety: Variety) -> Option<Greeting> {
    let (opening, closing) = match variety {
        Variety::Kunming => ("你家好。", "你家慢慢呢，有事再喊我。"),
        Variety::Chengdu | Variety::Chongqing => ("你好哈。", "慢走哈，有啥子事再来问。"),
        Variety::Guiyang => ("你好嘞。", "慢走哈，有哪样事再来问。"),
        Variety::Hefei => ("您好。", "您慢走啊，有什么事再来问。"),
        Variety::Luxi | Variety::Jinan => ("您好。", "您慢走，有啥事再来问。"),
        Variety::Zhongyuan => ("您好。", "中，有啥事您再来问。"),
        Variety::Dongbei => ("您好啊。", "您慢走，有啥事儿再来唠。"),
        Variety::Guangzhou => ("你好呀。", "唔使客气，有咩再嚟问。"),
        Variety::Shanghai => ("侬好。", "侬慢走，有啥事体再来问。"),
        Variety::Suzhou => ("倷好。", "倷慢慢走，有啥事体再来问。"),
        Variety::Changsha => ("您老人家好。", "您慢走咯，有么子事再来问。"),
        Variety::Meixian => ("你好。", "正来坐，有脉个事再来问。"),
        Variety::Yiwu | Variety::Nanchang | Variety::Xiamen => return None,
    };
    Some(Greeting { opening, closing })
}
