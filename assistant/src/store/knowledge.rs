//! Published documents: kept, and read again for every index.

use anyhow::{Context, Result};
use jiff::civil::Date;
use knowledge::{ImportedDocument, Metadata, Passage, PreparedAnswer, SourceRef};
use sqlx::Row;

use super::Store;
use super::drafts::Original;
use super::editions::{self, By};

/// Where an edition stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EditionStatus {
    /// Residents are answered from it while it is in force.
    Published,
    /// Taken back.
    Withdrawn,
}

impl EditionStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub(super) fn read(name: &str) -> Self {
        if name == "published" {
            Self::Published
        } else {
            Self::Withdrawn
        }
    }
}

/// An edition to be kept and published.
#[derive(Debug)]
pub struct NewEdition<'a> {
    /// Node whose residents it is for.
    pub community_id: &'a str,
    /// Name of the file it came from.
    pub source_name: &'a str,
    /// What was read from it.
    pub document: &'a ImportedDocument,
    /// The file itself, where it was kept.
    pub original: Option<&'a Original>,
}

/// What saving an edition came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is new and published.
    Published(String),
    /// The same file is there already.
    Unchanged(String),
}

/// An edition without its text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct EditionRecord {
    /// Id of the edition.
    pub id: String,
    /// Id of the document.
    pub document_id: String,
    /// Node whose residents it is for.
    pub community_id: String,
    /// Where it stands in its life.
    pub status: EditionStatus,
    /// What the document says about itself.
    pub metadata: Metadata,
    /// First day on which it no longer holds, by its own words or because the next edition took over.
    pub expires_on: Option<Date>,
}

/// An edition with everything that the index and a reader need.
#[derive(Clone, Debug)]
pub struct KeptEdition {
    /// Its record.
    pub record: EditionRecord,
    /// Its passages in order.
    pub passages: Vec<Passage>,
    /// Its verified answers with their ids.
    pub answers: Vec<(String, PreparedAnswer)>,
}

/// One line of the knowledge log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its place, from 1.
    pub sequence: u64,
    /// The edition that changed.
    pub edition_id: String,
}

impl Store {
    /// Keeps an edition and publishes it; earlier editions of the same document end where it begins.
    ///
    /// `today` ends an undated earlier edition.
    pub async fn publish(&self, edition: &NewEdition<'_>, today: Date) -> Result<Saved> {
        let metadata = &edition.document.metadata;
        let mut transaction = self.write().await?;
        let document_id = editions::document(&mut transaction, edition.community_id, &metadata.title).await?;

        let same: Option<(String, String)> = sqlx::query_as(
            "SELECT id, status FROM editions WHERE document_id = $1 AND source_sha256 = $2",
        )
        .bind(&document_id)
        .bind(&edition.document.source_sha256)
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some((id, status)) = same {
            if status == EditionStatus::Published.name() {
                return Ok(Saved::Unchanged(id));
            }
            editions::set_status(&mut transaction, &id, EditionStatus::Published).await?;
            editions::end_earlier_editions(&mut transaction, &document_id, today).await?;
            editions::log(&mut transaction, &id).await?;
            transaction.commit().await?;
            return Ok(Saved::Published(id));
        }

        let id = editions::insert(
            &mut transaction,
            &document_id,
            edition.document,
            edition.source_name,
            &By { original: edition.original.cloned(), ..By::default() },
        )
        .await?;
        editions::end_earlier_editions(&mut transaction, &document_id, today).await?;
        editions::log(&mut transaction, &id).await?;
        transaction.commit().await?;
        Ok(Saved::Published(id))
    }

    /// The changes after `sequence`, oldest first, at most `limit` of them.
    pub async fn knowledge_log(&self, sequence: u64, limit: u32) -> Result<Vec<LogEntry>> {
        let rows = sqlx::query(
            "SELECT sequence, edition_id FROM knowledge_log WHERE sequence > $1 \
             ORDER BY sequence LIMIT $2",
        )
        .bind(sequence as i64)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(LogEntry {
                    sequence: row.try_get::<i64, _>("sequence")? as u64,
                    edition_id: row.try_get("edition_id")?,
                })
            })
            .collect()
    }

    /// Sequence number of the last change; 0 where there is none.
    pub async fn knowledge_sequence(&self) -> Result<u64> {
        let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(sequence), 0) FROM knowledge_log")
            .fetch_one(&self.pool)
            .await?;
        Ok(last as u64)
    }

    /// An edition with its passages and answers.
    pub async fn edition(&self, id: &str) -> Result<Option<KeptEdition>> {
        let Some(row) = sqlx::query(
            "SELECT e.id, e.document_id, d.community_id, e.status, e.metadata, e.text, e.expires_on \
             FROM editions e JOIN documents d ON d.id = e.document_id WHERE e.id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?
        else {
            return Ok(None);
        };
        let text: String = row.try_get("text")?;
        let expires_on: Option<String> = row.try_get("expires_on")?;
        let record = EditionRecord {
            id: row.try_get("id")?,
            document_id: row.try_get("document_id")?,
            community_id: row.try_get("community_id")?,
            status: EditionStatus::read(row.try_get("status")?),
            metadata: serde_json::from_str(row.try_get("metadata")?)?,
            expires_on: expires_on.map(|day| day.parse()).transpose()?,
        };
        let passages = sqlx::query("SELECT * FROM passages WHERE edition_id = $1 ORDER BY ordinal")
            .bind(id)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| passage(row, &text))
            .collect::<Result<_>>()?;
        let answers = sqlx::query("SELECT * FROM verified_answers WHERE edition_id = $1 ORDER BY id")
            .bind(id)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                let answer = PreparedAnswer {
                    questions: serde_json::from_str(row.try_get("questions")?)?,
                    answer: row.try_get("answer")?,
                    passage: row.try_get::<i64, _>("passage_ordinal")? as u32,
                    spoken: row.try_get("spoken")?,
                    sources: serde_json::from_str(row.try_get("sources")?)?,
                };
                Ok((row.try_get("id")?, answer))
            })
            .collect::<Result<_>>()?;
        Ok(Some(KeptEdition {
            record,
            passages,
            answers,
        }))
    }

    /// Whether a published edition of this document was made from the file of this digest.
    pub async fn is_published_from(&self, document_id: &str, sha256: &str) -> Result<bool> {
        let rows = sqlx::query(
            "SELECT source_sha256, original FROM editions WHERE document_id = $1 AND status = 'published'",
        )
        .bind(document_id)
        .fetch_all(&self.pool)
        .await?;
        for row in rows {
            let original: Option<String> = row.try_get("original")?;
            let original = original.map(|json| serde_json::from_str::<Original>(&json)).transpose()?;
            let source: String = row.try_get("source_sha256")?;
            if source == sha256 || original.is_some_and(|original| original.sha256 == sha256) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The passages of this name in the published editions of a document.
    pub async fn passages_at(&self, document_id: &str, locator: &str) -> Result<Vec<SourceRef>> {
        let rows = sqlx::query(
            "SELECT p.edition_id, p.ordinal FROM passages p JOIN editions e ON e.id = p.edition_id \
             WHERE e.document_id = $1 AND e.status = 'published' AND p.locator = $2 ORDER BY p.edition_id, p.ordinal",
        )
        .bind(document_id)
        .bind(locator)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(SourceRef {
                    edition_id: row.try_get("edition_id")?,
                    ordinal: row.try_get::<i64, _>("ordinal")? as u32,
                })
            })
            .collect()
    }

    /// What every published edition says about itself.
    pub async fn published_metadata(&self) -> Result<Vec<Metadata>> {
        let written: Vec<String> =
            sqlx::query_scalar("SELECT metadata FROM editions WHERE status = 'published'")
                .fetch_all(&self.pool)
                .await?;
        written.iter().map(|json| Ok(serde_json::from_str(json)?)).collect()
    }

    /// How many editions are published.
    pub async fn published_editions(&self) -> Result<u64> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM editions WHERE status = 'published'")
                .fetch_one(&self.pool)
                .await?;
        Ok(count as u64)
    }
}

fn passage(row: &sqlx::any::AnyRow, text: &str) -> Result<Passage> {
    let span = row.try_get::<i64, _>("span_start")? as usize..row.try_get::<i64, _>("span_end")? as usize;
    Ok(Passage {
        ordinal: row.try_get::<i64, _>("ordinal")? as u32,
        headings: serde_json::from_str(row.try_get("headings")?)?,
        locator: row.try_get("locator")?,
        text: text
            .get(span.clone())
            .context("a passage reaches beyond the text of its edition")?
            .to_owned(),
        span,
        origin: serde_json::from_str(row.try_get("origin")?)?,
    })
}
