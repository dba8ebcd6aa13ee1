//! The numbers of an outreach: added, claimed by one node, ended.

use std::collections::HashSet;

use anyhow::Result;
use serde_json::json;
use sqlx::{Row, any::AnyRow};

use super::{note, number_state};
use crate::outreach::{NumberState, Outreach, OutreachNumber, PastedNumber, Rules, Verdict};
use crate::phone::Number;
use crate::store::audit::Actor;
use crate::store::{Store, new_id, now};
use crate::work_orders::Satisfaction;

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// What came of adding numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Those that were added.
    pub added: usize,
    /// Lines whose number was in the list already.
    pub known: Vec<usize>,
}

/// A page of numbers, in their order.
#[derive(Clone, Debug)]
pub struct NumberPage {
    /// The numbers.
    pub numbers: Vec<OutreachNumber>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<i64>,
}

/// A number that this node calls.
#[derive(Clone, Debug)]
pub struct ClaimedNumber {
    /// Its id.
    pub id: String,
    /// Names this call.
    pub call_id: String,
    /// The number.
    pub number: Number,
    /// Id of the work order that they are asked about.
    pub work_order_id: Option<String>,
    /// Calls with this one.
    pub attempts: u32,
}

/// How a call to a claimed number ended.
#[derive(Clone, Debug)]
pub struct FinishedCall<'a> {
    /// The number.
    pub claimed: &'a ClaimedNumber,
    /// Where it stands now.
    pub state: NumberState,
    /// Name of the call's result; `None` where it was not called.
    pub result: Option<&'static str>,
    /// When it is due again, where it waits; else when the call ended.
    pub due_at: i64,
    /// How long they listened, in seconds.
    pub heard_seconds: u32,
    /// What they said to the question.
    pub verdict: Option<&'a Verdict>,
    /// The conversation that it was.
    pub conversation_id: Option<&'a str>,
}

impl Store {
    /// Adds numbers to the end of an outreach; those that it has already are told.
    pub async fn add_outreach_numbers(
        &self,
        outreach: &Outreach,
        numbers: &[PastedNumber],
        actor: &Actor,
    ) -> Result<Added> {
        let mut transaction = self.write().await?;
        // One after another, so that positions follow one another.
        self.hold(&mut transaction, "SELECT id FROM outreaches WHERE id = $1 FOR UPDATE", &outreach.id).await?;
        let known: Vec<String> = sqlx::query_scalar("SELECT number FROM outreach_numbers WHERE outreach_id = $1")
            .bind(&outreach.id)
            .fetch_all(&mut *transaction)
            .await?;
        let known: HashSet<String> = known.into_iter().collect();
        let mut position: i64 = sqlx::query_scalar(
            "SELECT CAST(COALESCE(MAX(position), 0) AS BIGINT) FROM outreach_numbers WHERE outreach_id = $1",
        )
        .bind(&outreach.id)
        .fetch_one(&mut *transaction)
        .await?;
        let mut added = Added::default();
        for pasted in numbers {
            if known.contains(pasted.number.whole()) {
                added.known.push(pasted.line);
                continue;
            }
            position += 1;
            added.added += 1;
            sqlx::query(
                "INSERT INTO outreach_numbers (id, outreach_id, position, number, name, state, due_at, created_at) \
                 VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6)",
            )
            .bind(new_id())
            .bind(&outreach.id)
            .bind(position)
            .bind(pasted.number.whole())
            .bind(pasted.name.as_deref())
            .bind(now())
            .execute(&mut *transaction)
            .await?;
        }
        let details = json!({"added": added.added});
        note(&mut transaction, actor, "outreach.numbers", &outreach.id, &outreach.community_id, details).await?;
        transaction.commit().await?;
        Ok(added)
    }

    /// The numbers of an outreach after a position, all or those that stand there.
    pub async fn outreach_numbers(
        &self,
        outreach_id: &str,
        state: Option<NumberState>,
        after: i64,
        most: u32,
    ) -> Result<NumberPage> {
        let rows = sqlx::query(
            "SELECT n.*, w.number AS order_number FROM outreach_numbers n \
             LEFT JOIN work_orders w ON w.id = n.work_order_id \
             WHERE n.outreach_id = $1 AND n.position > $2 AND ($3 = '' OR n.state = $3) ORDER BY n.position LIMIT $4",
        )
        .bind(outreach_id)
        .bind(after)
        .bind(state.map_or("", NumberState::id))
        .bind(i64::from(most) + 1)
        .fetch_all(&self.pool)
        .await?;
        let mut numbers = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        let more = numbers.len() > most as usize;
        numbers.truncate(most as usize);
        let next = more.then(|| numbers.last().map(|last| last.position)).flatten();
        Ok(NumberPage { numbers, next })
    }

    /// Claims the next number of a running outreach that is due at `at` and is not being called by anybody; it is this
    /// node's until `until`. The call counts from now on.
    pub async fn claim_outreach_number(&self, id: &str, at: i64, until: i64) -> Result<Option<ClaimedNumber>> {
        let skip = if self.sqlite { "" } else { " FOR UPDATE OF n SKIP LOCKED" };
        let statement = format!(
            "UPDATE outreach_numbers SET state = 'calling', attempts = attempts + 1, claimed_until = $1, \
             called_at = $2, call_id = id || '.' || (attempts + 1) WHERE id = \
             (SELECT n.id FROM outreach_numbers n WHERE n.outreach_id = $3 AND n.state = 'waiting' AND n.due_at <= $2 \
              AND NOT EXISTS (SELECT 1 FROM outreach_numbers b WHERE b.number = n.number AND b.state = 'calling') \
              AND EXISTS (SELECT 1 FROM outreaches o WHERE o.id = $3 AND o.state = 'running') \
              ORDER BY n.due_at, n.position LIMIT 1{skip}) AND state = 'waiting' \
             RETURNING id, call_id, number, work_order_id, attempts"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(until)
            .bind(at)
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| {
            Ok(ClaimedNumber {
                id: row.try_get("id")?,
                call_id: row.try_get("call_id")?,
                number: Number::new(row.try_get::<String, _>("number")?),
                work_order_id: row.try_get("work_order_id")?,
                attempts: row.try_get::<i64, _>("attempts")? as u32,
            })
        })
        .transpose()
    }

    /// Keeps a claim for longer: the call goes on.
    pub async fn renew_outreach_claim(&self, call_id: &str, until: i64) -> Result<()> {
        sqlx::query("UPDATE outreach_numbers SET claimed_until = $1 WHERE call_id = $2 AND state = 'calling'")
            .bind(until)
            .bind(call_id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Writes down how a call ended; `false` where the number was called again in between, because the claim was lost.
    pub async fn finish_outreach_call(&self, finished: &FinishedCall<'_>) -> Result<bool> {
        let called = finished.result.is_some();
        let done = sqlx::query(
            "UPDATE outreach_numbers SET state = $1, claimed_until = NULL, last_result = COALESCE($2, last_result), \
             due_at = $3, heard_seconds = $4, solved = $5, satisfaction = $6, note = $7, conversation_id = $8, \
             attempts = attempts - $9, called_at = CASE WHEN $9 = 1 THEN NULL ELSE called_at END \
             WHERE call_id = $10 AND state IN ('calling', 'waiting')",
        )
        .bind(finished.state.id())
        .bind(finished.result)
        .bind(finished.due_at)
        .bind(i64::from(finished.heard_seconds))
        .bind(finished.verdict.map(|verdict| i64::from(verdict.solved)))
        .bind(finished.verdict.and_then(|verdict| verdict.satisfaction).map(Satisfaction::name))
        .bind(finished.verdict.and_then(|verdict| verdict.note.as_deref()))
        .bind(finished.conversation_id)
        .bind(i64::from(!called))
        .bind(&finished.claimed.call_id)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Gives numbers back whose node went away in the call: they wait again, or failed where that was their last call.
    pub async fn give_back_lost_calls(&self, at: i64) -> Result<u64> {
        let rules = |column: &str| {
            format!("(SELECT o.{column} FROM outreaches o WHERE o.id = outreach_numbers.outreach_id)")
        };
        let statement = format!(
            "UPDATE outreach_numbers SET claimed_until = NULL, last_result = 'failed', \
             state = CASE WHEN attempts >= {} THEN 'failed' ELSE 'waiting' END, due_at = $1 + {MINUTE} * {} \
             WHERE state = 'calling' AND claimed_until <= $1",
            rules("attempts"),
            rules("minutes_between"),
        );
        let done = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(at).execute(&self.pool).await?;
        Ok(done.rows_affected())
    }
}

impl Rules {
    /// When a number is due again after a call that ended at `at`, in milliseconds since 1970.
    pub(crate) fn due_after(&self, at: i64) -> i64 {
        at + MINUTE * i64::from(self.minutes_between)
    }
}

fn read(row: &AnyRow) -> Result<OutreachNumber> {
    let solved: Option<i64> = row.try_get("solved")?;
    let satisfaction: Option<String> = row.try_get("satisfaction")?;
    let note: Option<String> = row.try_get("note")?;
    Ok(OutreachNumber {
        id: row.try_get("id")?,
        position: row.try_get("position")?,
        number: Number::new(row.try_get::<String, _>("number")?),
        name: row.try_get("name")?,
        work_order: row.try_get("order_number")?,
        state: number_state(&row.try_get::<String, _>("state")?)?,
        attempts: row.try_get::<i64, _>("attempts")? as u32,
        due_at: row.try_get("due_at")?,
        last_result: row.try_get("last_result")?,
        called_at: row.try_get("called_at")?,
        heard_seconds: row.try_get::<i64, _>("heard_seconds")? as u32,
        verdict: solved.map(|solved| Verdict {
            solved: solved != 0,
            satisfaction: satisfaction.as_deref().and_then(Satisfaction::named),
            note,
        }),
        conversation_id: row.try_get("conversation_id")?,
    })
}
