//! Documents as an administrator lists them: what holds today, what is being written, what ends soon.

use anyhow::{Context, Result};
use jiff::civil::Date;
use knowledge::Metadata;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row};

use super::audit::{Actor, AuditEntry, Person, audit};
use super::drafts::{DocumentKind, Original};
use super::knowledge as editions;
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
    fn read(name: &str) -> Self {
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

/// Which documents are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// All of them.
    #[default]
    All,
    /// Those that residents are answered from today.
    InForce,
    /// Those being written.
    Draft,
    /// Those waiting to be looked through.
    InReview,
    /// Those waiting for their day.
    Scheduled,
    /// Those in force that end soon.
    Expiring,
    /// Those whose time is over.
    Expired,
    /// Those taken back.
    Withdrawn,
}

/// What is asked of the list.
#[derive(Clone, Debug)]
pub struct DocumentFilter {
    /// Paths of the nodes at and below which.
    pub scopes: Vec<String>,
    /// Which of them.
    pub shown: Shown,
    /// Words in title, number or issuing body; empty: any.
    pub text: String,
    /// Only of this kind.
    pub kind: Option<DocumentKind>,
    /// Only of this category; empty: any.
    pub category: String,
    /// The day that counts as today.
    pub today: Date,
    /// Last day that counts as soon.
    pub soon: Date,
    /// How many to pass over.
    pub offset: u32,
    /// At most so many.
    pub limit: u32,
}

/// The draft of a document, in a list.
#[derive(Clone, Debug, Serialize)]
pub struct DraftLine {
    /// Its id.
    pub id: String,
    /// How far it has come.
    pub state: String,
    /// Milliseconds since 1970.
    pub updated_at: i64,
    /// Who wrote last.
    pub updated_by: Option<Person>,
    /// Day on which it will be published.
    pub publish_on: Option<String>,
}

/// A document in a list.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentLine {
    /// Its id; of one that was never published, that of its draft.
    pub id: String,
    /// What it is for.
    pub kind: DocumentKind,
    /// Its title.
    pub title: String,
    /// Node whose residents it is for.
    pub community: Named,
    /// Issuing body.
    pub issuer: Option<String>,
    /// Document number.
    pub number: Option<String>,
    /// Matter it belongs to.
    pub category: Option<String>,
    /// Where it stands today.
    pub in_force: InForce,
    /// First day in force.
    pub effective_on: Option<String>,
    /// First day no longer in force.
    pub expires_on: Option<String>,
    /// Days until then, where it is in force today.
    pub days_left: Option<i64>,
    /// Passages of the edition that holds, or held last.
    pub passages: i64,
    /// Prepared questions of that edition.
    pub questions: i64,
    /// What was noticed when its file was read.
    pub warnings: usize,
    /// Open conflicts with other documents.
    pub conflicts: i64,
    /// Milliseconds since 1970.
    pub updated_at: i64,
    /// Who wrote last.
    pub updated_by: Option<Person>,
    /// What is being written.
    pub draft: Option<DraftLine>,
}

/// How many documents there are of each sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DocumentCounts {
    /// All.
    pub all: i64,
    /// In force today.
    pub in_force: i64,
    /// Being written.
    pub draft: i64,
    /// Waiting to be looked through.
    pub in_review: i64,
    /// Waiting for their day.
    pub scheduled: i64,
    /// In force and ending soon.
    pub expiring: i64,
    /// Over.
    pub expired: i64,
    /// Taken back.
    pub withdrawn: i64,
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
const STANDING: &str = "CASE WHEN e.id IS NULL THEN 'never' WHEN e.status <> 'published' THEN 'withdrawn' \
    WHEN e.expires_on IS NOT NULL AND e.expires_on <= $1 THEN 'expired' \
    WHEN COALESCE(e.effective_on, '') > $1 THEN 'later' ELSE 'now' END";

/// The edition that holds on day `$1`, else the one that comes next or was last.
const CURRENT: &str = "(SELECT x.id FROM editions x WHERE x.document_id = d.id ORDER BY \
    CASE WHEN x.status <> 'published' THEN 2 WHEN COALESCE(x.effective_on, '') <= $1 \
    AND (x.expires_on IS NULL OR x.expires_on > $1) THEN 0 ELSE 1 END, \
    COALESCE(x.effective_on, '') DESC, x.created_at DESC, x.id DESC LIMIT 1)";

/// Every document below the places, and every draft of one that was never published; `$1` is
/// today and `$2` the last day that counts as soon.
fn lines(within: &str) -> String {
    format!(
        "WITH lines AS (SELECT d.id, d.kind, d.title, d.community_id, c.name AS community, e.id AS edition, \
         e.metadata, e.warnings, e.effective_on, e.expires_on, {STANDING} AS in_force, \
         CASE WHEN e.status = 'published' AND e.expires_on > $1 AND e.expires_on <= $2 \
         AND COALESCE(e.effective_on, '') <= $1 THEN 1 ELSE 0 END AS expiring, \
         f.id AS draft, f.state, f.publish_on, f.updated_at AS draft_at, f.updated_by AS draft_by, \
         e.author_id, COALESCE(f.updated_at, e.created_at, d.created_at) AS at \
         FROM documents d JOIN communities c ON c.id = d.community_id \
         LEFT JOIN editions e ON e.id = {CURRENT} LEFT JOIN drafts f ON f.document_id = d.id WHERE 1 = 1{within} \
         UNION ALL SELECT f.id, f.kind, f.title, f.community_id, c.name, NULL, NULL, NULL, NULL, NULL, 'never', 0, \
         f.id, f.state, f.publish_on, f.updated_at, f.updated_by, NULL, f.updated_at \
         FROM drafts f JOIN communities c ON c.id = f.community_id WHERE f.document_id IS NULL{within}) "
    )
}

const SHOWN: &str = "CASE $3 WHEN 'all' THEN 1 WHEN 'in_force' THEN CASE WHEN in_force = 'now' THEN 1 END \
    WHEN 'expiring' THEN expiring WHEN 'expired' THEN CASE WHEN in_force = 'expired' THEN 1 END \
    WHEN 'withdrawn' THEN CASE WHEN in_force = 'withdrawn' THEN 1 END \
    ELSE CASE WHEN state = $3 THEN 1 END END = 1 \
    AND ($4 = '' OR title LIKE $4 ESCAPE '!' OR metadata LIKE $4 ESCAPE '!' \
    OR EXISTS (SELECT 1 FROM editions y WHERE y.id = edition AND y.text LIKE $4 ESCAPE '!')) AND ($5 = '' OR kind = $5) \
    AND ($6 = '' OR metadata LIKE $6 ESCAPE '!')";

impl Store {
    /// The documents of a list, and how many there are of them.
    pub async fn documents(&self, filter: &DocumentFilter) -> Result<(Vec<DocumentLine>, i64)> {
        let mut bound = Vec::new();
        let within = below_any("c.path", &filter.scopes, &mut bound, 6);
        let (offset, limit) = (bound.len() + 7, bound.len() + 8);
        let lines = lines(&within);
        let select = format!(
            "{lines}SELECT p.*, (SELECT COUNT(*) FROM passages s WHERE s.edition_id = p.edition) AS passages, \
             (SELECT COUNT(*) FROM verified_answers v WHERE v.edition_id = p.edition) AS questions, \
             (SELECT COUNT(*) FROM conflicts k WHERE k.state = 'open' AND (k.left_edition = p.edition \
             OR k.right_edition = p.edition)) AS conflicts, a.name AS author, b.name AS writer \
             FROM (SELECT * FROM lines WHERE {SHOWN} ORDER BY at DESC, id LIMIT ${limit} OFFSET ${offset}) p \
             LEFT JOIN accounts a ON a.id = p.author_id LEFT JOIN accounts b ON b.id = p.draft_by \
             ORDER BY p.at DESC, p.id"
        );
        let mut query = asked(&select, filter);
        for value in &bound {
            query = query.bind(value.clone());
        }
        let rows = query
            .bind(i64::from(filter.offset))
            .bind(i64::from(filter.limit))
            .fetch_all(&self.pool)
            .await?;
        let found = rows.iter().map(|row| line(row, filter.today)).collect::<Result<Vec<_>>>()?;
        let count = format!("{lines}SELECT COUNT(*) FROM lines WHERE {SHOWN}");
        let mut query = asked(&count, filter);
        for value in bound {
            query = query.bind(value);
        }
        let total: i64 = query.fetch_one(&self.pool).await?.try_get(0)?;
        Ok((found, total))
    }

    /// How many documents of the kind there are of each sort, whatever is searched for.
    pub async fn document_counts(&self, filter: &DocumentFilter) -> Result<DocumentCounts> {
        let mut bound = Vec::new();
        let within = below_any("c.path", &filter.scopes, &mut bound, 3);
        let statement = format!(
            "{}SELECT in_force, COALESCE(state, '') AS state, CAST(expiring AS BIGINT) AS expiring, COUNT(*) AS number FROM lines \
             WHERE ($3 = '' OR kind = $3) GROUP BY in_force, COALESCE(state, ''), expiring",
            lines(&within)
        );
        let mut query = sqlx::query(AssertSqlSafe(statement))
            .bind(filter.today.to_string())
            .bind(filter.soon.to_string())
            .bind(filter.kind.map_or("", DocumentKind::name).to_owned());
        for value in bound {
            query = query.bind(value);
        }
        let mut counts = DocumentCounts::default();
        for row in query.fetch_all(&self.pool).await? {
            let number: i64 = row.try_get("number")?;
            counts.all += number;
            match row.try_get("in_force")? {
                "now" => counts.in_force += number,
                "expired" => counts.expired += number,
                "withdrawn" => counts.withdrawn += number,
                _ => {}
            }
            match row.try_get("state")? {
                "draft" => counts.draft += number,
                "in_review" => counts.in_review += number,
                "scheduled" => counts.scheduled += number,
                _ => {}
            }
            if row.try_get::<i64, _>("expiring")? == 1 {
                counts.expiring += number;
            }
        }
        Ok(counts)
    }

    /// The line of one document or, where it was never published, of its draft.
    pub async fn document_line(&self, id: &str, today: Date, soon: Date) -> Result<Option<DocumentLine>> {
        let statement = format!(
            "{}SELECT p.*, (SELECT COUNT(*) FROM passages s WHERE s.edition_id = p.edition) AS passages, \
             (SELECT COUNT(*) FROM verified_answers v WHERE v.edition_id = p.edition) AS questions, \
             (SELECT COUNT(*) FROM conflicts k WHERE k.state = 'open' AND (k.left_edition = p.edition \
             OR k.right_edition = p.edition)) AS conflicts, a.name AS author, b.name AS writer \
             FROM lines p LEFT JOIN accounts a ON a.id = p.author_id LEFT JOIN accounts b ON b.id = p.draft_by",
            lines("")
        );
        let statement = format!("{statement} WHERE p.id = $3");
        let row = sqlx::query(AssertSqlSafe(statement))
            .bind(today.to_string())
            .bind(soon.to_string())
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(|row| line(row, today)).transpose()
    }

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

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn asked<'q>(statement: &str, filter: &DocumentFilter) -> Query<'q> {
    let name = |shown: Shown| match shown {
        Shown::All => "all",
        Shown::InForce => "in_force",
        Shown::Draft => "draft",
        Shown::InReview => "in_review",
        Shown::Scheduled => "scheduled",
        Shown::Expiring => "expiring",
        Shown::Expired => "expired",
        Shown::Withdrawn => "withdrawn",
    };
    let category = match filter.category.as_str() {
        "" => String::new(),
        category => like(&format!("\"category\":{}", json!(category))),
    };
    let text = if filter.text.trim().is_empty() { String::new() } else { like(filter.text.trim()) };
    sqlx::query(AssertSqlSafe(statement.to_owned()))
        .bind(filter.today.to_string())
        .bind(filter.soon.to_string())
        .bind(name(filter.shown).to_owned())
        .bind(text)
        .bind(filter.kind.map_or("", DocumentKind::name).to_owned())
        .bind(category)
}

/// A pattern that finds these words anywhere; its escape is `!`.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

fn person(row: &sqlx::any::AnyRow, id: &str, name: &str) -> Result<Option<Person>> {
    let id: Option<String> = row.try_get(id)?;
    let name: Option<String> = row.try_get(name)?;
    Ok(id.zip(name).map(|(id, name)| Person { id, name }))
}

fn line(row: &sqlx::any::AnyRow, today: Date) -> Result<DocumentLine> {
    let metadata: Option<String> = row.try_get("metadata")?;
    let metadata: Metadata = metadata.map(|json| serde_json::from_str(&json)).transpose()?.unwrap_or_default();
    let warnings: Option<String> = row.try_get("warnings")?;
    let warnings: Vec<serde_json::Value> =
        warnings.map(|json| serde_json::from_str(&json)).transpose()?.unwrap_or_default();
    let in_force = InForce::read(row.try_get("in_force")?);
    let expires_on: Option<String> = row.try_get("expires_on")?;
    let last: Option<Date> = expires_on.as_deref().map(str::parse).transpose()?;
    let days_left = last.filter(|_| in_force == InForce::Now).map(|day| i64::from((day - today).get_days()));
    let draft: Option<String> = row.try_get("draft")?;
    let writer = person(row, "draft_by", "writer")?;
    let draft = match draft {
        Some(id) => Some(DraftLine {
            id,
            state: row.try_get("state")?,
            updated_at: row.try_get("draft_at")?,
            updated_by: writer.clone(),
            publish_on: row.try_get("publish_on")?,
        }),
        None => None,
    };
    Ok(DocumentLine {
        id: row.try_get("id")?,
        kind: DocumentKind::read(row.try_get("kind")?),
        title: row.try_get("title")?,
        community: Named { id: row.try_get("community_id")?, name: row.try_get("community")? },
        issuer: metadata.issuer,
        number: metadata.number,
        category: metadata.category,
        in_force,
        effective_on: row.try_get("effective_on")?,
        expires_on,
        days_left,
        passages: row.try_get("passages")?,
        questions: row.try_get("questions")?,
        warnings: warnings.len(),
        conflicts: row.try_get("conflicts")?,
        updated_at: row.try_get("at")?,
        updated_by: match &draft {
            Some(_) => writer,
            None => person(row, "author_id", "author")?,
        },
        draft,
    })
}
