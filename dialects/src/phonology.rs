//! How a text sounds: syllables, what a speaker merges, and how far two texts are apart by ear.
//!
//! ```
//! use dialects::{Variety, phonology};
//! assert_eq!(phonology::key("身请居住正", None), phonology::key("申请居住证", None));
//! let broad = |text| phonology::fold_broad(text).map(|sound| sound.key).collect::<Vec<_>>();
//! assert_eq!(broad("死情"), broad("事情"));
//! let near = phonology::similarity("死情", "事情", Some(Variety::Kunming));
//! assert!(near > phonology::similarity("死情", "事故", Some(Variety::Kunming)));
//! ```

mod classes;
mod confusions;
mod ear;
mod sounds;
mod syllable;
mod word_readings;

use std::ops::Range;

pub(crate) use self::{
    ear::Ear,
    syllable::{Readings, Syllable, readings},
};
pub use self::{
    ear::{distance, similarity},
    sounds::{Correspondence, SoundContext, SoundType, read_correspondences},
};
use crate::{Variety, data};

/// The sound of one character of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// The class of its syllable, without tone: the same for all syllables that are merged. Usable
    /// as a token of an index; keys change only with the tables of sounds.
    pub key: &'static str,
    /// The character's byte range in the text.
    pub range: Range<usize>,
}

/// The correspondences of a variety, read at each call. Lines that cannot be read are left out; a
/// test sees to it that there are none.
pub fn correspondences(variety: Variety) -> Vec<Correspondence> {
    read_correspondences(data::sounds(variety))
        .flatten()
        .collect()
}

/// The sounds of a text, folded by what a speaker of the variety merges; for standard Mandarin
/// (`None`) nothing is merged.
///
/// Digits sound as they are read; marks, spaces and characters without a known reading are passed
/// over. Of several readings of a character the commonest is taken, but that of its word where the
/// word is known: 银行, 调解, 归还.
pub fn fold(text: &str, variety: Option<Variety>) -> impl Iterator<Item = Sound> {
    sounds(text, &Ear::of(variety).own)
}

/// The sounds of a text, folded by what speakers of most varieties merge: z c s with zh ch sh, n
/// with l, the nasal endings, ü with i. One index field serves all varieties with it.
pub fn fold_broad(text: &str) -> impl Iterator<Item = Sound> {
    sounds(text, &Ear::of(None).loose)
}

/// The keys of [`fold`] in one string, with a space between.
pub fn key(text: &str, variety: Option<Variety>) -> String {
    let keys: Vec<&str> = fold(text, variety).map(|sound| sound.key).collect();
    keys.join(" ")
}

/// The syllables that a character's Putonghua reading becomes in a variety, in pinyin without tone,
/// with how often; the likeliest first. A local reading of its own (去 as ke) is not among them
/// unless the table of sounds names it.
pub fn local_syllables(character: char, variety: Variety) -> Vec<(String, f32)> {
    let Some(reading) = readings(character).first() else {
        return Vec::new();
    };
    sounds::local(reading.syllable, &correspondences(variety))
        .into_iter()
        .map(|(syllable, weight)| (syllable.spelled(), weight))
        .collect()
}

fn sounds(text: &str, classes: &'static classes::Classes) -> impl Iterator<Item = Sound> {
    let mut in_words = word_readings::in_words(text).into_iter().peekable();
    text.char_indices().filter_map(move |(at, character)| {
        let in_word = in_words.next_if(|(place, _)| *place == at);
        let key = match (in_word, character) {
            (Some((_, syllable)), _) => classes.key(syllable),
            (None, 'a'..='z' | 'A'..='Z') => letter(character),
            (None, _) => classes.key(readings(character).first()?.syllable),
        };
        Some(Sound {
            key,
            range: at..at + character.len_utf8(),
        })
    })
}

/// A letter's key: the capital, which is no syllable's key.
fn letter(letter: char) -> &'static str {
    const CAPITALS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let index = usize::from(letter.to_ascii_uppercase() as u8 - b'A');
    &CAPITALS[index..=index]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_line_of_every_built_in_table_is_good() {
        let mut bad = Vec::new();
        for variety in Variety::ALL {
            for error in read_correspondences(data::sounds(variety)).filter_map(Result::err) {
                bad.push(format!("{variety}/sounds.tsv {error}"));
            }
        }
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    }

    #[test]
    fn digits_sound_as_they_are_read() {
        assert_eq!(key("12345", None), key("一二三四五", None));
        assert_eq!(key("A座3栋，", None), "A zuo san dong");
    }

    #[test]
    fn characters_are_read_as_in_their_word() {
        assert_eq!(key("去银行归还", None), key("去银航规环", None));
        assert_eq!(key("行还", None), "xing hai");
    }

    proptest! {
        #[test]
        fn every_sound_stands_at_its_character(text in ".{0,30}") {
            for variety in [None, Some(Variety::Kunming)] {
                for sound in fold(&text, variety) {
                    prop_assert_eq!(text[sound.range].chars().count(), 1);
                    prop_assert!(!sound.key.is_empty());
                }
            }
        }

        #[test]
        fn a_distance_is_the_same_both_ways(one in "[居住正证身申请死事情a1]{0,8}", other in "[居住正证身申请死事情a1]{0,8}") {
            let there = distance(&one, &other, Some(Variety::Chengdu));
            let back = distance(&other, &one, Some(Variety::Chengdu));
            prop_assert!((there - back).abs() < 1e-4);
            prop_assert!(distance(&one, &one, None).abs() < 1e-6);
            prop_assert!((0.0..=1.0).contains(&similarity(&one, &other, None)));
        }
    }
}
