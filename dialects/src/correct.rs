//! What a recogniser misheard, put right by sound.

mod candidates;
mod hypothesis;
mod index;
mod lattice;
mod names;
mod prices;

use std::{ops::Range, sync::Arc};

use self::{
    candidates::Candidate,
    hypothesis::Hypothesis,
    index::TermIndex,
    lattice::{Hearing, Lattice, Row},
};
use crate::{
    Change, Entry, LanguageModel, Mapped, Variety,
    forms::Forms,
    normalize::{least_certain, probability},
    phonology::Ear,
};

/// How [`certainty`] follows from the difference of two rows' scores.
const CERTAIN: f32 = 0.75;
const DOUBTFUL: f32 = 0.8;

/// Certainty below which a text stays as it was heard.
const ANY_BETTER: f32 = 0.5;

/// A name or word that people are likely to say here: a service, a document, a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// As it is written.
    pub text: String,
    /// How much likelier than an ordinary term it is; 1 for an ordinary one.
    pub weight: f32,
}

impl<T: Into<String>> From<T> for Term {
    /// An ordinary term.
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            weight: 1.0,
        }
    }
}

/// What came in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// The best hypothesis, in simplified characters, or what was typed.
    pub text: String,
    /// Whether it was typed: a typist sees what they wrote, so less is put right.
    pub typed: bool,
    /// Other hypotheses of the recogniser, if it gives any.
    pub alternatives: Vec<String>,
    /// Byte ranges of the text with the recogniser's probability of each, if it gives any.
    pub probabilities: Vec<(Range<usize>, f32)>,
}

impl Heard {
    /// One hypothesis of a recogniser.
    pub fn spoken(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// What somebody typed.
    pub fn typed(text: impl Into<String>) -> Self {
        Self {
            typed: true,
            ..Self::spoken(text)
        }
    }
}

/// A text with what was misheard put right.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// The text; it points into what was heard.
    pub text: Mapped,
    /// What was changed, in order; each gloss sounds like its form.
    pub changes: Vec<Change>,
    /// How sure the whole is, between 0 and 1: that of the least certain change, 1 without changes.
    ///
    /// A change's certainty follows from how much better the likeliest reading is than the likeliest
    /// that does not change those characters so, by a logistic curve fitted to simulated accents:
    /// about as many of the changes with certainty 0.6 or 0.9 are right. Below 0.5 nothing is changed.
    pub certainty: f32,
}

impl Corrected {
    /// The change to ask back about when [`Corrected::certainty`] is too low to go on without.
    pub fn least_certain(&self) -> Option<&Change> {
        least_certain(&self.changes)
    }
}

/// Puts right what sounds like a known term, or like a word of the documents, but is written as no
/// sensible words.
///
/// The text is read as the likeliest row of words; terms, words of the documents and frequent single
/// characters that sound like a stretch of it compete with what stands there, at a price for every
/// sound that differs, as the ear of the variety's speakers hears it. Two readings are weighed: that
/// nearly all was heard well, where a change needs strong reasons, and that it was heard through an
/// accent, where changes are cheap but must together make a text of which the documents know. Names,
/// words of the dialect, and characters rarer than others of their sound, which no recogniser writes
/// for a sound it does not know, are dear to change.
///
/// ```
/// use std::sync::Arc;
/// use dialects::{Corrector, Heard, LanguageModel, Variety};
/// let model = LanguageModel::train(["老人可以在社区申请高龄津贴", "居住证怎么办理"]);
/// let terms = ["居住证", "高龄津贴"];
/// let corrector = Corrector::new(terms, Some(Variety::Kunming), &[], Arc::new(model));
/// let corrected = corrector.correct(&Heard::spoken("高零今天在哪里领"));
/// assert_eq!(corrected.text.text(), "高龄津贴在哪里领");
/// assert_eq!(corrector.correct(&Heard::spoken("今天在哪里")).changes, []);
/// ```
pub struct Corrector {
    index: TermIndex,
    /// Words of the dialect: they are meant, not misheard.
    forms: Forms,
    ear: &'static Ear,
    model: Arc<LanguageModel>,
}

impl Corrector {
    /// A corrector for speakers of a variety with the dialect words that their community added. The
    /// words that the model was trained on count as known besides the terms.
    pub fn new<T: Into<Term>>(
        terms: impl IntoIterator<Item = T>,
        variety: Option<Variety>,
        added: &[Entry],
        model: Arc<LanguageModel>,
    ) -> Self {
        let ear = Ear::of(variety);
        Self {
            forms: Forms::of_speakers(variety, added),
            index: TermIndex::new(terms.into_iter().map(Into::into), &model, ear),
            ear,
            model,
        }
    }

    /// Puts a text right.
    pub fn correct(&self, heard: &Heard) -> Corrected {
        let hypothesis = Hypothesis::new(heard, &self.forms, self.ear, &self.index, &self.model);
        let candidates = candidates::find(&hypothesis, &self.index, self.ear);
        if candidates.iter().all(|candidate| candidate.changed == 0) {
            return Corrected {
                text: Mapped::unchanged(heard.text.as_str()),
                changes: Vec::new(),
                certainty: 1.0,
            };
        }
        let lattice = Lattice::new(&hypothesis, &candidates, &self.model);
        let best = likelier(&lattice, None);
        let mut text = Mapped::new();
        let mut changes = Vec::new();
        let mut at = 0;
        for &taken in &best.taken {
            let candidate: &Candidate = &candidates[taken];
            let range = hypothesis.bytes(candidate.range.clone());
            let form = &heard.text[range.clone()];
            let without = likelier(&lattice, Some(taken));
            let certainty = certainty(best.score - without.score);
            if certainty < ANY_BETTER {
                continue;
            }
            text.push(&heard.text[at..range.start], at..range.start);
            at = range.start;
            for (heard, meant) in form.char_indices().zip(candidate.spoken.text.chars()) {
                let end = range.start + heard.0 + heard.1.len_utf8();
                text.replace(meant.encode_utf8(&mut [0; 4]), at..end);
                at = end;
            }
            changes.push(Change {
                form: form.to_owned(),
                range,
                gloss: candidate.spoken.text.clone(),
                certainty,
            });
        }
        text.push(&heard.text[at..], at..heard.text.len());
        let certainty = changes
            .iter()
            .map(|change| change.certainty)
            .fold(1.0, f32::min);
        Corrected {
            text,
            changes,
            certainty,
        }
    }
}

/// The probability that a change is right whose row is better by so much than the best without it.
///
/// Fitted (logistic, by eye of the deciles) to 8,000 changes of questions said in four accents.
fn certainty(better: f32) -> f32 {
    probability(CERTAIN * better - DOUBTFUL)
}

/// The likelier of the rows of somebody who was heard well and of somebody with an accent.
fn likelier(lattice: &Lattice, without: Option<usize>) -> Row {
    let well = lattice.best(Hearing::Well, without);
    let accented = lattice.best(Hearing::Accented, without);
    if accented.score > well.score {
        accented
    } else {
        well
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn corrector() -> Corrector {
        let model = LanguageModel::train([
            "办理居住证需要什么材料",
            "申请高龄津贴，在社区办理",
            "这件事情可以代办，申请人的事情由社区代办",
            "去社区申请，办理社保",
        ]);
        Corrector::new(
            ["居住证", "高龄津贴", "办理", "申请", "代办", "社保卡"],
            Some(Variety::Kunming),
            &[],
            Arc::new(model),
        )
    }

    #[test]
    fn what_was_misheard_is_put_right() {
        for (heard, meant) in [
            ("居住正怎么办里", "居住证怎么办理"),
            ("高零今天哪点领", "高龄津贴哪点领"),
            ("我要身请高零今天", "我要申请高龄津贴"),
            ("这个死情可以带办吗", "这个事情可以代办吗"),
        ] {
            let corrected = corrector().correct(&Heard::spoken(heard));
            assert_eq!(corrected.text.text(), meant);
        }
    }

    #[test]
    fn real_words_are_left_alone() {
        for text in [
            "今天高兴",
            "深情款款",
            "居住正常手续",
            "神情紧张的老人",
            "这里办事大厅几点开门",
            "我带班上的同学去办事",
        ] {
            let corrected = corrector().correct(&Heard::spoken(text));
            assert_eq!(corrected.text.text(), text, "{:?}", corrected.changes);
        }
    }

    #[test]
    fn through_an_accent_single_characters_come_back_too() {
        let model = LanguageModel::train([
            "申请居住证需要什么材料，要不要交钱",
            "什么人可以申请高龄津贴，怎么办理",
            "申请社保要什么材料，什么时候可以办理，怎么办理",
            "要什么材料，要不要本人去，什么时候去",
        ]);
        let corrector = Corrector::new(
            ["居住证", "高龄津贴", "社保卡"],
            Some(Variety::Chengdu),
            &[],
            Arc::new(model),
        );
        let heard = Heard::spoken("身请居住正需药森么材料，药不药本人去");
        let corrected = corrector.correct(&heard);
        assert_eq!(
            corrected.text.text(),
            "申请居住证需要什么材料，要不要本人去"
        );
        let doubtful = corrected.least_certain().expect("something was changed");
        assert!((doubtful.certainty - corrected.certainty).abs() < f32::EPSILON);
    }

    #[test]
    fn names_and_rare_words_are_left_alone() {
        for text in [
            "我叫张家丽，住在枫树山小学旁边",
            "长株潭的公交卡能用吗",
            "卫健委的电话是多少",
            "李昆和王建民什么时候来",
            "黄足笛鲷的生活习性是什么",
        ] {
            let corrected = corrector().correct(&Heard::spoken(text));
            assert_eq!(corrected.text.text(), text, "{:?}", corrected.changes);
        }
    }

    #[test]
    fn what_the_recogniser_was_sure_of_stays_longer() {
        let corrector = corrector();
        let sure = Heard {
            probabilities: vec![(0..6, 0.99)],
            ..Heard::spoken("带办")
        };
        let unsure = Heard {
            probabilities: vec![(0..6, 0.3)],
            ..Heard::spoken("带办")
        };
        let certainty = |heard| {
            let corrected = corrector.correct(heard);
            corrected
                .changes
                .first()
                .map_or(0.0, |change| change.certainty)
        };
        assert!(certainty(&unsure) > certainty(&sure));
    }

    #[test]
    fn what_another_hypothesis_has_is_likelier() {
        let corrector = corrector();
        let alone = Heard::spoken("高龄今天怎么领");
        let confirmed = Heard {
            alternatives: vec!["高龄津贴怎么拎".to_owned()],
            ..alone.clone()
        };
        let right = corrector.correct(&confirmed);
        assert_eq!(right.text.text(), "高龄津贴怎么领");
        let guessed = corrector.correct(&alone);
        assert!(guessed.changes.is_empty() || guessed.certainty <= right.certainty);
    }

    proptest! {
        #[test]
        fn any_text_keeps_its_places(
            text in "([居住正证办里理高零今天身请，a1 ]|.){0,24}",
            alternatives in prop::collection::vec(".{0,12}", 0..3),
            ranges in prop::collection::vec((0..40_usize, 0..40_usize, any::<f32>()), 0..3),
        ) {
            let heard = Heard {
                text: text.clone(),
                typed: alternatives.is_empty(),
                alternatives,
                probabilities: ranges.into_iter().map(|(start, end, sure)| (start..end, sure)).collect(),
            };
            let corrected = corrector().correct(&heard);
            let mut restored = text.clone();
            for change in corrected.changes.iter().rev() {
                prop_assert_eq!(&text[change.range.clone()], &change.form);
                restored.replace_range(change.range.clone(), &change.gloss);
            }
            prop_assert_eq!(corrected.text.text(), restored);
            let all = corrected.text.text().len();
            prop_assert!(corrected.text.original(0..all).end <= text.len());
        }
    }
}
