//! What is being written, before it is an edition: an edition never changes.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use jiff::civil::Date;
use knowledge::ImportedDocument;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{Any, AnyPool, Row, Transaction};

use super::audit::{Actor, AuditEntry, audit};
use super::{Store, new_id, now};

/// What a document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A paper that answers are taken from.
    Document,
    /// A question with an approved answer; its one passage is the answer.
    Answer,
}

impl DocumentKind {
    /// Its name in the store and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Answer => "answer",
        }
    }

    pub(super) fn read(name: &str) -> Self {
        if name == "answer" { Self::Answer } else { Self::Document }
    }
}

/// How far a draft has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    /// Being written.
    Draft,
    /// Waiting for somebody to look it through.
    InReview,
    /// Passed, and waiting for its day.
    Scheduled,
}

impl DraftState {
    /// Its name in the store and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Scheduled => "scheduled",
        }
    }

    fn read(name: &str) -> Self {
        match name {
            "in_review" => Self::InReview,
            "scheduled" => Self::Scheduled,
            _ => Self::Draft,
        }
    }
}

/// The file that a document was made from, as it was uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// SHA-256 of its bytes, which is its name in the folder of originals.
    pub sha256: String,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// In bytes.
    pub bytes: u64,
}

/// The words of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftContent {
    /// The document as it would be published.
    pub document: ImportedDocument,
    /// Ordinals of passages that a person changed after they were read from the file.
    pub edited: BTreeSet<u32>,
}

/// Something that is being written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// The document whose next edition it will be; `None` until something of it was published.
    pub document_id: Option<String>,
    /// Node whose residents it is for.
    pub community_id: String,
    /// What it is for.
    pub kind: DocumentKind,
    /// How far it has come.
    pub state: DraftState,
    /// Counts the changes.
    pub version: i64,
    /// The words.
    pub content: DraftContent,
    /// Name of the file it came from.
    pub source_name: String,
    /// That file.
    pub original: Option<Original>,
    /// The edition that it was begun from.
    pub based_on: Option<String>,
    /// Day on which it will be published.
    pub publish_on: Option<Date>,
    /// What whoever sent it back said.
    pub review_note: Option<String>,
    /// Account that began it.
    pub author_id: Option<String>,
    /// Account that wrote last.
    pub updated_by: Option<String>,
    /// Account that passed it.
    pub reviewer_id: Option<String>,
    /// The gap that it is to fill.
    pub gap_id: Option<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub updated_at: i64,
}

/// A draft to be begun.
#[derive(Clone, Debug)]
pub struct NewDraft {
    /// The document whose next edition it will be.
    pub document_id: Option<String>,
    /// Node whose residents it is for.
    pub community_id: String,
    /// What it is for.
    pub kind: DocumentKind,
    /// The words.
    pub content: DraftContent,
    /// Name of the file it came from.
    pub source_name: String,
    /// That file.
    pub original: Option<Original>,
    /// The edition that it is begun from.
    pub based_on: Option<String>,
    /// The gap that it is to fill.
    pub gap_id: Option<String>,
}

/// What a change of a draft came to.
#[derive(Debug)]
pub enum DraftChange {
    /// It was changed.
    Changed(Box<Draft>),
    /// Somebody changed it since the version that was named; this is how it stands.
    Stale(Box<Draft>),
    /// It is gone: published or thrown away.
    Gone,
}

impl Store {
    /// Keeps a new draft; the one that the document has already, where it has one.
    pub async fn begin_draft(&self, new: &NewDraft, actor: &Actor) -> Result<Draft> {
        let mut transaction = self.write().await?;
        if let Some(document) = &new.document_id
            && let Some(there) = draft_where(&mut transaction, "document_id", document).await?
        {
            return Ok(there);
        }
        let id = new_id();
        let at = now();
        sqlx::query(
            "INSERT INTO drafts (id, document_id, community_id, kind, state, version, title, content, source_name, \
             original, based_on, author_id, updated_by, gap_id, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, 'draft', 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(&id)
        .bind(new.document_id.as_deref())
        .bind(&new.community_id)
        .bind(new.kind.name())
        .bind(&new.content.document.metadata.title)
        .bind(serde_json::to_string(&new.content)?)
        .bind(&new.source_name)
        .bind(new.original.as_ref().map(serde_json::to_string).transpose()?)
        .bind(new.based_on.as_deref())
        .bind(actor.account_id.as_deref())
        .bind(actor.account_id.as_deref())
        .bind(new.gap_id.as_deref())
        .bind(at)
        .bind(at)
        .execute(&mut *transaction)
        .await
        .context("the draft could not be kept")?;
        let draft = draft_where(&mut transaction, "id", &id).await?.context("the draft vanished")?;
        let details = json!({"title": draft.content.document.metadata.title, "source": draft.source_name});
        note(&mut transaction, actor, "knowledge.draft", &draft, details).await?;
        transaction.commit().await?;
        Ok(draft)
    }

    /// The draft with this id.
    pub async fn draft(&self, id: &str) -> Result<Option<Draft>> {
        find(&self.pool, "SELECT * FROM drafts WHERE id = $1", id).await
    }

    /// The draft of a document.
    pub async fn draft_of(&self, document_id: &str) -> Result<Option<Draft>> {
        find(&self.pool, "SELECT * FROM drafts WHERE document_id = $1", document_id).await
    }

    /// Ids of the drafts whose day has come.
    pub async fn drafts_due(&self, today: Date) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar("SELECT id FROM drafts WHERE state = 'scheduled' AND publish_on <= $1 ORDER BY publish_on, id")
            .bind(today.to_string())
            .fetch_all(&self.pool)
            .await?)
    }

    /// Keeps new words; a draft that was in review or scheduled is a draft again.
    pub async fn write_draft(
        &self,
        id: &str,
        version: i64,
        community_id: &str,
        content: &DraftContent,
        actor: &Actor,
    ) -> Result<DraftChange> {
        let mut transaction = self.write().await?;
        let before = match self.held(&mut transaction, id, version).await? {
            Ok(before) => before,
            Err(change) => return Ok(change),
        };
        sqlx::query(
            "UPDATE drafts SET content = $1, title = $2, community_id = $3, version = version + 1, state = 'draft', \
             publish_on = NULL, reviewer_id = NULL, updated_by = $4, updated_at = $5 WHERE id = $6",
        )
        .bind(serde_json::to_string(content)?)
        .bind(&content.document.metadata.title)
        .bind(community_id)
        .bind(actor.account_id.as_deref())
        .bind(now())
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        // Every few seconds while somebody types: the trail keeps the first word after another's.
        if before.updated_by != actor.account_id || before.state != DraftState::Draft {
            note(&mut transaction, actor, "knowledge.save", &before, json!({"version": version + 1})).await?;
        }
        self.kept(transaction, id).await
    }

    /// Moves a draft on or back, with a word about why.
    pub async fn move_draft(
        &self,
        id: &str,
        version: i64,
        state: DraftState,
        publish_on: Option<Date>,
        said: Option<&str>,
        actor: &Actor,
    ) -> Result<DraftChange> {
        let mut transaction = self.write().await?;
        let before = match self.held(&mut transaction, id, version).await? {
            Ok(before) => before,
            Err(change) => return Ok(change),
        };
        let reviewer = (state == DraftState::Scheduled).then_some(actor.account_id.as_deref()).flatten();
        sqlx::query(
            "UPDATE drafts SET state = $1, publish_on = $2, review_note = $3, reviewer_id = $4, \
             version = version + 1, updated_at = $5 WHERE id = $6",
        )
        .bind(state.name())
        .bind(publish_on.map(|day| day.to_string()))
        .bind(said)
        .bind(reviewer)
        .bind(now())
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        let details = json!({"from": before.state, "to": state, "publish_on": publish_on, "note": said});
        let action = match (state, said) {
            (DraftState::InReview, _) => "knowledge.submit",
            (DraftState::Scheduled, _) => "knowledge.schedule",
            (DraftState::Draft, Some(_)) => "knowledge.send_back",
            (DraftState::Draft, None) => "knowledge.take_back",
        };
        note(&mut transaction, actor, action, &before, details).await?;
        self.kept(transaction, id).await
    }

    /// Throws a draft away; what was published of the document stays.
    pub async fn discard_draft(&self, id: &str, version: i64, actor: &Actor) -> Result<DraftChange> {
        let mut transaction = self.write().await?;
        let before = match self.held(&mut transaction, id, version).await? {
            Ok(before) => before,
            Err(change) => return Ok(change),
        };
        sqlx::query("DELETE FROM drafts WHERE id = $1").bind(id).execute(&mut *transaction).await?;
        let details = json!({"title": before.content.document.metadata.title});
        note(&mut transaction, actor, "knowledge.delete_draft", &before, details).await?;
        transaction.commit().await?;
        Ok(DraftChange::Gone)
    }

    /// The draft, locked, where it stands at this version.
    pub(super) async fn held(
        &self,
        transaction: &mut Transaction<'_, Any>,
        id: &str,
        version: i64,
    ) -> Result<Result<Draft, DraftChange>> {
        self.hold(transaction, "SELECT id FROM drafts WHERE id = $1 FOR UPDATE", id).await?;
        Ok(match draft_where(transaction, "id", id).await? {
            None => Err(DraftChange::Gone),
            Some(draft) if draft.version != version => Err(DraftChange::Stale(Box::new(draft))),
            Some(draft) => Ok(draft),
        })
    }

    async fn kept(&self, mut transaction: Transaction<'_, Any>, id: &str) -> Result<DraftChange> {
        let draft = draft_where(&mut transaction, "id", id).await?.context("the draft vanished")?;
        transaction.commit().await?;
        Ok(DraftChange::Changed(Box::new(draft)))
    }
}

async fn find(pool: &AnyPool, sql: &'static str, id: &str) -> Result<Option<Draft>> {
    let row = sqlx::query(sql).bind(id).fetch_optional(pool).await?;
    row.as_ref().map(read).transpose()
}

async fn draft_where(transaction: &mut Transaction<'_, Any>, column: &str, id: &str) -> Result<Option<Draft>> {
    let sql = match column {
        "document_id" => "SELECT * FROM drafts WHERE document_id = $1",
        _ => "SELECT * FROM drafts WHERE id = $1",
    };
    let row = sqlx::query(sql).bind(id).fetch_optional(&mut **transaction).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn note(
    transaction: &mut Transaction<'_, Any>,
    actor: &Actor,
    action: &str,
    draft: &Draft,
    details: Value,
) -> Result<()> {
    let entry = AuditEntry {
        actor,
        action,
        subject: format!("document:{}", draft.document_id.as_ref().unwrap_or(&draft.id)),
        community_id: Some(&draft.community_id),
        details,
    };
    audit(transaction, &entry).await
}

fn read(row: &sqlx::any::AnyRow) -> Result<Draft> {
    let original: Option<String> = row.try_get("original")?;
    let publish_on: Option<String> = row.try_get("publish_on")?;
    Ok(Draft {
        id: row.try_get("id")?,
        document_id: row.try_get("document_id")?,
        community_id: row.try_get("community_id")?,
        kind: DocumentKind::read(row.try_get("kind")?),
        state: DraftState::read(row.try_get("state")?),
        version: row.try_get("version")?,
        content: serde_json::from_str(row.try_get("content")?).context("a draft does not open")?,
        source_name: row.try_get("source_name")?,
        original: original.map(|json| serde_json::from_str(&json)).transpose()?,
        based_on: row.try_get("based_on")?,
        publish_on: publish_on.map(|day| day.parse()).transpose()?,
        review_note: row.try_get("review_note")?,
        author_id: row.try_get("author_id")?,
        updated_by: row.try_get("updated_by")?,
        reviewer_id: row.try_get("reviewer_id")?,
        gap_id: row.try_get("gap_id")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
