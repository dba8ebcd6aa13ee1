//! Attempts to sign in, counted before the password is compared, so that many at once gain nothing.

use anyhow::Result;
use serde_json::json;
use sqlx::Row;

use super::account_in;
use super::change::note;
use crate::accounts::locked_until;
use crate::store::Store;
use crate::store::audit::Actor;

/// What came of asking to try a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// No such account, or it is disabled.
    Unknown,
    /// Too many wrong passwords; it opens again at this time.
    Locked(i64),
    /// Compare the password and say how it went.
    Try {
        /// Id of the account.
        account_id: String,
        /// Hash of its password.
        password_hash: String,
        /// Until when it is locked if the password is wrong.
        locked_until: Option<i64>,
    },
}

impl Store {
    /// Counts an attempt; it counts as failed until [`Self::attempt_succeeded`].
    pub async fn begin_attempt(&self, login: &str, at: i64) -> Result<Attempt> {
        let mut transaction = self.write().await?;
        let row = sqlx::query(
            "UPDATE accounts SET failures = failures + 1 WHERE login = $1 AND disabled_at IS NULL \
             AND (locked_until IS NULL OR locked_until <= $2) RETURNING id, password_hash, failures",
        )
        .bind(login)
        .bind(at)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else {
            let locked: Option<Option<i64>> = sqlx::query_scalar(
                "SELECT locked_until FROM accounts WHERE login = $1 AND disabled_at IS NULL",
            )
            .bind(login)
            .fetch_optional(&mut *transaction)
            .await?;
            return Ok(locked.flatten().map_or(Attempt::Unknown, Attempt::Locked));
        };
        let account_id: String = row.try_get("id")?;
        let until = locked_until(row.try_get("failures")?, at);
        if let Some(until) = until {
            sqlx::query("UPDATE accounts SET locked_until = $1 WHERE id = $2")
                .bind(until)
                .bind(&account_id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(Attempt::Try {
            account_id,
            password_hash: row.try_get("password_hash")?,
            locked_until: until,
        })
    }

    /// The password was right: nothing counts against the account any more.
    pub async fn attempt_succeeded(&self, account_id: &str, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE accounts SET failures = 0, locked_until = NULL WHERE id = $1")
            .bind(account_id)
            .execute(&mut *transaction)
            .await?;
        if let Some(account) = account_in(&mut transaction, account_id).await? {
            let details = json!({"login": account.login});
            note(&mut transaction, actor, "sign_in", &account, details).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The password was wrong: that is kept in the audit trail.
    pub async fn attempt_failed(&self, account_id: &str, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        if let Some(account) = account_in(&mut transaction, account_id).await? {
            let details = json!({"login": account.login, "locked_until": account.locked_until});
            note(&mut transaction, actor, "sign_in.failed", &account, details).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Hash of an account's password, to compare the old one before a change.
    pub async fn password_hash(&self, account_id: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT password_hash FROM accounts WHERE id = $1")
            .bind(account_id)
            .fetch_optional(&self.pool)
            .await?)
    }
}
