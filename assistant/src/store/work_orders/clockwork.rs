//! What the clocks and the feed read: orders whose clock changes by itself, and all that happened.

use anyhow::Result;
use sqlx::Row;

use super::super::Store;
use super::super::jobs::{self, NewJob};
use super::{NewEvent, OrderLine, WorkOrder, happened, read};
use crate::work_orders::{FeedEvent, Reading, status_name};
use crate::working_time::ClockStatus;

impl Store {
    /// Open orders of one kind at the resident's 社区 and in its grids, filed since `since`.
    pub async fn open_orders_nearby(
        &self,
        community_id: &str,
        kind: &str,
        since: i64,
        most: u32,
    ) -> Result<Vec<OrderLine>> {
        let lineage = self.lineage(community_id).await?;
        let node = lineage.iter().find(|node| node.kind == "社区").unwrap_or(&lineage[0]);
        let path = node.path.trim_end_matches('/');
        // The path is of our own making; the other values are bound.
        let condition = format!(
            "o.kind = $1 AND o.created_at >= {since} AND o.place_path >= '{path}/' AND o.place_path < '{path}0' \
             AND o.state IN ('待受理', '待派单', '待签收', '办理中', '挂起')",
            path = path.replace('\'', "''")
        );
        self.lines(&condition, kind, most).await
    }

    /// Orders whose clock changes by itself until `at`, those that waited longest first.
    pub async fn orders_with_due_clocks(&self, at: i64, most: u32) -> Result<Vec<WorkOrder>> {
        sqlx::query(
            "SELECT * FROM work_orders WHERE clock_next_at IS NOT NULL AND clock_next_at <= $1 \
             ORDER BY clock_next_at LIMIT $2",
        )
        .bind(at)
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// When the next clock changes by itself.
    pub async fn next_clock_at(&self) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar("SELECT MIN(clock_next_at) FROM work_orders WHERE clock_next_at IS NOT NULL")
            .fetch_one(&self.pool)
            .await?)
    }

    /// Every order at or below a place whose clocks still run or rest.
    pub async fn open_orders_below(&self, place_path: &str) -> Result<Vec<WorkOrder>> {
        sqlx::query(
            "SELECT * FROM work_orders WHERE place_path >= $1 AND place_path < $2 AND finished_at IS NULL",
        )
        .bind(place_path)
        .bind(format!("{}0", place_path.trim_end_matches('/')))
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// Keeps where the clocks stand without an event; nothing where the order changed meanwhile.
    pub async fn keep_reading(&self, id: &str, version: i64, reading: Reading) -> Result<()> {
        sqlx::query(
            "UPDATE work_orders SET clock_status = $1, due_at = $2, clock_next_at = $3 \
             WHERE id = $4 AND version = $5",
        )
        .bind(status_name(reading.status))
        .bind(reading.due_at)
        .bind(reading.next_at)
        .bind(id)
        .bind(version)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Keeps that the clock of an order went over into another status, and alerts: once, however
    /// many programs see it.
    pub async fn clock_changed(&self, order: &WorkOrder, reading: Reading, text: Option<&str>, at: i64) -> Result<()> {
        let mut transaction = self.write().await?;
        let status = status_name(reading.status);
        let overdue = reading.status == Some(ClockStatus::Overdue);
        let done = sqlx::query(
            "UPDATE work_orders SET clock_status = $1, due_at = $2, clock_next_at = $3, \
             supervised = CASE WHEN $4 = 1 THEN 1 ELSE supervised END \
             WHERE id = $5 AND version = $6 AND clock_next_at IS NOT NULL AND clock_next_at <= $7",
        )
        .bind(status)
        .bind(reading.due_at)
        .bind(reading.next_at)
        .bind(i64::from(overdue))
        .bind(&order.id)
        .bind(order.version)
        .bind(at)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 1
            && status != order.clock_status
            && let Some(text) = text
        {
            let event = NewEvent { open: false, ..NewEvent::open(status, text) };
            happened(&mut transaction, &order.id, event, at).await?;
            jobs::enqueue(&mut transaction, &NewJob::alert(status, &order.id, at)).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// What was written since `since`, with the id of each change.
    pub async fn changes_since(&self, since: i64) -> Result<Vec<(String, FeedEvent)>> {
        let events = sqlx::query(
            "SELECT e.id, e.kind, e.at, o.number, o.urgent, o.place_path, o.conversation_id, o.kind AS order_kind \
             FROM work_order_events e JOIN work_orders o ON o.id = e.work_order_id \
             WHERE e.at >= $1 ORDER BY e.at LIMIT 2000",
        )
        .bind(since)
        .fetch_all(&self.pool)
        .await?;
        let mut changes = Vec::with_capacity(events.len());
        for row in &events {
            let order_kind: String = row.try_get("order_kind")?;
            let number: String = row.try_get("number")?;
            changes.push((
                row.try_get("id")?,
                FeedEvent {
                    kind: "work_order",
                    title: format!("{order_kind} {number}"),
                    id: number,
                    event: row.try_get("kind")?,
                    urgent: row.try_get::<i64, _>("urgent")? != 0,
                    at: row.try_get("at")?,
                    place_path: row.try_get("place_path")?,
                    conversation_id: row.try_get("conversation_id")?,
                },
            ));
        }
        let said = sqlx::query(
            "SELECT t.id, t.conversation_id, t.created_at AS at, p.path, 'said' AS event FROM turns t \
             JOIN conversations c ON c.id = t.conversation_id JOIN communities p ON p.id = c.community_id \
             WHERE t.created_at >= $1 AND (c.holder_id IS NOT NULL OR c.person_asked_at IS NOT NULL) \
             UNION ALL \
             SELECT m.id, m.conversation_id, m.at, p.path, m.author AS event FROM messages m \
             JOIN conversations c ON c.id = m.conversation_id JOIN communities p ON p.id = c.community_id \
             WHERE m.at >= $1",
        )
        .bind(since)
        .fetch_all(&self.pool)
        .await?;
        for row in &said {
            let conversation_id: String = row.try_get("conversation_id")?;
            changes.push((
                row.try_get("id")?,
                FeedEvent {
                    kind: "conversation",
                    id: conversation_id.clone(),
                    event: row.try_get("event")?,
                    urgent: false,
                    title: "对话有新消息".to_owned(),
                    at: row.try_get("at")?,
                    place_path: row.try_get("path")?,
                    conversation_id,
                },
            ));
        }
        let came = sqlx::query(
            "SELECT p.account_id, p.changed_at, o.number, o.place_path FROM presence p \
             JOIN work_orders o ON o.id = p.work_order_id WHERE p.changed_at >= $1",
        )
        .bind(since)
        .fetch_all(&self.pool)
        .await?;
        for row in &came {
            let number: String = row.try_get("number")?;
            let account: String = row.try_get("account_id")?;
            let at: i64 = row.try_get("changed_at")?;
            changes.push((
                format!("{number} {account} {at}"),
                FeedEvent {
                    kind: "presence",
                    id: number,
                    event: "presence".to_owned(),
                    urgent: false,
                    title: "有同事打开或离开了工单".to_owned(),
                    at,
                    place_path: row.try_get("place_path")?,
                    conversation_id: String::new(),
                },
            ));
        }
        Ok(changes)
    }
}
