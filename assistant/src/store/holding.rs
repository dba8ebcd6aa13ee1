//! Conversations that a person holds and says nothing in: what is owed, and how they go back.

use anyhow::Result;
use serde_json::json;
use sqlx::{Any, Row, Transaction};

use super::audit::{self, AuditEntry, Person};
use super::jobs::{self, Job, NewJob};
use super::messages::tell;
use super::work_orders::{self, NewWorkOrder};
use super::{Store, new_id};
use crate::conversation::Turn;
use crate::work_orders::wording;

/// A word that the person who holds a conversation owes the resident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedWord {
    /// The conversation.
    pub conversation_id: String,
    /// The resident's community.
    pub community_id: String,
    /// Who holds it.
    pub holder: Person,
    /// Since when the resident waits, in milliseconds since 1970.
    pub since: i64,
    /// The resident's newest message.
    pub turn_id: String,
    /// What that says.
    pub newest: String,
    /// What the resident has said since, oldest first.
    pub said: Vec<String>,
    /// Number of the newest order of the conversation that is not put away.
    pub order: Option<String>,
}

impl Store {
    /// The word that is owed in a conversation; `None` where nobody holds it or the last word is
    /// the holder's.
    pub async fn owed_word(&self, conversation_id: &str) -> Result<Option<OwedWord>> {
        let row = sqlx::query(
            "SELECT v.community_id, v.held_at, v.holder_id, a.name, (SELECT MAX(m.at) FROM messages m \
             WHERE m.conversation_id = v.id AND m.account_id = v.holder_id AND m.at >= COALESCE(v.held_at, 0)) \
             AS spoke_at FROM conversations v JOIN accounts a ON a.id = v.holder_id WHERE v.id = $1",
        )
        .bind(conversation_id)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let held_at: Option<i64> = row.try_get("held_at")?;
        let spoke_at: Option<i64> = row.try_get("spoke_at")?;
        let turns = self.turns(conversation_id).await?;
        let Some(last) = turns.last() else { return Ok(None) };
        let Some((since, said)) = unanswered(&turns, held_at, spoke_at) else { return Ok(None) };
        let (turn_id, newest) = (last.id.clone(), last.text.clone());
        let order: Option<String> = sqlx::query_scalar(
            "SELECT number FROM work_orders WHERE conversation_id = $1 AND state <> '已归档' \
             ORDER BY created_at DESC, id DESC LIMIT 1",
        )
        .bind(conversation_id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(Some(OwedWord {
            conversation_id: conversation_id.to_owned(),
            community_id: row.try_get("community_id")?,
            holder: Person { id: row.try_get("holder_id")?, name: row.try_get("name")? },
            since,
            turn_id,
            newest,
            said,
            order,
        }))
    }

    /// Takes a conversation back from the person who owes the word, with the order that keeps what
    /// was said: the one that is there, or `new`. The resident is told, the holder is named in a note
    /// on the order, and its receivers are alerted. `false` where the holder has spoken or given it back meanwhile.
    pub async fn take_back(
        &self,
        owed: &OwedWord,
        new: Option<&NewWorkOrder>,
        at: i64,
    ) -> Result<bool> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE conversations SET holder_id = NULL, held_at = NULL WHERE id = $1 AND holder_id = $2 \
             AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = $1 AND m.account_id = $2 \
             AND m.at >= $3)",
        )
        .bind(&owed.conversation_id)
        .bind(&owed.holder.id)
        .bind(owed.since)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let (number, code) = match (&owed.order, new) {
            (Some(number), _) => (number.clone(), None),
            (None, Some(order)) => {
                let filed = work_orders::file(&mut transaction, &owed.turn_id, order).await?;
                (filed.number, Some(filed.lookup_code))
            }
            (None, None) => anyhow::bail!("what the resident said would be in no order"),
        };
        let note = wording::holder_silent(&owed.holder.name, (at - owed.since) / 60_000);
        let order_id = name_holder(&mut transaction, &number, &owed.holder.id, &note, at).await?;
        let alert = NewJob {
            job: Job::Alert {
                event: "unanswered".to_owned(),
                work_order_id: order_id,
                account_id: Some(owed.holder.id.clone()),
            },
            key: None,
            run_at: at,
        };
        jobs::enqueue(&mut transaction, &alert).await?;
        let told = wording::taken_back(&owed.holder.name, &number, code.as_deref());
        tell(&mut transaction, &owed.conversation_id, &told, at).await?;
        let entry = AuditEntry {
            actor: &audit::Actor::program(),
            action: "conversation.take_back",
            subject: format!("conversation:{}", owed.conversation_id),
            community_id: Some(&owed.community_id),
            details: json!({"holder": owed.holder.id, "since": owed.since}),
        };
        audit::audit(&mut transaction, &entry).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Since when the resident waits for a word of the person who holds the conversation since `held_at`
/// and spoke last at `spoke_at`, and what was said since.
fn unanswered(turns: &[Turn], held_at: Option<i64>, spoke_at: Option<i64>) -> Option<(i64, Vec<String>)> {
    let after = spoke_at.or(held_at).unwrap_or_default();
    let waiting: Vec<&Turn> = turns.iter().filter(|turn| turn.created_at > after).collect();
    let first = waiting.first().map(|turn| turn.created_at);
    // Whoever takes over does so to speak.
    let since = if spoke_at.is_none() { held_at.or(first) } else { first }?;
    Some((since, waiting.into_iter().map(|turn| turn.text.clone()).collect()))
}

/// Writes a note that names the holder, so that it stands among their mentions; the order's id.
async fn name_holder(
    transaction: &mut Transaction<'_, Any>,
    number: &str,
    account_id: &str,
    note: &str,
    at: i64,
) -> Result<String> {
    let order_id: String = sqlx::query_scalar("SELECT id FROM work_orders WHERE number = $1")
        .bind(number)
        .fetch_one(&mut **transaction)
        .await?;
    let event_id = new_id();
    sqlx::query(
        "INSERT INTO work_order_events (id, work_order_id, kind, body, at, open) VALUES ($1, $2, 'note', $3, $4, 0)",
    )
    .bind(&event_id)
    .bind(&order_id)
    .bind(note)
    .bind(at)
    .execute(&mut **transaction)
    .await?;
    sqlx::query("INSERT INTO mentions (event_id, account_id) VALUES ($1, $2)")
        .bind(&event_id)
        .bind(account_id)
        .execute(&mut **transaction)
        .await?;
    Ok(order_id)
}
