//! Recordings of residents who agreed to them, for as long as their community keeps any.

use anyhow::Result;
use serde::Serialize;
use serde_json::json;
use sqlx::{AssertSqlSafe, Row};

use super::audit::{Actor, AuditEntry, audit};
use super::places::below_any;
use super::{Store, now};

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Time after which a recording that became no turn is given up, in milliseconds.
const UNSAID: i64 = 60 * 60 * 1000;

/// A recording to be kept.
#[derive(Clone, Debug)]
pub struct NewRecording {
    /// That of the utterance; its file has it for a name.
    pub id: String,
    /// The conversation.
    pub conversation_id: String,
    /// The speaker's dialect.
    pub variety: Option<String>,
    /// What was heard.
    pub heard: String,
    /// Length of the sound.
    pub milliseconds: i64,
    /// For how many days it is kept.
    pub days: u32,
}

/// A kept recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recording {
    /// Its id.
    pub id: String,
    /// The conversation.
    pub conversation_id: String,
    /// Node of the conversation.
    pub community_id: String,
    /// The speaker's dialect.
    pub variety: Option<String>,
    /// What was heard.
    pub heard: String,
    /// What was really said, as a worker wrote it down.
    pub corrected: Option<String>,
    /// Whether a recogniser may be trained on it.
    pub training: bool,
    /// Length of the sound.
    pub milliseconds: i64,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// When it will be removed, in milliseconds since 1970.
    pub expires_at: i64,
    /// Path of the node.
    #[serde(skip)]
    pub place_path: String,
    /// The turn that it became.
    #[serde(skip)]
    pub turn_id: Option<String>,
}

const SELECT: &str = "SELECT r.*, v.community_id, p.path FROM recordings r \
     JOIN conversations v ON v.id = r.conversation_id JOIN communities p ON p.id = v.community_id";

impl Store {
    /// For how many days recordings are kept at the node with this path: the nearest node that says so
    /// decides; 0: none are.
    pub async fn recordings_days(&self, path: &str) -> Result<u32> {
        let said: Option<i64> = sqlx::query_scalar(
            "SELECT recordings_days FROM communities WHERE recordings_days IS NOT NULL AND path <> '' \
             AND SUBSTR($1, 1, LENGTH(path)) = path ORDER BY LENGTH(path) DESC LIMIT 1",
        )
        .bind(path)
        .fetch_optional(&self.pool)
        .await?;
        Ok(said.map_or(0, |days| days.clamp(0, i64::from(u16::MAX)) as u32))
    }

    /// Says for how many days recordings are kept; `None`: as at the node above.
    pub async fn set_recordings_days(&self, id: &str, days: Option<u32>, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE communities SET recordings_days = $1 WHERE id = $2")
            .bind(days.map(i64::from))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        let entry = AuditEntry {
            actor,
            action: "place.recordings",
            subject: format!("place:{id}"),
            community_id: Some(id),
            details: json!({"recordings_days": days}),
        };
        audit(&mut transaction, &entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Keeps a recording whose file is on disk.
    pub async fn keep_recording(&self, new: &NewRecording) -> Result<()> {
        let created = now();
        sqlx::query(
            "INSERT INTO recordings (id, conversation_id, variety, heard, milliseconds, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&new.id)
        .bind(&new.conversation_id)
        .bind(new.variety.as_deref())
        .bind(&new.heard)
        .bind(new.milliseconds)
        .bind(created)
        .bind(created + i64::from(new.days) * DAY)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The resident said what was heard in this recording.
    pub async fn recording_became(&self, id: &str, conversation_id: &str, turn_id: &str) -> Result<()> {
        sqlx::query("UPDATE recordings SET turn_id = $1 WHERE id = $2 AND conversation_id = $3 AND turn_id IS NULL")
            .bind(turn_id)
            .bind(id)
            .bind(conversation_id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The recording with this id.
    pub async fn recording(&self, id: &str) -> Result<Option<Recording>> {
        let row = sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE r.id = $1")))
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// What was recorded of a conversation, in its order.
    pub async fn recordings_of(&self, conversation_id: &str) -> Result<Vec<Recording>> {
        let statement =
            format!("{SELECT} WHERE r.conversation_id = $1 AND r.turn_id IS NOT NULL ORDER BY r.created_at, r.id");
        sqlx::query(AssertSqlSafe(statement))
            .bind(conversation_id)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// Recordings at and below these nodes, the newest first; with `training`, those that a recogniser
    /// may be trained on.
    pub async fn recordings(&self, scopes: &[String], training: bool, most: u32) -> Result<Vec<Recording>> {
        let mut bound = Vec::new();
        let within = below_any("p.path", scopes, &mut bound, 1);
        let marked = if training { " AND r.training = 1" } else { "" };
        let statement = format!(
            "{SELECT} WHERE r.turn_id IS NOT NULL{marked}{within} ORDER BY r.created_at DESC, r.id DESC LIMIT $1"
        );
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(i64::from(most));
        for value in bound {
            query = query.bind(value);
        }
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// Writes down what was really said, and whether a recogniser may be trained on it.
    pub async fn correct_recording(
        &self,
        recording: &Recording,
        corrected: Option<&str>,
        training: bool,
        actor: &Actor,
    ) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE recordings SET corrected = $1, training = $2, account_id = $3 WHERE id = $4")
            .bind(corrected)
            .bind(i64::from(training))
            .bind(actor.account_id.as_deref())
            .bind(&recording.id)
            .execute(&mut *transaction)
            .await?;
        let entry = AuditEntry {
            actor,
            action: "recording.correct",
            subject: format!("recording:{}", recording.id),
            community_id: Some(&recording.community_id),
            details: json!({"training": training}),
        };
        audit(&mut transaction, &entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Notes that somebody listened to a recording, or took it away.
    pub async fn note_listening(&self, subject: &str, community_id: &str, taken: bool, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        let entry = AuditEntry {
            actor,
            action: if taken { "recording.export" } else { "recording.listen" },
            subject: format!("recording:{subject}"),
            community_id: Some(community_id),
            details: json!({}),
        };
        audit(&mut transaction, &entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets the recordings whose time is over or that became no turn, and returns their ids, whose
    /// files are to be removed.
    pub async fn forget_recordings(&self, at: i64) -> Result<Vec<String>> {
        let mut transaction = self.write().await?;
        let over = "expires_at <= $1 OR (turn_id IS NULL AND created_at <= $2)";
        let ids: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("SELECT id FROM recordings WHERE {over}")))
            .bind(at)
            .bind(at - UNSAID)
            .fetch_all(&mut *transaction)
            .await?;
        sqlx::query(AssertSqlSafe(format!("DELETE FROM recordings WHERE {over}")))
            .bind(at)
            .bind(at - UNSAID)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(ids)
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<Recording> {
    Ok(Recording {
        id: row.try_get("id")?,
        conversation_id: row.try_get("conversation_id")?,
        community_id: row.try_get("community_id")?,
        variety: row.try_get("variety")?,
        heard: row.try_get("heard")?,
        corrected: row.try_get("corrected")?,
        training: row.try_get::<i64, _>("training")? == 1,
        milliseconds: row.try_get("milliseconds")?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        place_path: row.try_get("path")?,
        turn_id: row.try_get("turn_id")?,
    })
}
