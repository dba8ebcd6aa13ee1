//! Words and terms that a community added to what the product knows of its residents' speech.

use anyhow::{Result, ensure};
use serde::Serialize;
use serde_json::json;
use sqlx::Row;

use super::audit::Actor;
use super::places::note;
use super::{Store, new_id, now};

/// A word of a community.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct LocalWord {
    /// The community node that added it; it holds there and below.
    pub community_id: String,
    /// As residents say it.
    pub form: String,
    /// What it means in standard Mandarin; empty for a term that is standard itself.
    pub gloss: String,
}

impl Store {
    /// Adds a word; adding it again changes nothing.
    pub async fn add_local_word(&self, word: &LocalWord, actor: &Actor) -> Result<()> {
        ensure!(!word.form.trim().is_empty(), "the word is empty");
        self.community(&word.community_id).await?;
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "INSERT INTO local_words (id, community_id, form, gloss, created_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (community_id, form, gloss) DO NOTHING",
        )
        .bind(new_id())
        .bind(&word.community_id)
        .bind(word.form.trim())
        .bind(word.gloss.trim())
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() > 0 {
            let details = json!({"form": word.form, "gloss": word.gloss});
            note(&mut transaction, actor, "word.add", &word.community_id, details).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Takes back every meaning of a form; the number of those that there were.
    pub async fn remove_local_word(&self, community_id: &str, form: &str, actor: &Actor) -> Result<u64> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM local_words WHERE community_id = $1 AND form = $2")
            .bind(community_id)
            .bind(form.trim())
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() > 0 {
            let details = json!({"form": form});
            note(&mut transaction, actor, "word.remove", community_id, details).await?;
        }
        transaction.commit().await?;
        Ok(done.rows_affected())
    }

    /// The words of all communities, in the order in which they were added.
    pub async fn local_words(&self) -> Result<Vec<LocalWord>> {
        sqlx::query("SELECT community_id, form, gloss FROM local_words ORDER BY created_at, id")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                Ok(LocalWord {
                    community_id: row.try_get("community_id")?,
                    form: row.try_get("form")?,
                    gloss: row.try_get("gloss")?,
                })
            })
            .collect()
    }
}
