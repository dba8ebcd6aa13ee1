//! Passages that answer a question, or that never do, because an administrator said so.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::Row;

use super::audit::{Actor, AuditEntry, Person, audit};
use super::documents::Named;
use super::{Store, new_id, now};

/// What a rule does to its passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleEffect {
    /// It answers the question.
    Pin,
    /// It is never found.
    Exclude,
}

impl RuleEffect {
    fn name(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::Exclude => "exclude",
        }
    }
}

/// A rule of the search, at a node and below.
#[derive(Clone, Debug, Serialize)]
pub struct SearchRule {
    /// Its id.
    pub id: String,
    /// The node.
    pub community: Named,
    /// What it does.
    pub effect: RuleEffect,
    /// For which question; `None`: for every question.
    pub question: Option<String>,
    /// The document.
    pub document_id: String,
    /// Its title.
    pub title: String,
    /// The passage by its name.
    pub locator: String,
    /// Who said so.
    pub by: Option<Person>,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// A rule to be added.
#[derive(Clone, Debug, Deserialize)]
pub struct NewSearchRule {
    /// The node at and below which it holds.
    pub community_id: String,
    /// What it does.
    pub effect: RuleEffect,
    /// For which question; `None`: for every question.
    #[serde(default)]
    pub question: Option<String>,
    /// The document.
    pub document_id: String,
    /// The passage by its name.
    pub locator: String,
}

const SELECT: &str = "SELECT r.*, c.name AS community, d.title, a.name AS account FROM search_rules r \
    JOIN communities c ON c.id = r.community_id JOIN documents d ON d.id = r.document_id \
    LEFT JOIN accounts a ON a.id = r.account_id";

impl Store {
    /// The rules of one node, the newest first.
    pub async fn search_rules(&self, community_id: &str) -> Result<Vec<SearchRule>> {
        let sql = selected(" WHERE r.community_id = $1 ORDER BY r.created_at DESC, r.id DESC");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(community_id).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// Every rule there is.
    pub async fn all_search_rules(&self) -> Result<Vec<SearchRule>> {
        let sql = selected(" ORDER BY r.created_at, r.id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// The rule with this id.
    pub async fn search_rule(&self, id: &str) -> Result<Option<SearchRule>> {
        let sql = selected(" WHERE r.id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(read).transpose()
    }

    /// Adds a rule; returns its id.
    pub async fn add_search_rule(&self, new: &NewSearchRule, actor: &Actor) -> Result<String> {
        let id = new_id();
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO search_rules (id, community_id, effect, question, document_id, locator, account_id, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&id)
        .bind(&new.community_id)
        .bind(new.effect.name())
        .bind(new.question.as_deref())
        .bind(&new.document_id)
        .bind(&new.locator)
        .bind(actor.account_id.as_deref())
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        let entry = AuditEntry {
            actor,
            action: "knowledge.rule_add",
            subject: format!("document:{}", new.document_id),
            community_id: Some(&new.community_id),
            details: json!({"effect": new.effect, "question": new.question, "locator": new.locator}),
        };
        audit(&mut transaction, &entry).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Takes a rule away.
    pub async fn remove_search_rule(&self, rule: &SearchRule, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM search_rules WHERE id = $1").bind(&rule.id).execute(&mut *transaction).await?;
        let entry = AuditEntry {
            actor,
            action: "knowledge.rule_remove",
            subject: format!("document:{}", rule.document_id),
            community_id: Some(&rule.community.id),
            details: json!({"effect": rule.effect, "question": rule.question, "locator": rule.locator}),
        };
        audit(&mut transaction, &entry).await?;
        Ok(transaction.commit().await?)
    }
}

fn selected(end: &str) -> String {
    format!("{SELECT}{end}")
}

fn read(row: &sqlx::any::AnyRow) -> Result<SearchRule> {
    let account: Option<String> = row.try_get("account_id")?;
    let name: Option<String> = row.try_get("account")?;
    Ok(SearchRule {
        id: row.try_get("id")?,
        community: Named { id: row.try_get("community_id")?, name: row.try_get("community")? },
        effect: if row.try_get::<&str, _>("effect")? == "pin" { RuleEffect::Pin } else { RuleEffect::Exclude },
        question: row.try_get("question")?,
        document_id: row.try_get("document_id")?,
        title: row.try_get("title")?,
        locator: row.try_get("locator")?,
        by: account.zip(name).map(|(id, name)| Person { id, name }),
        at: row.try_get("created_at")?,
    })
}
