//! Two passages in force that say different numbers about one matter, or the same twice.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row};

use super::audit::{Actor, AuditEntry, audit};
use super::places::below_any;
use super::{Store, new_id, now};

/// What is wrong with two passages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// They say different numbers about one matter.
    DifferentNumbers,
    /// They say the same.
    NearDuplicate,
}

impl ConflictKind {
    fn name(self) -> &'static str {
        match self {
            Self::DifferentNumbers => "different_numbers",
            Self::NearDuplicate => "near_duplicate",
        }
    }
}

/// A value that two passages state differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differing {
    /// As the left one says it.
    pub left: String,
    /// As the right one says it.
    pub right: String,
    /// What it is a number of.
    pub what: String,
}

/// A passage by its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PassageRef {
    /// The edition.
    pub edition: String,
    /// Its ordinal there.
    pub ordinal: u32,
}

/// Two passages that do not go together.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Its id.
    pub id: String,
    /// What is wrong.
    pub kind: ConflictKind,
    /// One of them.
    pub left: PassageRef,
    /// The other.
    pub right: PassageRef,
    /// How alike they are, from 0 to 1.
    pub similarity: f64,
    /// The values that differ.
    pub differing: Vec<Differing>,
    /// Whether somebody said that it is none.
    pub dismissed: bool,
    /// What they said.
    pub note: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

impl Store {
    /// Keeps what was found between the passages of an edition and others; what was known stays as it was.
    pub async fn keep_conflicts(&self, found: &[Conflict]) -> Result<()> {
        let mut transaction = self.write().await?;
        for one in found {
            sqlx::query(
                "INSERT INTO conflicts (id, kind, left_edition, left_ordinal, right_edition, right_ordinal, similarity, \
                 differing, state, note, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', '', $9) \
                 ON CONFLICT (left_edition, left_ordinal, right_edition, right_ordinal) DO NOTHING",
            )
            .bind(new_id())
            .bind(one.kind.name())
            .bind(&one.left.edition)
            .bind(i64::from(one.left.ordinal))
            .bind(&one.right.edition)
            .bind(i64::from(one.right.ordinal))
            .bind(one.similarity)
            .bind(serde_json::to_string(&one.differing)?)
            .bind(now())
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The conflicts in which a document at or below these paths has a part; only between editions
    /// that are published and not over on `today`.
    pub async fn conflicts(&self, scopes: &[String], dismissed: bool, today: jiff::civil::Date) -> Result<Vec<Conflict>> {
        let mut bound = Vec::new();
        let left = below_any("p.path", scopes, &mut bound, 2);
        let right = left.replace("p.path", "q.path");
        let (left, right) = (left.trim_start_matches(" AND "), right.trim_start_matches(" AND "));
        let holds = |side: &str| format!("{side}.status = 'published' AND ({side}.expires_on IS NULL OR {side}.expires_on > $2)");
        let statement = format!(
            "SELECT k.* FROM conflicts k JOIN editions l ON l.id = k.left_edition JOIN documents m ON m.id = l.document_id \
             JOIN communities p ON p.id = m.community_id JOIN editions r ON r.id = k.right_edition \
             JOIN documents n ON n.id = r.document_id JOIN communities q ON q.id = n.community_id \
             WHERE k.state = $1 AND {} AND {} AND ({left} OR {right}) ORDER BY k.created_at DESC, k.id",
            holds("l"),
            holds("r"),
        );
        let state = if dismissed { "dismissed" } else { "open" };
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(state).bind(today.to_string());
        for value in bound {
            query = query.bind(value);
        }
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// The conflict with this id.
    pub async fn conflict(&self, id: &str) -> Result<Option<Conflict>> {
        let row = sqlx::query("SELECT * FROM conflicts WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(read).transpose()
    }

    /// Says that a conflict is none, or that it is one after all.
    pub async fn judge_conflict(&self, id: &str, dismissed: bool, said: &str, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE conflicts SET state = $1, note = $2 WHERE id = $3")
            .bind(if dismissed { "dismissed" } else { "open" })
            .bind(said)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        let entry = AuditEntry {
            actor,
            action: "knowledge.conflict",
            subject: format!("conflict:{id}"),
            community_id: None,
            details: json!({"dismissed": dismissed, "note": said}),
        };
        audit(&mut transaction, &entry).await?;
        Ok(transaction.commit().await?)
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<Conflict> {
    let side = |edition: &str, ordinal: &str| -> Result<PassageRef> {
        Ok(PassageRef {
            edition: row.try_get(edition)?,
            ordinal: row.try_get::<i64, _>(ordinal)? as u32,
        })
    };
    Ok(Conflict {
        id: row.try_get("id")?,
        kind: match row.try_get("kind")? {
            "near_duplicate" => ConflictKind::NearDuplicate,
            _ => ConflictKind::DifferentNumbers,
        },
        left: side("left_edition", "left_ordinal")?,
        right: side("right_edition", "right_ordinal")?,
        similarity: row.try_get("similarity")?,
        differing: serde_json::from_str(row.try_get("differing")?)?,
        dismissed: row.try_get::<&str, _>("state")? == "dismissed",
        note: row.try_get("note")?,
        at: row.try_get("created_at")?,
    })
}
