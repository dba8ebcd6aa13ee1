//! Replies that workers write once and use often.

use anyhow::Result;
use serde::Serialize;
use sqlx::Row;

use super::{Store, new_id, now};

/// A reply written once and used often, at a node and below.
#[derive(Clone, Debug, Serialize)]
pub struct CannedReply {
    /// Its id.
    pub id: String,
    /// The node.
    pub community_id: String,
    /// What it is found by.
    pub title: String,
    /// The words.
    pub text: String,
}

impl Store {
    /// The replies of any of these nodes.
    pub async fn canned_replies(&self, nodes: &[String]) -> Result<Vec<CannedReply>> {
        let mut found = Vec::new();
        for node in nodes {
            let rows = sqlx::query("SELECT * FROM canned_replies WHERE community_id = $1 ORDER BY title, id")
                .bind(node)
                .fetch_all(&self.pool)
                .await?;
            for row in &rows {
                found.push(read(row)?);
            }
        }
        Ok(found)
    }

    /// The reply with this id.
    pub async fn canned_reply(&self, id: &str) -> Result<Option<CannedReply>> {
        let row = sqlx::query("SELECT * FROM canned_replies WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Adds a reply.
    pub async fn add_canned_reply(&self, community_id: &str, title: &str, text: &str) -> Result<CannedReply> {
        let reply = CannedReply {
            id: new_id(),
            community_id: community_id.to_owned(),
            title: title.to_owned(),
            text: text.to_owned(),
        };
        sqlx::query(
            "INSERT INTO canned_replies (id, community_id, title, text, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&reply.id)
        .bind(community_id)
        .bind(title)
        .bind(text)
        .bind(now())
        .execute(&self.pool)
        .await?;
        Ok(reply)
    }

    /// Changes a reply.
    pub async fn edit_canned_reply(&self, id: &str, title: &str, text: &str) -> Result<()> {
        sqlx::query("UPDATE canned_replies SET title = $1, text = $2 WHERE id = $3")
            .bind(title)
            .bind(text)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Takes a reply away.
    pub async fn delete_canned_reply(&self, id: &str) -> Result<()> {
        sqlx::query("DELETE FROM canned_replies WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(())
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<CannedReply> {
    Ok(CannedReply {
        id: row.try_get("id")?,
        community_id: row.try_get("community_id")?,
        title: row.try_get("title")?,
        text: row.try_get("text")?,
    })
}
