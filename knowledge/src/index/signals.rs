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
    /// `words`, `bigrams`: share of what could be matched. `head`: the same of title, keywords and
    /// headings alone. `dense`: cosine above that of unrelated texts. `question`,
    /// `document_question`: the same of the nearest prepared question that the passage answers, or
    /// its document does; 0 where it has none. `aspect`, `other_aspect`: 1 where the heading names
    /// what is asked for, or something else.
    pub const NAMES: [&'static str; 9] = [
        "words",
        "bigrams",
        "head",
        "dense",
        "question",
        "document_question",
        "has_questions",
        "aspect",
        "other_aspect",
    ];

    #[expect(clippy::too_many_arguments, reason = "one a signal, named at the only caller")]
    pub(crate) fn new(
        words: f32,
        bigrams: f32,
        head: f32,
        dense: f32,
        question: Option<f32>,
        document_question: Option<f32>,
        asked: Aspects,
        heading: Aspects,
    ) -> Self {
        let related = |cosine: f32| cosine - UNRELATED;
        let flag = |holds: bool| f32::from(u8::from(holds));
        let both_name_one = !asked.is_empty() && !heading.is_empty();
        Self {
            values: [
                words,
                bigrams,
                head,
                related(dense),
                question.map_or(0.0, related),
                document_question.map_or(0.0, related),
                flag(document_question.is_some()),
                flag(asked.meets(heading)),
                flag(both_name_one && !asked.meets(heading)),
            ],
        }
    }
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
