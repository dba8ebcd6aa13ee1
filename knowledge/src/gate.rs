//! Is the evidence good enough to answer from?
//!
//! Two logistic models over what the rankings say, fitted by `xiangyin-eval calibrate gate`: one for papers
//! that come with prepared questions, one for all others. A guide that nobody's question is near is seldom the
//! answer; of a law or a notice put in yesterday that says nothing.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::index::fusion::Rankings;
use crate::index::signals::RankingWeights;

static CALIBRATED: LazyLock<Gate> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../calibration/gate.json"))
        .expect("the calibration is compiled in and was written by the trainer")
});

/// What the gate says about the evidence for one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether to answer from it; always, where the best passage was pinned.
    pub sufficient: bool,
    /// Probability that it answers the question, from 0 to 1.
    pub probability: f32,
    /// What the probability was computed from, in the order of [`Features::NAMES`].
    pub features: Features,
}

/// What the gate looks at; none of it grows with the number of passages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Features {
    /// Whether the document of the best passage comes with prepared questions.
    pub prepared: bool,
    /// In the order of [`Features::NAMES`].
    pub values: [f32; Features::NAMES.len()],
}

/// A calibrated gate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Gate {
    /// Where the best passage's document comes with prepared questions.
    pub prepared: Calibration,
    /// Where it does not.
    pub plain: Calibration,
}

/// How likely features make it that the evidence answers the question.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Calibration {
    /// The features that count, each once.
    pub weights: Vec<Weight>,
    /// Log-odds where every feature is average.
    pub bias: f32,
    /// Least probability at which to answer.
    pub threshold: f32,
}

/// One feature's part in the log-odds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Weight {
    /// One of [`Features::NAMES`].
    pub feature: String,
    /// Mean over the training questions.
    pub mean: f32,
    /// Standard deviation over the training questions.
    pub deviation: f32,
    /// Log-odds per standard deviation.
    pub weight: f32,
}

impl Features {
    /// What each value is.
    ///
    /// `nearest_question` is the likeness of the nearest prepared question of any document, 0 where there is
    /// none.
    pub const NAMES: [&'static str; 10] = [
        "dense_best",
        "dense_lead",
        "words_share",
        "bigrams_share",
        "words_of_best",
        "agreement",
        "nearest_question",
        "head_of_best",
        "fused_best",
        "fused_lead",
    ];

    pub(crate) fn of(rankings: &Rankings) -> Self {
        let candidates = &rankings.candidates;
        let best = |value: fn(&crate::Scores) -> f32| {
            candidates.iter().map(|candidate| value(&candidate.scores)).fold(0.0, f32::max)
        };
        let dense = best(|scores| scores.dense.value);
        let mean = candidates.iter().map(|candidate| candidate.scores.dense.value).sum::<f32>()
            / candidates.len().max(1) as f32;
        let agreeing = candidates.iter().take(10).filter(|candidate| {
            [candidate.scores.words, candidate.scores.bigrams, candidate.scores.dense]
                .iter()
                .all(|score| score.rank.is_some_and(|rank| rank <= 10))
        });
        let first = candidates.first().map(|candidate| candidate.scores).unwrap_or_default();
        // Without what sound adds for a spoken question: the gate was fitted to typed ones.
        let weights = RankingWeights::calibrated();
        let fused = |place: usize| {
            let signals = candidates.get(place).map(|candidate| candidate.scores.signals);
            signals.map_or(0.0, |signals| weights.score(&signals))
        };
        Self {
            prepared: first.signals.is_of_prepared_document(),
            values: [
                dense,
                dense - mean,
                best(|scores| scores.signals.of_text("words")),
                best(|scores| scores.signals.of_text("bigrams")),
                first.signals.of_text("words"),
                agreeing.count() as f32 / 10.0,
                rankings.nearest_question.unwrap_or_default(),
                first.signals.of_text("head"),
                fused(0),
                fused(0) - fused(9),
            ],
        }
    }
}

impl Gate {
    /// The gate that this version was calibrated to.
    pub fn calibrated() -> &'static Self {
        &CALIBRATED
    }

    /// What judges evidence with these features.
    pub fn calibration(&self, features: &Features) -> &Calibration {
        if features.prepared { &self.prepared } else { &self.plain }
    }
}

impl Calibration {
    /// Probability that evidence with these features answers the question.
    pub fn probability(&self, features: &Features) -> f32 {
        let values = Features::NAMES.iter().zip(&features.values);
        let log_odds = self.weights.iter().fold(self.bias, |sum, weight| {
            let value = values.clone().find(|(name, _)| **name == weight.feature);
            value.map_or(sum, |(_, value)| sum + weight.weight * (value - weight.mean) / weight.deviation)
        });
        1.0 / (1.0 + (-log_odds).exp())
    }
}

impl Verdict {
    pub(crate) fn on(rankings: &Rankings) -> Self {
        let features = Features::of(rankings);
        let calibration = Gate::calibrated().calibration(&features);
        let probability = calibration.probability(&features);
        let pinned = rankings.candidates.first().is_some_and(|first| first.pinned);
        Self {
            sufficient: pinned || probability >= calibration.threshold,
            probability,
            features,
        }
    }
}
