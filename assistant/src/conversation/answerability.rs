//! Whether passages answer a question, which the gate cannot always tell: it looks at scores, and a
//! neighbouring guide scores well. Where it is in doubt, the writer reads the passages and says whether the
//! answer stands there, in one token; what it read for that, it need not read again to write.
//!
//! Answerability as in `SQuAD` 2.0 (Rajpurkar, Jia, Liang: Know What You Don't Know, 2018). The two judgements are
//! weighed by a logistic model, fitted by `xiangyin-eval calibrate answerability`.

use std::ops::RangeInclusive;
use std::sync::LazyLock;
use std::time::Duration;

use models::{GenerationRequest, ModelError};
use serde::{Deserialize, Serialize};

use super::assistant::Assistant;
use super::compose::{self, Material};
use super::evidence;
use super::look::Looked;
use super::prompt;
use super::respond::Running;
use super::turn::{Source, Stage, TurnEvent};

/// Passages that the writer reads: each costs the resident a second or two.
pub const READ: usize = 3;

/// The step of a turn in which the writer was asked.
pub(super) const STEP: &str = "judged";

/// Probabilities of the gate at which it is in doubt, whichever way it decided. Below, nothing is near; above,
/// the writer's word would not change the decision.
pub const DOUBTFUL: RangeInclusive<f32> = 0.25..=0.95;

static CALIBRATED: LazyLock<Answerability> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/answerability.json"))
        .expect("the calibration is compiled in and was written by the trainer")
});

/// How the gate's probability and the writer's odds are weighed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Answerability {
    /// Log-odds for each of the gate's.
    pub gate: f32,
    /// Log-odds for each of the writer's.
    pub writer: f32,
    /// Log-odds where both are even.
    pub bias: f32,
    /// Least probability at which to answer.
    pub threshold: f32,
}

impl Answerability {
    /// The weights that this version was calibrated to.
    pub fn calibrated() -> &'static Self {
        &CALIBRATED
    }

    /// Probability that the passages answer the question, by the gate's probability and the writer's log-odds.
    pub fn probability(&self, gate: f32, writer: f32) -> f32 {
        let log_odds = self.bias + self.gate * log_odds(gate) + self.writer * writer;
        1.0 / (1.0 + (-log_odds).exp())
    }
}

/// Log-odds of a probability, kept finite.
pub fn log_odds(probability: f32) -> f32 {
    let probability = probability.clamp(1e-4, 1.0 - 1e-4);
    (probability / (1.0 - probability)).ln()
}

/// What the writer is asked about the best of `found`, as the product asks it but for local facts.
pub fn request(question: &str, found: &[knowledge::Evidence]) -> GenerationRequest {
    let sources: Vec<Source> =
        (1..).zip(found.iter().take(READ)).map(|(number, one)| Source::found(number, one, String::new())).collect();
    let passages: Vec<(&Source, &str)> = sources
        .iter()
        .zip(found)
        .map(|(source, one)| (source, evidence::telling_part(&one.passage.text, question, evidence::READ)))
        .collect();
    prompt::answerability(question, &passages)
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Judged {
    /// Nobody was asked: the gate is sure, or there is no writer with time for it.
    Unasked,
    /// The passages answer with this probability, which is enough or is not.
    Probability {
        /// From 0 to 1.
        value: f32,
        /// Whether to answer from them.
        sufficient: bool,
    },
    /// A later message has taken the turn over.
    Stopped,
}

impl Looked {
    /// What the writer reads of what was found.
    pub(super) fn materials(&self, question: &str) -> Vec<Material<'_>> {
        let best = self.sources.iter().zip(&self.wholes).take(READ);
        best.map(|(source, whole)| Material {
            source,
            read: evidence::telling_part(whole, question, evidence::READ),
            support: format!("《{}》{} {}\n{whole}", source.title, source.headings.join(" "), source.locator),
        })
        .collect()
    }
}

impl Assistant {
    /// Asks the writer where the gate is in doubt.
    pub(super) async fn judge_evidence(&self, running: &Running<'_>, question: &str, looked: &Looked) -> Judged {
        let gate = &looked.found.gate;
        let pinned = looked.found.evidence.first().is_some_and(|best| best.pinned);
        let Some(generator) = self.generator.get().filter(|_| running.scene.writes) else {
            return Judged::Unasked;
        };
        if pinned || !DOUBTFUL.contains(&gate.probability) {
            return Judged::Unasked;
        }
        let all = looked.materials(question);
        let patience = Duration::from_secs_f64(self.settings.first_words_seconds);
        let Some(count) = compose::readable(generator.as_ref(), question, &all, patience) else {
            return Judged::Unasked;
        };
        let passages: Vec<(&Source, &str)> =
            all[..count].iter().map(|material| (material.source, material.read)).collect();
        let _ = running.events.send(TurnEvent::Progress(Stage::Reading)).await;
        let asked = generator.generate(prompt::answerability(question, &passages));
        let told = async { Ok::<_, ModelError>(asked?.text().await?.1.log_odds) };
        let told = tokio::select! {
            () = running.ticket.stopped() => return Judged::Stopped,
            () = tokio::time::sleep_until((running.began + patience).into()) => return Judged::Unasked,
            told = told => told,
        };
        match told {
            Ok(Some(writer)) => {
                let calibrated = Answerability::calibrated();
                let value = calibrated.probability(gate.probability, writer);
                tracing::debug!(gate = gate.probability, writer, value, "the writer judged the evidence");
                Judged::Probability { value, sufficient: value >= calibrated.threshold }
            }
            // A server that tells no odds has no say.
            Ok(None) => Judged::Unasked,
            Err(error) => {
                tracing::warn!(%error, "the gate decides alone");
                Judged::Unasked
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_judgements_count_and_a_sure_one_stands() {
        let calibrated = Answerability::calibrated();
        let sufficient = |gate, writer| calibrated.probability(gate, writer) >= calibrated.threshold;
        assert!(sufficient(0.8, 0.3) && !sufficient(0.6, -0.8));
        assert!(calibrated.probability(0.9, 0.0) > calibrated.probability(0.5, 0.0));
        assert!(calibrated.probability(0.7, 0.5) > calibrated.probability(0.7, -0.5));
        assert!(log_odds(1.0).is_finite() && log_odds(0.0).is_finite());
    }
}
