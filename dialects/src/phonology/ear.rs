//! How near two syllables are to the ear of a speaker.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::{
    classes::Classes,
    confusions::{self, BROAD_FINALS, BROAD_INITIALS},
    correspondences,
    sounds::{SoundContext, SoundType},
    syllable::{
        FINALS, INITIALS, Reading, Readings, SYLLABLES, Syllable, parse_final, parse_initial,
        readings, said,
    },
};
use crate::Variety;

/// Sounds that correspond at least so often are one class.
const MERGED: f32 = 0.6;

/// Cost of an initial or a final that has nothing in common with the other.
const APART: f32 = 0.55;

/// Cost of another tone.
const OTHER_TONE: f32 = 0.06;

/// Cost of a reading that is not the commonest.
const RARER: f32 = 0.2;

/// Cost of a syllable too many or too few.
const MISSING: f32 = 0.7;

/// Most cost of a syllable that another can be taken for, and the most of them that are kept.
const NEIGHBOURING: f32 = 0.5;
const NEIGHBOURS: usize = 14;

/// What a speaker of one variety merges.
pub(crate) struct Ear {
    /// Classes of what the variety merges.
    pub(crate) own: Classes,
    /// Classes of what the variety or most varieties merge.
    pub(crate) loose: Classes,
    initials: Vec<[f32; INITIALS.len()]>,
    finals: Vec<[f32; FINALS.len()]>,
    /// Pairs of syllables that are nearer than their parts say.
    pairs: FxHashMap<(Syllable, Syllable), f32>,
    /// Tones that are heard for one another.
    tones: [[f32; 6]; 6],
    /// For each syllable those that it can be taken for, with the cost, the nearest first.
    neighbours: Vec<Vec<(Syllable, f32)>>,
}

impl Ear {
    /// The ear of a speaker, made at first use.
    pub(crate) fn of(variety: Option<Variety>) -> &'static Self {
        static EARS: [OnceLock<Ear>; Variety::ALL.len() + 1] =
            [const { OnceLock::new() }; Variety::ALL.len() + 1];
        EARS[variety.map_or(Variety::ALL.len(), Variety::index)].get_or_init(|| Self::new(variety))
    }

    fn new(variety: Option<Variety>) -> Self {
        let rules = variety.map(correspondences).unwrap_or_default();
        let mut initials = distances::<{ INITIALS.len() }>(confusions::INITIALS, parse_initial);
        let mut finals = distances::<{ FINALS.len() }>(confusions::FINALS, parse_final);
        let mut pairs = FxHashMap::default();
        let mut merged = Vec::new();
        let mut tones = [[OTHER_TONE; 6]; 6];
        for rule in &rules {
            let cost = APART * (1.0 - rule.weight) + 0.02;
            let everywhere = rule.context == SoundContext::Anywhere;
            match rule.sound_type {
                SoundType::Tone => {
                    let tone = |text: &str| text.parse::<usize>().unwrap_or(5).min(5);
                    let (one, other) = (tone(&rule.standard), tone(&rule.local));
                    tones[one][other] = OTHER_TONE * (1.0 - rule.weight);
                    tones[other][one] = tones[one][other];
                }
                SoundType::Initial if everywhere => near(
                    &mut initials,
                    parse_initial(&rule.standard).zip(parse_initial(&rule.local)),
                    cost,
                ),
                SoundType::Final if everywhere => near(
                    &mut finals,
                    parse_final(&rule.standard).zip(parse_final(&rule.local)),
                    cost,
                ),
                _ => {
                    for pair in rule.pairs() {
                        let known = pairs.entry(pair).or_insert(cost);
                        *known = cost.min(*known);
                        pairs.insert((pair.1, pair.0), cost);
                    }
                }
            }
            let certain = !matches!(rule.context, SoundContext::Sometimes(_));
            if certain && rule.weight >= MERGED {
                merged.extend(rule.pairs());
            }
        }
        let loose = Classes::merging(merged.iter().copied().chain(broad_pairs()));
        let mut ear = Self {
            own: Classes::merging(merged),
            loose,
            initials,
            finals,
            pairs,
            tones,
            neighbours: vec![Vec::new(); SYLLABLES],
        };
        for &syllable in said() {
            let mut near: Vec<(Syllable, f32)> = said()
                .iter()
                .map(|&other| (other, ear.apart(syllable, other)))
                .filter(|(_, cost)| *cost <= NEIGHBOURING)
                .collect();
            near.sort_by(|one, other| one.1.total_cmp(&other.1));
            near.truncate(NEIGHBOURS);
            ear.neighbours[syllable.index()] = near;
        }
        ear
    }

    /// The syllables that one can be taken for, itself among them, with the cost of each, the
    /// nearest first.
    pub(crate) fn neighbours(&self, syllable: Syllable) -> &[(Syllable, f32)] {
        &self.neighbours[syllable.index()]
    }

    /// Cost of taking one syllable for the other whatever their tones, between 0 and 1.
    fn apart(&self, one: Syllable, other: Syllable) -> f32 {
        if one == other {
            return 0.0;
        }
        let parts = self.initials[one.initial()][other.initial()]
            + self.finals[one.ending()][other.ending()];
        let whole = self.pairs.get(&(one, other)).copied().unwrap_or(parts);
        parts.min(whole).min(1.0)
    }

    /// Cost of taking one syllable for the other, between 0 and 1.
    fn between(&self, one: Reading, other: Reading) -> f32 {
        let tone = if one.tone == other.tone || one.tone == 5 || other.tone == 5 {
            0.0
        } else {
            self.tones[usize::from(one.tone.min(5))][usize::from(other.tone.min(5))]
        };
        (self.apart(one.syllable, other.syllable) + tone).min(1.0)
    }

    /// Cost of taking one character for the other by any of their readings, between 0 and 1.
    pub(crate) fn substitution(&self, one: &Readings, other: &Readings) -> f32 {
        let mut least = 1.0_f32;
        for (rank, first) in one.as_slice().iter().enumerate() {
            for (other_rank, second) in other.as_slice().iter().enumerate() {
                let rarer = RARER * (rank + other_rank) as f32;
                least = least.min(self.between(*first, *second) + rarer);
            }
        }
        least
    }
}

/// A symmetric table of costs from a list of near pairs.
fn distances<const N: usize>(
    list: &[(&str, &str, f32)],
    parse: impl Fn(&str) -> Option<usize>,
) -> Vec<[f32; N]> {
    let mut table = vec![[APART; N]; N];
    for (index, row) in table.iter_mut().enumerate() {
        row[index] = 0.0;
    }
    for (one, other, cost) in list {
        near(&mut table, parse(one).zip(parse(other)), *cost);
    }
    table
}

fn near<const N: usize>(table: &mut [[f32; N]], pair: Option<(usize, usize)>, cost: f32) {
    if let Some((one, other)) = pair {
        table[one][other] = table[one][other].min(cost);
        table[other][one] = table[other][one].min(cost);
    }
}

fn broad_pairs() -> impl Iterator<Item = (Syllable, Syllable)> {
    let initials = BROAD_INITIALS.iter().flat_map(|(one, other)| {
        let pair = parse_initial(one).zip(parse_initial(other));
        (0..FINALS.len()).filter_map(move |ending| {
            pair.map(|(one, other)| (Syllable::new(one, ending), Syllable::new(other, ending)))
        })
    });
    let finals = BROAD_FINALS.iter().flat_map(|(one, other)| {
        let pair = parse_final(one).zip(parse_final(other));
        (0..INITIALS.len()).filter_map(move |initial| {
            pair.map(|(one, other)| (Syllable::new(initial, one), Syllable::new(initial, other)))
        })
    });
    initials.chain(finals)
}

/// How far two texts are apart to the ear of a speaker: 0 for the same sounds, 1 for each syllable
/// that has nothing to do with the other; tones count little. Marks and spaces are passed over.
pub fn distance(one: &str, other: &str, variety: Option<Variety>) -> f32 {
    let ear = Ear::of(variety);
    edits(ear, &heard(one), &heard(other))
}

/// How near two texts are by ear, between 0 and 1: 1 less the distance per syllable.
pub fn similarity(one: &str, other: &str, variety: Option<Variety>) -> f32 {
    let ear = Ear::of(variety);
    let (one, other) = (heard(one), heard(other));
    let longer = one.len().max(other.len());
    if longer == 0 {
        return 1.0;
    }
    (1.0 - edits(ear, &one, &other) / longer as f32).max(0.0)
}

/// What is heard: syllables, and letters and characters without a reading as themselves.
fn heard(text: &str) -> Vec<(char, Readings)> {
    text.chars()
        .filter(|character| character.is_alphanumeric())
        .map(|character| (character.to_ascii_lowercase(), readings(character)))
        .collect()
}

fn edits(ear: &Ear, one: &[(char, Readings)], other: &[(char, Readings)]) -> f32 {
    let mut row: Vec<f32> = (0..=other.len())
        .map(|count| count as f32 * MISSING)
        .collect();
    for (index, (character, sound)) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (index + 1) as f32 * MISSING;
        for (column, (second, other_sound)) in other.iter().enumerate() {
            let replaced = if character == second {
                0.0
            } else {
                ear.substitution(sound, other_sound)
            };
            let best = (diagonal + replaced)
                .min(row[column] + MISSING)
                .min(row[column + 1] + MISSING);
            diagonal = row[column + 1];
            row[column + 1] = best;
        }
    }
    row[other.len()]
}
