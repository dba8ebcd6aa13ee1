//! Readings of characters, and texts whose characters are followed by their reading in brackets.

use ::pinyin::ToPinyinMulti;

use crate::Mapped;

/// Longest annotation that is looked at, in characters; no phrase of a text for learners is longer.
const LONGEST_ANNOTATION: usize = 80;

/// All readings of a character without tone marks, `ü` written `v`, the commonest first.
///
/// Empty where the character is no Han character or has no known reading.
///
/// ```
/// assert_eq!(dialects::pinyin::readings('行'), ["xing", "hang", "heng"]);
/// ```
pub fn readings(character: char) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    let Some(readings) = character.to_pinyin_multi() else {
        return known;
    };
    for reading in readings {
        let plain = plain_letters(reading.plain());
        if !plain.is_empty() && !known.contains(&plain) {
            known.push(plain);
        }
    }
    known
}

/// Takes out pinyin in brackets behind the characters it belongs to: 居(jū)住(zhù)证 becomes 居住证.
///
/// A bracket goes only where it is a reading of the characters right before it, with or without
/// tones, one character or several at a time; every other bracket stays.
pub fn strip_annotations(text: &str) -> Mapped {
    let mut result = Mapped::new();
    let mut kept_from = 0;
    let mut cursor = 0;
    while let Some(found) = text[cursor..].find(['(', '（', '[', '［', '〔', '【']) {
        let open = cursor + found;
        let bracket = text[open..].chars().next().unwrap_or('(');
        cursor = open + bracket.len_utf8();
        let Some(length) = closing(&text[cursor..], bracket) else {
            continue;
        };
        let before = &text[kept_from..open];
        // A bracket right behind another stripped one stands behind the same characters.
        let before = if before.is_empty() {
            result.text()
        } else {
            before
        };
        if !is_reading(before, &text[cursor..cursor + length]) {
            continue;
        }
        let end = cursor + length;
        let close = text[end..].chars().next().map_or(0, char::len_utf8);
        result.push(&text[kept_from..open], kept_from..open);
        kept_from = end + close;
        cursor = kept_from;
    }
    result.push(&text[kept_from..], kept_from..text.len());
    result
}

/// Length in bytes of what stands before the closing bracket, if it can be an annotation at all.
fn closing(text: &str, open: char) -> Option<usize> {
    let close = match open {
        '(' => [')', '）'],
        '（' => ['）', ')'],
        '[' => [']', '］'],
        '［' => ['］', ']'],
        '〔' => ['〕', '〕'],
        _ => ['】', '】'],
    };
    text.char_indices()
        .take(LONGEST_ANNOTATION)
        .find(|(_, character)| close.contains(character))
        .map(|(at, _)| at)
        .filter(|&at| at > 0)
}

/// Whether `annotation` spells one or more of the last characters of `before`.
fn is_reading(before: &str, annotation: &str) -> bool {
    let capitals = annotation
        .chars()
        .skip(1)
        .filter(char::is_ascii_uppercase)
        .count();
    let strange = annotation.chars().any(|character| {
        !(character.is_whitespace()
            || character.is_ascii_digit()
            || matches!(character, '\'' | '’' | '-' | '·' | ',' | '，')
            || plain_letter(character).is_some())
    });
    let letters = plain_letters(annotation);
    if strange || capitals > 0 || letters.is_empty() {
        return false;
    }
    let characters: Vec<char> = before
        .chars()
        .rev()
        .take_while(|&character| character.to_pinyin_multi().is_some())
        .take(letters.len())
        .collect();
    // Read backwards: the rests of the annotation that the characters so far can leave over.
    let mut rests = vec![letters.as_str()];
    for character in characters {
        let spellings = readings(character);
        let mut shorter: Vec<&str> = rests
            .iter()
            .flat_map(|rest| {
                spellings
                    .iter()
                    .filter_map(|reading| strip_reading(rest, reading))
            })
            .collect();
        shorter.sort_unstable();
        shorter.dedup();
        if shorter.iter().any(|rest| rest.is_empty()) {
            return true;
        }
        rests = shorter;
    }
    false
}

fn strip_reading<'a>(letters: &'a str, reading: &str) -> Option<&'a str> {
    letters.strip_suffix(reading).or_else(|| {
        // lü and nü are also typed lu and nu.
        let typed = reading.replace('v', "u");
        letters.strip_suffix(typed.as_str())
    })
}

/// The letters of a spelling in lower case, without tone marks, digits and separators.
fn plain_letters(spelling: &str) -> String {
    spelling
        .chars()
        .filter_map(plain_letter)
        .filter(|letter| *letter != '\0')
        .collect()
}

/// A letter without its tone mark; `'\0'` for a mark that stands alone.
fn plain_letter(letter: char) -> Option<char> {
    Some(match letter {
        'a'..='z' => letter,
        'A'..='Z' => letter.to_ascii_lowercase(),
        'ā' | 'á' | 'ǎ' | 'à' | 'ă' | 'ɑ' | 'Ā' | 'Á' | 'Ǎ' | 'À' => 'a',
        'ē' | 'é' | 'ě' | 'è' | 'ĕ' | 'ê' | 'Ē' | 'É' | 'Ě' | 'È' => 'e',
        'ī' | 'í' | 'ǐ' | 'ì' | 'ĭ' => 'i',
        'ō' | 'ó' | 'ǒ' | 'ò' | 'ŏ' | 'Ō' | 'Ó' | 'Ǒ' | 'Ò' => 'o',
        'ū' | 'ú' | 'ǔ' | 'ù' | 'ŭ' => 'u',
        'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => 'v',
        'ń' | 'ň' | 'ǹ' => 'n',
        'ḿ' => 'm',
        'ɡ' => 'g',
        '\u{300}'..='\u{30c}' => '\0',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn readings_in_brackets_are_taken_out() {
        for (written, restored) in [
            ("居(jū)住(zhù)证", "居住证"),
            ("居(ju1)住（zhu4）证（zhèng）的办理", "居住证的办理"),
            ("居住证(jū zhù zhèng)怎么办", "居住证怎么办"),
            ("居住证(jūzhùzhèng)怎么办", "居住证怎么办"),
            ("绿(lǜ)色和女(nu)儿", "绿色和女儿"),
            ("重(chóng)庆，重(zhòng)要", "重庆，重要"),
            ("医(yi\u{304})保", "医保"),
        ] {
            assert_eq!(strip_annotations(written).text(), restored);
        }
    }

    #[test]
    fn other_brackets_stay() {
        for written in [
            "登录平台(si.12333.gov.cn)办理",
            "使用应用(APP)办理",
            "居住证（含电子证）",
            "第（一）项",
            "平安(an quan)",
            "社保卡(ka",
            "(jū)住",
            "编号(12)",
        ] {
            assert_eq!(strip_annotations(written).text(), written);
        }
    }

    #[test]
    fn places_point_into_the_annotated_text() {
        let written = "居(jū)住(zhù)证";
        let mapped = strip_annotations(written);
        let place = mapped.original(3..9);
        assert_eq!(&written[place], "住(zhù)证");
    }

    proptest! {
        #[test]
        fn nothing_outside_brackets_is_lost(text in "[居住证（()）\\[\\]a-zūù 1。]{0,60}") {
            let outside = |text: &str| text.chars().filter(|c| "居住证。".contains(*c)).count();
            prop_assert_eq!(outside(strip_annotations(&text).text()), outside(&text));
        }
    }
}
