//! What was changed or looked at, by whom: a chain that nobody can edit without its showing.
//!
//! Each event carries the digest of itself and of the digest before it, and triggers of the
//! database refuse to change or remove one (see [`super::dialect`]).

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{Any, Row, Transaction};

use super::{Store, now};

/// Name of the counter that holds the last sequence number; it also lets one writer at a time in.
const COUNTER: &str = "audit_events";
/// Rows that a check of the chain reads at once.
const PAGE: i64 = 1000;

/// Who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account; `None` for the program itself and its operator.
    pub account_id: Option<String>,
    /// Network address, or `console`, or `program`.
    pub address: String,
}

impl Actor {
    /// Somebody who is signed in.
    pub fn account(id: &str, address: &str) -> Self {
        Self {
            account_id: Some(id.to_owned()),
            address: address.to_owned(),
        }
    }

    /// Somebody at this address whom nobody knows yet.
    pub fn stranger(address: &str) -> Self {
        Self {
            account_id: None,
            address: address.to_owned(),
        }
    }

    /// The operator at the command line.
    pub fn console() -> Self {
        Self::stranger("console")
    }

    /// The program by itself.
    pub fn program() -> Self {
        Self::stranger("program")
    }
}

/// Something to be written down.
#[derive(Clone, Debug)]
pub struct AuditEntry<'a> {
    /// Who did it.
    pub actor: &'a Actor,
    /// What was done, such as `account.add` or `work_order.contact_read`.
    pub action: &'a str,
    /// What it was done to, such as `account:ID` or `work_order:NUMBER`.
    pub subject: String,
    /// Node that it belongs to; those who may read the trail there see it.
    pub community_id: Option<&'a str>,
    /// What changed; never a password and never a resident's personal data.
    pub details: Value,
}

/// An event of the trail.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditEvent {
    /// Its place, from 1.
    pub sequence: i64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Who did it.
    pub by: Option<Person>,
    /// Network address, or `console`, or `program`.
    pub address: String,
    /// What was done.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// Node that it belongs to.
    pub community_id: Option<String>,
    /// What changed.
    pub details: Value,
}

/// An account as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Which events to list.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only those done to this.
    pub subject: Option<String>,
    /// Only those done by this account.
    pub account_id: Option<String>,
    /// Only those before this sequence number.
    pub before: Option<i64>,
    /// Only those at or below nodes with these paths; `None`: all, those of no node too.
    pub places: Option<Vec<String>>,
    /// At most this many.
    pub limit: u32,
}

/// What a check of the trail found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditVerdict {
    /// Events whose digests were computed again.
    pub checked: i64,
    /// Sequence number of the first event that is missing or was changed.
    pub broken_at: Option<i64>,
}

/// Appends an event inside the transaction of the change that it tells about.
///
/// Call it last: from here to the end of the transaction no other event can be written.
pub(crate) async fn audit(
    transaction: &mut Transaction<'_, Any>,
    entry: &AuditEntry<'_>,
) -> Result<()> {
    let sequence: i64 = sqlx::query_scalar(
        "INSERT INTO counters (name, value) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value",
    )
    .bind(COUNTER)
    .fetch_one(&mut **transaction)
    .await?;
    let before: Option<String> =
        sqlx::query_scalar("SELECT digest FROM audit_events WHERE sequence = $1")
            .bind(sequence - 1)
            .fetch_optional(&mut **transaction)
            .await?;
    let written = Written {
        sequence,
        at: now(),
        account_id: entry.actor.account_id.clone(),
        address: entry.actor.address.clone(),
        action: entry.action.to_owned(),
        subject: entry.subject.clone(),
        community_id: entry.community_id.map(str::to_owned),
        details: entry.details.to_string(),
    };
    sqlx::query(
        "INSERT INTO audit_events (sequence, at, account_id, address, action, subject, \
         community_id, details, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(sequence)
    .bind(written.at)
    .bind(written.account_id.as_deref())
    .bind(&written.address)
    .bind(&written.action)
    .bind(&written.subject)
    .bind(written.community_id.as_deref())
    .bind(&written.details)
    .bind(written.digest(&before.unwrap_or_default())?)
    .execute(&mut **transaction)
    .await
    .context("the audit trail could not be written")?;
    Ok(())
}

/// An event as it is kept, without its digest.
#[derive(Serialize)]
struct Written {
    sequence: i64,
    at: i64,
    account_id: Option<String>,
    address: String,
    action: String,
    subject: String,
    community_id: Option<String>,
    details: String,
}

impl Written {
    fn read(row: &sqlx::any::AnyRow) -> Result<Self> {
        Ok(Self {
            sequence: row.try_get("sequence")?,
            at: row.try_get("at")?,
            account_id: row.try_get("account_id")?,
            address: row.try_get("address")?,
            action: row.try_get("action")?,
            subject: row.try_get("subject")?,
            community_id: row.try_get("community_id")?,
            details: row.try_get("details")?,
        })
    }

    /// SHA-256 of the digest before, a line end, and the fields as JSON in this order.
    fn digest(&self, before: &str) -> Result<String> {
        let mut hasher = Sha256::new();
        hasher.update(before);
        hasher.update("\n");
        hasher.update(serde_json::to_string(self)?);
        Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl Store {
    /// Writes down something that changed nothing, such as a look at personal data.
    pub async fn record(&self, entry: &AuditEntry<'_>) -> Result<()> {
        let mut transaction = self.write().await?;
        audit(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// The events that fit, newest first.
    pub async fn audit_events(&self, filter: &AuditFilter) -> Result<Vec<AuditEvent>> {
        let mut sql = String::from(
            "SELECT e.*, a.name AS account_name FROM audit_events e \
             LEFT JOIN accounts a ON a.id = e.account_id \
             LEFT JOIN communities c ON c.id = e.community_id WHERE e.sequence < $1",
        );
        let mut bound = Vec::new();
        if let Some(subject) = &filter.subject {
            bound.push(subject.clone());
            sql.push_str(&format!(" AND e.subject = ${}", bound.len() + 1));
        }
        if let Some(account) = &filter.account_id {
            bound.push(account.clone());
            sql.push_str(&format!(" AND e.account_id = ${}", bound.len() + 1));
        }
        if let Some(places) = &filter.places {
            sql.push_str(&super::places::below_any("c.path", places, &mut bound, 1));
        }
        sql.push_str(&format!(" ORDER BY e.sequence DESC LIMIT ${}", bound.len() + 2));
        let mut query =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(filter.before.unwrap_or(i64::MAX));
        for value in bound {
            query = query.bind(value);
        }
        query
            .bind(i64::from(filter.limit))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                let written = Written::read(row)?;
                let name: Option<String> = row.try_get("account_name")?;
                Ok(AuditEvent {
                    sequence: written.sequence,
                    at: written.at,
                    by: written.account_id.map(|id| Person {
                        name: name.unwrap_or_else(|| id.clone()),
                        id,
                    }),
                    address: written.address,
                    action: written.action,
                    subject: written.subject,
                    community_id: written.community_id,
                    details: serde_json::from_str(&written.details)?,
                })
            })
            .collect()
    }

    /// Computes the whole chain again, from the first event to the last that the counter names.
    pub async fn verify_audit(&self) -> Result<AuditVerdict> {
        let (mut checked, mut before) = (0_i64, String::new());
        let broken = |checked| AuditVerdict {
            checked,
            broken_at: Some(checked + 1),
        };
        // Read first: events that are added meanwhile are checked too and don't count as lost.
        let last: Option<i64> = sqlx::query_scalar("SELECT value FROM counters WHERE name = $1")
            .bind(COUNTER)
            .fetch_optional(&self.pool)
            .await?;
        loop {
            let rows = sqlx::query(
                "SELECT * FROM audit_events WHERE sequence > $1 ORDER BY sequence LIMIT $2",
            )
            .bind(checked)
            .bind(PAGE)
            .fetch_all(&self.pool)
            .await?;
            for row in &rows {
                let written = Written::read(row)?;
                let digest: String = row.try_get("digest")?;
                if written.sequence != checked + 1 || written.digest(&before)? != digest {
                    return Ok(broken(checked));
                }
                checked += 1;
                before = digest;
            }
            if (rows.len() as i64) < PAGE {
                break;
            }
        }
        if last.unwrap_or(0) > checked {
            return Ok(broken(checked));
        }
        Ok(AuditVerdict {
            checked,
            broken_at: None,
        })
    }
}
