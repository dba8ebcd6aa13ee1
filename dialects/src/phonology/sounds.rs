//! Tables of sounds: what a class of Putonghua becomes in a variety, and how often.

use super::syllable::{FINALS, INITIALS, Syllable, parse_final, parse_initial};
use crate::{
    error::{Error, Problem},
    lexicon::read_share,
};

/// A correspondence between Putonghua and a variety.
#[derive(Clone, Debug, PartialEq)]
pub struct Correspondence {
    /// What corresponds.
    pub sound_type: SoundType,
    /// The class of Putonghua, in pinyin: zh, eng, van for üan, 4, zheng.
    pub standard: String,
    /// What a recogniser of Putonghua hears, or the class it is merged with.
    pub local: String,
    /// How often, between 0 and 1.
    pub weight: f32,
    /// Where.
    pub context: SoundContext,
}

/// What a correspondence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SoundType {
    /// The consonant that a syllable begins with.
    Initial,
    /// The rest of the syllable.
    Final,
    /// The tone, 1 to 4.
    Tone,
    /// The whole syllable.
    Syllable,
}

/// Where a correspondence holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SoundContext {
    /// Everywhere.
    #[default]
    Anywhere,
    /// Behind one of these initials.
    After(Vec<String>),
    /// Before finals that begin so.
    Before(Vec<String>),
    /// In some words only, in the words of the table: it makes the two near, never the same.
    Sometimes(String),
}

/// Reads a table of sounds, line by line; a bad line does not spoil the rest.
///
/// The first line is the header; lines that begin with `#` are comments.
pub fn read_correspondences(text: &str) -> impl Iterator<Item = Result<Correspondence, Error>> {
    text.lines()
        .enumerate()
        .skip(1)
        .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
        .map(|(index, line)| {
            read_correspondence(line).map_err(|problem| Error::Line {
                line: index + 1,
                problem,
            })
        })
}

fn read_correspondence(line: &str) -> Result<Correspondence, Problem> {
    let columns: Vec<&str> = line
        .trim_end_matches('\r')
        .split('\t')
        .map(str::trim)
        .collect();
    let [sound_type, standard, local, weight, context, _source] = columns[..] else {
        return Err(Problem::Columns {
            found: columns.len(),
            expected: 6,
        });
    };
    let sound_type = match sound_type {
        "initial" => SoundType::Initial,
        "final" => SoundType::Final,
        "tone" => SoundType::Tone,
        "syllable" => SoundType::Syllable,
        _ => return Err(Problem::SoundType(sound_type.to_owned())),
    };
    let known = |sound: &str| {
        let good = match sound_type {
            SoundType::Initial => parse_initial(sound).is_some(),
            SoundType::Final => parse_final(sound).is_some(),
            SoundType::Tone => matches!(sound, "1" | "2" | "3" | "4" | "5"),
            SoundType::Syllable => Syllable::parse(sound).is_some(),
        };
        if good {
            Ok(sound.replace('ü', "v"))
        } else {
            Err(Problem::Sound(sound.to_owned()))
        }
    };
    Ok(Correspondence {
        sound_type,
        standard: known(standard)?,
        local: known(local)?,
        weight: read_share(weight)?,
        context: read_context(context),
    })
}

fn read_context(text: &str) -> SoundContext {
    let list = |rest: &str| {
        rest.split(['|', ' ', ',', '、'])
            .filter(|sound| !sound.is_empty())
            .map(|sound| sound.replace('ü', "v"))
            .collect::<Vec<_>>()
    };
    if text.is_empty() {
        return SoundContext::Anywhere;
    }
    if let Some(rest) = text.strip_prefix("after ") {
        let initials = list(rest);
        if initials.iter().all(|sound| parse_initial(sound).is_some()) {
            return SoundContext::After(initials);
        }
    }
    if let Some(rest) = text.strip_prefix("before ") {
        let endings = list(rest);
        let known = |start: &String| {
            FINALS
                .iter()
                .any(|ending| ending.starts_with(start.as_str()))
        };
        if endings.iter().all(known) {
            return SoundContext::Before(endings);
        }
    }
    SoundContext::Sometimes(text.to_owned())
}

impl Correspondence {
    /// The pairs of standard and local syllables that it joins; none for a tone.
    pub(super) fn pairs(&self) -> Vec<(Syllable, Syllable)> {
        match self.sound_type {
            SoundType::Tone => Vec::new(),
            SoundType::Syllable => Syllable::parse(&self.standard)
                .zip(Syllable::parse(&self.local))
                .into_iter()
                .collect(),
            SoundType::Initial => {
                let joined = parse_initial(&self.standard).zip(parse_initial(&self.local));
                joined.map_or_else(Vec::new, |(standard, local)| {
                    (0..FINALS.len())
                        .filter(|&ending| self.holds(standard, ending))
                        .map(|ending| {
                            (
                                Syllable::new(standard, ending),
                                Syllable::new(local, ending),
                            )
                        })
                        .collect()
                })
            }
            SoundType::Final => {
                let joined = parse_final(&self.standard).zip(parse_final(&self.local));
                joined.map_or_else(Vec::new, |(standard, local)| {
                    (0..INITIALS.len())
                        .filter(|&initial| self.holds(initial, standard))
                        .map(|initial| {
                            (
                                Syllable::new(initial, standard),
                                Syllable::new(initial, local),
                            )
                        })
                        .collect()
                })
            }
        }
    }

    fn holds(&self, initial: usize, ending: usize) -> bool {
        match &self.context {
            SoundContext::Anywhere | SoundContext::Sometimes(_) => true,
            SoundContext::After(initials) => initials
                .iter()
                .any(|name| parse_initial(name) == Some(initial)),
            SoundContext::Before(endings) => endings
                .iter()
                .any(|start| FINALS[ending].starts_with(start.as_str())),
        }
    }
}

/// What a syllable becomes by the correspondences, with how often, the likeliest first.
pub(super) fn local(standard: Syllable, table: &[Correspondence]) -> Vec<(Syllable, f32)> {
    let mut forms = vec![(standard, 1.0)];
    for sound_type in [SoundType::Final, SoundType::Initial, SoundType::Syllable] {
        let mut next: Vec<(Syllable, f32)> = Vec::new();
        for &(form, likelihood) in &forms {
            let mut kept = 1.0_f32;
            for correspondence in table.iter().filter(|rule| rule.sound_type == sound_type) {
                let Some((_, local)) = correspondence
                    .pairs()
                    .into_iter()
                    .find(|(standard, local)| *standard == form && standard != local)
                else {
                    continue;
                };
                let weight = correspondence.weight.min(kept);
                kept -= weight;
                next.push((local, likelihood * weight));
            }
            next.push((form, likelihood * kept));
        }
        forms = next;
    }
    forms.retain(|(_, weight)| *weight > 0.01);
    forms.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut seen = Vec::new();
    forms.retain(|(form, _)| {
        let new = !seen.contains(form);
        seen.push(*form);
        new
    });
    forms
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rules_are_applied_in_their_context() {
        let table = "type\tstandard\tlocal\tweight\tcontext\tsource\n\
            final\teng\ten\t0.71\t\tmcpdict\n\
            final\teng\tong\t0.9\tafter b|p|m|f\tmcpdict\n\
            initial\tzh\tz\t0.2\t\tmcpdict\n";
        let rules: Vec<_> = read_correspondences(table)
            .collect::<Result<_, _>>()
            .expect("good lines");
        let heard = |pinyin| {
            local(Syllable::parse(pinyin).expect("a syllable"), &rules)
                .iter()
                .map(|(syllable, _)| syllable.spelled())
                .collect::<Vec<_>>()
        };
        assert_eq!(heard("zheng"), ["zhen", "zheng", "zen", "zeng"]);
        assert!(heard("feng").contains(&"fong".to_owned()));
        assert!(!heard("leng").contains(&"long".to_owned()));
    }

    #[test]
    fn a_sound_that_is_none_is_refused() {
        for line in [
            "final\tiɛ̃\tie\t0.5\t\t",
            "vowel\ta\te\t1\t\t",
            "tone\t7\t1\t1\t\t",
        ] {
            assert!(read_correspondence(line).is_err(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(initial|final|syllable|after |zh|eng|\t|[0-9.|\n#ü]){0,40}") {
            for correspondence in read_correspondences(&text).flatten() {
                correspondence.pairs();
            }
        }
    }
}
