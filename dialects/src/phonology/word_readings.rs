//! Words in which a character is not read as it most often is.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::syllable::Syllable;

/// Words with the reading of each character, where the commonest of one would be wrong.
const WORDS: &[(&str, &str)] = &[
    ("银行", "yin hang"),
    ("行长", "hang zhang"),
    ("行业", "hang ye"),
    ("央行", "yang hang"),
    ("行情", "hang qing"),
    ("长期", "chang qi"),
    ("延长", "yan chang"),
    ("长久", "chang jiu"),
    ("长途", "chang tu"),
    ("长远", "chang yuan"),
    ("长度", "chang du"),
    ("长短", "chang duan"),
    ("长寿", "chang shou"),
    ("长沙", "chang sha"),
    ("长江", "chang jiang"),
    ("长城", "chang cheng"),
    ("特长", "te chang"),
    ("多长", "duo chang"),
    ("长时间", "chang shi jian"),
    ("重新", "chong xin"),
    ("重复", "chong fu"),
    ("重庆", "chong qing"),
    ("重建", "chong jian"),
    ("重名", "chong ming"),
    ("重婚", "chong hun"),
    ("双重", "shuang chong"),
    ("调解", "tiao jie"),
    ("调整", "tiao zheng"),
    ("调节", "tiao jie"),
    ("调剂", "tiao ji"),
    ("调价", "tiao jia"),
    ("协调", "xie tiao"),
    ("空调", "kong tiao"),
    ("还款", "huan kuan"),
    ("还钱", "huan qian"),
    ("还贷", "huan dai"),
    ("还清", "huan qing"),
    ("归还", "gui huan"),
    ("偿还", "chang huan"),
    ("退还", "tui huan"),
    ("返还", "fan huan"),
    ("着火", "zhao huo"),
    ("着急", "zhao ji"),
    ("着重", "zhuo zhong"),
    ("了解", "liao jie"),
    ("没收", "mo shou"),
    ("出差", "chu chai"),
    ("弹性", "tan xing"),
    ("便宜", "pian yi"),
    ("首都", "shou du"),
    ("成都", "cheng du"),
    ("音乐", "yin yue"),
    ("会计", "kuai ji"),
    ("人参", "ren shen"),
    ("睡觉", "shui jiao"),
    ("校对", "jiao dui"),
    ("仔细", "zi xi"),
    ("西藏", "xi zang"),
    ("大夫", "dai fu"),
    ("给予", "ji yu"),
    ("供给", "gong ji"),
    ("补给", "bu ji"),
    ("可恶", "ke wu"),
];

struct Words {
    automaton: Option<AhoCorasick>,
    readings: Vec<Vec<Syllable>>,
}

static KNOWN: LazyLock<Words> = LazyLock::new(|| Words {
    automaton: AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(WORDS.iter().map(|(word, _)| word))
        .ok(),
    readings: WORDS
        .iter()
        .map(|(_, pinyin)| pinyin.split(' ').filter_map(Syllable::parse).collect())
        .collect(),
});

/// The byte offsets of characters that are read as their word says, with the syllable, in order.
pub(super) fn in_words(text: &str) -> Vec<(usize, Syllable)> {
    KNOWN
        .automaton
        .iter()
        .flat_map(|automaton| automaton.find_iter(text))
        .flat_map(|found| {
            let word = &text[found.range()];
            word.char_indices()
                .map(move |(at, _)| found.start() + at)
                .zip(KNOWN.readings[found.pattern().as_usize()].iter().copied())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_as_many_readings_as_characters() {
        for ((word, _), readings) in WORDS.iter().zip(&KNOWN.readings) {
            assert_eq!(word.chars().count(), readings.len(), "{word}");
        }
    }
}
