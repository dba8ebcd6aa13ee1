//! Outreach: calls to lists of numbers, what came of them, and who must not be called.

mod follow_up;
mod numbers;
mod opt_outs;

use anyhow::{Context as _, Result};
use serde_json::json;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::audit::{Actor, AuditEntry, Person, audit};
use super::places::below_any;
use super::{Store, new_id, now};
use crate::outreach::{NumberState, Outreach, OutreachState, OutreachText, Progress, Purpose, Rules};

pub use follow_up::DueFollowUp;
pub use numbers::{Added, ClaimedNumber, FinishedCall, NumberPage};
pub use opt_outs::{OptOut, OptOutSource};

/// Longest list of outreaches.
const MOST: i64 = 200;

const SELECT: &str = "SELECT o.*, c.path, c.name AS place, a.name AS account_name FROM outreaches o \
     JOIN communities c ON c.id = o.community_id LEFT JOIN accounts a ON a.id = o.account_id";

impl Store {
    /// Keeps a draft.
    pub async fn add_outreach(
        &self,
        community_id: &str,
        purpose: Purpose,
        text: &OutreachText,
        actor: &Actor,
    ) -> Result<Outreach> {
        let mut transaction = self.write().await?;
        let id = insert(&mut transaction, community_id, purpose, text, OutreachState::Draft, actor).await?;
        note(&mut transaction, actor, "outreach.add", &id, community_id, json!({"purpose": purpose})).await?;
        transaction.commit().await?;
        self.outreach(&id).await?.context("the outreach that was just kept")
    }

    /// The outreach with this id.
    pub async fn outreach(&self, id: &str) -> Result<Option<Outreach>> {
        let row = sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE o.id = $1")))
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Outreaches at and below these nodes, the newest first.
    pub async fn outreaches(&self, scopes: &[String]) -> Result<Vec<Outreach>> {
        let mut bound = Vec::new();
        let within = below_any("c.path", scopes, &mut bound, 1);
        let statement =
            format!("{SELECT} WHERE 1 = 1{within} ORDER BY o.automatic DESC, o.created_at DESC, o.id DESC LIMIT $1");
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(MOST);
        for value in bound {
            query = query.bind(value);
        }
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// Outreaches whose numbers are to be called, the longest running first.
    pub async fn running_outreaches(&self) -> Result<Vec<Outreach>> {
        sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE o.state = 'running' ORDER BY o.started_at, o.id")))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// Changes an outreach that calls nobody just now; `false` where it does, or is over.
    pub async fn edit_outreach(&self, outreach: &Outreach, text: &OutreachText, actor: &Actor) -> Result<bool> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE outreaches SET title = $1, said = $2, hours = $3, workdays_only = $4, attempts = $5, \
             minutes_between = $6, account = $7 WHERE id = $8 AND state IN ('draft', 'paused')",
        )
        .bind(&text.title)
        .bind(&text.said)
        .bind(text.rules.hours.to_string())
        .bind(i64::from(text.rules.workdays_only))
        .bind(i64::from(text.rules.attempts))
        .bind(i64::from(text.rules.minutes_between))
        .bind(text.account.as_deref())
        .bind(&outreach.id)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let details = json!({"rules": text.rules, "said_changed": text.said != outreach.said});
        note(&mut transaction, actor, "outreach.edit", &outreach.id, &outreach.community_id, details).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Starts, pauses or stops an outreach; `false` where it stands so that this can't be.
    pub async fn set_outreach_state(&self, outreach: &Outreach, to: OutreachState, actor: &Actor) -> Result<bool> {
        let from: Vec<String> = to.reached_from().iter().map(|state| format!("'{}'", state.id())).collect();
        if from.is_empty() {
            return Ok(false);
        }
        let mut transaction = self.write().await?;
        let statement = format!(
            "UPDATE outreaches SET state = $1, \
             started_at = CASE WHEN $1 = 'running' THEN COALESCE(started_at, $2) ELSE started_at END, \
             ended_at = CASE WHEN $1 = 'stopped' THEN CAST($2 AS BIGINT) ELSE NULL END \
             WHERE id = $3 AND state IN ({})",
            from.join(", ")
        );
        let done = sqlx::query(AssertSqlSafe(statement))
            .bind(to.id())
            .bind(now())
            .bind(&outreach.id)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let details = json!({"state": to});
        note(&mut transaction, actor, "outreach.state", &outreach.id, &outreach.community_id, details).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Ends running outreaches in which nobody is left to be called; how many.
    pub async fn finish_outreaches(&self, at: i64) -> Result<u64> {
        let done = sqlx::query(
            "UPDATE outreaches SET state = 'finished', ended_at = $1 WHERE state = 'running' AND automatic = 0 \
             AND NOT EXISTS (SELECT 1 FROM outreach_numbers n WHERE n.outreach_id = outreaches.id \
             AND n.state IN ('waiting', 'calling'))",
        )
        .bind(at)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// How far an outreach has come.
    pub async fn outreach_progress(&self, id: &str) -> Result<Progress> {
        let rows = sqlx::query(
            "SELECT state, CAST(COUNT(*) AS BIGINT) AS numbers, \
             CAST(SUM(CASE WHEN solved = 1 THEN 1 ELSE 0 END) AS BIGINT) AS solved, \
             CAST(SUM(CASE WHEN solved = 0 THEN 1 ELSE 0 END) AS BIGINT) AS unsolved, \
             CAST(SUM(CASE WHEN satisfaction = '满意' THEN 1 ELSE 0 END) AS BIGINT) AS satisfied, \
             CAST(SUM(CASE WHEN satisfaction = '基本满意' THEN 1 ELSE 0 END) AS BIGINT) AS mostly, \
             CAST(SUM(CASE WHEN satisfaction = '不满意' THEN 1 ELSE 0 END) AS BIGINT) AS dissatisfied \
             FROM outreach_numbers WHERE outreach_id = $1 GROUP BY state",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        let mut progress = Progress::default();
        for row in &rows {
            let numbers: i64 = row.try_get("numbers")?;
            progress.total += numbers;
            progress.by_state.insert(row.try_get("state")?, numbers);
            progress.solved += row.try_get::<i64, _>("solved")?;
            progress.unsolved += row.try_get::<i64, _>("unsolved")?;
            progress.satisfied += row.try_get::<i64, _>("satisfied")?;
            progress.mostly += row.try_get::<i64, _>("mostly")?;
            progress.dissatisfied += row.try_get::<i64, _>("dissatisfied")?;
        }
        Ok(progress)
    }
}

/// Writes an outreach and returns its id.
async fn insert(
    transaction: &mut Transaction<'_, Any>,
    community_id: &str,
    purpose: Purpose,
    text: &OutreachText,
    state: OutreachState,
    actor: &Actor,
) -> Result<String> {
    let id = new_id();
    let created = now();
    let running = state == OutreachState::Running;
    sqlx::query(
        "INSERT INTO outreaches (id, community_id, purpose, title, said, hours, workdays_only, attempts, \
         minutes_between, account, state, automatic, account_id, created_at, started_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
    )
    .bind(&id)
    .bind(community_id)
    .bind(purpose.id())
    .bind(&text.title)
    .bind(&text.said)
    .bind(text.rules.hours.to_string())
    .bind(i64::from(text.rules.workdays_only))
    .bind(i64::from(text.rules.attempts))
    .bind(i64::from(text.rules.minutes_between))
    .bind(text.account.as_deref())
    .bind(state.id())
    // What a person makes begins as a draft; only the program's own runs from the start.
    .bind(i64::from(running))
    .bind(actor.account_id.as_deref())
    .bind(created)
    .bind(running.then_some(created))
    .execute(&mut **transaction)
    .await?;
    Ok(id)
}

async fn note(
    transaction: &mut Transaction<'_, Any>,
    actor: &Actor,
    action: &str,
    id: &str,
    community_id: &str,
    details: serde_json::Value,
) -> Result<()> {
    let entry = AuditEntry {
        actor,
        action,
        subject: format!("outreach:{id}"),
        community_id: Some(community_id),
        details,
    };
    audit(transaction, &entry).await
}

fn read(row: &sqlx::any::AnyRow) -> Result<Outreach> {
    let purpose: String = row.try_get("purpose")?;
    let state: String = row.try_get("state")?;
    let account_id: Option<String> = row.try_get("account_id")?;
    let account_name: Option<String> = row.try_get("account_name")?;
    Ok(Outreach {
        id: row.try_get("id")?,
        community_id: row.try_get("community_id")?,
        place_path: row.try_get("path")?,
        place: row.try_get("place")?,
        purpose: Purpose::named(&purpose).with_context(|| format!("the kept purpose {purpose:?} is none"))?,
        title: row.try_get("title")?,
        said: row.try_get("said")?,
        rules: Rules {
            hours: row.try_get::<String, _>("hours")?.parse()?,
            workdays_only: row.try_get::<i64, _>("workdays_only")? != 0,
            attempts: row.try_get::<i64, _>("attempts")? as u32,
            minutes_between: row.try_get::<i64, _>("minutes_between")? as u32,
        },
        account: row.try_get("account")?,
        state: OutreachState::named(&state).with_context(|| format!("the kept state {state:?} is none"))?,
        automatic: row.try_get::<i64, _>("automatic")? != 0,
        by: account_id.zip(account_name).map(|(id, name)| Person { id, name }),
        created_at: row.try_get("created_at")?,
        started_at: row.try_get("started_at")?,
        ended_at: row.try_get("ended_at")?,
    })
}

/// The kept state of a number.
fn number_state(id: &str) -> Result<NumberState> {
    NumberState::named(id).with_context(|| format!("the kept state {id:?} is none of a number"))
}
