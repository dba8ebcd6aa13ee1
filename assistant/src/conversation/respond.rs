//! What is done about a turn, by its kind.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::answer::show;
use super::assistant::Assistant;
use super::declined;
use super::follow_up;
use super::in_flight::Ticket;
use super::policy::{self, Context, Danger, Intent, Judgement};
use super::turn::{Asked, Disposition, FiledWorkOrder, Reason, Reply, Sentence, Source, Turn, TurnEvent};
use super::understanding::{Speaker, Understood};
use super::wording;
use crate::work_orders::{Clocks, Reading};
use crate::store::{Addition, Community, Contact, Conversation, NewWorkOrder, OrderKind, WorkOrder, now};

/// Longest turn that is nothing but the answer to where or since when, in characters.
const BARE_ANSWER: usize = 10;

/// A turn being answered.
pub(super) struct Running<'a> {
    pub(super) conversation: &'a Conversation,
    pub(super) turn_id: String,
    /// What was said, in simplified characters.
    pub(super) question: String,
    /// Whether it was spoken rather than typed.
    pub(super) spoken: bool,
    /// The same in standard Mandarin.
    pub(super) understood: Understood,
    pub(super) speaker: Speaker,
    pub(super) lineage: Vec<Community>,
    pub(super) earlier: Vec<Turn>,
    pub(super) ticket: &'a Ticket,
    pub(super) events: &'a mpsc::Sender<TurnEvent>,
    pub(super) began: Instant,
    pub(super) scene: Scene,
}

/// What a turn is answered from.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    /// The day on which documents must be in force.
    pub(super) on: Date,
    /// Community of a staged draft that counts as published.
    pub(super) preview: Option<String>,
    /// Editions that count as withdrawn.
    pub(super) without: Vec<String>,
    /// Whether the model may write.
    pub(super) writes: bool,
}

impl Scene {
    /// What is published and in force on this day.
    pub(super) fn of(on: Date) -> Self {
        Self { on, preview: None, without: Vec::new(), writes: true }
    }
}

/// A reply and the work order that goes with it.
pub(super) type Decided = (Reply, Option<NewWorkOrder>);

impl Running<'_> {
    /// The resident's community node and its ancestors, nearest first.
    pub(super) fn communities(&self) -> Vec<String> {
        self.lineage.iter().map(|node| node.id.clone()).collect()
    }

    /// Notes how long the turn has taken so far.
    pub(super) fn lap(&self, reply: &mut Reply, step: &str) {
        self.lap_at(reply, step, Instant::now());
    }

    /// Notes when in the turn a step was done.
    pub(super) fn lap_at(&self, reply: &mut Reply, step: &str, done: Instant) {
        let milliseconds = done.saturating_duration_since(self.began).as_millis() as u64;
        reply.timings_ms.insert(step.to_owned(), milliseconds);
    }

    /// The last thing asked before this turn, as it was understood.
    pub(super) fn question_before(&self) -> Option<String> {
        let mut denied = false;
        for turn in self.earlier.iter().rev() {
            let Some(reply) = &turn.reply else { continue };
            let asked = reply.evidence_probability.is_some() || reply.reason == Some(Reason::Reported);
            if asked && !(denied && reply.doubts_what_was_heard()) {
                return Some(reply.understood.clone().unwrap_or_else(|| turn.text.clone()));
            }
            // What was misheard was not asked.
            denied = follow_up::denies(&turn.text);
        }
        None
    }

    /// The reply before this turn.
    pub(super) fn reply_before(&self) -> Option<&Reply> {
        self.earlier.iter().rev().find_map(|turn| turn.reply.as_ref())
    }

    /// The order that the same words filed earlier in this conversation.
    fn filed_before(&self) -> Option<&FiledWorkOrder> {
        let bare = |text: &str| text.chars().filter(|one| one.is_alphanumeric()).collect::<String>();
        let said = bare(&self.question);
        let mut same = self.earlier.iter().rev().filter(|turn| bare(&turn.text) == said);
        same.find_map(|turn| turn.reply.as_ref()?.work_order.as_ref())
    }

    /// What the reply before this turn cited first; where it took a report, what was found about that.
    pub(super) fn cited_before(&self) -> Option<&Source> {
        let reply = self.reply_before()?;
        if reply.reason == Some(Reason::Reported) {
            return reply.sources.first();
        }
        let number = reply
            .sentences
            .iter()
            .find_map(|sentence| sentence.citations.first())?;
        reply.sources.iter().find(|source| source.number == *number)
    }

    /// The document that the reply before this turn cited.
    pub(super) fn document_before(&self) -> Option<&str> {
        self.cited_before().map(|source| source.document.as_str())
    }

    /// A work order about this turn.
    pub(super) fn order(
        &self,
        kind: OrderKind,
        reason: Reason,
        urgent: bool,
        evidence: &[Source],
    ) -> NewWorkOrder {
        NewWorkOrder {
            kind: kind.name().to_owned(),
            urgent,
            reason,
            community_id: self.conversation.community_id.clone(),
            conversation_id: self.conversation.id.clone(),
            question: self.question.clone(),
            slots: BTreeMap::new(),
            evidence: evidence.to_vec(),
            contact: Contact {
                phone: crate::privacy::phone_in(&self.question),
                name: None,
            },
            department: None,
            clocks: Clocks::default(),
            reading: Reading::default(),
        }
    }
}

impl Assistant {
    /// Decides what to say and whether to file a work order.
    pub(super) async fn decide(&self, running: &Running<'_>) -> Result<Decided> {
        if let Some(decided) = declined::none_meant(running) {
            return Ok(decided);
        }
        let context = Context {
            just_filed: running
                .reply_before()
                .is_some_and(|reply| reply.work_order.is_some()),
        };
        let mut intent = policy::decide(&running.question, context);
        if intent == Intent::Question && running.understood.rewritten {
            intent = policy::decide(&running.understood.text, context);
        }
        // Danger, a wish for a person and the state of an order come before any answer.
        if matches!(
            intent,
            Intent::Question | Intent::Report(_) | Intent::Supplement { .. } | Intent::SmallTalk(_)
        ) && let Some((mut reply, order)) = self.hear_about_order(running).await?
        {
            // 三栋，我妈倒在地上: danger may stand behind the answer to where.
            if running.question.chars().count() > BARE_ANSWER
                && let Some(Intent::Emergency(danger)) = self.judge(running).await?.intent
            {
                reply.sentences.insert(0, Sentence::plain(wording::caution(danger)));
            }
            return Ok((reply, order));
        }
        let mut caution = None;
        if matches!(intent, Intent::Question | Intent::Report(_)) {
            let judgement = self.judge(running).await?;
            // A matter that was reported outright is as urgent as it sounds: a doubt is not enough.
            caution = judgement.caution.filter(|_| intent == Intent::Question);
            match judgement.intent {
                Some(by_meaning) if intent == Intent::Question => intent = by_meaning,
                // What was reported outright stands, with a word of caution.
                Some(Intent::Emergency(danger)) => caution = Some(danger),
                _ => {}
            }
        }
        let (mut reply, mut order) = self.respond(running, intent).await?;
        // Said twice, it is one matter.
        if let Some(filed) = order.as_ref().filter(|order| !order.urgent).and_then(|_| running.filed_before()) {
            let number = filed.number.clone();
            reply = Reply::new(Disposition::Answered);
            reply.sentences.push(Sentence::plain(wording::filed_already(&number)));
            order = None;
        }
        // What the documents answer is a question after all.
        if let Some(danger) = caution
            && matches!(reply.disposition, Disposition::Escalated | Disposition::Clarify)
        {
            reply.sentences.insert(0, Sentence::plain(wording::caution(danger)));
            if let Some(order) = &mut order {
                order.urgent = true;
            }
        }
        Ok((reply, order))
    }

    async fn respond(&self, running: &Running<'_>, intent: Intent) -> Result<Decided> {
        match intent {
            Intent::Emergency(danger) => Ok(emergency(running, danger)),
            Intent::Person => self.person(running).await,
            Intent::Progress { number, code } => self.progress(running, number, code).await,
            Intent::Supplement { phone } => self.supplement(running, phone).await,
            Intent::SmallTalk(kind) => {
                let mut reply = Reply::new(Disposition::Answered);
                reply.sentences = wording::small_talk(kind, running.understood.variety)
                    .into_iter()
                    .map(Sentence::plain)
                    .collect();
                Ok((reply, None))
            }
            Intent::Here(here) => Ok((self.here(here, &running.lineage).await?, None)),
            Intent::Report(kind) => self.report(running, kind).await,
            Intent::Question => self.answer(running).await,
        }
    }

    /// What the turn is where no word gave it away.
    pub(super) async fn judge(&self, running: &Running<'_>) -> Result<Judgement> {
        let library = Arc::clone(&self.library);
        let examples = Arc::clone(&self.examples);
        let text = running.understood.text.clone();
        let communities = running.communities();
        let on = running.scene.on;
        let before = running.cited_before();
        let goes_on = before.is_some_and(|source| follow_up::under_title(&text, &source.title).is_some());
        spawn_blocking(move || {
            let vector = library.question_vector(&text)?;
            let prepared = library.nearest_prepared_question(&vector, &communities, on);
            let judgement = examples.judge(&text, &vector, prepared);
            Ok(if goes_on { judgement.after_an_answer(&text) } else { judgement })
        })
        .await
        .context("the decision was cut off")?
    }

    async fn progress(
        &self,
        running: &Running<'_>,
        number: Option<String>,
        code: Option<String>,
    ) -> Result<Decided> {
        let mut reply = Reply::new(Disposition::Answered);
        let own = self.store.newest_order(&running.conversation.id).await?;
        // The digits of the order's number are none of a telephone's, even where only a blank parts them.
        let rest = number.as_ref().map_or_else(|| running.question.clone(), |known| running.question.replace(known, "，"));
        let phone = crate::privacy::phone_in(&rest);
        if let (Some(number), None, Some(phone)) = (&number, &code, &phone) {
            let text = match self.store.work_order_by_phone(number, phone).await? {
                Some(order) => self.told_state(&order).await?,
                None => wording::NO_SUCH_ORDER.to_owned(),
            };
            reply.sentences.push(Sentence::plain(text));
            return Ok((reply, None));
        }
        let wanted = match (number, code) {
            (Some(number), Some(code)) => Some((number, code)),
            // Whoever filed it in this conversation need not name the code again.
            (Some(number), None) => own.filter(|(known, _)| *known == number),
            (None, _) => own,
        };
        let Some((number, code)) = wanted else {
            reply.disposition = Disposition::Clarify;
            reply.sentences.push(Sentence::plain(wording::WHICH_ORDER));
            return Ok((reply, None));
        };
        reply.sentences.push(Sentence::plain(
            match self.store.work_order(&number, Some(&code)).await? {
                Some(order) => self.told_state(&order).await?,
                None => wording::NO_SUCH_ORDER.to_owned(),
            },
        ));
        Ok((reply, None))
    }

    /// Where an order stands, in words; one that is part of another stands where that does.
    async fn told_state(&self, order: &WorkOrder) -> Result<String> {
        let main = match &order.merged_into {
            Some(id) => self.store.work_order_by_id(id).await?,
            None => None,
        };
        let shown = main.as_ref().unwrap_or(order);
        // What another resident said, or was told in person, is not told on.
        let theirs = ["message", "follow_up", "reopen"];
        let last = shown
            .history
            .iter()
            .rev()
            .find(|event| {
                // What the resident added themselves is no progress.
                let kind = event.kind.as_str();
                event.open && !matches!(kind, "added" | "contact") && (main.is_none() || !theirs.contains(&kind))
            });
        let last = last.map_or("", |event| event.text.as_str());
        Ok(wording::order_state(&order.number, shown.state.name(), last))
    }

    /// A person is wanted: the matter goes to the staff with all that was said, and whoever is at
    /// the desk can come into the conversation.
    async fn person(&self, running: &Running<'_>) -> Result<Decided> {
        let mut reply = Reply::new(Disposition::Handoff);
        reply.reason = Some(Reason::AskedForPerson);
        let community = &running.conversation.community_id;
        let first = if self.is_staffed(community).await? {
            let wait = i64::from(self.person_wait_seconds) * 1000;
            self.store.ask_for_person(&running.conversation.id, now(), wait).await?;
            wording::PERSON.to_owned()
        } else {
            let time = self.work_orders.time_at(community).await?;
            let next = time.next_open(jiff::Timestamp::now()).map(|at| at.to_zoned(time.zone().clone()));
            let phone = running.lineage.iter().find_map(|node| node.phone.as_deref());
            wording::after_hours(next.as_ref(), phone)
        };
        reply.sentences = vec![Sentence::plain(first)];
        // On the telephone a person may be there in a moment; who is not reached asks for the number then.
        if running.conversation.channel != "phone" {
            reply.sentences.push(Sentence::plain(wording::LEAVE_A_NUMBER));
        }
        reply.asked = Some(Asked::contact());
        let mut order = running.order(OrderKind::Help, Reason::AskedForPerson, false, &[]);
        if let Some(before) = running.question_before() {
            order.question = format!("{before}（居民要求：{}）", order.question);
        }
        Ok((reply, Some(order)))
    }

    async fn supplement(&self, running: &Running<'_>, phone: Option<String>) -> Result<Decided> {
        let Some((number, code)) = self.store.newest_order(&running.conversation.id).await? else {
            return self.answer(running).await;
        };
        let addition = Addition {
            contact: Contact { phone, name: None },
            note: Some(running.question.clone()),
            ..Addition::default()
        };
        self.work_orders
            .add(&number, Some(&code), &addition, &running.turn_id)
            .await?;
        let mut reply = Reply::new(Disposition::Answered);
        reply
            .sentences
            .push(Sentence::plain(wording::supplemented(&number)));
        Ok((reply, None))
    }

    /// Something must be done: a work order at once, and what is written about such matters.
    async fn report(&self, running: &Running<'_>, kind: OrderKind) -> Result<Decided> {
        let looked = self.look(running, &running.understood.text).await?;
        let mut reply = Reply::new(Disposition::Escalated);
        reply.reason = Some(Reason::Reported);
        reply.sentences = vec![Sentence::plain(wording::reported(kind.name()))];
        if let Some(said) = looked.verified() {
            reply.sentences.push(Sentence::plain(wording::MEANWHILE));
            reply.sentences.extend(said);
        }
        let mut order = running.order(kind, Reason::Reported, false, &looked.sources);
        if let Some((question, asked)) = self.ask_about_report(&mut order).await? {
            reply.sentences.push(Sentence::plain(question));
            reply.asked = Some(asked);
        }
        reply.sources = looked.sources;
        show(running, &reply).await;
        Ok((reply, Some(order)))
    }
}

/// Danger: the number to call first, then an urgent order.
fn emergency(running: &Running<'_>, danger: Danger) -> Decided {
    let mut reply = Reply::new(Disposition::Emergency);
    reply.reason = Some(Reason::Danger);
    reply.sentences = danger
        .advice()
        .iter()
        .chain([&wording::ALERTED])
        .map(|text| Sentence::plain(*text))
        .collect();
    let order = running.order(OrderKind::Help, Reason::Danger, true, &[]);
    (reply, Some(order))
}

