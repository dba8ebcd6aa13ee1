//! 回访: finished work orders whose residents are asked by telephone how it went.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use serde_json::json;
use sqlx::Row;

use super::{insert, note};
use crate::accounts::is_within;
use crate::outreach::{FOLLOW_UP_TEXT, OutreachState, OutreachText, Purpose, Rules, callable};
use crate::store::audit::{Actor, AuditEntry, audit};
use crate::store::{Contact, Store, new_id, now};

/// Milliseconds of an hour.
const HOUR: i64 = 60 * 60 * 1000;
/// Orders looked at in one go.
const BATCH: i64 = 200;

/// How the automatic outreach of a place is called.
const TITLE: &str = "办结工单电话回访";

/// A resident who is to be asked.
#[derive(Clone, Debug)]
pub struct DueFollowUp {
    work_order_id: String,
    community_id: String,
    finished_at: i64,
    number: String,
    name: Option<String>,
}

impl Store {
    /// Hours after which finished orders are asked about by telephone, as said at nodes themselves, by their paths.
    pub async fn follow_up_call_hours(&self) -> Result<HashMap<String, i64>> {
        let rows = sqlx::query(
            "SELECT path, follow_up_call_hours AS hours FROM communities WHERE follow_up_call_hours IS NOT NULL",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((row.try_get("path")?, row.try_get("hours")?))).collect()
    }

    /// Says after how many hours finished orders are asked about; 0: never; `None`: as at the node above.
    pub async fn set_follow_up_call_hours(&self, id: &str, hours: Option<u32>, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE communities SET follow_up_call_hours = $1 WHERE id = $2")
            .bind(hours.map(i64::from))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        let entry = AuditEntry {
            actor,
            action: "place.follow_up_calls",
            subject: format!("place:{id}"),
            community_id: Some(id),
            details: json!({"after_hours": hours}),
        };
        audit(&mut transaction, &entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Residents who left a number, whose order is finished for longer than their place waits for an answer, and who
    /// have not been put on a list since.
    pub async fn due_follow_ups(&self, at: i64) -> Result<Vec<DueFollowUp>> {
        let places = self.follow_up_call_hours().await?;
        let Some(soonest) = places.values().copied().filter(|hours| *hours > 0).min() else {
            return Ok(Vec::new());
        };
        let rows = sqlx::query(
            "SELECT w.id, w.community_id, w.place_path, w.contact, w.finished_at FROM work_orders w \
             WHERE w.state = '待回访' AND w.finished_at <= $1 AND w.contact LIKE '%\"phone\":\"%' \
             AND NOT EXISTS (SELECT 1 FROM outreach_numbers n WHERE n.work_order_id = w.id \
             AND n.created_at >= w.finished_at) ORDER BY w.finished_at LIMIT $2",
        )
        .bind(at - soonest * HOUR)
        .bind(BATCH)
        .fetch_all(&self.pool)
        .await?;
        let mut due = Vec::new();
        for row in &rows {
            let path: String = row.try_get("place_path")?;
            let nearest = places.iter().filter(|(place, _)| is_within(&path, place)).max_by_key(|(place, _)| place.len());
            let finished_at: i64 = row.try_get("finished_at")?;
            let waits_long_enough = nearest.is_some_and(|(_, hours)| *hours > 0 && finished_at + hours * HOUR <= at);
            let contact: Contact = serde_json::from_str(row.try_get("contact")?)?;
            if let Some(number) = contact.phone.as_deref().and_then(|phone| callable(phone).ok())
                && waits_long_enough
            {
                due.push(DueFollowUp {
                    work_order_id: row.try_get("id")?,
                    community_id: row.try_get("community_id")?,
                    finished_at,
                    number,
                    name: contact.name,
                });
            }
        }
        Ok(due)
    }

    /// Puts a resident on their place's list, once however many nodes try; makes the list where there is none.
    pub async fn add_follow_up(&self, due: &DueFollowUp) -> Result<bool> {
        let program = Actor::program();
        let mut transaction = self.write().await?;
        let find = "SELECT id FROM outreaches WHERE community_id = $1 AND automatic = 1";
        let known: Option<String> =
            sqlx::query_scalar(find).bind(&due.community_id).fetch_optional(&mut *transaction).await?;
        let id = match known {
            Some(id) => id,
            None => {
                let text = OutreachText {
                    title: TITLE.to_owned(),
                    said: FOLLOW_UP_TEXT.to_owned(),
                    rules: Rules::default(),
                    account: None,
                };
                let (place, running) = (&due.community_id, OutreachState::Running);
                insert(&mut transaction, place, Purpose::Satisfaction, &text, running, &program).await?;
                let id: String = sqlx::query_scalar(find)
                    .bind(&due.community_id)
                    .fetch_optional(&mut *transaction)
                    .await?
                    .context("the list of follow-ups that was just made")?;
                note(&mut transaction, &program, "outreach.add", &id, place, json!({"automatic": true})).await?;
                id
            }
        };
        self.hold(&mut transaction, "SELECT id FROM outreaches WHERE id = $1 FOR UPDATE", &id).await?;
        let done = sqlx::query(
            "INSERT INTO outreach_numbers (id, outreach_id, position, number, name, work_order_id, state, due_at, \
             created_at) SELECT $1, $2, (SELECT COALESCE(MAX(position), 0) + 1 FROM outreach_numbers \
             WHERE outreach_id = $2), $3, $4, $5, 'waiting', 0, CAST($6 AS BIGINT) \
             WHERE NOT EXISTS (SELECT 1 FROM outreach_numbers WHERE work_order_id = $5 AND created_at >= $7)",
        )
        .bind(new_id())
        .bind(&id)
        .bind(&due.number)
        .bind(due.name.as_deref())
        .bind(&due.work_order_id)
        .bind(now().max(due.finished_at))
        .bind(due.finished_at)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }
}
