//! What kind of turn it is by its meaning, where no word of the lists gave it away.
//!
//! A linear classifier over the turn's vector, fitted to the utterances of `examples.tsv`.

use anyhow::{Context as _, Result, bail};
use knowledge::Library;

use super::classifier::Classifier;
use super::danger::{self, Danger};
use super::small_talk::SmallTalk;
use super::{Intent, is_question};
use crate::store::OrderKind;

/// Needs and how frequent each is taken for.
///
/// What is mistaken is mostly a report taken for a danger or the other way round:
/// `xiangyin-eval answers --questions eval/data/turns_held_out.jsonl` shows it.
const NEEDS: [(Need, f64); 5] = [
    (Need::Danger, 0.25),
    (Need::Person, 0.12),
    (Need::Report, 0.23),
    (Need::SmallTalk, 0.12),
    (Need::Question, 0.28),
];

/// What a danger's score is raised by: naming a number too often costs less than too seldom.
const CAUTION: f64 = 0.03;

/// Score from which on a turn in the form of a question is a danger all the same.
const SURE: f64 = 0.75;

/// Score from which on a turn that is something else is answered with a word of caution first.
const POSSIBLE: f64 = 0.3;

/// Likeness from which on a turn is a prepared question, whatever else it sounds like.
const PREPARED: f32 = 0.95;

/// Longest turn that is judged whole, in characters; in a longer one the kinds are mixed.
const LONGEST: usize = 80;

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

/// Kinds that answer one need: they are decided for together.
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

/// Knows the kinds by their examples.
pub(crate) struct Examples {
    kinds: Vec<Kind>,
    classifier: Classifier,
}

impl Examples {
    /// Fits to the examples; vectors that the library keeps from an earlier start are read.
    pub(crate) fn load(library: &Library) -> Result<Self> {
        let examples = read(include_str!("examples.tsv"))?;
        tracing::info!(examples = examples.len(), "learning the kinds of turns; the first start reads every example");
        let texts: Vec<&str> = examples.iter().map(|(_, text)| *text).collect();
        let vectors = library.question_vectors(&texts)?;
        let mut kinds: Vec<Kind> = examples.iter().map(|(kind, _)| *kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let numbered: Vec<(usize, Vec<f32>)> = examples
            .iter()
            .zip(vectors)
            .filter_map(|((kind, _), vector)| Some((kinds.binary_search(kind).ok()?, vector)))
            .collect();
        let frequencies: Vec<f64> = kinds
            .iter()
            .map(|kind| {
                let need = Need::from(*kind);
                let siblings = kinds.iter().filter(|other| Need::from(**other) == need).count();
                need.frequency() / siblings as f64
            })
            .collect();
        let classifier = Classifier::fit(&numbered, &frequencies);
        Ok(Self { kinds, classifier })
    }

    /// Judges a turn that the word lists took for a question.
    ///
    /// `vector` is the turn's, `prepared` the likeness of the nearest prepared question.
    pub(crate) fn judge(&self, text: &str, vector: &[f32], prepared: Option<f32>) -> Judgement {
        if text.chars().count() > LONGEST || prepared.is_some_and(|likeness| likeness >= PREPARED) {
            return Judgement::default();
        }
        let scores = self.classifier.scores(vector);
        let of_kinds = || self.kinds.iter().zip(&scores);
        let of_need = |need: Need| -> f64 {
            let own = of_kinds().filter(|(kind, _)| Need::from(**kind) == need);
            own.map(|(_, score)| score).sum()
        };
        let raised = |need: Need| match need {
            Need::Danger => of_need(need) + CAUTION,
            _ => of_need(need),
        };
        let needs = NEEDS.iter().map(|(need, _)| *need);
        let need = needs
            .max_by(|a, b| raised(*a).total_cmp(&raised(*b)))
            .unwrap_or(Need::Question);
        let likeliest = |need: Need| {
            let own = of_kinds().filter(|(kind, _)| Need::from(**kind) == need);
            own.max_by(|a, b| a.1.total_cmp(b.1)).map_or(Kind::Question, |(kind, _)| *kind)
        };
        let general = danger::is_past_or_general(text);
        let asks = asks_for_facts(text);
        let intent = match likeliest(need) {
            // These two are questions in form.
            Kind::SmallTalk(kind @ (SmallTalk::WhoAreYou | SmallTalk::WhatCanYouDo)) => {
                Some(Intent::SmallTalk(kind))
            }
            _ if asks && of_need(need) < SURE => None,
            Kind::SmallTalk(kind) => Some(Intent::SmallTalk(kind)),
            Kind::Danger(danger) if !general => Some(Intent::Emergency(danger)),
            // A proposal is told by its words; by its meaning it is too near to a question.
            Kind::Report(OrderKind::Suggestion) => None,
            Kind::Report(kind) if !is_question(text) => Some(Intent::Report(kind)),
            Kind::Person => Some(Intent::Person),
            Kind::Danger(_) | Kind::Report(_) | Kind::Question => None,
        };
        let possible = !asks && !general && of_need(Need::Danger) >= POSSIBLE;
        let caution = match likeliest(Need::Danger) {
            Kind::Danger(danger) if possible => Some(danger),
            _ => None,
        };
        Judgement { intent, caution }
    }
}

/// What a turn was taken for by its meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// Its kind, `None` if it is a question.
    pub(crate) intent: Option<Intent>,
    /// A danger that may stand behind it, whatever it is.
    pub(crate) caution: Option<Danger>,
}

impl Judgement {
    /// The same for a short turn right after an answer: what has the form of a question goes on with the matter
    /// (要带哪样, 不会用手机咋整), however it sounds without it. A danger is still named where nothing answers.
    pub(crate) fn after_an_answer(self, text: &str) -> Self {
        if !is_question(text) {
            return self;
        }
        match self.intent {
            Some(Intent::Emergency(danger)) => Self { intent: None, caution: Some(danger) },
            // 你能做哪样 is said to the machine.
            Some(Intent::SmallTalk(_)) if text.contains(['你', '您']) => self,
            _ => Self { intent: None, ..self },
        }
    }
}

/// Whether the turn asks for more than what to do, which people in danger ask too.
fn asks_for_facts(text: &str) -> bool {
    const WHAT_TO_DO: [&str; 8] = ["怎么办", "咋办", "咋个办", "咋整", "咋弄", "怎么弄", "怎么回事", "有没有人"];
    let without = WHAT_TO_DO.iter().fold(text.to_owned(), |text, words| text.replace(words, ""));
    is_question(&without)
}

impl Need {
    fn frequency(self) -> f64 {
        let known = NEEDS.iter().find(|(need, _)| *need == self);
        known.map_or(0.0, |(_, frequency)| *frequency)
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
    fn a_short_question_after_an_answer_goes_on_with_it() {
        let taken_for = |intent: Intent, text: &str| Judgement { intent: Some(intent), caution: None }.after_an_answer(text);
        let what = Intent::SmallTalk(SmallTalk::WhatCanYouDo);
        for text in ["要带哪样", "材料呢", "那收不收钱"] {
            assert_eq!(taken_for(what.clone(), text), Judgement::default(), "{text}");
        }
        assert_eq!(taken_for(what.clone(), "你会做哪样").intent, Some(what));
        let bye = Intent::SmallTalk(SmallTalk::Goodbye);
        assert_eq!(taken_for(bye.clone(), "那我先克了").intent, Some(bye));
        let missing = Judgement { intent: None, caution: Some(Danger::Missing) };
        assert_eq!(taken_for(Intent::Emergency(Danger::Missing), "不会用手机咋整"), missing);
        let medical = Intent::Emergency(Danger::Medical);
        assert_eq!(taken_for(medical.clone(), "我妈没气了").intent, Some(medical));
    }

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
