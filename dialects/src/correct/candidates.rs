//! The terms, words and characters that a stretch of a text sounds like.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{
    hypothesis::Hypothesis,
    index::{Spoken, TermIndex},
};
use crate::phonology::Ear;

/// Log probability that a character is misheard by the recogniser of someone with an accent.
const MISHEARD: f32 = -2.3;

/// How much less the other characters of a term cost that are misheard: who says one unclearly says
/// all of it so.
const OTHERS_OF_TERM: f32 = 0.5;

/// What a whole syllable of difference costs.
const DIFFERENT: f32 = 6.0;

/// What it counts that a character is rarer than others that sound so.
const RARITY: f32 = 0.8;

/// What it costs to change a real word in the text of someone with an accent.
const REAL_WORD: f32 = 0.8;

/// What counts against a change besides, where the rest of the text was heard well and
/// nothing stays as it was; for a word that is no term; for a character that is a word of its own.
const NOTHING_LEFT: f32 = 4.0;
const NO_TERM: f32 = 5.1;
const ONE_CHARACTER: f32 = 6.0;

/// What counts there against changing a real word, a character that holds sentences together, and
/// what stands beside a name.
const REAL_WORD_HEARD: f32 = 4.5;
const HOLDS_TOGETHER: f32 = 2.5;
const BESIDE_A_NAME: f32 = 4.0;

/// Characters from which a term is no chance: real words in its place count half.
const LONG_TERM: usize = 4;

/// What counts against a change for a typist, who sees what they wrote.
const TYPED: f32 = 1.5;

/// Log probability of an error from which the recogniser was in doubt, and the same for a single character, for which
/// any sound finds another.
const IN_DOUBT: f32 = -3.0;
const IN_DOUBT_OF_ONE: f32 = -1.5;

/// What it counts that another hypothesis has the term.
const HEARD_ELSEWHERE: f32 = 2.0;

/// Most difference a syllable on average; a typist differs by sound alone.
const NEAR_ON_AVERAGE: f32 = 0.3;
const NEAR_WHEN_TYPED: f32 = 0.08;

/// Words that are kept for one stretch, and characters for one place.
const OF_ONE_STRETCH: usize = 6;
const OF_ONE_PLACE: usize = 6;

/// A term or word that can be meant by a stretch of a text.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    /// Range of characters.
    pub(super) range: Range<usize>,
    /// What can be meant.
    pub(super) spoken: &'a Spoken,
    /// How many characters differ; 0 where the term stands there as it is.
    pub(super) changed: usize,
    /// Log probability that it was said and came to be written so, by someone with an accent.
    pub(super) score: f32,
    /// What counts against it besides where the rest was heard well.
    pub(super) unlikely: f32,
}

/// Everything that stretches of a text sound like.
pub(super) fn find<'a>(
    hypothesis: &Hypothesis,
    index: &'a TermIndex,
    ear: &Ear,
) -> Vec<Candidate<'a>> {
    let mut hits: FxHashMap<(u32, usize), u32> = FxHashMap::default();
    for (at, pair) in hypothesis.classes.windows(2).enumerate() {
        for &first in &pair[0] {
            for &second in &pair[1] {
                for &(term, place) in index.terms(first, second) {
                    if let Some(start) = at.checked_sub(usize::from(place)) {
                        *hits.entry((term, start)).or_default() += 1;
                    }
                }
            }
        }
    }
    let mut candidates: Vec<Candidate> = hits
        .into_iter()
        .filter(|((term, _), hits)| 2 * *hits as usize + 1 >= index.get(*term).characters.len())
        .filter_map(|((term, start), _)| compare(hypothesis, start, index.get(term), ear))
        .collect();
    if !hypothesis.heard.typed {
        for start in 0..hypothesis.characters.len() {
            candidates.extend(words(hypothesis, start, index, ear));
        }
    }
    candidates.sort_by(|one, other| {
        (one.range.start, one.range.end, &one.spoken.text)
            .cmp(&(other.range.start, other.range.end, &other.spoken.text))
            .then(other.score.total_cmp(&one.score))
    });
    candidates
        .dedup_by(|next, kept| next.range == kept.range && next.spoken.text == kept.spoken.text);
    candidates
}

/// The words that begin at a place, the likeliest of each length.
fn words<'a>(
    hypothesis: &Hypothesis,
    start: usize,
    index: &'a TermIndex,
    ear: &Ear,
) -> Vec<Candidate<'a>> {
    let mut all = Vec::new();
    let mut ends: Vec<(u32, f32)> = vec![(0, 0.0)];
    for (length, sound) in hypothesis.sounds[start..].iter().enumerate() {
        let mut next: Vec<(u32, f32)> = Vec::new();
        for &(node, distance) in &ends {
            for reading in sound.as_slice() {
                for &(syllable, cost) in ear.neighbours(reading.syllable) {
                    if distance + cost > NEAR_ON_AVERAGE * (length + 1).max(2) as f32 {
                        break;
                    }
                    next.extend(
                        index
                            .next(node, syllable)
                            .map(|node| (node, distance + cost)),
                    );
                }
            }
        }
        if next.is_empty() {
            break;
        }
        next.sort_unstable_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
        next.dedup_by_key(|(node, _)| *node);
        let mut found: Vec<Candidate> = next
            .iter()
            .flat_map(|&(node, _)| index.words(node))
            .filter_map(|&word| compare(hypothesis, start, index.get(word), ear))
            .filter(|candidate| candidate.changed > 0)
            .collect();
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        found.truncate(if length == 0 {
            OF_ONE_PLACE
        } else {
            OF_ONE_STRETCH
        });
        all.append(&mut found);
        ends = next;
    }
    all
}

/// A term or word against the stretch of as many characters that begins at `start`.
fn compare<'a>(
    hypothesis: &Hypothesis,
    start: usize,
    spoken: &'a Spoken,
    ear: &Ear,
) -> Option<Candidate<'a>> {
    let length = spoken.characters.len();
    let range = start..start + length;
    let characters = hypothesis.characters.get(range.clone())?;
    let mut distance = 0.0;
    let mut changed = 0;
    let mut rarity = 0.0;
    let prices = &hypothesis.prices;
    let mut unlikely = prices.heard_well;
    for (place, (meant, sound)) in spoken.characters.iter().enumerate() {
        let written = characters[place];
        if written == *meant {
            continue;
        }
        let apart = ear.substitution(&hypothesis.sounds[start + place], sound);
        if apart > prices.near_in_one {
            return None;
        }
        distance += apart;
        changed += 1;
        rarity += RARITY * hypothesis.rarity[start + place];
        if hypothesis.holds_together[start + place] {
            unlikely += HOLDS_TOGETHER;
        }
    }
    if changed == 0 {
        return Some(Candidate {
            range,
            spoken,
            changed,
            score: spoken.log_probability,
            unlikely: 0.0,
        });
    }
    let typed = hypothesis.heard.typed;
    // What a typist wrote as two characters is as likely a name or the seam of two words: of the
    // changes that this stops in 10,000 sentences of standard text, nearly all were wrong.
    if typed && (length == 2 || changed == length) {
        return None;
    }
    let near = match (typed, length) {
        (true, _) => NEAR_WHEN_TYPED,
        (false, 1) => prices.near_in_one,
        (false, 2) => prices.near_of_two,
        (false, _) => NEAR_ON_AVERAGE,
    };
    if distance > near * length as f32 {
        return None;
    }
    let elsewhere = hypothesis
        .heard
        .alternatives
        .iter()
        .any(|alternative| length > 1 && alternative.contains(&spoken.text));
    let doubt = hypothesis.doubt(range.clone());
    let in_doubt = if length == 1 { IN_DOUBT_OF_ONE } else { IN_DOUBT };
    let doubted = elsewhere || doubt.is_some_and(|doubt| doubt >= in_doubt);
    let words = hypothesis.real_words(&range, &spoken.characters) as f32;
    if !doubted {
        let long_term = spoken.term && length >= LONG_TERM;
        unlikely += REAL_WORD_HEARD * words * if long_term { 0.5 } else { 1.0 };
        unlikely += match (length, changed == length) {
            (1, _) => ONE_CHARACTER,
            (_, true) => NOTHING_LEFT * 2.0 / (length - 1) as f32,
            _ => 0.0,
        };
        if !spoken.term {
            unlikely += NO_TERM;
        }
        if hypothesis.beside_a_name(&range) {
            unlikely += BESIDE_A_NAME;
        }
    }
    if typed {
        unlikely += TYPED;
    }
    let others = (changed - 1) as f32 * if spoken.term { OTHERS_OF_TERM } else { 1.0 };
    let misheard = doubt.map_or(MISHEARD, |doubt| doubt.min(MISHEARD)) + MISHEARD * others;
    Some(Candidate {
        range,
        spoken,
        changed,
        score: spoken.log_probability + misheard
            - DIFFERENT * distance
            - REAL_WORD * words
            - rarity
            + if elsewhere { HEARD_ELSEWHERE } else { 0.0 },
        unlikely,
    })
}
