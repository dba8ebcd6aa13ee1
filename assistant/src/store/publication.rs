//! A draft becomes an edition.

use anyhow::Result;
use jiff::civil::Date;
use serde_json::json;

use super::Store;
use super::audit::Actor;
use super::drafts::{Draft, DraftChange, note};
use super::editions::{self, By};

/// What publishing a draft came to.
#[derive(Debug)]
pub enum Publication {
    /// It is an edition now.
    Published {
        /// The document.
        document_id: String,
        /// Its newest edition.
        edition_id: String,
    },
    /// Somebody changed it since the version that was named.
    Stale(Box<Draft>),
    /// Another document of this place has its title.
    TitleTaken,
    /// It is gone: published by somebody else or thrown away.
    Gone,
}

impl Store {
    /// Makes an edition of a draft; earlier editions of the document end where it begins.
    pub async fn publish_draft(
        &self,
        id: &str,
        version: i64,
        said: Option<&str>,
        today: Date,
        actor: &Actor,
    ) -> Result<Publication> {
        let mut transaction = self.write().await?;
        let draft = match self.held(&mut transaction, id, version).await? {
            Ok(draft) => draft,
            Err(DraftChange::Stale(now)) => return Ok(Publication::Stale(now)),
            Err(_) => return Ok(Publication::Gone),
        };
        let title = &draft.content.document.metadata.title;
        let taken: Option<String> =
            sqlx::query_scalar("SELECT id FROM documents WHERE community_id = $1 AND title = $2")
                .bind(&draft.community_id)
                .bind(title)
                .fetch_optional(&mut *transaction)
                .await?;
        let document_id = match (&draft.document_id, taken) {
            (Some(own), Some(other)) if *own != other => return Ok(Publication::TitleTaken),
            (Some(own), _) => {
                sqlx::query("UPDATE documents SET title = $1, community_id = $2 WHERE id = $3")
                    .bind(title)
                    .bind(&draft.community_id)
                    .bind(own)
                    .execute(&mut *transaction)
                    .await?;
                own.clone()
            }
            // A file of the same title is the next edition of what is there.
            (None, Some(there)) => there,
            (None, None) => {
                editions::insert_document(&mut transaction, &draft.community_id, title, draft.kind.name()).await?
            }
        };
        let by = By {
            author_id: draft.updated_by.clone().or_else(|| draft.author_id.clone()),
            reviewer_id: draft.reviewer_id.clone().or_else(|| actor.account_id.clone()),
            note: said.map(str::to_owned),
            original: draft.original.clone(),
        };
        let document = &draft.content.document;
        let edition_id =
            editions::keep_edition(&mut transaction, &document_id, document, &draft.source_name, &by, today).await?;
        sqlx::query("DELETE FROM drafts WHERE id = $1").bind(id).execute(&mut *transaction).await?;
        if let Some(gap) = &draft.gap_id {
            sqlx::query("UPDATE gaps SET state = 'answered', document_id = $1 WHERE id = $2")
                .bind(&document_id)
                .bind(gap)
                .execute(&mut *transaction)
                .await?;
        }
        let published = Draft { document_id: Some(document_id.clone()), ..draft };
        let details = json!({"title": published.content.document.metadata.title, "edition": edition_id, "note": said});
        note(&mut transaction, actor, "knowledge.publish", &published, details).await?;
        transaction.commit().await?;
        Ok(Publication::Published { document_id, edition_id })
    }
}
