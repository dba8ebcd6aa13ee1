//! A question: verified answer, a passage that answers in the resident's own words, written and
//! checked answer, quoted passage, one question back, or a work order, in this order of preference.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;
use models::ModelError;

use super::answerability::Judged;
use super::assistant::Assistant;
use super::compose::{self, Limits, Outcome};
use super::follow_up;
use super::look::Looked;
use super::respond::{Decided, Running};
use super::turn::{Asked, Composition, Disposition, Reason, Reply, Sentence, Source, Stage, TurnEvent};
use super::wording;
use crate::store::{NewWorkOrder, OrderKind};

/// The step in which the writer was asked whether the passages answer.
pub(super) const JUDGED: &str = "judged";

/// Of so many turns for which the writer seems too slow, one tries it all the same.
const TRY_ANYWAY: usize = 4;

/// Probability below which passages are not quoted where the writer found no answer in them.
const WORTH_QUOTING: f32 = 0.6;

/// Probability below which evidence is no reason to ask back either.
const WORTH_ASKING: f32 = 0.25;

impl Assistant {
    /// Answers a question.
    pub(super) async fn answer(&self, running: &Running<'_>) -> Result<Decided> {
        let (question, understood, mut looked) = self.in_context(running).await?;
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
                running.lap(&mut reply, JUDGED);
            }
        }
        if !looked.found.gate.sufficient {
            return Ok(nothing_written(running, reply, &looked));
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
                return Ok(taken_back(running, reply, looked).await);
            }
            Outcome::Nothing { dropped }
                if !dropped.is_empty() && looked.found.gate.probability < WORTH_QUOTING =>
            {
                reply.dropped = dropped;
                return Ok(taken_back(running, reply, looked).await);
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

    /// The question in full, how it was understood where that differs from what was said, and what was found: a
    /// short turn may lean on the matter before it.
    async fn in_context(&self, running: &Running<'_>) -> Result<(String, Option<String>, Looked)> {
        let before = running.question_before();
        let (standard, rewritten, found) = self.standard(running).await?;
        let completed = follow_up::complete(&standard, before.as_deref());
        let leans = completed.is_some();
        let looked = match &completed {
            None => found,
            Some(completed) => self.look(running, completed).await?,
        };
        if let Some(source) = running.cited_before()
            && (leans || !looked.has_its_own_matter(&standard, &source.document))
            && let Some(titled) = follow_up::under_title(&standard, &source.title)
        {
            let second = self.look(running, &titled).await?;
            let stays = second.found.gate.sufficient && second.first_document() == Some(source.document.as_str());
            let better = if leans {
                looked.first_document() != Some(source.document.as_str())
                    || !second.found.answers.is_empty()
                    || second.found.gate.probability >= looked.found.gate.probability
            } else {
                second.is_prepared() || second.speaks_of_all(&standard, &looked)
            };
            if stays && better {
                return Ok((titled.clone(), Some(titled), second));
            }
        }
        let question = completed.clone().unwrap_or_else(|| standard.clone());
        if (!leans || rewritten)
            && looked.found.answers.is_empty()
            && let Some(wider) = follow_up::with_matter(&question, before.as_deref())
        {
            let second = self.look(running, &wider).await?;
            let clearer = !looked.found.gate.sufficient
                && second.found.gate.probability > looked.found.gate.probability;
            let same_matter = !looked.names_title(&question)
                && second.first_document().is_some()
                && second.first_document() == running.document_before()
                && (leans || second.speaks_of_all(&standard, &looked));
            if clearer || same_matter {
                return Ok((wider.clone(), Some(wider), second));
            }
        }
        let understood = completed.or(rewritten.then_some(standard));
        Ok((question, understood, looked))
    }

    /// The question in standard Mandarin, and whether that differs from what was said.
    ///
    /// Where the documents do not know what was understood, what was said is tried as it stands,
    /// and as a recogniser might have misheard it; the reading that they know best is taken.
    async fn standard(&self, running: &Running<'_>) -> Result<(String, bool, Looked)> {
        let first = &running.understood;
        let mut best = (first.text.clone(), first.rewritten);
        let mut known = self.look(running, &first.text).await?;
        if known.found.gate.sufficient && !first.doubtful {
            return Ok((best.0, best.1, known));
        }
        let misheard = self
            .understanding
            .read(&running.question, &running.speaker, false)
            .await?;
        for (text, rewritten, spoken) in [
            (running.question.clone(), false, running.spoken),
            (misheard.text, misheard.rewritten, true),
        ] {
            if text == best.0 {
                continue;
            }
            let other = self.look_by(running, &text, spoken).await?;
            if other.found.gate.probability > known.found.gate.probability {
                (best, known) = ((text, rewritten), other);
            }
        }
        Ok((best.0, best.1, known))
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

/// The same as [`nothing_written`], after the passages were shown.
async fn taken_back(running: &Running<'_>, reply: Reply, looked: Looked) -> Decided {
    let decided = nothing_written(running, reply, &looked);
    show(running, &decided.0).await;
    decided
}

/// One question back where there is something near, once; else a work order.
fn nothing_written(running: &Running<'_>, mut reply: Reply, looked: &Looked) -> Decided {
    let asked_before = running
        .reply_before()
        .is_some_and(|reply| reply.disposition == Disposition::Clarify);
    let understood = &running.understood;
    if !asked_before && understood.rewritten && understood.doubtful {
        reply.disposition = Disposition::Clarify;
        reply.reason = Some(Reason::Ambiguous);
        reply.sources = Vec::new();
        reply.suggestions = vec![understood.text.clone()];
        reply.sentences = vec![Sentence::plain(wording::did_you_mean(&understood.text))];
        reply.asked = Some(Asked::Meaning { question: understood.text.clone() });
        return (reply, None);
    }
    let near = looked.found.gate.probability >= WORTH_ASKING;
    let short = running.question.chars().count() <= 4;
    if !asked_before && (near || short) {
        reply.disposition = Disposition::Clarify;
        reply.reason = Some(Reason::Ambiguous);
        reply.suggestions = if near {
            looked.suggestions(&running.question)
        } else {
            Vec::new()
        };
        reply.sources = Vec::new();
        let text = match reply.suggestions.as_slice() {
            [] => wording::SAY_MORE.to_owned(),
            [one] => {
                reply.asked = Some(Asked::Meaning { question: one.clone() });
                wording::is_it(one)
            }
            _ => wording::WHICH.to_owned(),
        };
        reply.sentences = vec![Sentence::plain(text)];
        return (reply, None);
    }
    reply.suggestions = Vec::new();
    reply.sources = Vec::new();
    to_staff(running, reply, &looked.sources)
}

/// What a resident gets who says that nothing offered is what they meant: where they were misheard, they are asked
/// to say it again; else their question goes to a person as they asked it.
pub(super) fn none_meant(running: &Running<'_>) -> Option<Decided> {
    let before = running.earlier.last()?;
    let offer = before.reply.as_ref().filter(|reply| {
        reply.disposition == Disposition::Clarify && reply.reason == Some(Reason::Ambiguous)
    })?;
    if !follow_up::denies(&running.question) {
        return None;
    }
    let misheard = matches!(&offer.asked, Some(Asked::Meaning { question }) if offer.understood.as_ref() == Some(question));
    if misheard {
        let mut reply = Reply::new(Disposition::Clarify);
        reply.reason = Some(Reason::Ambiguous);
        reply.sentences = vec![Sentence::plain(wording::ONCE_MORE)];
        return Some((reply, None));
    }
    let mut reply = Reply::new(Disposition::Escalated);
    reply.understood = Some(offer.understood.clone().unwrap_or_else(|| before.text.clone()));
    let (reply, order) = to_staff(running, reply, &[]);
    Some((reply, order.map(|order| NewWorkOrder { question: before.text.clone(), ..order })))
}

/// Nobody wrote this down: a person answers it.
fn to_staff(running: &Running<'_>, mut reply: Reply, looked_at: &[Source]) -> Decided {
    reply.disposition = Disposition::Escalated;
    reply.reason = Some(Reason::NothingWritten);
    reply.sentences = vec![
        Sentence::plain(wording::NOTHING_WRITTEN),
        Sentence::plain(wording::LEAVE_A_NUMBER),
    ];
    reply.asked = Some(Asked::contact());
    let order = running.order(OrderKind::Inquiry, Reason::NothingWritten, false, looked_at);
    (reply, Some(order))
}

/// Sends the passages that the reply cites.
pub(super) async fn show(running: &Running<'_>, reply: &Reply) {
    // A resident who left does not stop the turn: the reply is kept for their return.
    let _ = running
        .events
        .send(TurnEvent::Evidence(reply.sources.clone()))
        .await;
}
