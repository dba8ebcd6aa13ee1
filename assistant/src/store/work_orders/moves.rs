//! Moves: state, clocks, history, what the resident is told and who is alerted, in one transaction.

use jiff::Timestamp;
use sqlx::{Any, Row, Transaction};

use super::super::audit::{self, AuditEntry};
use super::super::jobs::{self, Job, NewJob};
use super::super::{Store, messages};
use super::{NewEvent, WorkOrder, happened, lock};
use crate::work_orders::{
    Actor, Assignment, Kinds, Move, MoveName, Refusal, Satisfaction, Standing, State, Transition, apply, status_name,
};
use crate::working_time::WorkingTime;

/// How long a finished order waits for the resident's verdict, in milliseconds: seven days.
const VERDICT_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What a change must know besides the order.
#[derive(Clone, Copy, Debug)]
pub struct Changed<'a> {
    /// Names the request, so that repeating it changes nothing more.
    pub request_id: &'a str,
    /// The version that whoever changes it saw; `None`: whatever it is now.
    pub version: Option<i64>,
    /// Who changes it.
    pub actor: &'a Actor,
    /// The kinds of the site.
    pub kinds: &'a Kinds,
    /// Working time at the order's place.
    pub time: &'a WorkingTime,
    /// Now.
    pub now: Timestamp,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// There is no such order.
    #[error("没有这张工单，请核对工单号。")]
    NoSuchOrder,
    /// Somebody changed it in between.
    #[error("{what}，您看到的已经不是最新的。请看一下再决定。")]
    ChangedMeanwhile {
        /// Who did what.
        what: String,
        /// Its version now.
        version: i64,
    },
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

impl From<sqlx::Error> for MoveError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// An order after a change.
#[derive(Debug)]
pub struct Moved {
    /// The order.
    pub order: WorkOrder,
    /// Whether the same request had been made before.
    pub repeated: bool,
}

impl WorkOrder {
    /// What the rules must know of it.
    pub fn standing(&self, kinds: &Kinds) -> Standing {
        Standing {
            number: self.number.clone(),
            state: self.state,
            state_before: self.state_before,
            assignee_id: self.assignee_id.clone(),
            returned: self.returned,
            needs_review: kinds.get(&self.kind).is_some_and(|kind| kind.needs_review),
            answer: self.answer.clone(),
        }
    }
}

impl Store {
    /// Makes a move, whole or not at all.
    pub async fn make_move(&self, number: &str, made: &Move, change: Changed<'_>) -> Result<Moved, MoveError> {
        let mut transaction = self.write().await?;
        let Some(order) = begin(self, &mut transaction, number, change).await? else {
            drop(transaction);
            let order = self.work_order(number, None).await?.ok_or(MoveError::NoSuchOrder)?;
            return Ok(Moved { order, repeated: true });
        };
        let transition = apply(&order.standing(change.kinds), change.actor, made)?;
        let merged_into = match made {
            Move::Merge { into } => Some(merge_target(self, &mut transaction, &order, into).await?),
            _ => None,
        };
        write(&mut transaction, &order, made, &transition, merged_into.as_deref(), change).await?;
        let details = serde_json::json!({"move": made.name(), "from": order.state, "to": transition.to});
        trail(&mut transaction, &order, change.actor, "work_order.move", details).await?;
        transaction.commit().await?;
        let order = self.work_order(number, None).await?.ok_or(MoveError::NoSuchOrder)?;
        Ok(Moved { order, repeated: false })
    }
}

/// Writes what staff did into the audit trail; what residents and the program do stands in the
/// history alone.
pub(super) async fn trail(
    transaction: &mut Transaction<'_, Any>,
    order: &WorkOrder,
    actor: &Actor,
    action: &str,
    details: serde_json::Value,
) -> Result<(), MoveError> {
    let Actor::Staff { account_id, address, .. } = actor else { return Ok(()) };
    let entry = AuditEntry {
        actor: &audit::Actor::account(account_id, address),
        action,
        subject: format!("work_order:{}", order.number),
        community_id: Some(&order.community_id),
        details,
    };
    Ok(audit::audit(transaction, &entry).await?)
}

/// The order as it is about to be changed; `None` where the same request was made before.
pub(super) async fn begin(
    store: &Store,
    transaction: &mut Transaction<'_, Any>,
    number: &str,
    change: Changed<'_>,
) -> Result<Option<WorkOrder>, MoveError> {
    let order = lock(store, transaction, number).await?.ok_or(MoveError::NoSuchOrder)?;
    let made: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM work_order_events WHERE work_order_id = $1 AND request_id = $2",
    )
    .bind(&order.id)
    .bind(change.request_id)
    .fetch_one(&mut **transaction)
    .await?;
    if made > 0 {
        return Ok(None);
    }
    if change.version.is_some_and(|seen| seen != order.version) {
        let last = sqlx::query(
            "SELECT e.body, a.name FROM work_order_events e LEFT JOIN accounts a ON a.id = e.account_id \
             WHERE e.work_order_id = $1 ORDER BY e.at DESC, e.id DESC LIMIT 1",
        )
        .bind(&order.id)
        .fetch_one(&mut **transaction)
        .await?;
        let body: String = last.try_get("body")?;
        let name: Option<String> = last.try_get("name")?;
        return Err(MoveError::ChangedMeanwhile {
            what: format!("{}刚刚做了更新（{body}）", name.unwrap_or_else(|| "系统或居民".to_owned())),
            version: order.version,
        });
    }
    Ok(Some(order))
}

/// Id of the order that another becomes part of.
async fn merge_target(
    store: &Store,
    transaction: &mut Transaction<'_, Any>,
    order: &WorkOrder,
    into: &str,
) -> Result<String, MoveError> {
    let refused = |text: String| MoveError::Refused(Refusal::NotPossible(text));
    let target = lock(store, transaction, into)
        .await?
        .ok_or_else(|| refused(format!("没有工单 {into}，请核对工单号。")))?;
    match target.state {
        State::Merged => Err(refused(format!("工单 {into} 已经并入别的工单，请填主办的那一张。"))),
        State::Archived => Err(refused(format!("工单 {into} 已经归档，不能再并入；需要的话先重办。"))),
        _ => {
            // Those that were part of this one follow it.
            sqlx::query("UPDATE work_orders SET merged_into = $1 WHERE merged_into = $2")
                .bind(&target.id)
                .bind(&order.id)
                .execute(&mut **transaction)
                .await?;
            let text = format!("工单 {} 并入本单", order.number);
            let event = NewEvent { open: false, ..NewEvent::open("merged", &text) };
            happened(transaction, &target.id, event, order.updated_at.max(super::super::now())).await?;
            Ok(target.id)
        }
    }
}

async fn write(
    transaction: &mut Transaction<'_, Any>,
    order: &WorkOrder,
    made: &Move,
    transition: &Transition,
    merged_into: Option<&str>,
    change: Changed<'_>,
) -> Result<(), MoveError> {
    let at = change.now.as_millisecond();
    let kind = change.kinds.get(&order.kind);
    let mut clocks = order.clocks.clone();
    clocks.follow(transition.clock, kind, order.urgent, change.now);
    let reading = clocks.read(change.time, change.now);
    let name = made.name();
    let assignee = match &transition.assignment {
        Assignment::Keep => order.assignee_id.as_deref(),
        Assignment::To(account) => Some(account.as_str()),
        Assignment::Nobody => None,
    };
    let reopened = transition.clock == crate::work_orders::ClockEffect::Restart;
    let done = transition.clock == crate::work_orders::ClockEffect::Finished;
    let (outcome, answer) = match made {
        Move::Finish { outcome, answer } => (Some(outcome.as_str()), Some(answer.as_str())),
        Move::Decline { answer } => (Some("不予受理"), Some(answer.as_str())),
        _ => (order.outcome.as_deref(), order.answer.as_deref()),
    };
    let survey = match made {
        Move::FollowUp { survey } => Some(survey),
        _ => order.survey.as_ref(),
    };
    let updated = sqlx::query(
        "UPDATE work_orders SET state = $1, state_before = $2, assignee_id = $3, version = version + 1, \
         supervised = CASE WHEN $4 = 1 THEN 1 ELSE supervised END, returned = returned + $5, \
         reopened = reopened + $6, extended = extended + $7, waiting_for_resident = $8, \
         merged_into = $9, outcome = $10, answer = $11, contacted = $12, solved = $13, satisfaction = $14, \
         signed_at = CASE WHEN $15 = 1 THEN COALESCE(signed_at, $16) ELSE signed_at END, \
         finished_at = CASE WHEN $17 = 1 THEN $16 WHEN $6 = 1 THEN NULL ELSE finished_at END, \
         archived_at = CASE WHEN $18 = 1 THEN $16 ELSE NULL END, \
         clocks = $19, clock_status = $20, due_at = $21, clock_next_at = $22, updated_at = $16 \
         WHERE id = $23 AND version = $24",
    )
    .bind(transition.to.name())
    .bind((transition.to == State::Merged).then(|| order.state.name()))
    .bind(assignee)
    .bind(i64::from(name == MoveName::Supervise))
    .bind(i64::from(name == MoveName::Return))
    .bind(i64::from(reopened))
    .bind(i64::from(name == MoveName::Extend))
    .bind(i64::from(name == MoveName::AskResident))
    .bind(merged_into)
    .bind(outcome)
    .bind(answer)
    .bind(survey.map(|survey| i64::from(survey.contacted)))
    .bind(survey.and_then(|survey| survey.solved).map(i64::from))
    .bind(survey.and_then(|survey| survey.satisfaction).map(Satisfaction::name))
    .bind(i64::from(matches!(name, MoveName::Sign | MoveName::Claim)))
    .bind(at)
    .bind(i64::from(done))
    .bind(i64::from(transition.to == State::Archived))
    .bind(serde_json::to_string(&clocks).map_err(anyhow::Error::from)?)
    .bind(status_name(reading.status))
    .bind(reading.due_at)
    .bind(reading.next_at)
    .bind(&order.id)
    .bind(order.version)
    .execute(&mut **transaction)
    .await?;
    if updated.rows_affected() != 1 {
        return Err(MoveError::ChangedMeanwhile {
            what: "有人同时改了这张工单".to_owned(),
            version: order.version + 1,
        });
    }
    let label = serde_json::to_value(name).map_err(anyhow::Error::from)?;
    let label = label.as_str().unwrap_or_default();
    let event = NewEvent {
        kind: label,
        text: &transition.history,
        // Words between workers stay with them.
        open: !matches!(
            name,
            MoveName::Return | MoveName::AskExtension | MoveName::Supervise | MoveName::SendBack
        ),
        account_id: change.actor.account_id(),
        from_state: Some(order.state),
        to_state: Some(transition.to),
        request_id: Some(change.request_id),
    };
    let event_id = happened(transaction, &order.id, event, at).await?;
    if let Some(told) = &transition.told {
        tell(transaction, order, told, &event_id, at).await?;
    }
    follow_up_jobs(transaction, order, name, transition, label, at).await?;
    Ok(())
}

async fn follow_up_jobs(
    transaction: &mut Transaction<'_, Any>,
    order: &WorkOrder,
    name: MoveName,
    transition: &Transition,
    label: &str,
    at: i64,
) -> Result<(), MoveError> {
    let alerts = matches!(
        name,
        MoveName::Dispatch | MoveName::Return | MoveName::AskExtension | MoveName::Supervise | MoveName::Reopen
    );
    if alerts {
        jobs::enqueue(transaction, &NewJob::alert(label, &order.id, at)).await?;
    }
    if transition.to == State::FollowUp {
        let archive = NewJob {
            job: Job::Archive { work_order_id: order.id.clone() },
            key: Some(format!("archive {} {}", order.id, order.version)),
            run_at: at + VERDICT_MS,
        };
        jobs::enqueue(transaction, &archive).await?;
    }
    Ok(())
}

/// Tells the resident, and every resident whose order is part of this one, each by their own number.
pub(super) async fn tell(
    transaction: &mut Transaction<'_, Any>,
    order: &WorkOrder,
    text: &str,
    event_id: &str,
    at: i64,
) -> Result<(), MoveError> {
    let mut heard = vec![(order.id.clone(), order.number.clone(), order.conversation_id.clone())];
    let parts = sqlx::query("SELECT id, number, conversation_id FROM work_orders WHERE merged_into = $1")
        .bind(&order.id)
        .fetch_all(&mut **transaction)
        .await?;
    for part in &parts {
        heard.push((part.try_get("id")?, part.try_get("number")?, part.try_get("conversation_id")?));
    }
    for (id, number, conversation_id) in heard {
        let message = messages::NewMessage {
            conversation_id: &conversation_id,
            author: "notice",
            account_id: None,
            work_order_id: Some(&id),
            text: &text.replace(&order.number, &number),
            client_id: &format!("{event_id} {number}"),
        };
        messages::insert(transaction, &message, at).await?;
    }
    Ok(())
}
