//! Writing editions, and the log that every index follows.

use anyhow::{Context, Result};
use jiff::civil::Date;
use knowledge::{ImportedDocument, Metadata};
use sqlx::{Any, Row, Transaction};

use super::drafts::Original;
use super::knowledge::EditionStatus;
use super::{new_id, now};

/// Who made an edition, and from what.
#[derive(Clone, Debug, Default)]
pub(super) struct By {
    pub(super) author_id: Option<String>,
    pub(super) reviewer_id: Option<String>,
    pub(super) note: Option<String>,
    pub(super) original: Option<Original>,
}

/// Id of the document of this title, made where it is missing.
pub(super) async fn document(
    transaction: &mut Transaction<'_, Any>,
    community_id: &str,
    title: &str,
) -> Result<String> {
    let found: Option<String> =
        sqlx::query_scalar("SELECT id FROM documents WHERE community_id = $1 AND title = $2")
            .bind(community_id)
            .bind(title)
            .fetch_optional(&mut **transaction)
            .await?;
    if let Some(id) = found {
        return Ok(id);
    }
    insert_document(transaction, community_id, title, "document").await
}

pub(super) async fn insert_document(
    transaction: &mut Transaction<'_, Any>,
    community_id: &str,
    title: &str,
    kind: &str,
) -> Result<String> {
    let id = new_id();
    sqlx::query("INSERT INTO documents (id, community_id, title, kind, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&id)
        .bind(community_id)
        .bind(title)
        .bind(kind)
        .bind(now())
        .execute(&mut **transaction)
        .await?;
    Ok(id)
}

/// Keeps and publishes an edition of a document; the same text published before is published again.
pub(super) async fn keep_edition(
    transaction: &mut Transaction<'_, Any>,
    document_id: &str,
    document: &ImportedDocument,
    source_name: &str,
    by: &By,
    today: Date,
) -> Result<String> {
    let same: Option<String> =
        sqlx::query_scalar("SELECT id FROM editions WHERE document_id = $1 AND source_sha256 = $2")
            .bind(document_id)
            .bind(&document.source_sha256)
            .fetch_optional(&mut **transaction)
            .await?;
    let id = match same {
        Some(id) => {
            set_status(transaction, &id, EditionStatus::Published).await?;
            id
        }
        None => insert(transaction, document_id, document, source_name, by).await?,
    };
    end_earlier_editions(transaction, document_id, today).await?;
    log(transaction, &id).await?;
    Ok(id)
}

/// Keeps an edition with its passages and answers.
pub(super) async fn insert(
    transaction: &mut Transaction<'_, Any>,
    document_id: &str,
    document: &ImportedDocument,
    source_name: &str,
    by: &By,
) -> Result<String> {
    let metadata = &document.metadata;
    let id = new_id();
    // A text that names only the day of its version is taken to hold from that day.
    let effective_on = metadata.effective_on.or(metadata.version_date);
    sqlx::query(
        "INSERT INTO editions (id, document_id, status, metadata, text, warnings, source_name, \
         source_sha256, effective_on, expires_on, created_at, author_id, reviewer_id, note, original) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(&id)
    .bind(document_id)
    .bind(EditionStatus::Published.name())
    .bind(serde_json::to_string(metadata)?)
    .bind(&document.text)
    .bind(serde_json::to_string(&document.warnings)?)
    .bind(source_name)
    .bind(&document.source_sha256)
    .bind(effective_on.map(|day| day.to_string()))
    .bind(metadata.expires_on.map(|day| day.to_string()))
    .bind(now())
    .bind(by.author_id.as_deref())
    .bind(by.reviewer_id.as_deref())
    .bind(by.note.as_deref())
    .bind(by.original.as_ref().map(serde_json::to_string).transpose()?)
    .execute(&mut **transaction)
    .await
    .context("the edition could not be kept")?;
    for passage in &document.passages {
        sqlx::query(
            "INSERT INTO passages (edition_id, ordinal, headings, locator, span_start, span_end, \
             origin) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&id)
        .bind(i64::from(passage.ordinal))
        .bind(serde_json::to_string(&passage.headings)?)
        .bind(&passage.locator)
        .bind(passage.span.start as i64)
        .bind(passage.span.end as i64)
        .bind(serde_json::to_string(&passage.origin)?)
        .execute(&mut **transaction)
        .await?;
    }
    for answer in &document.answers {
        sqlx::query(
            "INSERT INTO verified_answers (id, edition_id, questions, answer, passage_ordinal, spoken, sources) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(new_id())
        .bind(&id)
        .bind(serde_json::to_string(&answer.questions)?)
        .bind(&answer.answer)
        .bind(i64::from(answer.passage))
        .bind(answer.spoken.as_deref())
        .bind(serde_json::to_string(&answer.sources)?)
        .execute(&mut **transaction)
        .await?;
    }
    Ok(id)
}

/// Lets every published edition of a document end where the next one begins, and logs what changed.
pub(super) async fn end_earlier_editions(
    transaction: &mut Transaction<'_, Any>,
    document_id: &str,
    today: Date,
) -> Result<()> {
    let rows = sqlx::query(
        "SELECT id, metadata, effective_on, expires_on FROM editions \
         WHERE document_id = $1 AND status = 'published' \
         ORDER BY COALESCE(effective_on, ''), created_at, id",
    )
    .bind(document_id)
    .fetch_all(&mut **transaction)
    .await?;
    for (place, row) in rows.iter().enumerate() {
        let id: String = row.try_get("id")?;
        let metadata: Metadata = serde_json::from_str(row.try_get("metadata")?)?;
        let own = metadata.expires_on.map(|day| day.to_string());
        let next: Option<String> = match rows.get(place + 1) {
            Some(later) => {
                let begins: Option<String> = later.try_get("effective_on")?;
                Some(begins.unwrap_or_else(|| today.to_string()))
            }
            None => None,
        };
        // Days are written so that their order as text is their order in time.
        let ends = match (own, next) {
            (Some(own), Some(next)) => Some(own.min(next)),
            (own, next) => own.or(next),
        };
        let current: Option<String> = row.try_get("expires_on")?;
        if ends != current {
            sqlx::query("UPDATE editions SET expires_on = $1 WHERE id = $2")
                .bind(ends)
                .bind(&id)
                .execute(&mut **transaction)
                .await?;
            log(transaction, &id).await?;
        }
    }
    Ok(())
}

pub(super) async fn set_status(
    transaction: &mut Transaction<'_, Any>,
    edition_id: &str,
    status: EditionStatus,
) -> Result<()> {
    sqlx::query("UPDATE editions SET status = $1 WHERE id = $2")
        .bind(status.name())
        .bind(edition_id)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Tells every index that an edition changed.
pub(super) async fn log(transaction: &mut Transaction<'_, Any>, edition_id: &str) -> Result<()> {
    // The counter lets one writer at a time in; an older database has none and counts on from its log.
    let sequence: i64 = sqlx::query_scalar(
        "INSERT INTO counters (name, value) \
         SELECT 'knowledge_log', COALESCE(MAX(sequence), 0) + 1 FROM knowledge_log WHERE true \
         ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value",
    )
    .fetch_one(&mut **transaction)
    .await?;
    sqlx::query("INSERT INTO knowledge_log (sequence, edition_id, at) VALUES ($1, $2, $3)")
        .bind(sequence)
        .bind(edition_id)
        .bind(now())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
