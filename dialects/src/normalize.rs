//! Dialect text to standard text.

pub(crate) mod grammar;
mod lattice;
mod setting;

use std::{ops::Range, sync::Arc};

use serde::Serialize;

use self::{
    lattice::{Edge, Lattice},
    setting::Setting,
};
use crate::{
    Entry, LanguageModel, Mapped, Variety,
    forms::{Forms, Found, Meaning},
    identify,
};

/// Varieties that must share an unmistakable word for everybody to understand it.
const KNOWN_TO_ALL: usize = 3;

/// Texts are gone through sentence by sentence, and sentences in parts of so many characters.
const LONGEST: usize = 160;

/// Rewrites one variety, and the words of a community, into standard Mandarin.
///
/// Every form that stands in a sentence is a possible reading of it, and so is the sentence as it
/// stands; the best path is chosen by how often the forms mean what their entries say and by how
/// well the result reads. Input is simplified text ([`crate::script::to_simplified`]).
///
/// ```
/// use std::sync::Arc;
/// use dialects::{Entry, LanguageModel, Normalizer};
/// let words = [Entry::new("撮", "吃")];
/// let normalizer = Normalizer::new(None, &words, Arc::new(LanguageModel::default()));
/// let normalized = normalizer.normalize("去哪里撮饭");
/// assert_eq!(normalized.text.text(), "去哪里吃饭");
/// assert_eq!(normalized.changes[0].form, "撮");
/// ```
#[derive(Clone, Debug)]
pub struct Normalizer {
    variety: Option<Variety>,
    forms: Forms,
    model: Arc<LanguageModel>,
}

/// A text in standard Mandarin.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalized {
    /// The standard text; it points into the text that was given.
    pub text: Mapped,
    /// What was changed, in order.
    pub changes: Vec<Change>,
    /// How sure the whole is, between 0 and 1: that of the least certain change, 1 without changes.
    ///
    /// A change's certainty is the probability that stands for the difference, in log odds, of the
    /// best reading of its sentence and the best that says something else in its place: the shares of
    /// the entries, what stands around them, and the language model.
    pub certainty: f32,
}

impl Normalized {
    /// The change to ask back about when [`Normalized::certainty`] is too low to go on without.
    pub fn least_certain(&self) -> Option<&Change> {
        least_certain(&self.changes)
    }
}

/// The change that is least sure, the first of equal ones.
pub(crate) fn least_certain(changes: &[Change]) -> Option<&Change> {
    changes
        .iter()
        .min_by(|one, other| one.certainty.total_cmp(&other.certainty))
}

/// A stretch of a text that was replaced.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Byte range in the text that was given.
    pub range: Range<usize>,
    /// What stood there.
    pub form: String,
    /// What it means and what stands there now; empty for a particle that was dropped.
    pub gloss: String,
    /// How sure, between 0 and 1.
    pub certainty: f32,
}

impl Normalizer {
    /// A normaliser for speakers of a variety, with the words that their community added.
    ///
    /// For `None`, standard Mandarin, only unmistakable forms are rewritten, and only those that
    /// speakers of several varieties share or that belong to the variety which the text is
    /// identified as; the words of the community always are.
    pub fn new(variety: Option<Variety>, added: &[Entry], model: Arc<LanguageModel>) -> Self {
        Self {
            variety,
            forms: Forms::of_speakers(variety, added),
            model,
        }
    }

    /// Rewrites a text.
    pub fn normalize(&self, text: &str) -> Normalized {
        let speaker = match self.variety {
            Some(variety) => Speaker::Of(variety),
            None => Speaker::Anybody(identify(text).variety),
        };
        let mut result = Mapped::new();
        let mut changes = Vec::new();
        for range in sentences(text) {
            self.sentence(text, range, speaker, &mut result, &mut changes);
        }
        let certainty = changes
            .iter()
            .map(|change: &Change| change.certainty)
            .fold(1.0, f32::min);
        Normalized {
            text: result,
            changes,
            certainty,
        }
    }

    fn sentence(
        &self,
        text: &str,
        range: Range<usize>,
        speaker: Speaker,
        result: &mut Mapped,
        changes: &mut Vec<Change>,
    ) {
        let sentence = &text[range.clone()];
        let edges = self.edges(sentence, speaker);
        if edges.is_empty() {
            result.push(sentence, range);
            return;
        }
        let lattice = Lattice::new(sentence, &edges, &self.model);
        let best = lattice.best(|_| false);
        let mut at = 0;
        for &index in &best.edges {
            let edge = &edges[index];
            let without = lattice.best(|other| edge.says_the_same(other, sentence));
            let place = range.start + edge.range.start..range.start + edge.range.end;
            if edge.range.start > at {
                let kept = range.start + at..place.start;
                result.push(&text[kept.clone()], kept);
            }
            at = edge.range.end;
            // Two particles in a row can both be 了.
            let said = matches!(edge.gloss.as_str(), "了" | "的" | "吗" | "呢")
                && result.text().ends_with(&edge.gloss);
            let gloss = if said { "" } else { &edge.gloss };
            push_change(result, &text[place.clone()], gloss, place.start);
            changes.push(Change {
                form: text[place.clone()].to_owned(),
                range: place,
                gloss: gloss.to_owned(),
                certainty: probability(best.score - without.score),
            });
        }
        if at < sentence.len() {
            let kept = range.start + at..range.end;
            result.push(&text[kept.clone()], kept);
        }
    }

    /// The ways to read parts of a sentence as dialect.
    fn edges(&self, sentence: &str, speaker: Speaker) -> Vec<Edge> {
        let found: Vec<Found> = self
            .forms
            .find(sentence)
            .filter(|found| speaker.says(found.meaning))
            .collect();
        let patterns = grammar::patterns(sentence, speaker.variety());
        if found.is_empty() && patterns.is_empty() {
            return Vec::new();
        }
        let setting = Setting::new(sentence, &found);
        let mut edges: Vec<Edge> =
            found
                .iter()
                .map(|found| {
                    let meaning = found.meaning;
                    setting.edge(found.range.clone(), &meaning.gloss, meaning.share)
                })
                .chain(patterns.iter().map(|pattern| {
                    setting.edge(pattern.range.clone(), &pattern.gloss, pattern.share)
                }))
                .filter(|edge| edge.weight > -4.0)
                .collect();
        edges.sort_by(|one, other| {
            (one.range.start, one.range.end, &one.gloss)
                .cmp(&(other.range.start, other.range.end, &other.gloss))
                .then(other.weight.total_cmp(&one.weight))
        });
        edges.dedup_by(|next, kept| next.range == kept.range && next.gloss == kept.gloss);
        lattice::merge_longer(&mut edges, sentence);
        edges
    }
}

/// Whose words are to be expected.
#[derive(Clone, Copy, Debug)]
enum Speaker {
    /// Those of a variety.
    Of(Variety),
    /// Anybody's; of the variety that the text was identified as, if any.
    Anybody(Option<Variety>),
}

impl Speaker {
    /// Whether a meaning is to be expected.
    fn says(self, meaning: &Meaning) -> bool {
        let varieties = meaning.varieties;
        match self {
            Self::Of(_) => true,
            Self::Anybody(identified) => {
                varieties.is_empty()
                    || varieties.len() >= KNOWN_TO_ALL
                    || identified.is_some_and(|variety| varieties.contains(variety))
            }
        }
    }

    fn variety(self) -> Option<Variety> {
        match self {
            Self::Of(variety) => Some(variety),
            Self::Anybody(identified) => identified,
        }
    }
}

/// Appends what replaces a form; what both begin and end with points to its own place.
fn push_change(result: &mut Mapped, form: &str, gloss: &str, at: usize) {
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let first: usize = form
        .chars()
        .zip(gloss.chars())
        .take_while(same)
        .map(|(character, _)| character.len_utf8())
        .sum();
    let last: usize = form[first..]
        .chars()
        .rev()
        .zip(gloss[first..].chars().rev())
        .take_while(same)
        .map(|(character, _)| character.len_utf8())
        .sum();
    let (end, gloss_end) = (form.len() - last, gloss.len() - last);
    result.push(&form[..first], at..at + first);
    result.replace(&gloss[first..gloss_end], at + first..at + end);
    result.push(&form[end..], at + end..at + form.len());
}

/// Byte ranges of the sentences of a text, which together are the text.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut length) = (0, 0);
    for (at, character) in text.char_indices() {
        length += 1;
        let end = at + character.len_utf8();
        let ends = matches!(character, '。' | '！' | '？' | '!' | '?' | '；' | '\n');
        let pauses = matches!(character, '，' | ',' | ' ' | '、') && length > LONGEST / 2;
        if ends || pauses || length == LONGEST {
            ranges.push(start..end);
            (start, length) = (end, 0);
        }
    }
    if start < text.len() {
        ranges.push(start..text.len());
    }
    ranges
}

/// The probability that log odds stand for.
pub(crate) fn probability(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}
