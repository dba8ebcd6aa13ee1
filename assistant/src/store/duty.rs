//! Who is on duty where, and when.

use anyhow::Result;
use serde::Serialize;
use serde_json::json;
use sqlx::Row;

use super::audit::{Actor, AuditEntry, Person, audit};
use super::places::below_any;
use super::{Store, new_id};

/// A stretch of time in which somebody is on duty at a node and below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DutyShift {
    /// Its id.
    pub id: String,
    /// The node.
    pub community_id: String,
    /// Who is on duty.
    pub account: Person,
    /// Milliseconds since 1970.
    pub starts_at: i64,
    /// Milliseconds since 1970; this moment is outside.
    pub ends_at: i64,
}

/// A shift to be added.
#[derive(Clone, Debug)]
pub struct NewShift {
    /// The node.
    pub community_id: String,
    /// Who is on duty.
    pub account_id: String,
    /// Milliseconds since 1970.
    pub starts_at: i64,
    /// Milliseconds since 1970.
    pub ends_at: i64,
}

/// Which shifts to list.
#[derive(Clone, Debug)]
pub struct DutyFilter {
    /// Only those at or below nodes with these paths.
    pub places: Vec<String>,
    /// Only those that end after this moment.
    pub from: i64,
    /// Only those that start before this moment.
    pub to: i64,
}

impl Store {
    /// Adds a shift.
    pub async fn add_shift(&self, shift: &NewShift, actor: &Actor) -> Result<DutyShift> {
        let mut transaction = self.write().await?;
        let id = new_id();
        sqlx::query(
            "INSERT INTO duty_shifts (id, community_id, account_id, starts_at, ends_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&id)
        .bind(&shift.community_id)
        .bind(&shift.account_id)
        .bind(shift.starts_at)
        .bind(shift.ends_at)
        .execute(&mut *transaction)
        .await?;
        let name: String = sqlx::query_scalar("SELECT name FROM accounts WHERE id = $1")
            .bind(&shift.account_id)
            .fetch_one(&mut *transaction)
            .await?;
        let shift = DutyShift {
            id,
            community_id: shift.community_id.clone(),
            account: Person {
                id: shift.account_id.clone(),
                name,
            },
            starts_at: shift.starts_at,
            ends_at: shift.ends_at,
        };
        let entry = entry(actor, "duty.add", &shift);
        audit(&mut transaction, &entry).await?;
        transaction.commit().await?;
        Ok(shift)
    }

    /// The shift with this id.
    pub async fn find_shift(&self, id: &str) -> Result<Option<DutyShift>> {
        let row = sqlx::query(
            "SELECT d.*, a.name AS account_name FROM duty_shifts d \
             JOIN accounts a ON a.id = d.account_id WHERE d.id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(read).transpose()
    }

    /// Takes a shift away; `false` where there is none.
    pub async fn delete_shift(&self, id: &str, actor: &Actor) -> Result<bool> {
        let Some(shift) = self.find_shift(id).await? else {
            return Ok(false);
        };
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM duty_shifts WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit(&mut transaction, &entry(actor, "duty.remove", &shift)).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The shifts that fit, by their beginning.
    pub async fn shifts(&self, filter: &DutyFilter) -> Result<Vec<DutyShift>> {
        let mut bound = Vec::new();
        let places = below_any("c.path", &filter.places, &mut bound, 2);
        let sql = format!(
            "SELECT d.*, a.name AS account_name FROM duty_shifts d \
             JOIN accounts a ON a.id = d.account_id JOIN communities c ON c.id = d.community_id \
             WHERE d.ends_at > $1 AND d.starts_at < $2{places} ORDER BY d.starts_at, d.id"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(filter.from).bind(filter.to);
        for value in bound {
            query = query.bind(value);
        }
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// Who is on duty for the node with this path at a moment: at the node itself first, then at
    /// each node above it. Disabled accounts are left out.
    pub async fn on_duty(&self, path: &str, at: i64) -> Result<Vec<Person>> {
        let rows = sqlx::query(
            "SELECT a.id, a.name, c.path FROM duty_shifts d \
             JOIN accounts a ON a.id = d.account_id JOIN communities c ON c.id = d.community_id \
             WHERE d.starts_at <= $1 AND d.ends_at > $1 AND a.disabled_at IS NULL \
             ORDER BY d.starts_at, d.id",
        )
        .bind(at)
        .fetch_all(&self.pool)
        .await?;
        let mut found: Vec<(usize, Person)> = Vec::new();
        for row in &rows {
            let place: String = row.try_get("path")?;
            let id: String = row.try_get("id")?;
            if crate::accounts::is_within(path, &place) {
                found.push((place.len(), Person { id, name: row.try_get("name")? }));
            }
        }
        found.sort_by(|(one, _), (other, _)| other.cmp(one));
        let mut people: Vec<Person> = Vec::new();
        for (_, person) in found {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        Ok(people)
    }
}

fn entry<'a>(actor: &'a Actor, action: &'a str, shift: &'a DutyShift) -> AuditEntry<'a> {
    AuditEntry {
        actor,
        action,
        subject: format!("account:{}", shift.account.id),
        community_id: Some(&shift.community_id),
        details: json!({"starts_at": shift.starts_at, "ends_at": shift.ends_at}),
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<DutyShift> {
    Ok(DutyShift {
        id: row.try_get("id")?,
        community_id: row.try_get("community_id")?,
        account: Person {
            id: row.try_get("account_id")?,
            name: row.try_get("account_name")?,
        },
        starts_at: row.try_get("starts_at")?,
        ends_at: row.try_get("ends_at")?,
    })
}
