//! Which dialect a text is written in.

use std::{collections::BTreeMap, ops::Range};

use crate::{
    Variety,
    formality::formality,
    forms::{Forms, Found},
    normalize::grammar,
    words,
};

/// Confidence from which a text is said to be of a variety.
const SURE_ENOUGH: f32 = 0.5;

/// Evidence at which a short text is a dialect rather than not.
const STRENGTH: f32 = 2.4;

/// Characters after which it takes twice the evidence.
const LONG: f32 = 40.0;

/// What a construction says beside a form: it may be the seam of two words.
const CONSTRUCTED: f32 = 0.55;

/// How many varieties a variety counts for that shares a form with a related one.
const RELATIVE: f32 = 0.7;

/// What a text was taken for.
#[derive(Clone, Debug, PartialEq)]
pub struct Identified {
    /// The variety; `None` for standard Mandarin, and where it could be too many.
    pub variety: Option<Variety>,
    /// How sure that the text is of this variety or of one that shares its words, or that it is
    /// standard; between 0 and 1.
    pub confidence: f32,
    /// Varieties that the text shows signs of, with their part of the evidence, the likeliest
    /// first.
    pub candidates: Vec<(Variety, f32)>,
}

/// Tells which dialect a text is written in. Standard is the usual outcome: it takes forms that
/// standard text does not have, and the fewer varieties share them, the more they say.
///
/// ```
/// use dialects::identify;
/// assert_eq!(identify("居住证怎么办理？要带什么材料？").variety, None);
/// ```
pub fn identify(text: &str) -> Identified {
    let evidence = evidence(text);
    let total: f32 = evidence.iter().sum();
    if total <= 0.0 {
        return Identified {
            variety: None,
            confidence: 1.0,
            candidates: Vec::new(),
        };
    }
    let strongest = evidence.iter().copied().fold(0.0, f32::max);
    let length = text.chars().count() as f32;
    let dialect = 1.0 - (-STRENGTH * strongest / (1.0 + length / LONG)).exp();
    // Half as much evidence again makes a variety about five times as likely.
    let weights = evidence.map(|found| {
        if found > 0.0 {
            (4.0 * (found - strongest) / strongest.max(0.5)).exp()
        } else {
            0.0
        }
    });
    let sum: f32 = weights.iter().sum();
    let mut candidates: Vec<(Variety, f32)> = Variety::ALL
        .into_iter()
        .zip(weights)
        .filter(|(_, weight)| *weight > 0.0)
        .map(|(variety, weight)| (variety, weight / sum))
        .collect();
    candidates.sort_by(|one, other| other.1.total_cmp(&one.1));
    let (best, _) = candidates[0];
    let family: f32 = candidates
        .iter()
        .filter(|(variety, _)| *variety == best || best.related().contains(variety))
        .map(|(_, part)| part)
        .sum();
    let confidence = dialect * family;
    if confidence >= SURE_ENOUGH {
        Identified {
            variety: Some(best),
            confidence,
            candidates,
        }
    } else {
        Identified {
            variety: None,
            confidence: 1.0 - confidence,
            candidates,
        }
    }
}

/// What speaks for each variety.
fn evidence(text: &str) -> [f32; Variety::ALL.len()] {
    let mut sums = [0.0; Variety::ALL.len()];
    let found: Vec<Found> = Forms::of_all().find(text).collect();
    let doubt = 1.0 - formality(text);
    for span in longest(&found) {
        let telling = doubt * if splits_word(text, &span) { 0.2 } else { 1.0 };
        let here = found.iter().filter(|other| other.range == span);
        let mut best = [0.0_f32; Variety::ALL.len()];
        for Found { meaning, .. } in here {
            for variety in Variety::ALL {
                if meaning.varieties.contains(variety) {
                    let best = &mut best[variety.index()];
                    *best = best.max(unlike_standard(meaning.share));
                }
            }
        }
        add(&mut sums, &best, telling);
    }
    for built in constructions(text) {
        add(&mut sums, &built, CONSTRUCTED * doubt);
    }
    sums
}

/// How much a form says that means so with this share: one that is as often standard says nothing.
fn unlike_standard(share: f32) -> f32 {
    (2.0 * share - 1.0).max(0.0).powi(2)
}

/// Adds what a form says for the varieties that have it: the fewer share it, the more.
fn add(sums: &mut [f32; Variety::ALL.len()], found: &[f32; Variety::ALL.len()], telling: f32) {
    let having: Vec<Variety> = Variety::ALL
        .into_iter()
        .filter(|variety| found[variety.index()] > 0.0)
        .collect();
    // Relatives share most words: one more of them says little less.
    let mut sharing = 0.0;
    for (index, variety) in having.iter().enumerate() {
        let related = having[..index]
            .iter()
            .any(|other| other.related().contains(variety));
        sharing += if related { RELATIVE } else { 1.0 };
    }
    let all = Variety::ALL.len() as f32;
    let rarity = (all / sharing.max(1.0_f32)).ln() / all.ln();
    for (sum, found) in sums.iter_mut().zip(found) {
        *sum += found * telling * (0.15 + 0.85 * rarity);
    }
}

/// Constructions (可要 for 要不要), with how much each says for the varieties that build so.
fn constructions(text: &str) -> Vec<[f32; Variety::ALL.len()]> {
    let mut at: BTreeMap<usize, [f32; Variety::ALL.len()]> = BTreeMap::new();
    for variety in Variety::ALL {
        for pattern in grammar::patterns(text, Some(variety)) {
            if splits_word(text, &pattern.range) {
                continue;
            }
            let known = &mut at.entry(pattern.range.start).or_default()[variety.index()];
            *known = known.max(unlike_standard(pattern.share));
        }
    }
    at.into_values().collect()
}

/// The spans found, without those inside longer ones.
fn longest(found: &[Found]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = found.iter().map(|found| found.range.clone()).collect();
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut kept: Vec<Range<usize>> = Vec::new();
    for span in spans {
        if kept.last().is_none_or(|last| span.start >= last.end) {
            kept.push(span);
        }
    }
    kept
}

/// Whether a span begins or ends within a word of standard text.
fn splits_word(text: &str, span: &Range<usize>) -> bool {
    let mut at = 0;
    for word in words::cut(text) {
        let end = at + word.len();
        for edge in [span.start, span.end] {
            if at < edge && edge < end {
                return true;
            }
        }
        at = end;
    }
    false
}
