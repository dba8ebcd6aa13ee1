//! Questions with what their answer must be, run before something is published.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Row};

use super::audit::{Actor, Person};
use super::documents::Named;
use super::places::below_any;
use super::{Store, new_id, now};

/// How a turn may have to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedEnd {
    /// With an answer.
    #[default]
    Answered,
    /// Without one: a question back or a work order.
    Declined,
    /// With the number to call.
    Emergency,
    /// However it likes.
    Any,
}

/// What an answer must be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Expectation {
    /// How the turn ends.
    pub disposition: ExpectedEnd,
    /// The document that it rests on.
    pub document_id: Option<String>,
    /// That document's title, where its id is not known.
    pub title: Option<String>,
    /// The passage by its name.
    pub locator: Option<String>,
    /// What must be said, each of it; `|` parts ways of saying it.
    pub contains: Vec<String>,
    /// What must not be said.
    pub lacks: Vec<String>,
}

/// A question that is asked before something is published.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Its id.
    pub id: String,
    /// Node whose resident asks.
    pub community: Named,
    /// The question.
    pub question: String,
    /// Dialect it is asked in.
    pub variety: Option<String>,
    /// Whether it is spoken.
    pub spoken: bool,
    /// What the answer must be.
    pub expect: Expectation,
    /// Who wrote it.
    pub by: Option<Person>,
    /// Milliseconds since 1970.
    pub at: i64,
    /// How it went last.
    pub last: Option<LastResult>,
}

/// How a check went.
#[derive(Clone, Debug, Serialize)]
pub struct LastResult {
    /// Milliseconds since 1970.
    pub at: i64,
    /// Whether the answer was as it must be.
    pub passed: bool,
    /// What was wrong.
    pub why: Option<String>,
}

/// A check to be kept.
#[derive(Clone, Debug, Deserialize)]
pub struct NewCheck {
    /// Node whose resident asks.
    pub community_id: String,
    /// The question.
    pub question: String,
    /// Dialect it is asked in.
    #[serde(default)]
    pub variety: Option<String>,
    /// Whether it is spoken.
    #[serde(default)]
    pub spoken: bool,
    /// What the answer must be.
    pub expect: Expectation,
}

/// A run of all checks of a place.
#[derive(Clone, Debug, Serialize)]
pub struct CheckRunLine {
    /// Its id.
    pub id: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Who ran it.
    pub by: Option<Person>,
    /// Checks that were run.
    pub total: i64,
    /// Those that passed.
    pub passed: i64,
    /// Those that pass now and did not before.
    pub better: i64,
    /// Those that passed before and do not now.
    pub worse: i64,
}

const SELECT: &str = "SELECT k.*, c.name AS community, a.name AS account FROM checks k \
    JOIN communities c ON c.id = k.community_id LEFT JOIN accounts a ON a.id = k.account_id";

impl Store {
    /// The checks of a node and the nodes below it, in the order in which they were written.
    pub async fn checks(&self, place_path: &str) -> Result<Vec<Check>> {
        let mut bound = Vec::new();
        let within = below_any("c.path", &[place_path.to_owned()], &mut bound, 0);
        let statement = format!("{SELECT} WHERE 1 = 1{within} ORDER BY k.created_at, k.id");
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for value in bound {
            query = query.bind(value);
        }
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// The check with this id.
    pub async fn check(&self, id: &str) -> Result<Option<Check>> {
        let row = sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE k.id = $1")))
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Keeps a check; returns its id.
    pub async fn add_check(&self, new: &NewCheck, actor: &Actor) -> Result<String> {
        let id = new_id();
        sqlx::query(
            "INSERT INTO checks (id, community_id, question, variety, spoken, expect, account_id, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&id)
        .bind(&new.community_id)
        .bind(&new.question)
        .bind(new.variety.as_deref())
        .bind(i64::from(new.spoken))
        .bind(serde_json::to_string(&new.expect)?)
        .bind(actor.account_id.as_deref())
        .bind(now())
        .execute(&self.pool)
        .await?;
        Ok(id)
    }

    /// Changes a check; how it went before is forgotten.
    pub async fn edit_check(&self, id: &str, new: &NewCheck) -> Result<()> {
        sqlx::query(
            "UPDATE checks SET community_id = $1, question = $2, variety = $3, spoken = $4, expect = $5, \
             last_at = NULL, last_passed = NULL, last_why = NULL WHERE id = $6",
        )
        .bind(&new.community_id)
        .bind(&new.question)
        .bind(new.variety.as_deref())
        .bind(i64::from(new.spoken))
        .bind(serde_json::to_string(&new.expect)?)
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes a check away.
    pub async fn remove_check(&self, id: &str) -> Result<()> {
        sqlx::query("DELETE FROM checks WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// Keeps how checks went with what is published.
    pub async fn checks_went(&self, results: &[(String, bool, Option<String>)]) -> Result<()> {
        let mut transaction = self.write().await?;
        for (id, passed, why) in results {
            sqlx::query("UPDATE checks SET last_at = $1, last_passed = $2, last_why = $3 WHERE id = $4")
                .bind(now())
                .bind(i64::from(*passed))
                .bind(why.as_deref())
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Keeps that checks were run; the figures of `run` without its id and time.
    pub async fn keep_check_run(
        &self,
        community_id: &str,
        draft_id: Option<&str>,
        run: &CheckRunLine,
        actor: &Actor,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO check_runs (id, community_id, account_id, draft_id, total, passed, better, worse, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&run.id)
        .bind(community_id)
        .bind(actor.account_id.as_deref())
        .bind(draft_id)
        .bind(run.total)
        .bind(run.passed)
        .bind(run.better)
        .bind(run.worse)
        .bind(run.at)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The last runs of a node, the newest first.
    pub async fn check_runs(&self, community_id: &str) -> Result<Vec<CheckRunLine>> {
        let rows = sqlx::query(
            "SELECT r.*, a.name AS account FROM check_runs r LEFT JOIN accounts a ON a.id = r.account_id \
             WHERE r.community_id = $1 ORDER BY r.created_at DESC, r.id DESC LIMIT 50",
        )
        .bind(community_id)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(CheckRunLine {
                    id: row.try_get("id")?,
                    at: row.try_get("created_at")?,
                    by: by(row)?,
                    total: row.try_get("total")?,
                    passed: row.try_get("passed")?,
                    better: row.try_get("better")?,
                    worse: row.try_get("worse")?,
                })
            })
            .collect()
    }
}

fn by(row: &sqlx::any::AnyRow) -> Result<Option<Person>> {
    let id: Option<String> = row.try_get("account_id")?;
    let name: Option<String> = row.try_get("account")?;
    Ok(id.zip(name).map(|(id, name)| Person { id, name }))
}

fn read(row: &sqlx::any::AnyRow) -> Result<Check> {
    let last_at: Option<i64> = row.try_get("last_at")?;
    let last = match last_at {
        Some(at) => Some(LastResult {
            at,
            passed: row.try_get::<i64, _>("last_passed")? == 1,
            why: row.try_get("last_why")?,
        }),
        None => None,
    };
    Ok(Check {
        id: row.try_get("id")?,
        community: Named { id: row.try_get("community_id")?, name: row.try_get("community")? },
        question: row.try_get("question")?,
        variety: row.try_get("variety")?,
        spoken: row.try_get::<i64, _>("spoken")? == 1,
        expect: serde_json::from_str(row.try_get("expect")?)?,
        by: by(row)?,
        at: row.try_get("created_at")?,
        last,
    })
}
