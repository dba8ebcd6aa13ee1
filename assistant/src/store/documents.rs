//! A document, its editions and what they were made from.

use anyhow::{Context, Result};
use jiff::civil::Date;
use knowledge::Metadata;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row};

use super::audit::{Actor, AuditEntry, Person, audit};
use super::drafts::{DocumentKind, Original};
use super::editions;
use super::places::below_any;
use super::{EditionStatus, Store};

/// Where a document stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InForce {
    /// Residents are answered from it.
    Now,
    /// Published, for later.
    Later,
    /// Its time is over.
    Expired,
    /// Taken back.
    Withdrawn,
    /// Nothing of it was ever published.
    Never,
}

impl InForce {
    pub(super) fn read(name: &str) -> Self {
        match name {
            "now" => Self::Now,
            "later" => Self::Later,
            "expired" => Self::Expired,
            "withdrawn" => Self::Withdrawn,
            _ => Self::Never,
        }
    }
}

/// A place, as lists name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// An edition in the list of a document.
#[derive(Clone, Debug, Serialize)]
pub struct EditionLine {
    /// Its id.
    pub id: String,
    /// Where it stands in its life.
    pub status: EditionStatus,
    /// Where it stands today.
    pub in_force: InForce,
    /// First day in force.
    pub effective_on: Option<String>,
    /// First day no longer in force.
    pub expires_on: Option<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Who wrote it.
    pub author: Option<Person>,
    /// Who passed it.
    pub reviewer: Option<Person>,
    /// Why.
    pub note: Option<String>,
    /// How many passages it has.
    pub passages: i64,
}

/// What an edition was made from.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// Name of the file.
    pub source_name: String,
    /// The file, where it was kept.
    pub original: Option<Original>,
    /// JSON of what was noticed when it was read.
    pub warnings: String,
    /// The whole text.
    pub text: String,
}

/// A document without its editions.
#[derive(Clone, Debug)]
pub struct DocumentRecord {
    /// Its id.
    pub id: String,
    /// Node whose residents it is for.
    pub community_id: String,
    /// What it is for.
    pub kind: DocumentKind,
    /// Its title.
    pub title: String,
}

/// Where an edition `e` stands on day `$1`.
pub(super) const STANDING: &str = "CASE WHEN e.id IS NULL THEN 'never' WHEN e.status <> 'published' THEN 'withdrawn' \
    WHEN e.expires_on IS NOT NULL AND e.expires_on <= $1 THEN 'expired' \
    WHEN COALESCE(e.effective_on, '') > $1 THEN 'later' ELSE 'now' END";

impl Store {
    /// The document with this id.
    pub async fn document(&self, id: &str) -> Result<Option<DocumentRecord>> {
        let row = sqlx::query("SELECT id, community_id, kind, title FROM documents WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| {
            Ok(DocumentRecord {
                id: row.try_get("id")?,
                community_id: row.try_get("community_id")?,
                kind: DocumentKind::read(row.try_get("kind")?),
                title: row.try_get("title")?,
            })
        })
        .transpose()
    }

    /// The document of this title at a node.
    pub async fn document_titled(&self, community_id: &str, title: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT id FROM documents WHERE community_id = $1 AND title = $2")
            .bind(community_id)
            .bind(title)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Its editions, the newest first.
    pub async fn editions(&self, document_id: &str, today: Date) -> Result<Vec<EditionLine>> {
        let statement = format!(
            "SELECT e.id, e.status, e.effective_on, e.expires_on, e.created_at, e.note, {STANDING} AS in_force, \
             e.author_id, a.name AS author, e.reviewer_id, b.name AS reviewer, \
             (SELECT COUNT(*) FROM passages s WHERE s.edition_id = e.id) AS passages FROM editions e \
             LEFT JOIN accounts a ON a.id = e.author_id LEFT JOIN accounts b ON b.id = e.reviewer_id \
             WHERE e.document_id = $2 ORDER BY COALESCE(e.effective_on, '') DESC, e.created_at DESC, e.id DESC"
        );
        let rows = sqlx::query(AssertSqlSafe(statement))
            .bind(today.to_string())
            .bind(document_id)
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(EditionLine {
                    id: row.try_get("id")?,
                    status: EditionStatus::read(row.try_get("status")?),
                    in_force: InForce::read(row.try_get("in_force")?),
                    effective_on: row.try_get("effective_on")?,
                    expires_on: row.try_get("expires_on")?,
                    created_at: row.try_get("created_at")?,
                    author: person(row, "author_id", "author")?,
                    reviewer: person(row, "reviewer_id", "reviewer")?,
                    note: row.try_get("note")?,
                    passages: row.try_get("passages")?,
                })
            })
            .collect()
    }

    /// What an edition was made from.
    pub async fn provenance(&self, edition_id: &str) -> Result<Option<Provenance>> {
        let row = sqlx::query("SELECT source_name, original, warnings, text FROM editions WHERE id = $1")
            .bind(edition_id)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| {
            let original: Option<String> = row.try_get("original")?;
            Ok(Provenance {
                source_name: row.try_get("source_name")?,
                original: original.map(|json| serde_json::from_str(&json)).transpose()?,
                warnings: row.try_get("warnings")?,
                text: row.try_get("text")?,
            })
        })
        .transpose()
    }

    /// Nodes whose documents or drafts were made from the file of this digest, with its media type.
    pub async fn original_at(&self, sha256: &str) -> Result<Option<(Original, Vec<String>)>> {
        // A digest is 64 letters of hexadecimal: nothing in it means anything to LIKE.
        let like = format!("%\"sha256\":\"{sha256}\"%");
        let rows = sqlx::query(
            "SELECT e.original, d.community_id FROM editions e JOIN documents d ON d.id = e.document_id \
             WHERE e.original LIKE $1 UNION ALL SELECT original, community_id FROM drafts WHERE original LIKE $2",
        )
        .bind(&like)
        .bind(&like)
        .fetch_all(&self.pool)
        .await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let original = serde_json::from_str(first.try_get("original")?)?;
        let nodes = rows.iter().map(|row| Ok(row.try_get("community_id")?)).collect::<Result<_>>()?;
        Ok(Some((original, nodes)))
    }

    /// Takes back every published edition of a document; those that ended by it hold on.
    pub async fn withdraw_document(&self, document_id: &str, reason: &str, actor: &Actor) -> Result<usize> {
        let mut transaction = self.write().await?;
        let taken: Vec<String> =
            sqlx::query_scalar("SELECT id FROM editions WHERE document_id = $1 AND status = 'published'")
                .bind(document_id)
                .fetch_all(&mut *transaction)
                .await?;
        for edition in &taken {
            editions::set_status(&mut transaction, edition, EditionStatus::Withdrawn).await?;
            editions::log(&mut transaction, edition).await?;
        }
        let community: String = sqlx::query_scalar("SELECT community_id FROM documents WHERE id = $1")
            .bind(document_id)
            .fetch_one(&mut *transaction)
            .await
            .context("there is no such document")?;
        let entry = AuditEntry {
            actor,
            action: "knowledge.withdraw",
            subject: format!("document:{document_id}"),
            community_id: Some(&community),
            details: json!({"editions": taken, "reason": reason}),
        };
        audit(&mut transaction, &entry).await?;
        transaction.commit().await?;
        Ok(taken.len())
    }

    /// The categories that documents at and below these nodes have.
    pub async fn document_categories(&self, scopes: &[String]) -> Result<Vec<String>> {
        let mut bound = Vec::new();
        let within = below_any("c.path", scopes, &mut bound, 0);
        let statement = format!(
            "SELECT e.metadata FROM editions e JOIN documents d ON d.id = e.document_id \
             JOIN communities c ON c.id = d.community_id WHERE e.status = 'published'{within}"
        );
        let mut query = sqlx::query_scalar::<_, String>(AssertSqlSafe(statement));
        for value in bound {
            query = query.bind(value);
        }
        let mut categories: Vec<String> = query
            .fetch_all(&self.pool)
            .await?
            .iter()
            .filter_map(|json| serde_json::from_str::<Metadata>(json).ok()?.category)
            .collect();
        categories.sort_unstable();
        categories.dedup();
        Ok(categories)
    }
}

pub(super) fn person(row: &sqlx::any::AnyRow, id: &str, name: &str) -> Result<Option<Person>> {
    let id: Option<String> = row.try_get(id)?;
    let name: Option<String> = row.try_get(name)?;
    Ok(id.zip(name).map(|(id, name)| Person { id, name }))
}
