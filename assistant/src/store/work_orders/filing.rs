//! Filing: the order, its number and its first alert in the transaction of the turn that announces it.

use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use rand::Rng;
use sqlx::{Any, Transaction};

use super::super::conversations::turns_until;
use super::super::jobs::{self, NewJob};
use super::super::{new_id, now};
use super::{NewEvent, NewWorkOrder, happened};
use crate::conversation::FiledWorkOrder;
use crate::work_orders::{State, status_name};

/// Files an order inside the transaction that keeps its turn.
pub(in crate::store) async fn file(
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
         created_at, updated_at, slots, department, department_confidence, clocks, clock_status, \
         due_at, clock_next_at, place_path, channel) \
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
         CAST($19 AS DOUBLE PRECISION), $20, $21, CAST($22 AS BIGINT), CAST($23 AS BIGINT), c.path, v.channel \
         FROM communities c, conversations v WHERE c.id = $8 AND v.id = $9",
    )
    .bind(&id)
    .bind(&number)
    .bind(&lookup_code)
    .bind(&order.kind)
    .bind(i64::from(order.urgent))
    .bind(State::Filed.name())
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
    .bind(serde_json::to_string(&order.slots)?)
    .bind(order.department.as_ref().map(|(name, _)| name.as_str()))
    .bind(order.department.as_ref().map(|(_, confidence)| *confidence))
    .bind(serde_json::to_string(&order.clocks)?)
    .bind(status_name(order.reading.status))
    .bind(order.reading.due_at)
    .bind(order.reading.next_at)
    .execute(&mut **transaction)
    .await
    .context("the work order could not be kept")?;
    sqlx::query("UPDATE conversations SET filed = 1 WHERE id = $1 AND filed = 0")
        .bind(&order.conversation_id)
        .execute(&mut **transaction)
        .await?;
    let text = "已登记，等待社区工作人员受理";
    let mut event = NewEvent::open("filed", text);
    event.to_state = Some(State::Filed);
    happened(transaction, &id, event, at).await?;
    let alert = if order.urgent { NewJob::urgent(&id, at) } else { NewJob::alert("filed", &id, at) };
    jobs::enqueue(transaction, &alert).await?;
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
