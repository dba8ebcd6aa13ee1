//! Conversations as the desk sees them: who waits for a person, who is with one, what was said.

use anyhow::Result;
use serde::Serialize;
use sqlx::{AssertSqlSafe, Row};

use super::Store;
use super::audit::Person;
use super::places::below_any;

/// A conversation that waits for a person or is with one.
#[derive(Clone, Debug, Serialize)]
pub struct LiveConversation {
    /// Its id.
    pub id: String,
    /// The resident's community.
    pub community_id: String,
    /// Its name.
    pub community_name: String,
    /// The way the resident came.
    pub channel: String,
    /// What the resident said last.
    pub last_text: String,
    /// When, in milliseconds since 1970.
    pub last_at: i64,
    /// Since when the resident waits for a person.
    pub person_asked_at: Option<i64>,
    /// Who has taken over.
    pub holder: Option<Person>,
    /// Number of the newest order.
    pub work_order: Option<String>,
}

/// A conversation with where it belongs.
#[derive(Clone, Debug)]
pub struct PlacedConversation {
    /// The resident's community.
    pub community_id: String,
    /// Its name.
    pub community_name: String,
    /// Its path.
    pub place_path: String,
    /// The way the resident came.
    pub channel: String,
    /// Dialect that the resident chose.
    pub variety: Option<String>,
}

/// The conversations come first, because few are live and an index holds those; SQLite keeps the
/// order of a crossed join.
const LIVE: &str = "FROM conversations v CROSS JOIN communities p";

impl Store {
    /// How many residents at or below these places wait for a person.
    pub async fn waiting_conversations(&self, scopes: &[String]) -> Result<i64> {
        let mut bound = Vec::new();
        let within = below_any("p.path", scopes, &mut bound, 0);
        let statement = format!(
            "SELECT COUNT(*) {LIVE} \
             WHERE p.id = v.community_id AND v.person_asked_at IS NOT NULL AND v.holder_id IS NULL{within}"
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for value in bound {
            query = query.bind(value);
        }
        Ok(query.fetch_one(&self.pool).await?.try_get(0)?)
    }

    /// The conversations that wait for a person, longest first, then those that are with one.
    pub async fn live_conversations(&self, scopes: &[String]) -> Result<Vec<LiveConversation>> {
        let mut bound = Vec::new();
        let within = below_any("p.path", scopes, &mut bound, 0);
        let statement = format!(
            "SELECT v.id, v.community_id, p.name AS community_name, v.channel, v.person_asked_at, v.holder_id, \
             a.name AS holder_name, v.created_at, \
             (SELECT text FROM turns t WHERE t.conversation_id = v.id ORDER BY ordinal DESC LIMIT 1) AS last_text, \
             (SELECT MAX(created_at) FROM turns t WHERE t.conversation_id = v.id) AS last_at, \
             (SELECT number FROM work_orders o WHERE o.conversation_id = v.id ORDER BY created_at DESC LIMIT 1) \
             AS number {LIVE} LEFT JOIN accounts a ON a.id = v.holder_id \
             WHERE p.id = v.community_id AND (v.person_asked_at IS NOT NULL OR v.holder_id IS NOT NULL){within} \
             ORDER BY CASE WHEN v.holder_id IS NULL THEN 0 ELSE 1 END, v.person_asked_at, v.id LIMIT 200"
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for value in bound {
            query = query.bind(value);
        }
        query
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                let holder: Option<String> = row.try_get("holder_id")?;
                let name: Option<String> = row.try_get("holder_name")?;
                Ok(LiveConversation {
                    id: row.try_get("id")?,
                    community_id: row.try_get("community_id")?,
                    community_name: row.try_get("community_name")?,
                    channel: row.try_get("channel")?,
                    last_text: row.try_get::<Option<String>, _>("last_text")?.unwrap_or_default(),
                    last_at: row
                        .try_get::<Option<i64>, _>("last_at")?
                        .map_or_else(|| row.try_get("created_at"), Ok)?,
                    person_asked_at: row.try_get("person_asked_at")?,
                    holder: holder.zip(name).map(|(id, name)| Person { id, name }),
                    work_order: row.try_get("number")?,
                })
            })
            .collect()
    }

    /// Where a conversation belongs; for staff, who need no token.
    pub async fn placed_conversation(&self, id: &str) -> Result<Option<PlacedConversation>> {
        let row = sqlx::query(
            "SELECT v.*, p.name AS community_name, p.path FROM conversations v \
             JOIN communities p ON p.id = v.community_id WHERE v.id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(PlacedConversation {
                community_id: row.try_get("community_id")?,
                community_name: row.try_get("community_name")?,
                place_path: row.try_get("path")?,
                channel: row.try_get("channel")?,
                variety: row.try_get("variety")?,
            })
        })
        .transpose()
    }

    /// What residents at or below a node asked of late, with when; the newest first.
    pub async fn recent_questions(&self, place_path: &str) -> Result<Vec<(String, i64)>> {
        let (from, until) = super::places::subtree(place_path);
        Ok(sqlx::query_as(
            "SELECT t.text, t.created_at FROM turns t JOIN conversations v ON v.id = t.conversation_id \
             JOIN communities p ON p.id = v.community_id WHERE p.path >= $1 AND p.path < $2 \
             AND v.channel NOT IN ('cli', 'desk', 'counter') ORDER BY t.created_at DESC LIMIT 1000",
        )
        .bind(from)
        .bind(until)
        .fetch_all(&self.pool)
        .await?)
    }

    /// What residents at or below a place said lately, newest first, with the conversation.
    pub async fn recent_words_of_residents(&self, place_path: &str) -> Result<Vec<(String, String)>> {
        let (from, until) = super::places::subtree(place_path);
        Ok(sqlx::query_as(
            "SELECT t.conversation_id, t.text FROM turns t JOIN conversations v ON v.id = t.conversation_id \
             JOIN communities p ON p.id = v.community_id WHERE p.path >= $1 AND p.path < $2 \
             AND v.channel NOT IN ('cli', 'desk') ORDER BY t.created_at DESC LIMIT 5000",
        )
        .bind(from)
        .bind(until)
        .fetch_all(&self.pool)
        .await?)
    }
}
