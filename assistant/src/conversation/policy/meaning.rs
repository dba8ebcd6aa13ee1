//! What kind of turn it is by its meaning, where no word of the lists gave it away.
//!
//! A turn is compared with example utterances of each kind, and with questions; it is of the kind
//! whose nearest example is nearer than everything else by that kind's margin. The margins are
//! small for danger, where missing one costs most, and wide where a question would go unanswered.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use knowledge::Library;

use super::danger::{self, Danger};
use super::small_talk::SmallTalk;
use super::{Intent, is_question};
use crate::store::OrderKind;

/// By how much the nearest danger must be nearer than the nearest anything else (cosine).
const DANGER: f32 = 0.005;
/// The same for a wish for a person.
const PERSON: f32 = 0.004;
/// The same for something to be done.
const REPORT: f32 = 0.008;
/// The same for small talk, whose examples are short and so near to much.
const SMALL_TALK: f32 = 0.02;

/// Longest turn that is judged whole, in characters; in a longer one the kinds are mixed.
const LONGEST: usize = 60;

/// What an example is an example of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Danger(Danger),
    Person,
    Report(OrderKind),
    SmallTalk(SmallTalk),
    Question,
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "fire" => Self::Danger(Danger::Fire),
            "gas" => Self::Danger(Danger::Gas),
            "medical" => Self::Danger(Danger::Medical),
            "suicide" => Self::Danger(Danger::Suicide),
            "violence" => Self::Danger(Danger::Violence),
            "lift" => Self::Danger(Danger::Lift),
            "missing" => Self::Danger(Danger::Missing),
            "person" => Self::Person,
            "repair" => Self::Report(OrderKind::Repair),
            "complaint" => Self::Report(OrderKind::Complaint),
            "help" => Self::Report(OrderKind::Help),
            "suggestion" => Self::Report(OrderKind::Suggestion),
            "greeting" => Self::SmallTalk(SmallTalk::Greeting),
            "thanks" => Self::SmallTalk(SmallTalk::Thanks),
            "goodbye" => Self::SmallTalk(SmallTalk::Goodbye),
            "who" => Self::SmallTalk(SmallTalk::WhoAreYou),
            "what" => Self::SmallTalk(SmallTalk::WhatCanYouDo),
            "about_to_ask" => Self::SmallTalk(SmallTalk::AboutToAsk),
            "question" => Self::Question,
            _ => return None,
        })
    }
}

/// Kinds that answer one need: whatever the example, the same margin holds between two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    Danger,
    Person,
    Report,
    SmallTalk,
    Question,
}

impl From<Kind> for Need {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Danger(_) => Self::Danger,
            Kind::Person => Self::Person,
            Kind::Report(_) => Self::Report,
            Kind::SmallTalk(_) => Self::SmallTalk,
            Kind::Question => Self::Question,
        }
    }
}

/// The example utterances with their vectors.
pub(crate) struct Examples {
    examples: Vec<(Kind, Vec<f32>)>,
}

impl Examples {
    /// Embeds the examples; vectors that the library keeps from an earlier start are read.
    pub(crate) fn load(library: &Library) -> Result<Self> {
        let examples = read(include_str!("examples.tsv"))?;
        let texts: Vec<&str> = examples.iter().map(|(_, text)| *text).collect();
        let vectors = library.question_vectors(&texts)?;
        let kinds = examples.iter().map(|(kind, _)| *kind);
        Ok(Self {
            examples: kinds.zip(vectors).collect(),
        })
    }

    /// The kind of a turn that the word lists took for a question, `None` if it is one.
    ///
    /// `vector` is the turn's, `prepared` the likeness of the nearest prepared question.
    pub(crate) fn decide(&self, text: &str, vector: &[f32], prepared: Option<f32>) -> Option<Intent> {
        if text.chars().count() > LONGEST {
            return None;
        }
        let mut nearest: BTreeMap<Need, (f32, Kind)> = BTreeMap::new();
        for (kind, example) in &self.examples {
            let cosine: f32 = vector.iter().zip(example).map(|(a, b)| a * b).sum();
            let best = nearest.entry(Need::from(*kind)).or_insert((cosine, *kind));
            if cosine > best.0 {
                *best = (cosine, *kind);
            }
        }
        if let (Some(likeness), Some(question)) = (prepared, nearest.get_mut(&Need::Question)) {
            question.0 = question.0.max(likeness);
        }
        let (need, (likeness, kind)) = nearest.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0))?;
        let others = nearest.iter().filter(|(other, _)| *other != need);
        let next = others.map(|(_, (cosine, _))| *cosine).fold(f32::NEG_INFINITY, f32::max);
        let lead = likeness - next;
        match *kind {
            Kind::Danger(danger) if lead > DANGER && !danger::is_past_or_general(text) => {
                Some(Intent::Emergency(danger))
            }
            Kind::Person if lead > PERSON => Some(Intent::Person),
            Kind::Report(kind) if lead > REPORT && !is_question(text) => Some(Intent::Report(kind)),
            Kind::SmallTalk(kind) if lead > SMALL_TALK => Some(Intent::SmallTalk(kind)),
            _ => None,
        }
    }
}

/// The example utterances of a file.
fn read(file: &str) -> Result<Vec<(Kind, &str)>> {
    let mut examples = Vec::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let (name, utterances) = line
            .split_once('\t')
            .with_context(|| format!("no tab in {line:?}"))?;
        let Some(kind) = Kind::named(name) else {
            bail!("no kind is called {name:?}");
        };
        examples.extend(utterances.split('、').map(|utterance| (kind, utterance)));
    }
    Ok(examples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_examples_and_none_stands_twice() {
        let examples = read(include_str!("examples.tsv")).unwrap();
        let mut texts: Vec<&str> = examples.iter().map(|(_, text)| *text).collect();
        texts.sort_unstable();
        let count = texts.len();
        texts.dedup();
        assert_eq!(texts.len(), count);
        let kinds: std::collections::BTreeSet<Kind> = examples.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds.len(), 19);
        assert!(read("fire").is_err() && read("flood\t水").is_err());
    }
}
