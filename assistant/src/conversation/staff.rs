//! What staff do through the assistant: file a matter that a resident told them, draft an answer.

use std::collections::BTreeMap;

use anyhow::Result;

use super::assistant::{Assistant, new_token};
use super::policy::{self, Intent};
use super::rehearse::Rehearsal;
use super::turn::{Disposition, FiledWorkOrder, Reason, Reply, Sentence};
use super::wording;
use crate::store::{Contact, Conversation, NewWorkOrder, new_id, now};
use crate::work_orders::{Clocks, Reading};

/// A matter that a resident told staff.
#[derive(Debug)]
pub struct Report {
    /// Names the request: the same name twice is one order.
    pub request_id: String,
    /// The resident's community.
    pub community_id: String,
    /// The way it came.
    pub channel: &'static str,
    /// Name of the kind.
    pub kind: String,
    /// What the resident wants.
    pub question: String,
    /// Whether it alerts at once.
    pub urgent: bool,
    /// What is known about it.
    pub slots: BTreeMap<String, String>,
    /// How to reach the resident.
    pub contact: Contact,
}

impl Assistant {
    /// Whether staff of a community are there now: in working hours, or by the roster.
    pub(crate) async fn is_staffed(&self, community_id: &str) -> Result<bool> {
        if self.work_orders.time_at(community_id).await?.is_open(jiff::Timestamp::now()) {
            return Ok(true);
        }
        let node = self.store.community(community_id).await?;
        Ok(!self.store.on_duty(&node.path, now()).await?.is_empty())
    }

    /// What a conversation is about, in the resident's words, for whoever takes it over.
    pub(crate) async fn matter_of(&self, conversation: &Conversation) -> Result<Option<String>> {
        let turns = self.store.turns(&conversation.id).await?;
        let matter = turns.iter().rev().find(|turn| {
            let small = matches!(policy::decide(&turn.text, policy::Context::default()), Intent::Person | Intent::SmallTalk(_));
            !small
        });
        Ok(matter.map(|turn| turn.text.clone()))
    }

    /// Files an order for a resident.
    pub async fn report_by_staff(&self, report: Report) -> Result<FiledWorkOrder> {
        let conversation = Conversation {
            id: new_id(),
            community_id: report.community_id.clone(),
            channel: report.channel.to_owned(),
            variety: None,
            created_at: now(),
        };
        let mut order = NewWorkOrder {
            kind: report.kind,
            urgent: report.urgent,
            reason: Reason::Reported,
            community_id: report.community_id,
            conversation_id: conversation.id.clone(),
            question: report.question,
            slots: report.slots,
            evidence: Vec::new(),
            contact: report.contact,
            department: None,
            clocks: Clocks::default(),
            reading: Reading::default(),
        };
        self.complete(&mut order).await?;
        let mut reply = Reply::new(Disposition::Escalated);
        reply.reason = Some(Reason::Reported);
        reply.sentences.push(Sentence::plain(wording::reported(&order.kind)));
        let filed = self
            .store
            .keep_report(&conversation, &new_token(), &report.request_id, reply, order)
            .await?;
        self.work_orders.changed();
        Ok(filed)
    }

    /// What the machine would answer a resident of this community; nothing of it is kept.
    pub async fn draft(&self, question: &str, community_id: &str) -> Result<Reply> {
        let rehearsal = Rehearsal {
            community: community_id.to_owned(),
            question: question.to_owned(),
            on: self.today(),
            variety: None,
            spoken: false,
            preview: None,
            without: Vec::new(),
            writes: true,
            as_question: true,
        };
        let mut reply = self.rehearse(&rehearsal).await?.reply;
        if reply.disposition != Disposition::Answered {
            // What would have been asked back or registered is no draft.
            reply.sentences.clear();
        }
        Ok(reply)
    }
}
