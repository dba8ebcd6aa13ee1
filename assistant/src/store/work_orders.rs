//! Work orders: what a person finishes because the assistant could not.

use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use rand::Rng;
use serde::{Deserialize, Serialize};
use sqlx::{Any, Row, Transaction};

use super::conversations::turns_until;
use super::{Store, new_id, now};
use crate::conversation::{FiledWorkOrder, Reason, Source};
use crate::privacy::Private;

/// What a work order is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OrderKind {
    /// Something is broken.
    #[serde(rename = "报修")]
    Repair,
    /// Somebody does wrong.
    #[serde(rename = "投诉")]
    Complaint,
    /// Somebody needs help.
    #[serde(rename = "求助")]
    Help,
    /// Somebody wants to know.
    #[serde(rename = "咨询")]
    Inquiry,
    /// Somebody proposes something.
    #[serde(rename = "建议")]
    Suggestion,
}

impl OrderKind {
    /// Its name on screen and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Repair => "报修",
            Self::Complaint => "投诉",
            Self::Help => "求助",
            Self::Inquiry => "咨询",
            Self::Suggestion => "建议",
        }
    }

    fn read(name: &str) -> Self {
        match name {
            "报修" => Self::Repair,
            "投诉" => Self::Complaint,
            "求助" => Self::Help,
            "建议" => Self::Suggestion,
            _ => Self::Inquiry,
        }
    }
}

/// State of an order that nobody has looked at yet.
const FIRST_STATE: &str = "待受理";

/// How a worker reaches the resident.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Telephone number as given.
    pub phone: Option<String>,
    /// Name as given.
    pub name: Option<String>,
}

/// A work order to be filed with the reply that announces it.
#[derive(Clone, Debug)]
pub struct NewWorkOrder {
    /// What it is about.
    pub kind: OrderKind,
    /// Whether it alerts at once.
    pub urgent: bool,
    /// Why the assistant could not finish the matter itself.
    pub reason: Reason,
    /// The resident's community.
    pub community_id: String,
    /// The conversation it came from.
    pub conversation_id: String,
    /// What the resident wants, in their own words.
    pub question: String,
    /// The passages looked at.
    pub evidence: Vec<Source>,
    /// How to reach the resident, where they said so.
    pub contact: Contact,
}

/// A work order as it is kept.
#[derive(Clone, Debug, Serialize)]
pub struct WorkOrder {
    /// Its number, such as 20261122-0007.
    pub number: String,
    /// What it is about.
    pub kind: OrderKind,
    /// Whether it alerts at once.
    pub urgent: bool,
    /// Where it stands.
    pub state: String,
    /// Why the assistant could not finish the matter itself.
    pub reason: Reason,
    /// The resident's community.
    pub community_id: String,
    /// What the resident wants, in their own words.
    pub question: String,
    /// Who said what before it was filed.
    pub transcript: serde_json::Value,
    /// The passages looked at.
    pub evidence: Vec<Source>,
    /// How to reach the resident; masked wherever it is shown or logged.
    pub contact: Private<Contact>,
    /// What happened to it, oldest first.
    pub history: Vec<WorkOrderEvent>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub updated_at: i64,
}

/// Something that happened to a work order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkOrderEvent {
    /// `filed`, `contact` or `added`.
    pub kind: String,
    /// What a resident may read about it.
    pub text: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// Files an order inside the transaction that keeps its turn.
pub(super) async fn file(
    transaction: &mut Transaction<'_, Any>,
    turn_id: &str,
    order: &NewWorkOrder,
) -> Result<FiledWorkOrder> {
    let at = now();
    let number = next_number(transaction, at).await?;
    let lookup_code = format!("{:06}", rand::rng().random_range(0..1_000_000));
    let transcript: Vec<serde_json::Value> =
        turns_until(transaction, &order.conversation_id, turn_id)
            .await?
            .into_iter()
            .map(|turn| {
                serde_json::json!({
                    "resident": turn.text,
                    "assistant": turn.reply.map(|reply| reply.text()),
                })
            })
            .collect();
    let id = new_id();
    sqlx::query(
        "INSERT INTO work_orders (id, number, lookup_code, kind, urgent, state, reason, \
         community_id, conversation_id, turn_id, question, transcript, evidence, contact, \
         created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(&id)
    .bind(&number)
    .bind(&lookup_code)
    .bind(order.kind.name())
    .bind(i64::from(order.urgent))
    .bind(FIRST_STATE)
    .bind(serde_json::to_string(&order.reason)?)
    .bind(&order.community_id)
    .bind(&order.conversation_id)
    .bind(turn_id)
    .bind(&order.question)
    .bind(serde_json::to_string(&transcript)?)
    .bind(serde_json::to_string(&order.evidence)?)
    .bind(serde_json::to_string(&order.contact)?)
    .bind(at)
    .bind(at)
    .execute(&mut **transaction)
    .await
    .context("the work order could not be kept")?;
    happened(transaction, &id, "filed", "已登记，等待社区工作人员受理", at).await?;
    Ok(FiledWorkOrder {
        number,
        lookup_code,
        urgent: order.urgent,
    })
}

/// The next number of the day in China, where every community of this product is.
async fn next_number(transaction: &mut Transaction<'_, Any>, at: i64) -> Result<String> {
    let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
    let day = jiff::Timestamp::from_millisecond(at)?
        .to_zoned(zone)
        .strftime("%Y%m%d")
        .to_string();
    let value: i64 = sqlx::query_scalar(
        "INSERT INTO counters (name, value) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value",
    )
    .bind(format!("work_orders {day}"))
    .fetch_one(&mut **transaction)
    .await?;
    Ok(format!("{day}-{value:04}"))
}

async fn happened(
    transaction: &mut Transaction<'_, Any>,
    work_order_id: &str,
    kind: &str,
    text: &str,
    at: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO work_order_events (id, work_order_id, kind, body, at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new_id())
    .bind(work_order_id)
    .bind(kind)
    .bind(text)
    .bind(at)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

impl Store {
    /// The work orders, newest first, of one community or of all.
    pub async fn work_orders(&self, community: Option<&str>, limit: u32) -> Result<Vec<WorkOrder>> {
        let rows = sqlx::query(
            "SELECT * FROM work_orders WHERE $1 = '' OR community_id = $1 \
             ORDER BY created_at DESC, id DESC LIMIT $2",
        )
        .bind(community.unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let mut orders = Vec::with_capacity(rows.len());
        for row in &rows {
            orders.push(self.read_order(row).await?);
        }
        Ok(orders)
    }

    /// The order with this number; with a lookup code only where that is right.
    pub async fn work_order(&self, number: &str, code: Option<&str>) -> Result<Option<WorkOrder>> {
        let row = sqlx::query("SELECT * FROM work_orders WHERE number = $1")
            .bind(number)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        if let Some(code) = code
            && row.try_get::<String, _>("lookup_code")? != code
        {
            return Ok(None);
        }
        Ok(Some(self.read_order(&row).await?))
    }

    /// Number and lookup code of the newest order of a conversation.
    pub async fn newest_order(&self, conversation_id: &str) -> Result<Option<(String, String)>> {
        Ok(sqlx::query_as(
            "SELECT number, lookup_code FROM work_orders WHERE conversation_id = $1 \
             ORDER BY created_at DESC, id DESC LIMIT 1",
        )
        .bind(conversation_id)
        .fetch_optional(&self.pool)
        .await?)
    }

    /// Adds how to reach the resident, and a note, to the order that the code opens.
    ///
    /// `false` where number and code do not fit.
    pub async fn add_to_order(
        &self,
        number: &str,
        code: &str,
        contact: &Contact,
        note: Option<&str>,
    ) -> Result<bool> {
        let mut transaction = self.write().await?;
        let row = sqlx::query(
            "SELECT id, contact FROM work_orders WHERE number = $1 AND lookup_code = $2",
        )
        .bind(number)
        .bind(code)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(false) };
        let id: String = row.try_get("id")?;
        let mut kept: Contact = serde_json::from_str(row.try_get("contact")?)?;
        let at = now();
        if contact.phone.is_some() || contact.name.is_some() {
            kept.phone = contact.phone.clone().or(kept.phone);
            kept.name = contact.name.clone().or(kept.name);
            happened(&mut transaction, &id, "contact", "已补充联系方式", at).await?;
        }
        if let Some(note) = note {
            happened(&mut transaction, &id, "added", &format!("居民补充：{note}"), at).await?;
        }
        sqlx::query("UPDATE work_orders SET contact = $1, updated_at = $2 WHERE id = $3")
            .bind(serde_json::to_string(&kept)?)
            .bind(at)
            .bind(&id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn read_order(&self, row: &sqlx::any::AnyRow) -> Result<WorkOrder> {
        let id: String = row.try_get("id")?;
        let history = sqlx::query(
            "SELECT kind, body, at FROM work_order_events WHERE work_order_id = $1 ORDER BY at, id",
        )
        .bind(&id)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|event| {
            Ok(WorkOrderEvent {
                kind: event.try_get("kind")?,
                text: event.try_get("body")?,
                at: event.try_get("at")?,
            })
        })
        .collect::<Result<_>>()?;
        Ok(WorkOrder {
            number: row.try_get("number")?,
            kind: OrderKind::read(row.try_get("kind")?),
            urgent: row.try_get::<i64, _>("urgent")? != 0,
            state: row.try_get("state")?,
            reason: serde_json::from_str(row.try_get("reason")?)?,
            community_id: row.try_get("community_id")?,
            question: row.try_get("question")?,
            transcript: serde_json::from_str(row.try_get("transcript")?)?,
            evidence: serde_json::from_str(row.try_get("evidence")?)?,
            contact: Private::new(serde_json::from_str(row.try_get("contact")?)?),
            history,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}
