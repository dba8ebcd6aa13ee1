//! Matters that residents asked about in vain.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row};

use super::audit::{Actor, AuditEntry, Person, audit};
use super::documents::Named;
use super::places::below_any;
use super::{Store, new_id, now};
use crate::conversation::{Disposition, Reason, Reply};

/// What an administrator made of a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapState {
    /// Nobody has answered it yet.
    Open,
    /// It is not this place's to answer.
    NotOurs,
    /// Something was published for it.
    Answered,
    /// It is part of another gap.
    Merged,
}

impl GapState {
    /// Its name in the store and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::NotOurs => "not_ours",
            Self::Answered => "answered",
            Self::Merged => "merged",
        }
    }

    fn read(name: &str) -> Self {
        match name {
            "not_ours" => Self::NotOurs,
            "answered" => Self::Answered,
            "merged" => Self::Merged,
            _ => Self::Open,
        }
    }
}

/// A matter that residents asked about in vain.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Its id.
    pub id: String,
    /// Node whose residents asked first.
    pub community: Named,
    /// That node's path.
    pub path: String,
    /// The question that stands for all of them.
    pub question: String,
    /// What was made of it.
    pub state: GapState,
    /// Who looks after it.
    pub assignee: Option<Person>,
    /// What was written about it.
    pub note: String,
    /// The document that answers it.
    pub document_id: Option<String>,
    /// When it was asked last, in milliseconds since 1970.
    pub last_at: i64,
    /// How often it was asked.
    pub count: i64,
}

/// A turn that left its question open.
#[derive(Clone, Debug)]
pub struct OpenTurn {
    /// The turn.
    pub turn_id: String,
    /// Node of the conversation.
    pub community_id: String,
    /// That node's path.
    pub path: String,
    /// What was asked, as it was understood.
    pub question: String,
    /// `escalated`, `clarify` or `rated_down`; `None`: it is no gap.
    pub outcome: Option<&'static str>,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// One asking of a gap.
#[derive(Clone, Debug)]
pub struct GapExample {
    /// What was asked.
    pub text: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// `escalated`, `clarify` or `rated_down`.
    pub outcome: String,
    /// The conversation.
    pub conversation_id: String,
    /// Number of the order that came of it.
    pub order: Option<String>,
}

/// A finished order about a gap's matter.
#[derive(Clone, Debug, Serialize)]
pub struct FinishedOrder {
    /// Its number.
    pub number: String,
    /// What was asked.
    pub question: String,
    /// What the resident was told.
    pub result: String,
}

const SELECT: &str = "SELECT g.*, c.name AS community, c.path AS path, a.name AS assignee, \
    (SELECT COUNT(*) FROM gap_turns t WHERE t.gap_id = g.id) AS number FROM gaps g \
    JOIN communities c ON c.id = g.community_id LEFT JOIN accounts a ON a.id = g.assignee_id";

impl Store {
    /// Finished turns that nobody has looked at for gaps, the oldest first.
    pub async fn turns_to_sort(&self, since: i64, limit: u32) -> Result<Vec<OpenTurn>> {
        let rows = sqlx::query(
            "SELECT t.id, t.text, t.reply, t.rating, t.created_at, v.community_id, c.path, \
             CAST(CASE WHEN EXISTS (SELECT 1 FROM turns n WHERE n.conversation_id = t.conversation_id \
             AND n.ordinal > t.ordinal) THEN 1 ELSE 0 END AS BIGINT) AS followed FROM turns t \
             JOIN conversations v ON v.id = t.conversation_id JOIN communities c ON c.id = v.community_id \
             WHERE t.created_at >= $1 AND t.reply IS NOT NULL AND v.channel NOT IN ('counter', 'desk') \
             AND NOT EXISTS (SELECT 1 FROM gap_turns g WHERE g.turn_id = t.id \
             AND (g.gap_id IS NOT NULL OR t.rating IS NULL OR t.rating <> 'down')) \
             ORDER BY t.created_at, t.id LIMIT $2",
        )
        .bind(since)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let reply: Reply = serde_json::from_str(row.try_get("reply")?)?;
                let rating: Option<String> = row.try_get("rating")?;
                let text: String = row.try_get("text")?;
                let followed = row.try_get::<i64, _>("followed")? == 1;
                Ok(OpenTurn {
                    turn_id: row.try_get("id")?,
                    community_id: row.try_get("community_id")?,
                    path: row.try_get("path")?,
                    outcome: outcome(&reply, rating.as_deref(), followed),
                    question: reply.understood.unwrap_or(text),
                    at: row.try_get("created_at")?,
                })
            })
            .collect()
    }

    /// Keeps what a turn was found to be about; a new gap where `gap_id` is `None` and the turn is one.
    pub async fn sort_turn(&self, turn: &OpenTurn, gap_id: Option<&str>) -> Result<Option<String>> {
        let mut transaction = self.write().await?;
        let gap = match (turn.outcome, gap_id) {
            (None, _) => None,
            (Some(_), Some(id)) => {
                // What was answered and is asked again in vain is open again.
                sqlx::query(
                    "UPDATE gaps SET last_at = $1, state = CASE WHEN state = 'answered' THEN 'open' ELSE state END \
                     WHERE id = $2",
                )
                .bind(turn.at)
                .bind(id)
                .execute(&mut *transaction)
                .await?;
                Some(id.to_owned())
            }
            (Some(_), None) => {
                let id = new_id();
                sqlx::query(
                    "INSERT INTO gaps (id, community_id, question, state, note, created_at, last_at) \
                     VALUES ($1, $2, $3, 'open', '', $4, $5)",
                )
                .bind(&id)
                .bind(&turn.community_id)
                .bind(&turn.question)
                .bind(now())
                .bind(turn.at)
                .execute(&mut *transaction)
                .await?;
                Some(id)
            }
        };
        sqlx::query(
            "INSERT INTO gap_turns (turn_id, gap_id, outcome, question, at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (turn_id) DO UPDATE SET gap_id = excluded.gap_id, outcome = excluded.outcome",
        )
        .bind(&turn.turn_id)
        .bind(gap.as_deref())
        .bind(turn.outcome.unwrap_or("none"))
        .bind(&turn.question)
        .bind(turn.at)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(gap)
    }

    /// The gaps of nodes at and below these paths; those asked most of late first.
    pub async fn gaps(&self, scopes: &[String], state: Option<GapState>) -> Result<Vec<Gap>> {
        let mut bound = Vec::new();
        let within = below_any("c.path", scopes, &mut bound, 1);
        let statement = format!(
            "{SELECT} WHERE ($1 = '' OR g.state = $1) AND g.state <> 'merged'{within} ORDER BY number DESC, g.last_at DESC, g.id"
        );
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(state.map_or("", GapState::name).to_owned());
        for value in bound {
            query = query.bind(value);
        }
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// The gap with this id.
    pub async fn gap(&self, id: &str) -> Result<Option<Gap>> {
        let row = sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE g.id = $1")))
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// When each asking of a gap since a moment was.
    pub async fn gap_times(&self, gap_id: &str, since: i64) -> Result<Vec<i64>> {
        Ok(sqlx::query_scalar("SELECT at FROM gap_turns WHERE gap_id = $1 AND at >= $2 ORDER BY at")
            .bind(gap_id)
            .bind(since)
            .fetch_all(&self.pool)
            .await?)
    }

    /// The last askings of a gap.
    pub async fn gap_examples(&self, gap_id: &str, limit: u32) -> Result<Vec<GapExample>> {
        let rows = sqlx::query(
            "SELECT t.text, g.at, g.outcome, t.conversation_id, o.number FROM gap_turns g \
             JOIN turns t ON t.id = g.turn_id LEFT JOIN work_orders o ON o.turn_id = t.id \
             WHERE g.gap_id = $1 ORDER BY g.at DESC, g.turn_id LIMIT $2",
        )
        .bind(gap_id)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(GapExample {
                    text: row.try_get("text")?,
                    at: row.try_get("at")?,
                    outcome: row.try_get("outcome")?,
                    conversation_id: row.try_get("conversation_id")?,
                    order: row.try_get("number")?,
                })
            })
            .collect()
    }

    /// The finished orders that came of a gap's askings, with what the residents were told.
    pub async fn gap_orders(&self, gap_id: &str, limit: u32) -> Result<Vec<FinishedOrder>> {
        let rows = sqlx::query(
            "SELECT o.number, o.question, o.answer FROM gap_turns g JOIN work_orders o ON o.turn_id = g.turn_id \
             WHERE g.gap_id = $1 AND o.answer IS NOT NULL AND o.answer <> '' ORDER BY g.at DESC LIMIT $2",
        )
        .bind(gap_id)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(FinishedOrder {
                    number: row.try_get("number")?,
                    question: row.try_get("question")?,
                    result: row.try_get("answer")?,
                })
            })
            .collect()
    }

    /// Changes what is written about a gap.
    pub async fn edit_gap(&self, gap: &Gap, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE gaps SET question = $1, state = $2, assignee_id = $3, note = $4 WHERE id = $5")
            .bind(&gap.question)
            .bind(gap.state.name())
            .bind(gap.assignee.as_ref().map(|person| person.id.as_str()))
            .bind(&gap.note)
            .bind(&gap.id)
            .execute(&mut *transaction)
            .await?;
        let entry = AuditEntry {
            actor,
            action: "knowledge.gap",
            subject: format!("gap:{}", gap.id),
            community_id: Some(&gap.community.id),
            details: json!({"question": gap.question, "state": gap.state, "assignee": gap.assignee, "note": gap.note}),
        };
        audit(&mut transaction, &entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Makes one gap part of another.
    pub async fn merge_gaps(&self, from: &Gap, into: &Gap, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE gap_turns SET gap_id = $1 WHERE gap_id = $2")
            .bind(&into.id)
            .bind(&from.id)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE gaps SET state = 'merged' WHERE id = $1").bind(&from.id).execute(&mut *transaction).await?;
        sqlx::query("UPDATE gaps SET last_at = $1 WHERE id = $2 AND last_at < $3")
            .bind(from.last_at)
            .bind(&into.id)
            .bind(from.last_at)
            .execute(&mut *transaction)
            .await?;
        let entry = AuditEntry {
            actor,
            action: "knowledge.gap_merge",
            subject: format!("gap:{}", into.id),
            community_id: Some(&into.community.id),
            details: json!({"from": from.id, "question": from.question}),
        };
        audit(&mut transaction, &entry).await?;
        Ok(transaction.commit().await?)
    }
}

/// How a turn left its question open; `None` where it did not. A question back that was `followed`
/// by more words did its work.
fn outcome(reply: &Reply, rating: Option<&str>, followed: bool) -> Option<&'static str> {
    match (reply.disposition, reply.reason) {
        (Disposition::Escalated, Some(Reason::NothingWritten)) => Some("escalated"),
        (Disposition::Answered, None) if rating == Some("down") => Some("rated_down"),
        (Disposition::Clarify, Some(Reason::Ambiguous)) if !followed => Some("clarify"),
        _ => None,
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<Gap> {
    let assignee: Option<String> = row.try_get("assignee_id")?;
    let name: Option<String> = row.try_get("assignee")?;
    Ok(Gap {
        id: row.try_get("id")?,
        community: Named { id: row.try_get("community_id")?, name: row.try_get("community")? },
        path: row.try_get("path")?,
        question: row.try_get("question")?,
        state: GapState::read(row.try_get("state")?),
        assignee: assignee.zip(name).map(|(id, name)| Person { id, name }),
        note: row.try_get("note")?,
        document_id: row.try_get("document_id")?,
        last_at: row.try_get("last_at")?,
        count: row.try_get("number")?,
    })
}
