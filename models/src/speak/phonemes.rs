//! Syllables as Kokoro's Mandarin voices were trained on them: IPA with an arrow for the tone.
//!
//! The notation is that of the project misaki's Chinese front end (Apache-2.0); the model's ids are
//! places in its list of symbols.

use super::script::{Clause, Pause, Syllable};

/// Most ids that the model takes at once, without the two that frame them.
pub const LONGEST: usize = 510;

/// What frames every text.
pub(super) const FRAME: i64 = 0;

/// Initials.
const INITIALS: [(&str, &str); 21] = [
    ("zh", "ꭧ"),
    ("ch", "ꭧʰ"),
    ("sh", "ʂ"),
    ("b", "p"),
    ("p", "pʰ"),
    ("m", "m"),
    ("f", "f"),
    ("d", "t"),
    ("t", "tʰ"),
    ("n", "n"),
    ("l", "l"),
    ("g", "k"),
    ("k", "kʰ"),
    ("h", "x"),
    ("j", "ʨ"),
    ("q", "ʨʰ"),
    ("x", "ɕ"),
    ("r", "ɻ"),
    ("z", "ʦ"),
    ("c", "ʦʰ"),
    ("s", "s"),
];

/// Finals, what stands before the tone and what behind it.
const FINALS: [(&str, &str, &str); 38] = [
    ("a", "a", ""),
    ("ai", "ai", ""),
    ("an", "a", "n"),
    ("ang", "a", "ŋ"),
    ("ao", "au", ""),
    ("e", "ɤ", ""),
    ("ei", "ei", ""),
    ("en", "ə", "n"),
    ("eng", "ə", "ŋ"),
    ("er", "ɚ", ""),
    ("i", "i", ""),
    ("-i", "ɨ", ""),
    ("ia", "ja", ""),
    ("ian", "jɛ", "n"),
    ("iang", "ja", "ŋ"),
    ("iao", "jau", ""),
    ("ie", "je", ""),
    ("in", "i", "n"),
    ("ing", "i", "ŋ"),
    ("io", "jɔ", ""),
    ("iong", "jʊ", "ŋ"),
    ("iu", "jou", ""),
    ("o", "wo", ""),
    ("ong", "ʊ", "ŋ"),
    ("ou", "ou", ""),
    ("u", "u", ""),
    ("ua", "wa", ""),
    ("uai", "wai", ""),
    ("uan", "wa", "n"),
    ("uang", "wa", "ŋ"),
    ("ueng", "wə", "ŋ"),
    ("ui", "wei", ""),
    ("un", "wə", "n"),
    ("uo", "wo", ""),
    ("v", "y", ""),
    ("van", "ɥɛ", "n"),
    ("ve", "ɥe", ""),
    ("vn", "y", "n"),
];

/// Names of the letters, A to Z, as an English speaker says them in the model's notation.
const LETTERS: [&str; 26] = [
    "ˈA",
    "bˈi",
    "sˈi",
    "dˈi",
    "ˈi",
    "ˈɛf",
    "ʤˈi",
    "ˈAʧ",
    "ˈI",
    "ʤˈA",
    "kˈA",
    "ˈɛl",
    "ˈɛm",
    "ˈɛn",
    "ˈO",
    "pˈi",
    "kjˈu",
    "ˈɑɹ",
    "ˈɛs",
    "tˈi",
    "jˈu",
    "vˈi",
    "dˈʌbᵊlju",
    "ˈɛks",
    "wˈI",
    "zˈi",
];

/// The model's symbols with their ids.
const IDS: [(char, i64); 62] = [
    (';', 1),
    (':', 2),
    (',', 3),
    ('.', 4),
    ('!', 5),
    ('?', 6),
    (' ', 16),
    ('ʦ', 20),
    ('ʨ', 21),
    ('ꭧ', 23),
    ('A', 24),
    ('I', 25),
    ('O', 31),
    ('ᵊ', 42),
    ('a', 43),
    ('b', 44),
    ('d', 46),
    ('e', 47),
    ('f', 48),
    ('h', 50),
    ('i', 51),
    ('j', 52),
    ('k', 53),
    ('l', 54),
    ('m', 55),
    ('n', 56),
    ('o', 57),
    ('p', 58),
    ('s', 61),
    ('t', 62),
    ('u', 63),
    ('v', 64),
    ('w', 65),
    ('x', 66),
    ('y', 67),
    ('z', 68),
    ('ɑ', 69),
    ('ɔ', 76),
    ('ɕ', 77),
    ('ʤ', 82),
    ('ə', 83),
    ('ɚ', 85),
    ('ɛ', 86),
    ('ɡ', 92),
    ('ɥ', 99),
    ('ɨ', 101),
    ('ɪ', 102),
    ('ŋ', 112),
    ('ɹ', 123),
    ('ɻ', 126),
    ('ʂ', 130),
    ('ʃ', 131),
    ('ʧ', 133),
    ('ʊ', 135),
    ('ʌ', 138),
    ('ɤ', 140),
    ('ˈ', 156),
    ('ʰ', 162),
    ('↓', 169),
    ('→', 171),
    ('↗', 172),
    ('↘', 173),
];

/// Clauses as ids, with how many syllables come to how many ids.
#[derive(Debug, Default)]
pub(super) struct Encoded {
    /// Ids without the frame.
    pub(super) ids: Vec<i64>,
    /// For each syllable in order, the ids that are its own.
    pub(super) syllables: Vec<std::ops::Range<usize>>,
}

/// Writes clauses as ids.
pub(super) fn encode(clauses: &[Clause]) -> Encoded {
    let mut encoded = Encoded::default();
    for (index, clause) in clauses.iter().enumerate() {
        for (at, word) in clause.words.iter().enumerate() {
            if at > 0 {
                encoded.push(" ");
            }
            let mut after_letter = false;
            for syllable in &word.syllables {
                // Letters of a word are names of their own.
                if after_letter && syllable.tone == 0 {
                    encoded.push(" ");
                }
                after_letter = syllable.tone == 0;
                let start = encoded.ids.len();
                encoded.push(&letters(syllable));
                encoded.syllables.push(start..encoded.ids.len());
            }
        }
        let last = index + 1 == clauses.len();
        encoded.push(match clause.pause {
            Pause::None if !last => "",
            Pause::Listed | Pause::Comma => ",",
            Pause::Semicolon => ";",
            Pause::None | Pause::Stop => ".",
            Pause::Exclamation => "!",
            Pause::Question => "?",
        });
        if !last {
            encoded.push(" ");
        }
    }
    encoded
}

impl Encoded {
    fn push(&mut self, symbols: &str) {
        let ids = symbols.chars().filter_map(|symbol| {
            IDS.iter()
                .find(|(known, _)| *known == symbol)
                .map(|(_, id)| *id)
        });
        self.ids.extend(ids);
    }
}

/// One syllable in the model's notation; empty where it is none.
pub fn letters(syllable: &Syllable) -> String {
    if syllable.tone == 0 {
        return syllable
            .pinyin
            .bytes()
            .filter(u8::is_ascii_alphabetic)
            .map(|letter| LETTERS[usize::from(letter.to_ascii_uppercase() - b'A')])
            .collect();
    }
    let Some((initial, ending)) = parts(&syllable.pinyin) else {
        return String::new();
    };
    let Some((_, nucleus, coda)) = FINALS.iter().find(|(name, _, _)| *name == ending) else {
        return String::new();
    };
    let tone = match syllable.tone {
        1 => "→",
        2 => "↗",
        3 => "↓",
        4 => "↘",
        _ => "",
    };
    let onset = INITIALS
        .iter()
        .find(|(name, _)| *name == initial)
        .map_or("", |(_, ipa)| ipa);
    if syllable.rhotic {
        // The colour takes the place of n and of a glide, and keeps ng.
        let nucleus = nucleus
            .strip_suffix('i')
            .filter(|rest| !rest.is_empty())
            .unwrap_or(nucleus);
        let coda = if *coda == "ŋ" { "ŋ" } else { "" };
        return format!("{onset}{nucleus}{tone}{coda}ɚ");
    }
    format!("{onset}{nucleus}{tone}{coda}")
}

/// Initial and final of a syllable in pinyin; the final as it is without y and w.
fn parts(pinyin: &str) -> Option<(&'static str, String)> {
    let initial = INITIALS
        .iter()
        .map(|(initial, _)| *initial)
        .find(|initial| pinyin.starts_with(initial))
        .unwrap_or("");
    let rest = &pinyin[initial.len()..];
    let ending = match (initial, rest) {
        (_, "") => return None,
        ("", "yi") => "i".to_owned(),
        ("", "yin") => "in".to_owned(),
        ("", "ying") => "ing".to_owned(),
        ("", "you") | (_, "iou") => "iu".to_owned(),
        ("", "yong") => "iong".to_owned(),
        ("", "yu") | ("j" | "q" | "x", "u") => "v".to_owned(),
        ("", "yue") | ("j" | "q" | "x" | "n" | "l", "ue") => "ve".to_owned(),
        ("", "yuan") | ("j" | "q" | "x", "uan") => "van".to_owned(),
        ("", "yun") | ("j" | "q" | "x", "un") => "vn".to_owned(),
        ("", "wu") => "u".to_owned(),
        ("", "wei") | (_, "uei") => "ui".to_owned(),
        ("", "wen") | (_, "uen") => "un".to_owned(),
        ("", "ê") => "ei".to_owned(),
        ("", other) if other.starts_with('y') => other.replacen('y', "i", 1),
        ("", other) if other.starts_with('w') => other.replacen('w', "u", 1),
        ("zh" | "ch" | "sh" | "r" | "z" | "c" | "s", "i") => "-i".to_owned(),
        (_, other) => other.to_owned(),
    };
    Some((initial, ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pinyin: &str, tone: u8) -> String {
        letters(&Syllable {
            pinyin: pinyin.into(),
            tone,
            rhotic: false,
            range: 0..0,
        })
    }

    #[test]
    fn syllables_are_written_as_the_voices_learned_them() {
        for (pinyin, tone, written) in [
            ("ni", 3, "ni↓"),
            ("hao", 3, "xau↓"),
            ("zhong", 1, "ꭧʊ→ŋ"),
            ("guo", 2, "kwo↗"),
            ("shi", 4, "ʂɨ↘"),
            ("si", 4, "sɨ↘"),
            ("yuan", 2, "ɥɛ↗n"),
            ("xue", 2, "ɕɥe↗"),
            ("jiu", 4, "ʨjou↘"),
            ("lv", 4, "ly↘"),
            ("er", 4, "ɚ↘"),
            ("de", 5, "tɤ"),
            ("wen", 2, "wə↗n"),
            ("bo", 1, "pwo→"),
            ("yi", 1, "i→"),
            ("yang", 3, "ja↓ŋ"),
        ] {
            assert_eq!(said(pinyin, tone), written, "{pinyin}");
        }
    }

    #[test]
    fn every_symbol_has_an_id() {
        let known = |symbols: &str| {
            symbols
                .chars()
                .all(|symbol| IDS.iter().any(|(id, _)| *id == symbol))
        };
        assert!(INITIALS.iter().all(|(_, ipa)| known(ipa)));
        assert!(
            FINALS
                .iter()
                .all(|(_, nucleus, coda)| known(nucleus) && known(coda))
        );
        assert!(LETTERS.iter().all(|name| known(name)));
        assert!(known("→↗↓↘ɚ,.;:!? "));
    }
}
