//! What is said where nothing is written about a question: one question back, or a person answers it.

use super::answer::show;
use super::follow_up;
use super::look::Looked;
use super::respond::{Decided, Running};
use super::turn::{Asked, Disposition, Reason, Reply, Sentence, Source};
use super::wording;
use crate::store::{NewWorkOrder, OrderKind};

/// Probability below which evidence is no reason to ask back.
const WORTH_ASKING: f32 = 0.25;

/// The same as [`nothing_written`], after the passages were shown.
pub(super) async fn taken_back(running: &Running<'_>, reply: Reply, looked: Looked) -> Decided {
    let decided = nothing_written(running, reply, &looked);
    show(running, &decided.0).await;
    decided
}

/// One question back where there is something near, once; else a work order.
pub(super) fn nothing_written(running: &Running<'_>, mut reply: Reply, looked: &Looked) -> Decided {
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
    if offer.doubts_what_was_heard() {
        let mut reply = Reply::new(Disposition::Clarify);
        reply.reason = Some(Reason::Ambiguous);
        reply.sentences = vec![Sentence::plain(wording::ONCE_MORE)];
        return Some((reply, None));
    }
    let mut reply = Reply::new(Disposition::Escalated);
    reply.understood = Some(offer.understood.clone().unwrap_or_else(|| before.text.clone()));
    let (mut reply, order) = to_staff(running, reply, &[]);
    if let Some(said) = reply.sentences.first_mut() {
        *said = Sentence::plain(wording::NONE_MEANT);
    }
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
