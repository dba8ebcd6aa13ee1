//! The order that a conversation is about: what is asked about it, and what the answers fill in.

use anyhow::Result;

use super::assistant::Assistant;
use super::policy;
use super::respond::{Decided, Running};
use super::turn::{Asked, Disposition, Reply, Sentence};
use super::wording;
use crate::outreach::Verdict;
use crate::privacy::phone_in;
use crate::store::{Addition, Contact, MoveError, NewWorkOrder, WorkOrder};
use crate::work_orders::slots::{Answer, extract, read_answer};
use crate::work_orders::{Actor, Move, Survey, similar};

/// Longest turn that is read as a verdict or a yes, in characters.
const SHORT: usize = 20;

impl Assistant {
    /// Hears a turn as the answer to what was asked about the order, where it is one.
    pub(super) async fn hear_about_order(&self, running: &Running<'_>) -> Result<Option<Decided>> {
        let text = running.understood.text.as_str();
        if let Some(asked) = running.reply_before().and_then(|reply| reply.asked.clone()) {
            return match asked {
                // Said yes, it was answered as understood; otherwise it is said anew.
                Asked::Meaning { .. } => Ok(None),
                Asked::Together { into } => self.hear_together(running, text, &into).await,
                Asked::Slot { slot, skipped } => self.hear_slot(running, text, &slot, skipped).await,
            };
        }
        if let Some(number) = self.store.order_waiting_for(&running.conversation.id).await?
            && !policy::is_question(text)
        {
            let addition = Addition {
                contact: Contact { phone: phone_in(text), name: None },
                note: Some(running.question.clone()),
                ..Addition::default()
            };
            self.work_orders.add(&number, None, &addition, &running.turn_id).await?;
            return Ok(Some(said(wording::passed_on(&number), None)));
        }
        self.hear_verdict(running, text).await
    }

    /// The answer to the question for a slot; then the next question, or all of it read back.
    async fn hear_slot(
        &self,
        running: &Running<'_>,
        text: &str,
        slot: &str,
        mut skipped: Vec<String>,
    ) -> Result<Option<Decided>> {
        if policy::is_question(text) {
            return Ok(None);
        }
        let Some((number, _)) = self.store.newest_order(&running.conversation.id).await? else {
            return Ok(None);
        };
        let mut addition = Addition::default();
        let mut note = Some(running.question.clone());
        match read_answer(slot, text) {
            // Something else about the matter: it is kept, and the conversation goes on.
            Answer::Unclear if policy::tells_more(text) => {
                skipped.push(slot.to_owned());
                addition.slots = extract(text);
            }
            Answer::Unclear => return Ok(None),
            Answer::Skipped => skipped.push(slot.to_owned()),
            // It is kept as the contact alone, where every look at it is written down.
            Answer::Telephone(phone) => {
                addition.contact.phone = Some(phone);
                note = None;
            }
            Answer::Filled(value) if slot == "contact" => {
                addition.contact.phone = Some(value);
                note = None;
            }
            Answer::Filled(value) => {
                addition.slots.insert(slot.to_owned(), value);
                addition.contact.phone = phone_in(text);
            }
        }
        addition.note = note;
        let order = self.work_orders.add(&number, None, &addition, &running.turn_id).await?;
        Ok(Some(self.ask_next(&order, skipped, wording::NOTED)))
    }

    /// Asks the next question about an order, or reads back what is known.
    fn ask_next(&self, order: &WorkOrder, skipped: Vec<String>, first: &str) -> Decided {
        match self.work_orders.next_question(order, &skipped) {
            Some((slot, question)) => said(format!("{first}{question}"), Some(Asked::Slot { slot, skipped })),
            None => {
                let known: Vec<String> = self
                    .work_orders
                    .kinds()
                    .slots_of(&order.kind)
                    .into_iter()
                    .filter_map(|slot| {
                        let value = if slot.id == "contact" {
                            let contact = order.contact.reveal();
                            contact.phone.as_ref().map(|_| order.contact.to_string())
                        } else {
                            order.slots.get(&slot.id).cloned()
                        };
                        value.map(|value| format!("{}：{value}", slot.label))
                    })
                    .collect();
                said(wording::read_back(&order.number, &known), None)
            }
        }
    }

    /// Whether the resident wants to go on together with a neighbour's order.
    async fn hear_together(&self, running: &Running<'_>, text: &str, into: &str) -> Result<Option<Decided>> {
        const YES: &[&str] = &["一起", "合在一起", "跟进", "好的", "好嘛", "要得", "可以", "行", "对", "是的", "就是", "嗯", "同意"];
        const NO: &[&str] = &["不", "单独", "另外", "别"];
        let Some((number, _)) = self.store.newest_order(&running.conversation.id).await? else {
            return Ok(None);
        };
        let short = text.chars().count() <= SHORT;
        let refuses = NO.iter().any(|word| text.contains(word));
        if short && !refuses && YES.iter().any(|word| text.contains(word)) {
            let made = Move::Merge { into: into.to_owned() };
            let moved = self
                .work_orders
                .make_move(&number, &made, &Actor::Resident, &running.turn_id, None)
                .await;
            return match moved {
                Ok(_) => Ok(Some(said(wording::together(&number), None))),
                // It was finished or merged in between: this one goes on by itself.
                Err(MoveError::Refused(_) | MoveError::ChangedMeanwhile { .. }) => {
                    let order = self.store.work_order(&number, None).await?;
                    Ok(order.map(|order| self.ask_next(&order, Vec::new(), wording::ALONE)))
                }
                Err(error) => Err(error.into()),
            };
        }
        if !short || policy::is_question(text) {
            return Ok(None);
        }
        let order = self.store.work_order(&number, None).await?;
        if refuses {
            return Ok(order.map(|order| self.ask_next(&order, Vec::new(), wording::ALONE)));
        }
        // Neither: perhaps the place, which would have been asked next.
        let Some((slot, _)) = order.and_then(|order| self.work_orders.next_question(&order, &[])) else {
            return Ok(None);
        };
        self.hear_slot(running, text, &slot, Vec::new()).await
    }

    /// 解决了, 没解决: the verdict on an order that is finished.
    async fn hear_verdict(&self, running: &Running<'_>, text: &str) -> Result<Option<Decided>> {
        if text.chars().count() > SHORT || policy::is_question(text) {
            return Ok(None);
        }
        let Some(verdict) = Verdict::heard_in(text) else { return Ok(None) };
        let Some(number) = self.store.order_in_follow_up(&running.conversation.id).await? else {
            return Ok(None);
        };
        let survey = Survey { note: Some(running.question.clone()), ..verdict.survey() };
        match self.work_orders.judge(&number, &survey, &running.turn_id).await {
            Ok(_) if !verdict.solved => Ok(Some(said(wording::again(&number), None))),
            Ok(_) => Ok(Some(said(wording::CLOSED.to_owned(), None))),
            Err(MoveError::Refused(_) | MoveError::ChangedMeanwhile { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What follows the words that a matter is registered: a neighbour's order about the same, or
    /// the first question.
    pub(super) async fn ask_about_report(&self, order: &mut NewWorkOrder) -> Result<Option<(String, Asked)>> {
        self.work_orders.complete(order).await?;
        let report = match order.slots.get("place") {
            Some(place) if !order.question.contains(place) => format!("{place}{}", order.question),
            _ => order.question.clone(),
        };
        let near = self.work_orders.similar(&order.community_id, &order.kind, &report, None).await?;
        let other = near.iter().find(|line| similar::likeness(&report, &line.question) > 0.0);
        if let Some(other) = other.or(near.first()) {
            let asked = Asked::Together { into: other.number.clone() };
            // Where a neighbour lives is nobody's business who did not say it first.
            let place = other.place.as_deref().filter(|place| report.contains(place));
            return Ok(Some((wording::same_matter(other.state, place), asked)));
        }
        let known = |id: &str| {
            if id == "contact" { order.contact.phone.is_some() } else { order.slots.contains_key(id) }
        };
        let slots = self.work_orders.kinds().slots_of(&order.kind);
        Ok(slots.into_iter().find(|slot| !known(&slot.id)).map(|slot| {
            let asked = Asked::Slot { slot: slot.id.clone(), skipped: Vec::new() };
            (slot.question.clone(), asked)
        }))
    }
}

fn said(text: String, asked: Option<Asked>) -> Decided {
    let mut reply = Reply::new(Disposition::Answered);
    reply.sentences.push(Sentence::plain(text));
    reply.asked = asked;
    (reply, None)
}
