//! How each character of a clause is read, by the words it stands in.

use std::{collections::HashMap, sync::LazyLock};

use ::pinyin::{ToPinyin, ToPinyinMulti};
use aho_corasick::{AhoCorasick, MatchKind};

/// A reading as it stands in the dictionary, before what its neighbours make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// Pinyin without tone, ü as v.
    pub(super) pinyin: String,
    /// 1 to 4, 5 for none.
    pub(super) tone: u8,
    /// Whether the tone stays whatever follows: the 一 of 第一.
    pub(super) fixed: bool,
}

impl Reading {
    fn parse(written: &str) -> Option<Self> {
        let (written, fixed) = match written.strip_suffix('!') {
            Some(rest) => (rest, true),
            None => (written, false),
        };
        let plain = written.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let tone = written[plain.len()..].parse().ok()?;
        Some(Self {
            pinyin: plain.to_owned(),
            tone,
            fixed,
        })
    }
}

/// Words written for this project, which hold wherever they stand.
struct Words {
    automaton: Option<AhoCorasick>,
    readings: Vec<Vec<Reading>>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let (words, readings): (Vec<&str>, Vec<Vec<Reading>>) =
        table(include_str!("../../data/reading/words.tsv")).unzip();
    Words {
        automaton: AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(words)
            .ok(),
        readings,
    }
});

/// Phrases with a character that is read otherwise than alone; they hold within a word.
static PHRASES: LazyLock<HashMap<&str, Vec<Reading>>> =
    LazyLock::new(|| table(include_str!("../../data/reading/phrases.tsv")).collect());

/// Longest phrase of the table, in characters.
const LONGEST_PHRASE: usize = 4;

fn table(text: &'static str) -> impl Iterator<Item = (&'static str, Vec<Reading>)> {
    text.lines()
        .skip(1)
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (word, pinyin) = line.split_once('\t')?;
            Some((word, pinyin.split(' ').filter_map(Reading::parse).collect()))
        })
}

/// Characters whose commonest reading in what a service says is not the dictionary's first.
const ALONE: &[(char, &str)] = &[
    ('的', "de5"),
    ('得', "de5"),
    ('长', "chang2"),
    ('为', "wei2"),
    ('调', "tiao2"),
    ('弹', "tan2"),
    ('没', "mei2"),
    ('还', "hai2"),
    ('都', "dou1"),
    ('了', "le5"),
    ('着', "zhe5"),
    ('们', "men5"),
    ('吗', "ma5"),
    ('呢', "ne5"),
    ('吧', "ba5"),
    ('啊', "a5"),
    ('呀', "ya5"),
    ('嘛', "ma5"),
    ('啦', "la5"),
    ('么', "me5"),
    ('倒', "dao4"),
    ('幺', "yao1"),
    ('〇', "ling2"),
    ('栋', "dong4"),
    ('幢', "zhuang4"),
    ('薄', "bao2"),
    ('便', "bian4"),
    ('系', "xi4"),
    ('哪', "na3"),
    ('那', "na4"),
    ('嗯', "en5"),
    ('喂', "wei4"),
    ('欸', "ei4"),
    ('诶', "ei4"),
    ('哦', "o5"),
    ('噢', "o1"),
    ('咯', "lo5"),
];

/// How a character is read where no word says otherwise.
pub(super) fn alone(character: char) -> Option<Reading> {
    if let Some((_, written)) = ALONE.iter().find(|(known, _)| *known == character) {
        return Reading::parse(written);
    }
    let pinyin = character.to_pinyin()?;
    let spelled = pinyin.with_tone_num_end();
    let plain = spelled.trim_end_matches(|letter: char| letter.is_ascii_digit());
    Some(Reading {
        pinyin: plain.replace('ü', "v"),
        tone: spelled[plain.len()..].parse().unwrap_or(5),
        fixed: false,
    })
}

/// Whether a character has a reading.
pub(super) fn is_read(character: char) -> bool {
    character.to_pinyin_multi().is_some() || character == '〇'
}

/// The readings of all characters of a stretch without marks, cut into `words`; `None` for what is
/// no Han character. The words together are the stretch.
pub(super) fn readings(words: &[&str]) -> Vec<Option<Reading>> {
    let stretch = words.concat();
    let letters: Vec<char> = stretch.chars().collect();
    let mut readings: Vec<Option<Reading>> = vec![None; letters.len()];
    let own = &*WORDS;
    let found = own
        .automaton
        .iter()
        .flat_map(|automaton| automaton.find_iter(&stretch));
    for hit in found {
        if crosses(words, hit.range()) {
            continue;
        }
        let start = stretch[..hit.start()].chars().count();
        for (offset, reading) in own.readings[hit.pattern().as_usize()].iter().enumerate() {
            readings[start + offset] = Some(reading.clone());
        }
    }
    let mut start = 0;
    for word in words {
        let count = word.chars().count();
        by_phrases(&letters, start..start + count, &mut readings);
        start += count;
    }
    for at in 0..letters.len() {
        if readings[at].is_none() && is_read(letters[at]) {
            readings[at] = by_neighbours(&letters, at).or_else(|| alone(letters[at]));
        }
    }
    readings
}

/// Whether two characters are only neighbours by chance: the ends of two words, or an end and a
/// beginning, as 目的 in 项目的.
fn crosses(words: &[&str], found: std::ops::Range<usize>) -> bool {
    const CHANCE: usize = 6;
    if found.len() > CHANCE {
        return false;
    }
    let mut from = 0;
    let mut starts_within = false;
    for word in words {
        let to = from + word.len();
        if found.start >= from && found.end <= to {
            return false;
        }
        starts_within |= found.start > from && found.start < to;
        if found.end > from && found.end <= to {
            return starts_within || found.end < to;
        }
        from = to;
    }
    false
}

/// Fills in what the phrases within one word say, the longest first.
fn by_phrases(letters: &[char], word: std::ops::Range<usize>, readings: &mut [Option<Reading>]) {
    let mut at = word.start;
    while at < word.end {
        let longest = LONGEST_PHRASE.min(word.end - at);
        let hit = (2..=longest).rev().find_map(|length| {
            let phrase: String = letters[at..at + length].iter().collect();
            PHRASES.get(phrase.as_str()).map(|found| (length, found))
        });
        let Some((length, found)) = hit else {
            at += 1;
            continue;
        };
        for (offset, reading) in found.iter().enumerate() {
            readings[at + offset].get_or_insert_with(|| reading.clone());
        }
        at += length;
    }
}

/// Manners before 地 as in 耐心地解释.
const MANNERS: &[&str] = &[
    "慢慢", "好好", "轻轻", "及时", "认真", "耐心", "主动", "积极", "仔细", "安全", "顺利", "快速",
    "清楚", "大声", "平稳", "逐步", "不断", "定期", "依法", "有效", "更好", "反复", "热情", "准确",
    "严格", "合理", "公平", "自觉", "自愿", "全面", "明确", "直接", "大胆", "放心", "安心", "如实",
    "真实", "悄悄", "渐渐",
];

/// Readings that hang on what stands before or behind.
fn by_neighbours(letters: &[char], at: usize) -> Option<Reading> {
    let before = at.checked_sub(1).map(|index| letters[index]);
    let after = letters.get(at + 1).copied();
    let one_of =
        |letter: Option<char>, set: &str| letter.is_some_and(|letter| set.contains(letter));
    let reading = match letters[at] {
        '地' => {
            let two: String = letters[at.saturating_sub(2)..at].iter().collect();
            (MANNERS.contains(&two.as_str()) && after.is_some()).then_some("de5")
        }
        '只' => one_of(before, "一二两三四五六七八九十几每这那百").then_some("zhi1"),
        '长' => one_of(after, "大高出满胖").then_some("zhang3"),
        '重' => one_of(after, "填交写装签拍测算考修刷贴办发打拨").then_some("chong2"),
        '还' => one_of(after, "款钱贷").then_some("huan2"),
        '中' => one_of(after, "奖毒暑标").then_some("zhong4"),
        '种' => (one_of(after, "菜树花地粮")
            && !one_of(before, "一两三四五六七八九十几各每这那多何品"))
        .then_some("zhong4"),
        '行' => (one_of(after, "长") || one_of(before, "银分支商农央")).then_some("hang2"),
        '里' => (before.is_some_and(is_read)
            && !one_of(after, "程面")
            && one_of(before, "家屋手夜心楼院店箱袋包群局房车"))
        .then_some("li5"),
        '数' => one_of(after, "一钱了").then_some("shu3"),
        '为' => one_of(after, "您你我他她它").then_some("wei4"),
        _ => None,
    };
    reading.and_then(Reading::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_as_many_readings_as_characters() {
        let tables = [
            include_str!("../../data/reading/words.tsv"),
            include_str!("../../data/reading/phrases.tsv"),
        ];
        for (word, readings) in tables.into_iter().flat_map(table) {
            assert_eq!(word.chars().count(), readings.len(), "{word}");
            for reading in readings {
                assert!((1..=5).contains(&reading.tone), "{word}");
                assert!(
                    reading
                        .pinyin
                        .chars()
                        .all(|letter| letter.is_ascii_lowercase())
                );
            }
        }
        for (character, written) in ALONE {
            assert!(Reading::parse(written).is_some(), "{character}");
        }
    }
}
