//! Who must not be called: found by a digest, so that the list itself gives no numbers away.

use anyhow::{Context as _, Result};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use serde_json::json;
use sha2::Sha256;
use sqlx::{Any, Row, Transaction};

use crate::accounts::{SessionToken, is_within};
use crate::phone::Number;
use crate::store::audit::{Actor, AuditEntry, Person, audit};
use crate::store::places::below_any;
use crate::store::{Store, new_id, now};

/// How somebody came on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OptOutSource {
    /// They said so in a call.
    Call,
    /// Somebody of the staff wrote it down.
    Staff,
}

/// Somebody who must not be called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OptOut {
    /// Its id.
    pub id: String,
    /// The community that must not call.
    pub community_id: String,
    /// The number with its middle hidden.
    pub masked: String,
    /// How it came on the list.
    pub source: OptOutSource,
    /// Who wrote it down.
    pub by: Option<Person>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Path of the community.
    #[serde(skip)]
    pub place_path: String,
}

impl Store {
    /// Writes down that a number must not be called any more; `false` where it was written down already.
    pub async fn add_opt_out(
        &self,
        community_id: &str,
        number: &Number,
        source: OptOutSource,
        actor: &Actor,
    ) -> Result<bool> {
        let digest = self.number_digest(number).await?;
        let mut transaction = self.write().await?;
        let id = new_id();
        let done = sqlx::query(
            "INSERT INTO outreach_opt_outs (id, community_id, digest, masked, source, account_id, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(&id)
        .bind(community_id)
        .bind(digest)
        .bind(number.to_string())
        .bind(match source {
            OptOutSource::Call => "call",
            OptOutSource::Staff => "staff",
        })
        .bind(actor.account_id.as_deref())
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let details = json!({"number": number.to_string(), "source": source});
        trace(&mut transaction, actor, "outreach.opt_out", &id, community_id, details).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whether a number must not be called in the name of the node with this path: it was said there, at a node above
    /// or at one below, which all are the same community to who said it.
    pub async fn opted_out(&self, path: &str, number: &Number) -> Result<bool> {
        let digest = self.number_digest(number).await?;
        let said_at: Vec<String> = sqlx::query_scalar(
            "SELECT c.path FROM outreach_opt_outs x JOIN communities c ON c.id = x.community_id WHERE x.digest = $1",
        )
        .bind(digest)
        .fetch_all(&self.pool)
        .await?;
        Ok(said_at.iter().any(|place| is_within(path, place) || is_within(place, path)))
    }

    /// Who must not be called at and below these nodes, the newest first.
    pub async fn opt_outs(&self, scopes: &[String], most: u32) -> Result<Vec<OptOut>> {
        let mut bound = Vec::new();
        let within = below_any("c.path", scopes, &mut bound, 1);
        let statement = format!("{SELECT} WHERE 1 = 1{within} ORDER BY x.created_at DESC, x.id DESC LIMIT $1");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(i64::from(most));
        for value in bound {
            query = query.bind(value);
        }
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// The entry with this id.
    pub async fn opt_out(&self, id: &str) -> Result<Option<OptOut>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} WHERE x.id = $1")))
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Lets somebody be called again, for a reason that stands in the audit trail.
    pub async fn remove_opt_out(&self, opt_out: &OptOut, reason: &str, actor: &Actor) -> Result<bool> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM outreach_opt_outs WHERE id = $1")
            .bind(&opt_out.id)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let details = json!({"number": opt_out.masked, "reason": reason});
        trace(&mut transaction, actor, "outreach.opt_in", &opt_out.id, &opt_out.community_id, details).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// A digest of a number that nobody can compute who has only the list of digests: numbers are few enough to try
    /// them all.
    async fn number_digest(&self, number: &Number) -> Result<String> {
        let select = "SELECT key FROM outreach_key WHERE id = 1";
        let key: Option<String> = sqlx::query_scalar(select).fetch_optional(&self.pool).await?;
        let key = match key {
            Some(key) => key,
            None => {
                sqlx::query("INSERT INTO outreach_key (id, key) VALUES (1, $1) ON CONFLICT DO NOTHING")
                    .bind(SessionToken::new().reveal())
                    .execute(&self.pool)
                    .await?;
                sqlx::query_scalar(select).fetch_one(&self.pool).await?
            }
        };
        let mut hmac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).context("HMAC takes keys of every length")?;
        hmac.update(number.whole().as_bytes());
        Ok(hmac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

const SELECT: &str = "SELECT x.*, c.path, a.name AS account_name FROM outreach_opt_outs x \
     JOIN communities c ON c.id = x.community_id LEFT JOIN accounts a ON a.id = x.account_id";

async fn trace(
    transaction: &mut Transaction<'_, Any>,
    actor: &Actor,
    action: &str,
    id: &str,
    community_id: &str,
    details: serde_json::Value,
) -> Result<()> {
    let entry =
        AuditEntry { actor, action, subject: format!("opt_out:{id}"), community_id: Some(community_id), details };
    audit(transaction, &entry).await
}

fn read(row: &sqlx::any::AnyRow) -> Result<OptOut> {
    let account_id: Option<String> = row.try_get("account_id")?;
    let account_name: Option<String> = row.try_get("account_name")?;
    Ok(OptOut {
        id: row.try_get("id")?,
        community_id: row.try_get("community_id")?,
        masked: row.try_get("masked")?,
        source: match row.try_get::<String, _>("source")?.as_str() {
            "staff" => OptOutSource::Staff,
            _ => OptOutSource::Call,
        },
        by: account_id.zip(account_name).map(|(id, name)| Person { id, name }),
        created_at: row.try_get("created_at")?,
        place_path: row.try_get("path")?,
    })
}
