//! What a resident does with an order: add to it, answer a question.

use std::collections::BTreeMap;

use sqlx::Row;

use super::super::Store;
use super::moves::{Changed, MoveError, begin};
use super::{Contact, NewEvent, WorkOrder, happened};
use crate::work_orders::{ClockEffect, State, status_name};

/// What a resident adds.
#[derive(Clone, Debug, Default)]
pub struct Addition {
    /// How to reach them.
    pub contact: Contact,
    /// More about the matter.
    pub note: Option<String>,
    /// Slots that are now known.
    pub slots: BTreeMap<String, String>,
}

impl Store {
    /// Number and lookup code of the newest order of a conversation.
    pub async fn newest_order(&self, conversation_id: &str) -> anyhow::Result<Option<(String, String)>> {
        Ok(sqlx::query_as(
            "SELECT number, lookup_code FROM work_orders WHERE conversation_id = $1 \
             ORDER BY created_at DESC, id DESC LIMIT 1",
        )
        .bind(conversation_id)
        .fetch_optional(&self.pool)
        .await?)
    }

    /// The order that number and telephone number open: what a resident knows who lost the code.
    pub async fn work_order_by_phone(&self, number: &str, phone: &str) -> anyhow::Result<Option<WorkOrder>> {
        let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        let given = digits(phone);
        let order = self.work_order(number, None).await?;
        Ok(order.filter(|order| {
            given.len() >= 7 && order.contact.reveal().phone.as_deref().map(digits) == Some(given)
        }))
    }

    /// Adds what the resident says to the order that the code opens; an order that waits for the
    /// resident goes on.
    pub async fn add_to_order(
        &self,
        number: &str,
        code: Option<&str>,
        addition: &Addition,
        change: Changed<'_>,
    ) -> Result<WorkOrder, MoveError> {
        if let Some(code) = code {
            let kept: Option<String> = sqlx::query_scalar("SELECT lookup_code FROM work_orders WHERE number = $1")
                .bind(number)
                .fetch_optional(&self.pool)
                .await?;
            if kept.as_deref() != Some(code) {
                return Err(MoveError::NoSuchOrder);
            }
        }
        let mut transaction = self.write().await?;
        if let Some(order) = begin(self, &mut transaction, number, change).await? {
            let at = change.now.as_millisecond();
            let mut contact = order.contact.reveal().clone();
            let mut slots = order.slots.clone();
            slots.extend(addition.slots.clone());
            let mut texts = Vec::new();
            if addition.contact != Contact::default() {
                contact.phone = addition.contact.phone.clone().or(contact.phone);
                contact.name = addition.contact.name.clone().or(contact.name);
                texts.push(("contact", "已补充联系方式".to_owned()));
            }
            if let Some(note) = &addition.note {
                texts.push(("added", format!("居民补充：{note}")));
            }
            let answers = order.state == State::Suspended && order.waiting_for_resident && addition.note.is_some();
            let mut clocks = order.clocks.clone();
            if answers {
                clocks.follow(ClockEffect::Resume, change.kinds.get(&order.kind), order.urgent, change.now);
            }
            let reading = clocks.read(change.time, change.now);
            sqlx::query(
                "UPDATE work_orders SET contact = $1, slots = $2, updated_at = $3, version = version + 1, \
                 state = $4, waiting_for_resident = $5, clocks = $6, clock_status = $7, due_at = $8, \
                 clock_next_at = $9 WHERE id = $10",
            )
            .bind(serde_json::to_string(&contact).map_err(anyhow::Error::from)?)
            .bind(serde_json::to_string(&slots).map_err(anyhow::Error::from)?)
            .bind(at)
            .bind(if answers { State::InProgress.name() } else { order.state.name() })
            .bind(i64::from(order.waiting_for_resident && !answers))
            .bind(serde_json::to_string(&clocks).map_err(anyhow::Error::from)?)
            .bind(status_name(reading.status))
            .bind(reading.due_at)
            .bind(reading.next_at)
            .bind(&order.id)
            .execute(&mut *transaction)
            .await?;
            for (index, (kind, text)) in texts.iter().enumerate() {
                let last = index + 1 == texts.len();
                let mut event = NewEvent::open(kind, text);
                event.request_id = last.then_some(change.request_id);
                if last && answers {
                    event.from_state = Some(State::Suspended);
                    event.to_state = Some(State::InProgress);
                }
                happened(&mut transaction, &order.id, event, at).await?;
            }
            transaction.commit().await?;
        }
        self.work_order(number, None).await?.ok_or(MoveError::NoSuchOrder)
    }

    /// Number and lookup code of the order that waits for this conversation's resident.
    pub async fn order_waiting_for(&self, conversation_id: &str) -> anyhow::Result<Option<String>> {
        let row = sqlx::query(
            "SELECT number FROM work_orders WHERE conversation_id = $1 AND waiting_for_resident = 1 \
             ORDER BY updated_at DESC LIMIT 1",
        )
        .bind(conversation_id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| row.try_get("number")).transpose()?)
    }

    /// Number of the order of this conversation that waits for the resident's verdict.
    pub async fn order_in_follow_up(&self, conversation_id: &str) -> anyhow::Result<Option<String>> {
        let row = sqlx::query(
            "SELECT number FROM work_orders WHERE conversation_id = $1 AND state = '待回访' \
             ORDER BY finished_at DESC LIMIT 1",
        )
        .bind(conversation_id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| row.try_get("number")).transpose()?)
    }

    /// Number of the order that was filed with the message of this name.
    pub async fn order_of_message(&self, client_id: &str) -> anyhow::Result<Option<String>> {
        let row = sqlx::query(
            "SELECT o.number FROM work_orders o JOIN turns t ON t.id = o.turn_id WHERE t.client_id = $1",
        )
        .bind(client_id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| row.try_get("number")).transpose()?)
    }
}
