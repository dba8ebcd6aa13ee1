//! Where alerts of a node and all below it go.

use anyhow::Result;
use serde_json::json;
use sqlx::Row;

use super::audit::{Actor, AuditEntry, audit};
use super::{Store, new_id, now};
use crate::alerts::Target;

/// A receiver of alerts.
#[derive(Clone, Debug)]
pub struct AlertTarget {
    /// Its id.
    pub id: String,
    /// The node.
    pub community_id: String,
    /// What staff call it.
    pub name: String,
    /// Where it is.
    pub target: Target,
    /// Names of the events it wants; empty: all.
    pub events: Vec<String>,
    /// When something arrived there last, in milliseconds since 1970.
    pub last_delivered_at: Option<i64>,
    /// Why the last attempt failed, where it did.
    pub last_error: Option<String>,
}

impl Store {
    /// Adds a receiver.
    pub async fn add_alert_target(
        &self,
        community_id: &str,
        name: &str,
        target: &Target,
        events: &[String],
        actor: &Actor,
    ) -> Result<AlertTarget> {
        let kept = AlertTarget {
            id: new_id(),
            community_id: community_id.to_owned(),
            name: name.to_owned(),
            target: target.clone(),
            events: events.to_vec(),
            last_delivered_at: None,
            last_error: None,
        };
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO alert_targets (id, community_id, name, target, events, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&kept.id)
        .bind(community_id)
        .bind(name)
        .bind(serde_json::to_string(target)?)
        .bind(serde_json::to_string(events)?)
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        let entry = AuditEntry {
            actor,
            action: "alert_target.add",
            subject: format!("alert_target:{}", kept.id),
            community_id: Some(community_id),
            details: json!({"name": name, "target": target.to_string(), "events": events}),
        };
        audit(&mut transaction, &entry).await?;
        transaction.commit().await?;
        Ok(kept)
    }

    /// Takes a receiver away; `false` where there is none.
    pub async fn delete_alert_target(&self, id: &str, actor: &Actor) -> Result<bool> {
        let Some(kept) = self.alert_target(id).await? else { return Ok(false) };
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM alert_targets WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        let entry = AuditEntry {
            actor,
            action: "alert_target.delete",
            subject: format!("alert_target:{id}"),
            community_id: Some(&kept.community_id),
            details: json!({"name": kept.name}),
        };
        audit(&mut transaction, &entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The receiver with this id.
    pub async fn alert_target(&self, id: &str) -> Result<Option<AlertTarget>> {
        let row = sqlx::query("SELECT * FROM alert_targets WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The receivers of one node.
    pub async fn alert_targets(&self, community_id: &str) -> Result<Vec<AlertTarget>> {
        sqlx::query("SELECT * FROM alert_targets WHERE community_id = $1 ORDER BY id")
            .bind(community_id)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// The receivers at any of these nodes that want to hear of an event.
    pub async fn alert_targets_of(&self, nodes: &[String], event: &str) -> Result<Vec<AlertTarget>> {
        let mut found = Vec::new();
        for node in nodes {
            let targets = self.alert_targets(node).await?;
            found.extend(
                targets
                    .into_iter()
                    .filter(|target| target.events.is_empty() || target.events.iter().any(|one| one == event)),
            );
        }
        Ok(found)
    }

    /// Notes whether something arrived at a receiver.
    pub async fn note_delivery(&self, id: &str, error: Option<&str>, at: i64) -> Result<()> {
        sqlx::query(
            "UPDATE alert_targets SET last_error = $1, \
             last_delivered_at = CASE WHEN $1 IS NULL THEN CAST($2 AS BIGINT) ELSE last_delivered_at END \
             WHERE id = $3",
        )
        .bind(error)
        .bind(at)
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// E-mail address of an account that may be written to.
    pub async fn email_of(&self, account_id: &str) -> Result<Option<String>> {
        let row = sqlx::query("SELECT email FROM accounts WHERE id = $1 AND disabled_at IS NULL")
            .bind(account_id)
            .fetch_optional(&self.pool)
            .await?;
        let email: Option<String> = row.map(|row| row.try_get("email")).transpose()?.flatten();
        Ok(email.filter(|email| email.contains('@')))
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<AlertTarget> {
    Ok(AlertTarget {
        id: row.try_get("id")?,
        community_id: row.try_get("community_id")?,
        name: row.try_get("name")?,
        target: serde_json::from_str(row.try_get("target")?)?,
        events: serde_json::from_str(row.try_get("events")?)?,
        last_delivered_at: row.try_get("last_delivered_at")?,
        last_error: row.try_get("last_error")?,
    })
}
