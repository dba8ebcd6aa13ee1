//! A simulated accent: the sounds and tones of a variety laid over standard speech.

use super::Clause;
use crate::{
    Variety,
    phonology::{Correspondence, SoundContext, SoundType, correspondences},
};

/// From this share on a correspondence is how most people say it.
const USUAL: f32 = 0.5;

/// The clauses with each syllable as a speaker of the variety would most often say it.
///
/// It is a simulation from tables of correspondences (`data/*/sounds.tsv`), not a recording of
/// anyone: a page or a call that uses it must say so. Words stay those of the standard.
#[must_use]
pub fn accented(clauses: &[Clause], variety: Variety) -> Vec<Clause> {
    let table = correspondences(variety);
    let mut changed = clauses.to_vec();
    for clause in &mut changed {
        for word in &mut clause.words {
            for syllable in &mut word.syllables {
                if syllable.tone == 0 {
                    continue;
                }
                let (initial, ending) = parts(&syllable.pinyin);
                let spoken_ending = usual(&table, SoundType::Final, &ending, &initial, &ending);
                let spoken_initial = usual(&table, SoundType::Initial, &initial, &initial, &ending);
                syllable.pinyin = format!("{spoken_initial}{spoken_ending}");
                let tone = syllable.tone.to_string();
                let spoken_tone = usual(&table, SoundType::Tone, &tone, &initial, &ending);
                syllable.tone = spoken_tone.parse().unwrap_or(syllable.tone);
            }
        }
    }
    changed
}

/// What a class usually becomes, or the class itself.
fn usual(
    table: &[Correspondence],
    sound_type: SoundType,
    class: &str,
    initial: &str,
    ending: &str,
) -> String {
    let standard = |name: &str| match name {
        "zero" | "0" => String::new(),
        "o" => "uo".to_owned(),
        other => other.to_owned(),
    };
    table
        .iter()
        .filter(|rule| rule.sound_type == sound_type && rule.weight >= USUAL)
        .filter(|rule| standard(&rule.standard) == class)
        .filter(|rule| match &rule.context {
            SoundContext::Anywhere => true,
            SoundContext::After(initials) => initials.iter().any(|name| standard(name) == initial),
            SoundContext::Before(starts) => starts
                .iter()
                .any(|start| ending.starts_with(start.as_str())),
            SoundContext::Sometimes(_) => false,
        })
        .max_by(|one, other| one.weight.total_cmp(&other.weight))
        .map_or_else(|| class.to_owned(), |rule| standard(&rule.local))
}

/// Initial and final of a syllable in pinyin, the final as it is without y and w.
fn parts(pinyin: &str) -> (String, String) {
    const INITIALS: [&str; 21] = [
        "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x",
        "r", "z", "c", "s",
    ];
    let initial = INITIALS
        .iter()
        .find(|initial| pinyin.starts_with(**initial) && pinyin.len() > initial.len())
        .copied()
        .unwrap_or_default();
    let rest = &pinyin[initial.len()..];
    let ending = match (initial, rest) {
        ("", "yi") => "i",
        ("", "yin") => "in",
        ("", "ying") => "ing",
        ("", "you") => "iu",
        ("", "yu") | ("j" | "q" | "x", "u") => "v",
        ("", "yue") | ("j" | "q" | "x" | "n" | "l", "ue") => "ve",
        ("", "yuan") | ("j" | "q" | "x", "uan") => "van",
        ("", "yun") | ("j" | "q" | "x", "un") => "vn",
        ("", "wu") => "u",
        ("", "wei") => "ui",
        ("", "wen") => "un",
        ("zh" | "ch" | "sh" | "r" | "z" | "c" | "s", "i") => "-i",
        ("b" | "p" | "m" | "f", "o") => "uo",
        ("", other) if other.starts_with('y') => {
            return (String::new(), other.replacen('y', "i", 1));
        }
        ("", other) if other.starts_with('w') => {
            return (String::new(), other.replacen('w', "u", 1));
        }
        (_, other) => other,
    };
    (initial.to_owned(), ending.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::read;

    #[test]
    fn kunming_has_neither_rounded_fronts_nor_velar_nasals_and_its_own_tones() {
        let standard = read("请去居民中心。");
        let local = accented(&standard, Variety::Kunming);
        assert_eq!(standard[0].pinyin(), "qing3 qu4 ju1 min2 zhong1 xin1");
        assert_eq!(local[0].pinyin(), "qin4 qi3 ji1 min4 zhong1 xin1");
        assert_eq!(standard[0].range, local[0].range);
    }
}
