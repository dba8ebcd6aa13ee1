//! Who is signed in.

use anyhow::Result;
use serde::Serialize;
use sqlx::{Any, Row, Transaction};

use super::Store;
use super::accounts::Account;

/// A session that nobody uses ends after so many milliseconds: 12 hours.
const IDLE: i64 = 12 * 60 * 60 * 1000;
/// Every session ends after so many milliseconds: 7 days.
const LONGEST: i64 = 7 * 24 * 60 * 60 * 1000;
/// How exactly the last use is noted: not each request writes.
const NOTED_EVERY: i64 = 60 * 1000;
/// First digits of the digest by which the owner names a session.
const ID_LENGTH: usize = 16;

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Session {
    /// Names it among the owner's sessions.
    pub id: String,
    /// Address it was opened from.
    pub address: String,
    /// What the browser called itself.
    pub agent: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// When it was last used, to the minute.
    pub seen_at: i64,
    /// When it ends at the latest.
    pub expires_at: i64,
}

impl Store {
    /// Opens a session for an account; `token_sha256` is the digest of what its browser shows.
    pub async fn open_session(
        &self,
        account_id: &str,
        token_sha256: &str,
        address: &str,
        agent: &str,
        at: i64,
    ) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2")
            .bind(at)
            .bind(at - IDLE)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO sessions (token_sha256, account_id, address, agent, created_at, seen_at, \
             expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(token_sha256)
        .bind(account_id)
        .bind(address)
        .bind(agent.chars().take(200).collect::<String>())
        .bind(at)
        .bind(at)
        .bind(at + LONGEST)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// The account that this token belongs to, while its session holds; notes that it is in use.
    pub async fn signed_in(&self, token_sha256: &str, at: i64) -> Result<Option<Account>> {
        let row = sqlx::query(
            "SELECT s.account_id, s.seen_at FROM sessions s JOIN accounts a ON a.id = s.account_id \
             WHERE s.token_sha256 = $1 AND s.expires_at > $2 AND s.seen_at > $3 \
             AND a.disabled_at IS NULL",
        )
        .bind(token_sha256)
        .bind(at)
        .bind(at - IDLE)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        if row.try_get::<i64, _>("seen_at")? + NOTED_EVERY <= at {
            sqlx::query("UPDATE sessions SET seen_at = $1 WHERE token_sha256 = $2")
                .bind(at)
                .bind(token_sha256)
                .execute(&self.pool)
                .await?;
        }
        self.find_account(row.try_get("account_id")?).await
    }

    /// The sessions of an account that still hold, last used first.
    pub async fn sessions(&self, account_id: &str, at: i64) -> Result<Vec<Session>> {
        sqlx::query(
            "SELECT * FROM sessions WHERE account_id = $1 AND expires_at > $2 AND seen_at > $3 \
             ORDER BY seen_at DESC, created_at DESC",
        )
        .bind(account_id)
        .bind(at)
        .bind(at - IDLE)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| {
            let digest: String = row.try_get("token_sha256")?;
            Ok(Session {
                id: session_id(&digest).to_owned(),
                address: row.try_get("address")?,
                agent: row.try_get("agent")?,
                created_at: row.try_get("created_at")?,
                seen_at: row.try_get("seen_at")?,
                expires_at: row.try_get("expires_at")?,
            })
        })
        .collect()
    }

    /// Ends the session with this token.
    pub async fn end_session(&self, token_sha256: &str) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE token_sha256 = $1")
            .bind(token_sha256)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends one of an account's sessions by its id; `false` where it has no such session.
    pub async fn end_session_of(&self, account_id: &str, id: &str) -> Result<bool> {
        let done = sqlx::query(
            "DELETE FROM sessions WHERE account_id = $1 AND substr(token_sha256, 1, 16) = $2",
        )
        .bind(account_id)
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }
}

/// By which an owner names the session with this digest; it opens nothing.
pub fn session_id(token_sha256: &str) -> &str {
    token_sha256.get(..ID_LENGTH).unwrap_or(token_sha256)
}

/// Ends every session of an account but, where given, one.
pub(super) async fn end_all(
    transaction: &mut Transaction<'_, Any>,
    account_id: &str,
    except: Option<&str>,
) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE account_id = $1 AND token_sha256 <> $2")
        .bind(account_id)
        .bind(except.unwrap_or_default())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
