//! Traditional and simplified characters, full-width and half-width forms.

use std::collections::HashSet;
use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

use crate::Mapped;

/// Characters that conversion would change although they are correct in simplified text:
/// 乾隆, 於 as a surname, 瞭望, 徵 as a note, 慰藉, 餘 and 鍾 in names (Table of General Standard
/// Chinese Characters, 2013). They are no sign of traditional text.
const AT_HOME_IN_BOTH: &str = "乾吒夥後徵捱摺於榘甯菸薹醣麴麽瞭藉餘鍾昇堃淼";

/// The characters of the radicals U+2F00 to U+2FD5, in their order. PDF files often hold the
/// radical where the character is meant, as both look alike.
const RADICALS: &str = concat!(
    "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢",
    "尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火",
    "爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿",
    "肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹",
    "雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠",
);

/// Radicals of the supplement that look like a simplified character, with that character.
const SUPPLEMENT: [(char, char); 31] = [
    ('\u{2e9f}', '母'),
    ('\u{2ea0}', '民'),
    ('\u{2ec1}', '虎'),
    ('\u{2ec4}', '西'),
    ('\u{2ec5}', '见'),
    ('\u{2ec6}', '角'),
    ('\u{2ec9}', '贝'),
    ('\u{2eca}', '足'),
    ('\u{2ecb}', '车'),
    ('\u{2ed1}', '長'),
    ('\u{2ed3}', '长'),
    ('\u{2ed4}', '门'),
    ('\u{2ed7}', '雨'),
    ('\u{2ed8}', '青'),
    ('\u{2ed9}', '韦'),
    ('\u{2eda}', '页'),
    ('\u{2edb}', '风'),
    ('\u{2edc}', '飞'),
    ('\u{2edd}', '食'),
    ('\u{2ee2}', '马'),
    ('\u{2ee3}', '骨'),
    ('\u{2ee4}', '鬼'),
    ('\u{2ee5}', '鱼'),
    ('\u{2ee6}', '鸟'),
    ('\u{2ee7}', '卤'),
    ('\u{2ee8}', '麦'),
    ('\u{2ee9}', '黄'),
    ('\u{2eec}', '齐'),
    ('\u{2eee}', '齿'),
    ('\u{2ef0}', '龙'),
    ('\u{2ef3}', '龟'),
];

/// First and last characters that conversion may change: the unified ideographs and extension A.
const HAN: std::ops::RangeInclusive<char> = '\u{3400}'..='\u{9fff}';

static TO_SIMPLIFIED: LazyLock<Option<OpenCC>> =
    LazyLock::new(|| OpenCC::from_config(BuiltinConfig::T2s).ok());

static TRADITIONAL: LazyLock<HashSet<char>> = LazyLock::new(|| {
    let Some(converter) = TO_SIMPLIFIED.as_ref() else {
        return HashSet::new();
    };
    // One character a line: neighbours must not form a phrase.
    let all: String = HAN.flat_map(|character| [character, '\n']).collect();
    let converted = converter.convert(&all);
    HAN.zip(converted.lines())
        .filter(|(before, after)| !after.starts_with(*before) && !AT_HOME_IN_BOTH.contains(*before))
        .map(|(before, _)| before)
        .collect()
});

/// The script that a text is written in, judged by characters that belong to one script only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// No character that only traditional text uses.
    Simplified,
    /// Some characters that only traditional text uses, among simplified ones.
    Mixed,
    /// Every third Han character or more belongs to traditional text only.
    Traditional,
}

/// Judges the script of a text.
///
/// ```
/// use dialects::script::{Script, script};
/// assert_eq!(script("居住证怎么办"), Script::Simplified);
/// assert_eq!(script("居住證怎么办理，要带什么材料"), Script::Mixed);
/// assert_eq!(script("居住證辦理須知"), Script::Traditional);
/// ```
pub fn script(text: &str) -> Script {
    let han = text
        .chars()
        .filter(|character| HAN.contains(character))
        .count();
    let traditional = text
        .chars()
        .filter(|&character| is_traditional(character))
        .count();
    match traditional {
        0 => Script::Simplified,
        many if many * 3 >= han => Script::Traditional,
        _ => Script::Mixed,
    }
}

/// Whether a character belongs to traditional text only.
pub fn is_traditional(character: char) -> bool {
    HAN.contains(&character) && TRADITIONAL.contains(&character)
}

/// Converts traditional characters to simplified ones, by phrases first (`OpenCC`'s t2s tables).
///
/// Lines without a traditional character stay as they are, so a name such as 乾隆 or a word such
/// as 瞭望 in simplified text is left alone.
pub fn to_simplified(text: &str) -> Mapped {
    let mut result = Mapped::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let tables = TO_SIMPLIFIED
            .as_ref()
            .filter(|_| line.chars().any(is_traditional));
        let Some(tables) = tables else {
            result.push(line, range);
            continue;
        };
        let converted = tables.convert(line);
        if converted.chars().count() == line.chars().count() {
            let mut new = converted.chars();
            for (at, old) in line.char_indices() {
                let begin = range.start + at;
                let mut buffer = [0; 4];
                let new = new.next().unwrap_or(old).encode_utf8(&mut buffer);
                result.push(new, begin..begin + old.len_utf8());
            }
        } else {
            result.push(&converted, range);
        }
    }
    result
}

/// Turns full-width letters, digits and signs into their half-width form, and radicals that stand
/// for the character into the character.
///
/// Chinese punctuation （），：；？！ and the wave dash ～ are no mere form and stay.
pub fn to_half_width(text: &str) -> Mapped {
    let mut result = Mapped::new();
    for (at, character) in text.char_indices() {
        let range = at..at + character.len_utf8();
        let mut buffer = [0; 4];
        result.push(half_width(character).encode_utf8(&mut buffer), range);
    }
    result
}

/// Half-width form of one character, itself where its width carries meaning; the character for a
/// radical.
pub fn half_width(character: char) -> char {
    match character {
        '０'..='９'
        | 'Ａ'..='Ｚ'
        | 'ａ'..='ｚ'
        | '．'
        | '％'
        | '＋'
        | '－'
        | '＝'
        | '／'
        | '＊'
        | '＜'
        | '＞'
        | '＆'
        | '＃'
        | '＠'
        | '＿'
        | '＄'
        | '＼'
        | '＾'
        | '｛'
        | '｝'
        | '［'
        | '］' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{2f00}'..='\u{2fd5}' => {
            let index = u32::from(character) - 0x2f00;
            RADICALS.chars().nth(index as usize).unwrap_or(character)
        }
        '\u{2e80}'..='\u{2eff}' => SUPPLEMENT
            .iter()
            .find(|(radical, _)| *radical == character)
            .map_or(character, |(_, meant)| *meant),
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn phrases_and_places_survive_conversion() {
        let original = "臨時救助，憑戶口簿辦理。\n乾隆年间的瞭望塔\n著作權屬於作者";
        let mapped = to_simplified(original);
        assert_eq!(
            mapped.text(),
            "临时救助，凭户口簿办理。\n乾隆年间的瞭望塔\n著作权属于作者"
        );
        let place = mapped.text().find("办理").expect("the word is there");
        assert_eq!(&original[mapped.original(place..place + 6)], "辦理");
    }

    #[test]
    fn only_form_becomes_half_width() {
        let mapped = to_half_width("１．补贴２０％（每月）：ＡＢＣ～");
        assert_eq!(mapped.text(), "1.补贴20%（每月）：ABC～");
        assert_eq!(mapped.original(1..2), 3..6);
        assert_eq!(
            to_half_width("⽤⼾⼝簿，居⺠⻓期").text(),
            "用戶口簿，居民长期"
        );
        assert_eq!(RADICALS.chars().count(), 214);
    }

    proptest! {
        #[test]
        fn simplified_text_is_stable(text in "[居住证辦理須知 a-z0-9\n（）]{0,40}") {
            let once = to_simplified(&text);
            prop_assert_eq!(once.text().chars().count(), text.chars().count());
            let twice = to_simplified(once.text());
            prop_assert_eq!(twice.text(), once.text());
        }
    }
}
