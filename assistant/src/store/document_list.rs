//! Documents as an administrator lists them: what holds today, what is being written, what ends soon.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use jiff::civil::Date;
use knowledge::Metadata;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row};

use super::Store;
use super::audit::Person;
use super::documents::{InForce, Named, STANDING, person};
use super::drafts::DocumentKind;
use super::places::below_any;

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
        let mut found = rows.iter().map(|row| line(row, filter.today)).collect::<Result<Vec<_>>>()?;
        self.count_drafts(&mut found).await?;
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
        let Some(row) = row else { return Ok(None) };
        let mut line = line(&row, today)?;
        self.count_drafts(std::slice::from_mut(&mut line)).await?;
        Ok(Some(line))
    }

    /// Counts what is in the drafts of documents that were never published: there is nothing else to them.
    async fn count_drafts(&self, lines: &mut [DocumentLine]) -> Result<()> {
        let mut unpublished: BTreeMap<String, &mut DocumentLine> = lines
            .iter_mut()
            .filter(|line| line.in_force == InForce::Never)
            .filter_map(|line| Some((line.draft.as_ref()?.id.clone(), line)))
            .collect();
        if unpublished.is_empty() {
            return Ok(());
        }
        let places: Vec<String> = (1..=unpublished.len()).map(|number| format!("${number}")).collect();
        let statement = format!("SELECT id, content FROM drafts WHERE id IN ({})", places.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for id in unpublished.keys() {
            query = query.bind(id.clone());
        }
        // One may have been discarded since.
        for row in query.fetch_all(&self.pool).await? {
            let counted: Counted =
                serde_json::from_str(row.try_get("content")?).context("a draft does not open")?;
            if let Some(line) = unpublished.get_mut(row.try_get::<&str, _>("id")?) {
                line.passages = counted.document.passages.len() as i64;
                line.questions = counted.document.answers.len() as i64;
                line.warnings = counted.document.warnings.len();
            }
        }
        Ok(())
    }
}

/// What a draft's JSON is counted by, without reading the texts in it.
#[derive(Deserialize)]
struct Counted {
    document: CountedDocument,
}

#[derive(Deserialize)]
struct CountedDocument {
    passages: Vec<IgnoredAny>,
    #[serde(default)]
    answers: Vec<IgnoredAny>,
    #[serde(default)]
    warnings: Vec<IgnoredAny>,
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
