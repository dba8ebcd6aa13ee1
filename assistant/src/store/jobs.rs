//! Work that must be done even if the program stops in between: kept, claimed, repeated.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sqlx::{Any, Row, Transaction};

use super::{Store, new_id, now};

/// How long a claimed job stays with who claimed it, in milliseconds; then it is somebody else's.
const LEASE_MS: i64 = 60_000;

/// What is to be done; each is harmless when done twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Tell the places that want to know of an order's event.
    Alert {
        /// `filed`, a clock's status, the name of a move, `urgent`, `unanswered`.
        event: String,
        /// Id of the order.
        work_order_id: String,
        /// An account that is told too, where it is not the one that the order is assigned to.
        #[serde(default)]
        account_id: Option<String>,
    },
    /// Alert again as long as nobody has signed for an urgent order.
    Urgent {
        /// Id of the order.
        work_order_id: String,
    },
    /// Bring one notice to one receiver.
    Deliver {
        /// Where to; `None` is the address of an account.
        target_id: Option<String>,
        /// E-mail address of the account.
        email: Option<String>,
        /// The notice.
        notice: serde_json::Value,
    },
    /// Put a finished order away if the resident has not said otherwise.
    Archive {
        /// Id of the order.
        work_order_id: String,
    },
    /// Tell a resident that no person has come to the conversation.
    NobodyCame {
        /// Id of the conversation.
        conversation_id: String,
        /// When the person was asked for: who came and went since is asked for anew.
        #[serde(default)]
        asked_at: Option<i64>,
    },
    /// Take a conversation back from a person who has said nothing for too long.
    AwaitWord {
        /// Id of the conversation.
        conversation_id: String,
        /// How long the resident waits for a word, in milliseconds.
        wait_ms: i64,
    },
}

impl Job {
    fn kind(&self) -> &'static str {
        match self {
            Self::Alert { .. } => "alert",
            Self::Urgent { .. } => "urgent",
            Self::Deliver { .. } => "deliver",
            Self::Archive { .. } => "archive",
            Self::NobodyCame { .. } => "nobody_came",
            Self::AwaitWord { .. } => "await_word",
        }
    }
}

/// A job to be kept.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// What is to be done.
    pub job: Job,
    /// At most one unfinished job of a key; a second is not kept.
    pub key: Option<String>,
    /// Not before this, in milliseconds since 1970.
    pub run_at: i64,
}

impl NewJob {
    /// An alert about an order, at once.
    pub fn alert(event: &str, work_order_id: &str, at: i64) -> Self {
        Self {
            job: Job::Alert {
                event: event.to_owned(),
                work_order_id: work_order_id.to_owned(),
                account_id: None,
            },
            key: None,
            run_at: at,
        }
    }

    /// A look whether the resident of a conversation that a person holds has been answered, `wait_ms`
    /// after `at`. `cause` names what they wait after: each is looked after once.
    pub fn await_word(conversation_id: &str, cause: &str, wait_ms: i64, at: i64) -> Self {
        Self {
            job: Job::AwaitWord {
                conversation_id: conversation_id.to_owned(),
                wait_ms,
            },
            key: Some(format!("word {conversation_id} {cause}")),
            run_at: at + wait_ms,
        }
    }

    /// The first repetition of an urgent alert.
    pub fn urgent(work_order_id: &str, at: i64) -> Self {
        Self {
            job: Job::Urgent { work_order_id: work_order_id.to_owned() },
            key: Some(format!("urgent {work_order_id}")),
            run_at: at,
        }
    }
}

/// A job that this program has claimed.
#[derive(Clone, Debug)]
pub struct ClaimedJob {
    /// Its id.
    pub id: String,
    /// What is to be done.
    pub job: Job,
    /// How often it was tried before.
    pub attempts: u32,
}

/// Keeps a job inside a transaction.
pub(super) async fn enqueue(transaction: &mut Transaction<'_, Any>, new: &NewJob) -> Result<()> {
    sqlx::query(
        "INSERT INTO jobs (id, kind, payload, key, run_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(new_id())
    .bind(new.job.kind())
    .bind(serde_json::to_string(&new.job)?)
    .bind(new.key.as_deref())
    .bind(new.run_at)
    .bind(now())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

impl Store {
    /// Keeps jobs.
    pub async fn enqueue(&self, new: &[NewJob]) -> Result<()> {
        let mut transaction = self.write().await?;
        for job in new {
            enqueue(&mut transaction, job).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Claims up to `most` jobs that are due at `at`; nobody else gets them for a minute.
    pub async fn claim_jobs(&self, at: i64, most: u32) -> Result<Vec<ClaimedJob>> {
        let skip = if self.sqlite { "" } else { " FOR UPDATE SKIP LOCKED" };
        let statement = format!(
            "UPDATE jobs SET claimed_until = $1, attempts = attempts + 1 WHERE id IN \
             (SELECT id FROM jobs WHERE finished_at IS NULL AND failed_at IS NULL AND run_at <= $2 \
              AND (claimed_until IS NULL OR claimed_until <= $2) ORDER BY run_at, id LIMIT $3{skip}) \
             RETURNING id, payload, attempts"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(at + LEASE_MS)
            .bind(at)
            .bind(i64::from(most))
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ClaimedJob {
                    id: row.try_get("id")?,
                    job: serde_json::from_str(row.try_get("payload")?)?,
                    attempts: row.try_get::<i64, _>("attempts")? as u32 - 1,
                })
            })
            .collect()
    }

    /// Notes that a job is done, and keeps those that follow from it, in one transaction.
    pub async fn finish_job(&self, id: &str, followers: &[NewJob]) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE jobs SET finished_at = $1 WHERE id = $2")
            .bind(now())
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        for job in followers {
            enqueue(&mut transaction, job).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Notes that a job failed; it is tried again at `again`, or given up.
    pub async fn fail_job(&self, id: &str, error: &str, again: Option<i64>) -> Result<()> {
        sqlx::query(
            "UPDATE jobs SET error = $1, claimed_until = NULL, run_at = COALESCE($2, run_at), \
             failed_at = CASE WHEN $2 IS NULL THEN CAST($3 AS BIGINT) ELSE NULL END WHERE id = $4",
        )
        .bind(error)
        .bind(again)
        .bind(now())
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// When the next job is due, in milliseconds since 1970.
    pub async fn next_job_at(&self) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar(
            "SELECT MIN(run_at) FROM jobs WHERE finished_at IS NULL AND failed_at IS NULL",
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// Forgets jobs that ended before `before`; those that were given up are kept for the operator.
    pub async fn forget_finished_jobs(&self, before: i64) -> Result<u64> {
        let done = sqlx::query("DELETE FROM jobs WHERE finished_at IS NOT NULL AND finished_at < $1")
            .bind(before)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected())
    }
}
