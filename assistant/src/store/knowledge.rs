//! Documents and their editions, and the log that every index follows.

use anyhow::{Context, Result};
use jiff::civil::Date;
use knowledge::{ImportedDocument, Metadata, Passage, PreparedAnswer};
use sqlx::{Any, Row, Transaction};

use super::{Store, new_id, now};

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
    fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn read(name: &str) -> Self {
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
        let document_id = document(&mut transaction, edition.community_id, &metadata.title).await?;

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
            set_status(&mut transaction, &id, EditionStatus::Published).await?;
            end_earlier_editions(&mut transaction, &document_id, today).await?;
            log(&mut transaction, &id).await?;
            transaction.commit().await?;
            return Ok(Saved::Published(id));
        }

        let id = insert(&mut transaction, &document_id, edition).await?;
        end_earlier_editions(&mut transaction, &document_id, today).await?;
        log(&mut transaction, &id).await?;
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
                    ..PreparedAnswer::default()
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

async fn document(
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
    let id = new_id();
    sqlx::query(
        "INSERT INTO documents (id, community_id, title, created_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(&id)
    .bind(community_id)
    .bind(title)
    .bind(now())
    .execute(&mut **transaction)
    .await?;
    Ok(id)
}

async fn insert(
    transaction: &mut Transaction<'_, Any>,
    document_id: &str,
    edition: &NewEdition<'_>,
) -> Result<String> {
    let document = edition.document;
    let metadata = &document.metadata;
    let id = new_id();
    // A text that names only the day of its version is taken to hold from that day.
    let effective_on = metadata.effective_on.or(metadata.version_date);
    sqlx::query(
        "INSERT INTO editions (id, document_id, status, metadata, text, warnings, source_name, \
         source_sha256, effective_on, expires_on, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&id)
    .bind(document_id)
    .bind(EditionStatus::Published.name())
    .bind(serde_json::to_string(metadata)?)
    .bind(&document.text)
    .bind(serde_json::to_string(&document.warnings)?)
    .bind(edition.source_name)
    .bind(&document.source_sha256)
    .bind(effective_on.map(|day| day.to_string()))
    .bind(metadata.expires_on.map(|day| day.to_string()))
    .bind(now())
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
            "INSERT INTO verified_answers (id, edition_id, questions, answer, passage_ordinal) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(new_id())
        .bind(&id)
        .bind(serde_json::to_string(&answer.questions)?)
        .bind(&answer.answer)
        .bind(i64::from(answer.passage))
        .execute(&mut **transaction)
        .await?;
    }
    Ok(id)
}

/// Lets every published edition of a document end where the next one begins, and logs what changed.
async fn end_earlier_editions(
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

async fn set_status(
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

async fn log(transaction: &mut Transaction<'_, Any>, edition_id: &str) -> Result<()> {
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
