//! A question: verified answer, a passage that answers in the resident's own words, written and
//! checked answer, quoted passage, one question back, or a work order, in this order of preference.
//! What is asked is settled in `context`, what is said where nothing is written in `declined`.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;
use models::ModelError;

use super::answerability::{self, Judged};
use super::assistant::Assistant;
use super::compose::{self, Limits, Outcome};
use super::context::Question;
use super::declined;
use super::look::Looked;
use super::respond::{Decided, Running};
use super::turn::{Composition, Disposition, Reply, Stage, TurnEvent};

/// Of so many turns for which the writer seems too slow, one tries it all the same.
const TRY_ANYWAY: usize = 4;

/// Probability below which passages are not quoted where the writer found no answer in them.
const WORTH_QUOTING: f32 = 0.6;

impl Assistant {
    /// Answers a question.
    pub(super) async fn answer(&self, running: &Running<'_>) -> Result<Decided> {
        let Question { text: question, understood, mut looked, .. } = self.in_context(running).await?;
        let mut reply = Reply::new(Disposition::Answered);
        reply.understood = understood;
        reply.evidence_probability = Some(looked.found.gate.probability);
        running.lap(&mut reply, "evidence");

        if let Some(together) = self.answer_each(running, &question, &looked).await? {
            reply.composition = together.composition;
            reply.sentences = together.sentences;
            reply.spoken = together.spoken;
            reply.suggestions = looked.suggestions(&question);
            reply.sources = together.sources;
            show(running, &reply).await;
            return Ok((reply, None));
        }
        if let Some(said) = looked.verified() {
            reply.composition = Composition::Verified;
            reply.sentences = said;
            reply.spoken = looked.verified_aloud();
            reply.suggestions = looked.suggestions(&question);
            reply.sources = looked.sources;
            show(running, &reply).await;
            return Ok((reply, None));
        }
        match self.judge_evidence(running, &question, &looked).await {
            Judged::Unasked => {}
            Judged::Stopped => return Ok((Reply::merged(), None)),
            Judged::Probability { value, sufficient } => {
                looked.found.gate.sufficient = sufficient;
                reply.evidence_probability = Some(value);
                running.lap(&mut reply, answerability::STEP);
            }
        }
        if !looked.found.gate.sufficient {
            return Ok(declined::nothing_written(running, reply, &looked));
        }
        reply.suggestions = looked.suggestions(&question);
        reply.sources.clone_from(&looked.sources);
        show(running, &reply).await;
        if looked.speaks_for_itself() {
            reply.composition = Composition::Quoted;
            reply.sentences = looked.quotes();
            return Ok((reply, None));
        }
        match self.write(running, &question, &looked).await {
            Outcome::Stopped => return Ok((Reply::merged(), None)),
            Outcome::Written {
                sentences,
                dropped,
                first_words,
            } => {
                running.lap_at(&mut reply, "first_words", first_words);
                reply.composition = Composition::Written;
                reply.sentences = sentences;
                reply.dropped = dropped;
            }
            // Two doubts, the gate's and the writer's, are one too many.
            Outcome::Declined if looked.found.gate.probability < WORTH_QUOTING => {
                return Ok(declined::taken_back(running, reply, looked).await);
            }
            Outcome::Nothing { dropped }
                if !dropped.is_empty() && looked.found.gate.probability < WORTH_QUOTING =>
            {
                reply.dropped = dropped;
                return Ok(declined::taken_back(running, reply, looked).await);
            }
            Outcome::Declined => {
                reply.composition = Composition::Quoted;
                reply.sentences = looked.quoted();
            }
            Outcome::Nothing { dropped } => {
                reply.composition = Composition::Quoted;
                reply.sentences = looked.quoted();
                reply.dropped = dropped;
            }
        }
        running.lap(&mut reply, "written");
        Ok((reply, None))
    }

    /// Writes an answer; `Nothing` where quoting is quicker than the resident's patience.
    async fn write(&self, running: &Running<'_>, question: &str, looked: &Looked) -> Outcome {
        let nothing = Outcome::Nothing {
            dropped: Vec::new(),
        };
        let Some(generator) = self.generator.get().filter(|_| running.scene.writes) else {
            return nothing;
        };
        let patience = Duration::from_secs_f64(self.settings.first_words_seconds);
        let all = looked.materials(question);
        let in_time = compose::readable(generator.as_ref(), question, &all, patience);
        let count = match in_time {
            Some(count) => count,
            // The speed was measured when the machine may have been busy; a try now and then,
            // cut off in time, finds out when it is free again.
            None if self.slow_turns.fetch_add(1, Ordering::Relaxed).is_multiple_of(TRY_ANYWAY) => all.len().min(1),
            None => return nothing,
        };
        let materials = &all[..count];
        let stage = match generator.outlook().waiting {
            0 => Stage::Reading,
            waiting => Stage::Queued { waiting },
        };
        let _ = running.events.send(TurnEvent::Progress(stage)).await;
        let written = compose::write(
            generator.as_ref(),
            question,
            materials,
            Limits {
                tokens: self.settings.answer_tokens,
                first_words_by: running.began + patience,
            },
            running.ticket,
            running.events,
        )
        .await;
        match written {
            Ok(outcome) => outcome,
            Err(error @ (ModelError::Overloaded { .. } | ModelError::Stopped)) => {
                tracing::warn!(%error, "quoting instead of writing");
                nothing
            }
            Err(error) => {
                tracing::error!(%error, "the writer failed; quoting instead");
                nothing
            }
        }
    }
}

/// Sends the passages that the reply cites.
pub(super) async fn show(running: &Running<'_>, reply: &Reply) {
    // A resident who left does not stop the turn: the reply is kept for their return.
    let _ = running
        .events
        .send(TurnEvent::Evidence(reply.sources.clone()))
        .await;
}
