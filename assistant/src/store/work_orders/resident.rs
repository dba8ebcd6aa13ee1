//! What a resident does with an order: add to it, answer a question.

use std::collections::BTreeMap;

use sqlx::{Any, Row, Transaction};

use super::super::Store;
use super::moves::{Changed, MoveError, begin};
use super::{Contact, NewEvent, WorkOrder, happened, lock};
use crate::conversation::FiledWorkOrder;
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
    /// resident goes on, and so does one that it is part of.
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
            if let (Some(note), State::Merged) = (&addition.note, order.state) {
                add_to_main(self, &mut transaction, &order, note, change).await?;
            }
            transaction.commit().await?;
        }
        self.work_order(number, None).await?.ok_or(MoveError::NoSuchOrder)
    }

    /// Number of the order of this conversation that waits for the resident, by itself or with the
    /// order that it is part of.
    pub async fn order_waiting_for(&self, conversation_id: &str) -> anyhow::Result<Option<String>> {
        let row = sqlx::query(
            "SELECT o.number FROM work_orders o LEFT JOIN work_orders m ON m.id = o.merged_into \
             WHERE o.conversation_id = $1 AND COALESCE(m.waiting_for_resident, o.waiting_for_resident) = 1 \
             ORDER BY o.updated_at DESC LIMIT 1",
        )
        .bind(conversation_id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| row.try_get("number")).transpose()?)
    }

    /// Number of the order that this one is part of.
    pub async fn main_order(&self, number: &str) -> anyhow::Result<Option<String>> {
        Ok(sqlx::query_scalar(
            "SELECT m.number FROM work_orders o JOIN work_orders m ON m.id = o.merged_into WHERE o.number = $1",
        )
        .bind(number)
        .fetch_optional(&self.pool)
        .await?)
    }

    /// Number of the order of this conversation that waits for the resident's verdict, by itself or
    /// with the order that it is part of.
    pub async fn order_in_follow_up(&self, conversation_id: &str) -> anyhow::Result<Option<String>> {
        let row = sqlx::query(
            "SELECT o.number FROM work_orders o LEFT JOIN work_orders m ON m.id = o.merged_into \
             WHERE o.conversation_id = $1 AND COALESCE(m.state, o.state) = '待回访' \
             ORDER BY COALESCE(m.finished_at, o.finished_at) DESC LIMIT 1",
        )
        .bind(conversation_id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| row.try_get("number")).transpose()?)
    }
}

/// The order that another is part of hears what the resident of that one added: closed to the
/// residents, whose words are their own; where it waits for an answer it goes on.
async fn add_to_main(
    store: &Store,
    transaction: &mut Transaction<'_, Any>,
    part: &WorkOrder,
    note: &str,
    change: Changed<'_>,
) -> Result<(), MoveError> {
    let number: Option<String> = sqlx::query_scalar("SELECT number FROM work_orders WHERE id = $1")
        .bind(part.merged_into.as_deref())
        .fetch_optional(&mut **transaction)
        .await?;
    let Some(main) = (match number {
        Some(number) => lock(store, transaction, &number).await?,
        None => None,
    }) else {
        return Ok(());
    };
    let at = change.now.as_millisecond();
    let text = format!("工单 {} 的居民补充：{note}", part.number);
    let mut event = NewEvent { open: false, ..NewEvent::open("added", &text) };
    if main.state == State::Suspended && main.waiting_for_resident {
        let mut clocks = main.clocks.clone();
        clocks.follow(ClockEffect::Resume, change.kinds.get(&main.kind), main.urgent, change.now);
        let reading = clocks.read(change.time, change.now);
        sqlx::query(
            "UPDATE work_orders SET state = $1, waiting_for_resident = 0, clocks = $2, clock_status = $3, \
             due_at = $4, clock_next_at = $5, updated_at = $6, version = version + 1 WHERE id = $7",
        )
        .bind(State::InProgress.name())
        .bind(serde_json::to_string(&clocks).map_err(anyhow::Error::from)?)
        .bind(status_name(reading.status))
        .bind(reading.due_at)
        .bind(reading.next_at)
        .bind(at)
        .bind(&main.id)
        .execute(&mut **transaction)
        .await?;
        event.from_state = Some(State::Suspended);
        event.to_state = Some(State::InProgress);
    }
    happened(transaction, &main.id, event, at).await?;
    Ok(())
}

/// The order that was filed with the message of this name.
pub(in crate::store) async fn order_of_message(
    transaction: &mut Transaction<'_, Any>,
    client_id: &str,
) -> anyhow::Result<Option<FiledWorkOrder>> {
    let row = sqlx::query(
        "SELECT o.number, o.lookup_code, o.urgent FROM work_orders o JOIN turns t ON t.id = o.turn_id \
         WHERE t.client_id = $1",
    )
    .bind(client_id)
    .fetch_optional(&mut **transaction)
    .await?;
    row.map(|row| {
        Ok(FiledWorkOrder {
            number: row.try_get("number")?,
            lookup_code: row.try_get("lookup_code")?,
            urgent: row.try_get::<i64, _>("urgent")? != 0,
        })
    })
    .transpose()
}
