//! Keys by which other programs use the API: what they may do, where, and until when.

use anyhow::Result;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use sqlx::Row;

use super::audit::{Actor, AuditEntry, Person, audit};
use super::documents::Named;
use super::{Store, new_id, now};
use crate::accounts::Permission;

/// A key without its secret.
#[derive(Clone, Debug, Serialize)]
pub struct ApiKey {
    /// Its id.
    pub id: String,
    /// Node at and below which it holds.
    pub community: Named,
    /// Path of that node.
    #[serde(skip)]
    pub path: String,
    /// What it is for.
    pub name: String,
    /// What its bearer may do.
    pub permissions: Vec<Permission>,
    /// Last day on which it opens anything.
    pub expires_on: Option<Date>,
    /// Account that made it; what the key does is done in its name.
    pub by: Option<Person>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// When it was last shown, in milliseconds since 1970.
    pub last_used_at: Option<i64>,
}

/// A key to be made.
#[derive(Clone, Debug)]
pub struct NewApiKey<'a> {
    /// Node at and below which it holds.
    pub community_id: &'a str,
    /// What it is for.
    pub name: &'a str,
    /// What its bearer may do.
    pub permissions: &'a [Permission],
    /// Last day on which it opens anything.
    pub expires_on: Option<Date>,
    /// SHA-256 of the secret.
    pub token_sha256: &'a str,
}

/// Uses closer together than this are not written down.
const NOTED_EVERY: i64 = 60_000;

const SELECT: &str = "SELECT k.*, c.name AS community, c.path, a.name AS account FROM api_keys k \
    JOIN communities c ON c.id = k.community_id LEFT JOIN accounts a ON a.id = k.account_id";

impl Store {
    /// Makes a key; returns its id.
    pub async fn add_api_key(&self, new: &NewApiKey<'_>, actor: &Actor) -> Result<String> {
        let id = new_id();
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO api_keys (id, token_sha256, community_id, name, permissions, expires_on, account_id, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&id)
        .bind(new.token_sha256)
        .bind(new.community_id)
        .bind(new.name)
        .bind(serde_json::to_string(new.permissions)?)
        .bind(new.expires_on.map(|day| day.to_string()))
        .bind(actor.account_id.as_deref())
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        let entry = AuditEntry {
            actor,
            action: "api_key.add",
            subject: format!("api_key:{id}"),
            community_id: Some(new.community_id),
            details: json!({"name": new.name, "permissions": new.permissions, "expires_on": new.expires_on}),
        };
        audit(&mut transaction, &entry).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// The keys of a node.
    pub async fn api_keys(&self, community_id: &str) -> Result<Vec<ApiKey>> {
        let sql = format!("{SELECT} WHERE k.community_id = $1 ORDER BY k.created_at, k.id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(community_id).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// The key with this id.
    pub async fn api_key(&self, id: &str) -> Result<Option<ApiKey>> {
        let sql = format!("{SELECT} WHERE k.id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(read).transpose()
    }

    /// The key whose secret has this digest, where it opens anything on `today`.
    pub async fn shown_api_key(&self, token_sha256: &str, today: Date) -> Result<Option<ApiKey>> {
        let sql = format!("{SELECT} WHERE k.token_sha256 = $1 AND (k.expires_on IS NULL OR k.expires_on >= $2)");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(token_sha256)
            .bind(today.to_string())
            .fetch_optional(&self.pool)
            .await?;
        let Some(key) = row.as_ref().map(read).transpose()? else { return Ok(None) };
        let at = now();
        if key.last_used_at.is_none_or(|used| at - used >= NOTED_EVERY) {
            sqlx::query("UPDATE api_keys SET used_at = $1 WHERE id = $2")
                .bind(at)
                .bind(&key.id)
                .execute(&self.pool)
                .await?;
        }
        Ok(Some(key))
    }

    /// Takes a key away; it opens nothing from now on.
    pub async fn remove_api_key(&self, key: &ApiKey, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM api_keys WHERE id = $1").bind(&key.id).execute(&mut *transaction).await?;
        let entry = AuditEntry {
            actor,
            action: "api_key.remove",
            subject: format!("api_key:{}", key.id),
            community_id: Some(&key.community.id),
            details: json!({"name": key.name}),
        };
        audit(&mut transaction, &entry).await?;
        Ok(transaction.commit().await?)
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<ApiKey> {
    let account: Option<String> = row.try_get("account_id")?;
    let name: Option<String> = row.try_get("account")?;
    let expires_on: Option<String> = row.try_get("expires_on")?;
    Ok(ApiKey {
        id: row.try_get("id")?,
        community: Named { id: row.try_get("community_id")?, name: row.try_get("community")? },
        path: row.try_get("path")?,
        name: row.try_get("name")?,
        permissions: serde_json::from_str(row.try_get("permissions")?)?,
        expires_on: expires_on.map(|day| day.parse()).transpose()?,
        by: account.zip(name).map(|(id, name)| Person { id, name }),
        created_at: row.try_get("created_at")?,
        last_used_at: row.try_get("used_at")?,
    })
}
