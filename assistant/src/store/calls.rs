//! Calls on the telephone, beside the conversations that they were.

use anyhow::Result;
use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::Store;
use super::places::below_any;

/// A call that is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCall {
    /// Its id.
    pub id: String,
    /// The conversation that it was.
    pub conversation_id: String,
    /// `in` or `out`.
    pub direction: &'static str,
    /// The other side's number, masked.
    pub number: String,
    /// Milliseconds since 1970.
    pub started_at: i64,
    /// Milliseconds since 1970.
    pub ended_at: i64,
    /// How it ended.
    pub ending: String,
    /// Whether a person spoke with the resident.
    pub connected: bool,
    /// JSON: the times of each turn.
    pub turns: String,
    /// Packets of sound that left.
    pub sent: i64,
    /// Packets of sound that came.
    pub received: i64,
    /// Packets that never came.
    pub lost: i64,
    /// Times that two of ours left more than 40 ms apart.
    pub gaps: i64,
}

/// A call as the desk reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhoneCall {
    /// Its id.
    pub id: String,
    /// The conversation that it was.
    pub conversation_id: String,
    /// Name of the community.
    pub community_name: String,
    /// `in` or `out`.
    pub direction: String,
    /// The other side's number, masked.
    pub number: String,
    /// Milliseconds since 1970.
    pub started_at: i64,
    /// Milliseconds since 1970.
    pub ended_at: i64,
    /// How it ended.
    pub ending: String,
    /// Whether a person spoke with the resident.
    pub connected: bool,
    /// The times of each turn.
    pub turns: serde_json::Value,
    /// Packets of sound that never came.
    pub lost: i64,
    /// Times that two of our packets left more than 40 ms apart.
    pub gaps: i64,
}

impl Store {
    /// Keeps a call.
    pub async fn keep_call(&self, call: &NewCall) -> Result<()> {
        sqlx::query(
            "INSERT INTO calls (id, conversation_id, direction, number, started_at, ended_at, ending, connected, \
             turns, sent, received, lost, gaps) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(&call.id)
        .bind(&call.conversation_id)
        .bind(call.direction)
        .bind(&call.number)
        .bind(call.started_at)
        .bind(call.ended_at)
        .bind(&call.ending)
        .bind(i64::from(call.connected))
        .bind(&call.turns)
        .bind(call.sent)
        .bind(call.received)
        .bind(call.lost)
        .bind(call.gaps)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The calls of a conversation, the newest first.
    pub async fn calls_of(&self, conversation_id: &str) -> Result<Vec<PhoneCall>> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{SELECT} WHERE c.conversation_id = $1 ORDER BY c.started_at DESC, c.id DESC"
        )))
        .bind(conversation_id)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// The newest calls at or below nodes with these paths that began before a moment.
    pub async fn calls(&self, places: &[String], before: i64, limit: u32) -> Result<Vec<PhoneCall>> {
        let mut bound = Vec::new();
        let within = below_any("p.path", places, &mut bound, 2);
        let statement = format!(
            "{SELECT} WHERE c.started_at < $1{within} ORDER BY c.started_at DESC, c.id DESC LIMIT $2"
        );
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(before).bind(i64::from(limit));
        for value in bound {
            query = query.bind(value);
        }
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }
}

const SELECT: &str = "SELECT c.*, p.name AS community_name FROM calls c \
     JOIN conversations v ON v.id = c.conversation_id JOIN communities p ON p.id = v.community_id";

fn read(row: &AnyRow) -> Result<PhoneCall> {
    let turns: String = row.try_get("turns")?;
    Ok(PhoneCall {
        id: row.try_get("id")?,
        conversation_id: row.try_get("conversation_id")?,
        community_name: row.try_get("community_name")?,
        direction: row.try_get("direction")?,
        number: row.try_get("number")?,
        started_at: row.try_get("started_at")?,
        ended_at: row.try_get("ended_at")?,
        ending: row.try_get("ending")?,
        connected: row.try_get::<i64, _>("connected")? == 1,
        turns: serde_json::from_str(&turns)?,
        lost: row.try_get("lost")?,
        gaps: row.try_get("gaps")?,
    })
}
