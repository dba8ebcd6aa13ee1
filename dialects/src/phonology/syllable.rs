//! Syllables of Putonghua and the readings of characters.

use std::sync::LazyLock;

use ::pinyin::ToPinyinMulti;

/// Initials in pinyin, the missing one first.
pub(super) const INITIALS: [&str; 22] = [
    "", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "zh", "ch", "sh",
    "r", "z", "c", "s",
];

/// Finals in pinyin as they are without an initial, ü written v; `-i` is that of zi and zhi.
pub(super) const FINALS: [&str; 37] = [
    "a", "e", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "ong", "er", "-i", "i", "ia", "ie",
    "iao", "iu", "ian", "in", "iang", "ing", "iong", "u", "ua", "uo", "uai", "ui", "uan", "un",
    "uang", "ueng", "v", "ve", "van", "vn", "io",
];

/// Number of syllables that can be spelled, whether they are said or not.
pub(super) const SYLLABLES: usize = INITIALS.len() * FINALS.len();

/// A syllable without its tone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Syllable(u16);

impl Syllable {
    pub(super) fn new(initial: usize, ending: usize) -> Self {
        Self((initial * FINALS.len() + ending) as u16)
    }

    /// Index into [`INITIALS`].
    pub(super) fn initial(self) -> usize {
        usize::from(self.0) / FINALS.len()
    }

    /// Index into [`FINALS`].
    pub(super) fn ending(self) -> usize {
        usize::from(self.0) % FINALS.len()
    }

    /// Place among [`SYLLABLES`].
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    pub(super) fn at(index: usize) -> Self {
        Self(index as u16)
    }

    /// Reads pinyin without tone, ü as v or ü.
    pub(super) fn parse(pinyin: &str) -> Option<Self> {
        let pinyin = pinyin.replace('ü', "v");
        let initial = INITIALS
            .iter()
            .enumerate()
            .filter(|(_, initial)| pinyin.starts_with(**initial))
            .max_by_key(|(_, initial)| initial.len())?
            .0;
        let written = &pinyin[INITIALS[initial].len()..];
        let ending = match INITIALS[initial] {
            "" => ending_alone(written)?,
            "j" | "q" | "x" => match written {
                "u" => "v",
                "ue" => "ve",
                "uan" => "van",
                "un" => "vn",
                other => other,
            },
            "zh" | "ch" | "sh" | "r" | "z" | "c" | "s" if written == "i" => "-i",
            "n" | "l" if written == "ue" => "ve",
            _ => written,
        };
        Some(Self::new(initial, parse_final(ending)?))
    }

    /// Its spelling: initial and final, ü as v.
    pub(crate) fn spelled(self) -> String {
        let ending = FINALS[self.ending()].trim_start_matches('-');
        format!("{}{ending}", INITIALS[self.initial()])
    }
}

/// The final that a syllable without an initial spells with y or w.
fn ending_alone(written: &str) -> Option<&str> {
    Some(match written {
        "yi" => "i",
        "ya" => "ia",
        "ye" => "ie",
        "yao" => "iao",
        "you" => "iu",
        "yan" => "ian",
        "yin" => "in",
        "yang" => "iang",
        "ying" => "ing",
        "yong" => "iong",
        "yo" => "io",
        "yu" => "v",
        "yue" => "ve",
        "yuan" => "van",
        "yun" => "vn",
        "wu" => "u",
        "wa" => "ua",
        "wo" | "o" => "uo",
        "wai" => "uai",
        "wei" => "ui",
        "wan" => "uan",
        "wen" => "un",
        "wang" => "uang",
        "weng" => "ueng",
        other => {
            return parse_final(other).map(|at| FINALS[at]);
        }
    })
}

/// The place of a final; `o` is the same as `uo`, ɿ and ʅ are `-i`.
pub(super) fn parse_final(written: &str) -> Option<usize> {
    let written = written.replace('ü', "v");
    let known = match written.as_str() {
        "o" => "uo",
        "ii" | "ɿ" | "ʅ" => "-i",
        "iou" => "iu",
        "uei" => "ui",
        "uen" => "un",
        "ê" => "ei",
        other => other,
    };
    FINALS.iter().position(|ending| *ending == known)
}

/// The place of an initial; `zero` and `0` are the missing one, as are `y` and `w`, which only
/// spell it.
pub(super) fn parse_initial(written: &str) -> Option<usize> {
    let known = match written {
        "zero" | "0" | "y" | "w" => "",
        other => other,
    };
    INITIALS.iter().position(|initial| *initial == known)
}

/// A syllable with its tone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) syllable: Syllable,
    /// 1 to 4, 5 for none.
    pub(crate) tone: u8,
}

/// The first two readings of a character; rarer ones mislead more than they help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Readings {
    list: [Reading; 2],
    length: u8,
}

impl Readings {
    pub(crate) fn first(&self) -> Option<Reading> {
        self.as_slice().first().copied()
    }

    pub(crate) fn as_slice(&self) -> &[Reading] {
        &self.list[..usize::from(self.length)]
    }

    fn push(&mut self, reading: Reading) {
        if usize::from(self.length) < self.list.len() && !self.as_slice().contains(&reading) {
            self.list[usize::from(self.length)] = reading;
            self.length += 1;
        }
    }
}

/// The common Han characters, whose readings are kept.
const COMMON: std::ops::Range<usize> = 0x4e00..0xa000;

/// The readings of a character, the commonest first; digits are read as their Chinese numeral.
pub(crate) fn readings(character: char) -> Readings {
    static KNOWN: LazyLock<Vec<Readings>> = LazyLock::new(|| {
        COMMON
            .map(|code| char::from_u32(code as u32).map_or_else(Readings::default, look_up))
            .collect()
    });
    let character = match character {
        '0'..='9' => DIGITS[character as usize - '0' as usize],
        _ => character,
    };
    let code = character as usize;
    if COMMON.contains(&code) {
        KNOWN[code - COMMON.start]
    } else {
        look_up(character)
    }
}

/// The syllables that common characters are read as.
pub(super) fn said() -> &'static [Syllable] {
    static SAID: LazyLock<Vec<Syllable>> = LazyLock::new(|| {
        let mut said: Vec<Syllable> = COMMON
            .filter_map(|code| char::from_u32(code as u32))
            .flat_map(|character| {
                let known = readings(character);
                known
                    .as_slice()
                    .iter()
                    .map(|reading| reading.syllable)
                    .collect::<Vec<_>>()
            })
            .collect();
        said.sort_unstable();
        said.dedup();
        said
    });
    &SAID
}

fn look_up(character: char) -> Readings {
    let mut known = Readings::default();
    let Some(readings) = character.to_pinyin_multi() else {
        return known;
    };
    for reading in readings {
        let spelled = reading.with_tone_num_end();
        let plain = spelled.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let tone = spelled[plain.len()..].parse().unwrap_or(5);
        if let Some(syllable) = Syllable::parse(plain) {
            known.push(Reading { syllable, tone });
        }
    }
    known
}

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_of_every_character_is_spelled_back() {
        let mut seen = std::collections::HashSet::new();
        for character in '\u{4e00}'..='\u{9fff}' {
            for reading in readings(character).as_slice() {
                let spelled = reading.syllable.spelled();
                if seen.insert(spelled.clone()) {
                    assert_eq!(
                        Syllable::parse(&spelled),
                        Some(reading.syllable),
                        "{spelled}"
                    );
                }
            }
        }
        assert!(seen.len() > 380, "{}", seen.len());
    }

    #[test]
    fn syllables_are_taken_apart() {
        for (pinyin, initial, ending) in [
            ("zhi", "zh", "-i"),
            ("yuan", "", "van"),
            ("xue", "x", "ve"),
            ("lü", "l", "v"),
            ("wo", "", "uo"),
            ("er", "", "er"),
            ("bo", "b", "uo"),
            ("ang", "", "ang"),
        ] {
            let syllable = Syllable::parse(pinyin).expect("a syllable");
            assert_eq!(INITIALS[syllable.initial()], initial, "{pinyin}");
            assert_eq!(FINALS[syllable.ending()], ending, "{pinyin}");
        }
        assert_eq!(Syllable::parse("hng"), None);
    }
}
