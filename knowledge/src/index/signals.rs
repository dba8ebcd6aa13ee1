//! What a passage's place depends on, and how much each part counts.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::aspect::Aspects;

static CALIBRATED: LazyLock<RankingWeights> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../calibration/ranking.json"))
        .expect("the calibration is compiled in and was written by the trainer")
});

/// Cosine of two texts that have nothing to do with each other, by this family of models.
const UNRELATED: f32 = 0.8;

/// What speaks for a passage, each part on a scale that no library's size changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signals {
    /// In the order of [`Signals::NAMES`].
    pub values: [f32; Self::NAMES.len()],
}

impl Signals {
    /// What each value is.
    ///
    /// `words`, `bigrams`: share of what could be matched. `best_words`, `best_bigrams`: the same
    /// as a share of the best passage's. `head`: as `words`, of title, keywords and headings alone.
    /// `dense`: cosine above that of unrelated texts. `context`: the same of the document's
    /// nearest other passages. The seven stand twice: what comes with prepared questions is written
    /// for residents, a law is not, and each has weights of its own; those of the other kind are 0.
    /// `question`, `document_question`: as `dense`, of the nearest prepared question that the
    /// passage answers, or its document does; 0 where it has none. `aspect`, `other_aspect`: 1
    /// where the heading names what is asked for, or something else.
    pub const NAMES: [&'static str; 19] = [
        "words",
        "bigrams",
        "best_words",
        "best_bigrams",
        "head",
        "dense",
        "context",
        "guide_words",
        "guide_bigrams",
        "guide_best_words",
        "guide_best_bigrams",
        "guide_head",
        "guide_dense",
        "guide_context",
        "question",
        "document_question",
        "has_questions",
        "aspect",
        "other_aspect",
    ];

    /// Puts the parts of one passage together.
    pub(crate) fn new(parts: &Parts) -> Self {
        let related = |cosine: f32| cosine - UNRELATED;
        let flag = |holds: bool| f32::from(u8::from(holds));
        let texts = [
            parts.words,
            parts.bigrams,
            parts.best_words,
            parts.best_bigrams,
            parts.head,
            related(parts.dense),
            parts.context.map_or(0.0, related),
        ];
        let mut values = [0.0; Self::NAMES.len()];
        let start = if parts.document_question.is_some() { texts.len() } else { 0 };
        values[start..start + texts.len()].copy_from_slice(&texts);
        let both_name_one = !parts.asked.is_empty() && !parts.heading.is_empty();
        values[2 * texts.len()..].copy_from_slice(&[
            parts.question.map_or(0.0, related),
            parts.document_question.map_or(0.0, related),
            flag(parts.document_question.is_some()),
            flag(parts.asked.meets(parts.heading)),
            flag(both_name_one && !parts.asked.meets(parts.heading)),
        ]);
        Self { values }
    }

    /// Whether the passage holds the approved answer to a prepared question.
    pub fn answers_prepared_question(&self) -> bool {
        self.values[Self::NAMES.len() - 5] != 0.0
    }

    /// Whether the passage's document comes with prepared questions.
    pub(crate) fn is_of_prepared_document(&self) -> bool {
        self.values[Self::NAMES.len() - 3] != 0.0
    }

    /// The value of that name, whether of a law or of a guide.
    ///
    /// # Panics
    ///
    /// If there is no such name.
    pub(crate) fn of_text(&self, name: &str) -> f32 {
        let at = Self::NAMES.iter().position(|known| *known == name).expect("a signal's name");
        self.values[at] + self.values[at + 7]
    }
}

/// What is known of one passage before it is weighed.
pub(crate) struct Parts {
    pub(crate) words: f32,
    pub(crate) bigrams: f32,
    pub(crate) best_words: f32,
    pub(crate) best_bigrams: f32,
    pub(crate) head: f32,
    pub(crate) dense: f32,
    pub(crate) context: Option<f32>,
    pub(crate) question: Option<f32>,
    pub(crate) document_question: Option<f32>,
    pub(crate) asked: Aspects,
    pub(crate) heading: Aspects,
}

/// How much each signal counts; only the order of the sums means something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RankingWeights {
    /// What they were fitted to and how well they do there.
    pub fitted_to: String,
    /// One a signal, in the order of [`Signals::NAMES`].
    pub weights: [f32; Signals::NAMES.len()],
}

impl RankingWeights {
    /// The weights that this version was calibrated to.
    pub fn calibrated() -> &'static Self {
        &CALIBRATED
    }

    /// Higher is better.
    pub fn score(&self, signals: &Signals) -> f32 {
        self.weights.iter().zip(&signals.values).map(|(weight, value)| weight * value).sum()
    }
}
