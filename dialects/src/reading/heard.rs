//! Whether what was said was understood: a text against what a recogniser heard of it.

use super::{Syllable, read, spoken};
use crate::script;

/// Errors of one or more sentences: counts, so that they can be added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeardErrors {
    /// Characters that were to be heard, numbers as they are said, marks left out.
    pub characters: usize,
    /// Characters that are wrong, missing or too many.
    pub wrong_characters: usize,
    /// Syllables that were to be heard.
    pub syllables: usize,
    /// Syllables that are wrong, missing or too many, tones left out.
    pub wrong_syllables: usize,
}

impl HeardErrors {
    /// Share of wrong characters; may be above 1.
    pub fn character_rate(&self) -> f64 {
        self.wrong_characters as f64 / self.characters.max(1) as f64
    }

    /// Share of wrong syllables; may be above 1.
    pub fn syllable_rate(&self) -> f64 {
        self.wrong_syllables as f64 / self.syllables.max(1) as f64
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            characters: self.characters + other.characters,
            wrong_characters: self.wrong_characters + other.wrong_characters,
            syllables: self.syllables + other.syllables,
            wrong_syllables: self.wrong_syllables + other.wrong_syllables,
        }
    }
}

/// Compares a text that was spoken with what was heard. Digits or characters, traditional or
/// simplified, marks or none: only what differs in saying counts.
pub fn heard_errors(said: &str, heard: &str) -> HeardErrors {
    let heard = script::to_simplified(heard).into_text();
    let (characters, heard_characters) = (characters(said), characters(&heard));
    let (syllables, heard_syllables) = (syllables(said), syllables(&heard));
    HeardErrors {
        characters: characters.len(),
        wrong_characters: edits(&characters, &heard_characters),
        syllables: syllables.len(),
        wrong_syllables: edits(&syllables, &heard_syllables),
    }
}

fn characters(text: &str) -> Vec<char> {
    spoken(text)
        .text()
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        // Ones of telephones are heard as either.
        .map(|letter| {
            if letter == '幺' {
                '一'
            } else {
                letter.to_ascii_uppercase()
            }
        })
        .collect()
}

fn syllables(text: &str) -> Vec<String> {
    let sound = |syllable: &Syllable| match syllable.pinyin.as_str() {
        "yao" if syllable.tone == 1 => "yi".to_owned(),
        pinyin => pinyin.to_owned(),
    };
    read(text)
        .iter()
        .flat_map(|clause| clause.syllables().map(sound).collect::<Vec<_>>())
        .collect()
}

/// Fewest insertions, deletions and replacements (Levenshtein).
fn edits<Item: PartialEq>(one: &[Item], other: &[Item]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, item) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (at, candidate) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(item != candidate);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_in_saying_counts() {
        let same = heard_errors("请拨打119，3天内办好。", "請撥打一一九三天内辦好");
        assert_eq!((same.wrong_characters, same.wrong_syllables), (0, 0));
        let near = heard_errors("办居住证", "办居住正");
        assert_eq!((near.wrong_characters, near.wrong_syllables), (1, 0));
        assert_eq!(heard_errors("办证", "").wrong_syllables, 2);
    }
}
