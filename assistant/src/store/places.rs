//! Where a place stands in the tree, and what of it the desk changes.

use std::collections::HashMap;

use anyhow::{Result, ensure};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{Any, Row, Transaction};

use super::audit::{Actor, AuditEntry, audit};
use super::communities::{Community, insert_community};
use super::Store;

/// A day that differs from the national calendar at a node and below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LocalDay {
    /// The node.
    pub community_id: String,
    /// `YYYY-MM-DD`.
    pub day: String,
    /// `off` or `work`.
    pub kind: String,
    /// Why, such as 村民运动会.
    pub name: String,
}

/// Bounds of the paths at and below the node with this path: from the first up to, not including,
/// the second. Compare bytes; the columns are laid so on both databases.
pub(crate) fn subtree(path: &str) -> (String, String) {
    // Every id ends with a slash, and `0` is the character after it.
    (path.to_owned(), format!("{}0", path.strip_suffix('/').unwrap_or(path)))
}

/// These paths without those that lie below another of them.
pub(crate) fn outermost(paths: &[String]) -> Vec<String> {
    let mut paths = paths.to_vec();
    // A path comes right after those above it.
    paths.sort();
    paths.dedup_by(|path, above| path.starts_with(above.as_str()));
    paths
}

/// SQL ` AND (…)` for a column that stands at or below any of these paths; its values are added to
/// `bound`, and the first of `bound` is number `shift + 1`.
pub(crate) fn below_any(
    column: &str,
    paths: &[String],
    bound: &mut Vec<String>,
    shift: usize,
) -> String {
    let ranges: Vec<String> = paths
        .iter()
        .map(|path| {
            let (from, to) = subtree(path);
            bound.extend([from, to]);
            let last = bound.len() + shift;
            format!("({column} >= ${} AND {column} < ${last})", last - 1)
        })
        .collect();
    if ranges.is_empty() {
        " AND 1 = 0".to_owned()
    } else {
        format!(" AND ({})", ranges.join(" OR "))
    }
}

/// What a node has chosen for itself and below; `None`: as at the node above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaceChoices {
    /// Whether nobody publishes what they wrote last.
    pub four_eyes: Option<bool>,
    /// For how many days recordings of residents who agree are kept; 0: none are.
    pub recordings_days: Option<i64>,
}

impl Store {
    /// Adds a node below another; `None` where the id is taken.
    pub async fn add_place(
        &self,
        id: &str,
        parent: &str,
        kind: &str,
        name: &str,
        actor: &Actor,
    ) -> Result<Option<Community>> {
        check_place_id(id)?;
        let mut transaction = self.write().await?;
        if !insert_community(&mut transaction, id, parent, kind, name).await? {
            return Ok(None);
        }
        let details = json!({"parent_id": parent, "kind": kind, "name": name});
        note(&mut transaction, actor, "place.add", id, details).await?;
        transaction.commit().await?;
        self.find_community(id).await
    }

    /// Days of these nodes that differ from the national calendar, in order.
    pub async fn local_days(&self, community_ids: &[String]) -> Result<Vec<LocalDay>> {
        let mut days = Vec::new();
        for id in community_ids {
            let rows = sqlx::query("SELECT * FROM local_days WHERE community_id = $1")
                .bind(id)
                .fetch_all(&self.pool)
                .await?;
            for row in &rows {
                days.push(LocalDay {
                    community_id: row.try_get("community_id")?,
                    day: row.try_get("day")?,
                    kind: row.try_get("kind")?,
                    name: row.try_get("name")?,
                });
            }
        }
        days.sort_by(|one, other| one.day.cmp(&other.day));
        Ok(days)
    }

    /// Sets a day of a node.
    pub async fn put_local_day(&self, day: &LocalDay, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO local_days (community_id, day, kind, name) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (community_id, day) DO UPDATE SET kind = excluded.kind, name = excluded.name",
        )
        .bind(&day.community_id)
        .bind(&day.day)
        .bind(&day.kind)
        .bind(&day.name)
        .execute(&mut *transaction)
        .await?;
        let details = json!({"day": day.day, "kind": day.kind, "name": day.name});
        note(&mut transaction, actor, "place.day", &day.community_id, details).await?;
        Ok(transaction.commit().await?)
    }

    /// Lets a day of a node be as in the calendar again; `false` where it was.
    pub async fn delete_local_day(&self, community_id: &str, day: &str, actor: &Actor) -> Result<bool> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM local_days WHERE community_id = $1 AND day = $2")
            .bind(community_id)
            .bind(day)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        note(&mut transaction, actor, "place.day_removed", community_id, json!({"day": day})).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whether nobody publishes what they wrote last at the node with this path: the nearest node
    /// that says so decides.
    pub async fn four_eyes(&self, path: &str) -> Result<bool> {
        let said: Option<i64> = sqlx::query_scalar(
            "SELECT four_eyes FROM communities WHERE four_eyes IS NOT NULL AND path <> '' \
             AND SUBSTR($1, 1, LENGTH(path)) = path ORDER BY LENGTH(path) DESC LIMIT 1",
        )
        .bind(path)
        .fetch_optional(&self.pool)
        .await?;
        Ok(said == Some(1))
    }

    /// What nodes have chosen for themselves and below, by their ids; who chose nothing is missing.
    pub async fn place_choices(&self) -> Result<HashMap<String, PlaceChoices>> {
        sqlx::query(
            "SELECT id, four_eyes, recordings_days FROM communities \
             WHERE four_eyes IS NOT NULL OR recordings_days IS NOT NULL",
        )
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| {
            let four_eyes: Option<i64> = row.try_get(1)?;
            let recordings_days: Option<i64> = row.try_get(2)?;
            Ok((row.try_get(0)?, PlaceChoices { four_eyes: four_eyes.map(|said| said == 1), recordings_days }))
        })
        .collect()
    }

    /// Says whether nobody publishes what they wrote last; `None`: as in the node above.
    pub async fn set_four_eyes(&self, id: &str, wanted: Option<bool>, actor: &Actor) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE communities SET four_eyes = $1 WHERE id = $2")
            .bind(wanted.map(i64::from))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        note(&mut transaction, actor, "place.four_eyes", id, serde_json::json!({"four_eyes": wanted})).await?;
        Ok(transaction.commit().await?)
    }

    /// Fills the paths of nodes that an older version kept without.
    pub(super) async fn fill_paths(&self) -> Result<()> {
        let mut transaction = self.write().await?;
        // Each round reaches one level further down; a node whose parent is missing stays out.
        loop {
            let done = sqlx::query(
                "UPDATE communities SET path = COALESCE((SELECT p.path FROM communities p \
                 WHERE p.id = communities.parent_id), '') || id || '/' WHERE path = '' AND \
                 (parent_id IS NULL OR EXISTS (SELECT 1 FROM communities p \
                 WHERE p.id = communities.parent_id AND p.path <> ''))",
            )
            .execute(&mut *transaction)
            .await?;
            if done.rows_affected() == 0 {
                break;
            }
        }
        Ok(transaction.commit().await?)
    }
}

/// An id becomes a part of paths and of addresses.
pub(crate) fn check_place_id(id: &str) -> Result<()> {
    let fits = |character: char| character.is_alphanumeric() || "-_.".contains(character);
    ensure!(
        !id.is_empty() && id.chars().count() <= 64 && id.chars().all(fits),
        "编号 {id:?} 不能用：只用汉字、字母、数字和 . _ -，最多 64 个字"
    );
    Ok(())
}

/// Writes into the trail what happened to a place.
pub(super) async fn note(
    transaction: &mut Transaction<'_, Any>,
    actor: &Actor,
    action: &str,
    id: &str,
    details: Value,
) -> Result<()> {
    let entry = AuditEntry {
        actor,
        action,
        subject: format!("place:{id}"),
        community_id: Some(id),
        details,
    };
    audit(transaction, &entry).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subtree_is_a_range_of_paths() {
        let (from, to) = subtree("cn/a/");
        for (path, inside) in [
            ("cn/a/", true),
            ("cn/a/b/", true),
            ("cn/a/示范/", true),
            ("cn/a-b/", false),
            ("cn/a0/", false),
            ("cn/aa/", false),
            ("cn/", false),
        ] {
            let path = path.to_owned();
            assert_eq!(path >= from && path < to, inside, "{path}");
        }
        let mut bound = vec!["before".to_owned()];
        let sql = below_any("p", &["x/".to_owned(), "y/".to_owned()], &mut bound, 1);
        assert_eq!(sql, " AND ((p >= $3 AND p < $4) OR (p >= $5 AND p < $6))");
        assert_eq!(bound, ["before", "x/", "x0", "y/", "y0"]);
        assert_eq!(below_any("p", &[], &mut bound, 0), " AND 1 = 0");
    }

    #[test]
    fn an_id_has_no_slash_and_no_blank() {
        for right in ["demo", "云南-昆明市", "grid_1.2"] {
            check_place_id(right).unwrap();
        }
        for wrong in ["", "a/b", "a b", "?"] {
            assert!(check_place_id(wrong).is_err(), "{wrong}");
        }
    }
}
