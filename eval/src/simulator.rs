//! Standard text said in an accent, as a recogniser of Putonghua writes it down.
//!
//! Kept apart from the corrector that it tests: it reads the same tables of sounds, and nothing
//! else of it. It is harsher than a recogniser, which prefers words: it writes any character that
//! sounds so, the commoner the likelier.

use std::collections::HashMap;

use dialects::phonology::{self, Correspondence, SoundContext, SoundType};
use dialects::{Variety, pinyin};

use crate::statistics::Generator;

/// Initials in pinyin, those of two letters first.
const INITIALS: [&str; 21] = [
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z",
    "c", "s",
];

/// Parts that a probability is drawn in.
const PARTS: usize = 1 << 20;

/// The characters of a corpus by their sound. A sound is an initial and a final without tone, as
/// [`phonology::key`] spells it.
pub(crate) struct Characters {
    /// The characters of each sound, with how often they were seen.
    homophones: HashMap<String, Vec<(char, usize)>>,
    /// The sound of each syllable as pinyin writes it: `yu` sounds `v`.
    sounds: HashMap<String, String>,
}

impl Characters {
    /// Counts the characters of texts.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut counts: HashMap<char, usize> = HashMap::new();
        for character in texts.flat_map(str::chars) {
            *counts.entry(character).or_default() += 1;
        }
        let mut counts: Vec<(char, usize)> = counts.into_iter().collect();
        // The same draws in every run need the same order in every run.
        counts.sort_unstable();
        let mut known = Self {
            homophones: HashMap::new(),
            sounds: HashMap::new(),
        };
        for (character, count) in counts {
            if let (Some(sound), Some(spelled)) = (sound(character), pinyin::readings(character).first()) {
                known.sounds.entry(spelled.clone()).or_insert_with(|| sound.clone());
                known.homophones.entry(sound).or_default().push((character, count));
            }
        }
        known
    }

    /// Another character of this sound, by frequency.
    fn homophone(&self, sound: &str, other_than: char, generator: &mut Generator) -> Option<char> {
        let homophones = self.homophones.get(sound)?;
        let others = || homophones.iter().filter(|(character, _)| *character != other_than);
        let mut left = generator.below(others().map(|(_, count)| count).sum());
        others().find_map(|(character, count)| {
            let drawn = left < *count;
            left = left.saturating_sub(*count);
            drawn.then_some(*character)
        })
    }
}

/// What is heard of the speakers of one variety.
pub(crate) struct Accent<'a> {
    rules: Vec<Correspondence>,
    /// How likely a syllable's tone is heard as another, of all tones.
    other_tone: f32,
    characters: &'a Characters,
}

impl<'a> Accent<'a> {
    /// The accent of a variety's speakers, written with the characters of a corpus.
    pub(crate) fn new(variety: Variety, characters: &'a Characters) -> Self {
        let rules = phonology::correspondences(variety);
        let shifted = rules.iter().filter(|rule| {
            rule.sound_type == SoundType::Tone
                && rule.standard != rule.local
                && rule.context == SoundContext::Anywhere
        });
        Self {
            other_tone: (shifted.map(|rule| rule.weight).sum::<f32>() / 4.0).min(1.0),
            rules,
            characters,
        }
    }

    /// A text as it is heard, character by character; of the characters that can be misheard about
    /// this share is.
    pub(crate) fn heard(&self, text: &str, share: f64, generator: &mut Generator) -> String {
        let affected = (share * PARTS as f64) as usize;
        text.chars()
            .map(|character| {
                if generator.below(PARTS) >= affected {
                    return character;
                }
                self.misheard(character, generator).unwrap_or(character)
            })
            .collect()
    }

    /// Another character by one correspondence, drawn by its weight.
    fn misheard(&self, character: char, generator: &mut Generator) -> Option<char> {
        let sound = sound(character)?;
        let mut heard: Vec<(String, f32)> = self
            .rules
            .iter()
            .filter_map(|rule| Some((self.local(rule, character, &sound)?, rule.weight)))
            .filter(|(local, _)| *local != sound && self.characters.homophones.contains_key(local))
            .collect();
        heard.push((sound, self.other_tone));
        let total: f32 = heard.iter().map(|(_, weight)| weight).sum();
        let mut left = generator.below(PARTS) as f32 / PARTS as f32 * total;
        let (local, _) = heard.iter().find(|(_, weight)| {
            left -= weight;
            left < 0.0
        })?;
        self.characters.homophone(local, character, generator)
    }

    /// The sound that a correspondence makes of a character's.
    fn local(&self, rule: &Correspondence, character: char, sound: &str) -> Option<String> {
        let (initial, ending) = split(sound);
        let holds = match &rule.context {
            SoundContext::Anywhere => true,
            SoundContext::After(initials) => initials.iter().any(|one| plain(one) == initial),
            SoundContext::Before(endings) => endings.iter().any(|start| ending.starts_with(start)),
            // Of the other conditions it is not known which characters they hold for.
            SoundContext::Sometimes(words) => {
                words.strip_prefix("chars ").is_some_and(|listed| listed.contains(character))
            }
        };
        let (standard, local) = (plain(&rule.standard), plain(&rule.local));
        let applies = holds
            && match rule.sound_type {
                SoundType::Initial => standard == initial,
                SoundType::Final if rule.standard == "o" => {
                    ending == "uo" && matches!(initial, "b" | "p" | "m" | "f")
                }
                SoundType::Final => standard == ending,
                SoundType::Syllable => {
                    self.characters.sounds.get(standard).is_some_and(|known| known == sound)
                }
                SoundType::Tone => false,
            };
        if !applies {
            return None;
        }
        match rule.sound_type {
            SoundType::Initial => Some(format!("{local}{}", ending.trim_start_matches('-'))),
            SoundType::Final => Some(format!("{initial}{local}")),
            _ => self.characters.sounds.get(local).cloned(),
        }
    }
}

/// The sound of a Han character.
fn sound(character: char) -> Option<String> {
    let han = matches!(character, '\u{4e00}'..='\u{9fff}');
    let sound = phonology::key(character.encode_utf8(&mut [0; 4]), None);
    (han && !sound.is_empty()).then_some(sound)
}

/// The initial and the final of a sound; the vowel of zi and zhi is `-i`.
fn split(sound: &str) -> (&str, &str) {
    let initial = INITIALS.into_iter().find(|initial| sound.starts_with(initial)).unwrap_or("");
    let ending = &sound[initial.len()..];
    match initial {
        "zh" | "ch" | "sh" | "r" | "z" | "c" | "s" if ending == "i" => (initial, "-i"),
        _ => (initial, ending),
    }
}

/// The name of a class in the tables as sounds are spelled here.
fn plain(class: &str) -> &str {
    match class {
        "zero" => "",
        "o" => "uo",
        "uei" => "ui",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accent_is_heard_as_its_tables_say() {
        let characters = Characters::of(["水费谁飞睡非树腐"].into_iter());
        let accent = Accent::new(Variety::Luxi, &characters);
        let mut generator = Generator::new(1);
        let heard: String =
            (0..40).map(|_| accent.heard("水", 1.0, &mut generator)).collect();
        assert!(heard.contains('费'), "shui is fei in west Shandong: {heard}");
        assert!(heard.contains('谁') || heard.contains('睡'), "or has another tone: {heard}");
        assert!(!heard.contains('腐') && !heard.contains('水'), "{heard}");
    }

    #[test]
    fn what_is_no_han_character_stays() {
        let characters = Characters::of(["证正"].into_iter());
        let accent = Accent::new(Variety::Kunming, &characters);
        let heard = accent.heard("A1，证", 1.0, &mut Generator::new(1));
        assert_eq!(heard, "A1，正");
    }
}
