//! Attempts to sign in, counted before the password is compared, so that many at once gain nothing.

use anyhow::Result;
use serde_json::json;
use sqlx::{Any, Row, Transaction};

use super::account_in;
use super::change::note;
use crate::accounts::{locked_until, token_digest};
use crate::store::Store;
use crate::store::audit::{Actor, AuditEntry, audit};

/// What came of asking to try a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// No such account, or it is disabled. It is refused as an account with a wrong password is.
    Unknown {
        /// Until when the name is locked from now on.
        locked_until: Option<i64>,
    },
    /// Too many wrong passwords, whether or not there is such an account; it opens again at this time.
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
            if let Some(until) = locked.flatten() {
                return Ok(Attempt::Locked(until));
            }
            let attempt = count_unknown(&mut transaction, login, at).await?;
            transaction.commit().await?;
            return Ok(attempt);
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

    /// A sign-in under a name that nobody has: kept in the audit trail too, without the name, which
    /// may be a mistyped password.
    pub async fn attempt_unknown(&self, login: &str, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        let entry = AuditEntry {
            actor,
            action: "sign_in.failed",
            subject: format!("login:{}", &token_digest(login)[..12]),
            community_id: None,
            details: json!({}),
        };
        audit(&mut transaction, &entry).await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets the names that nobody has and that were last tried before `before`.
    pub async fn forget_unknown_logins(&self, before: i64) -> Result<u64> {
        let done = sqlx::query("DELETE FROM unknown_logins WHERE tried_at < $1")
            .bind(before)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected())
    }

    /// Hash of an account's password, to compare the old one before a change.
    pub async fn password_hash(&self, account_id: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT password_hash FROM accounts WHERE id = $1")
            .bind(account_id)
            .fetch_optional(&self.pool)
            .await?)
    }
}

/// Counts an attempt under a name that nobody has, by the rules of those that somebody has.
async fn count_unknown(transaction: &mut Transaction<'_, Any>, login: &str, at: i64) -> Result<Attempt> {
    let name = token_digest(login);
    let failures: Option<i64> = sqlx::query_scalar(
        "INSERT INTO unknown_logins (login_sha256, failures, tried_at) VALUES ($1, 1, $2) \
         ON CONFLICT (login_sha256) DO UPDATE SET failures = unknown_logins.failures + 1, tried_at = $2 \
         WHERE unknown_logins.locked_until IS NULL OR unknown_logins.locked_until <= $2 RETURNING failures",
    )
    .bind(&name)
    .bind(at)
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(failures) = failures else {
        let until = sqlx::query_scalar("SELECT locked_until FROM unknown_logins WHERE login_sha256 = $1")
            .bind(&name)
            .fetch_one(&mut **transaction)
            .await?;
        return Ok(Attempt::Locked(until));
    };
    let until = locked_until(failures, at);
    if let Some(until) = until {
        sqlx::query("UPDATE unknown_logins SET locked_until = $1 WHERE login_sha256 = $2")
            .bind(until)
            .bind(&name)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(Attempt::Unknown { locked_until: until })
}
