//! What must happen by itself: clocks that change, alerts that go out, orders that are put away.
//!
//! Everything it needs is in the store, so that after a stop it goes on where it was: clocks are
//! read anew, jobs that were claimed come back after a minute.

use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;

use super::alerting;
use super::clocks::{Clocks, Reading, status_name};
use super::lifecycle::Actor;
use super::moves::{Move, Survey};
use super::service::WorkOrders;
use super::state::State;
use super::wording;
use crate::alerts::{Deliverer, Notice, Target};
use crate::conversation::Reason;
use crate::privacy::phone_in;
use crate::store::{
    Addition, ClaimedJob, Contact, Job, MoveError, NewJob, NewWorkOrder, OrderKind, OwedWord, WorkOrder, now,
};
use crate::working_time::ClockStatus;

/// Longest sleep: another program over the same store may have written.
const LONGEST_SLEEP_MS: i64 = 2_000;

/// Orders or jobs taken at once.
const BATCH: u32 = 50;

/// How long finished jobs are kept, in milliseconds: three days.
const KEEP_JOBS_MS: i64 = 3 * 24 * 60 * 60 * 1000;

/// How long names that nobody has are counted after the last try, in milliseconds: ninety days.
const KEEP_LOGINS_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// Does what must happen by itself.
#[derive(Clone, Debug)]
pub struct Runner {
    work_orders: WorkOrders,
    deliverer: Deliverer,
    base_url: String,
    urgent_every_ms: i64,
}

impl Runner {
    /// `base_url` is where staff reach the desk; an urgent order alerts again every
    /// `urgent_every` until somebody signs for it.
    pub fn new(work_orders: WorkOrders, deliverer: Deliverer, base_url: &str, urgent_every: Duration) -> Self {
        Self {
            work_orders,
            deliverer,
            base_url: base_url.trim_end_matches('/').to_owned(),
            urgent_every_ms: urgent_every.as_millis() as i64,
        }
    }

    /// Runs for ever.
    pub async fn run(self) {
        let mut forgot_at = 0;
        loop {
            let more = match self.round().await {
                Ok(more) => more,
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "clocks and jobs could not be looked after");
                    false
                }
            };
            if now() - forgot_at > KEEP_JOBS_MS / 72 {
                forgot_at = now();
                if let Err(error) = self.work_orders.store.forget_finished_jobs(forgot_at - KEEP_JOBS_MS).await {
                    tracing::warn!(error = format!("{error:#}"), "old jobs could not be forgotten");
                }
                let before = forgot_at - KEEP_LOGINS_MS;
                if let Err(error) = self.work_orders.store.forget_unknown_logins(before).await {
                    tracing::warn!(error = format!("{error:#}"), "old sign-ins could not be forgotten");
                }
            }
            if !more {
                let _ = tokio::time::timeout(self.sleep().await, self.work_orders.jobs.notified()).await;
            }
        }
    }

    /// Until the next clock or job, at most two seconds.
    async fn sleep(&self) -> Duration {
        let store = &self.work_orders.store;
        let next = [store.next_clock_at().await, store.next_job_at().await]
            .into_iter()
            .filter_map(|next| next.ok().flatten())
            .min()
            .unwrap_or(i64::MAX);
        // A job that just failed or is claimed elsewhere lies in the past: no busy waiting.
        Duration::from_millis((next.saturating_sub(now())).clamp(200, LONGEST_SLEEP_MS) as u64)
    }

    /// One look at clocks and jobs; whether there may be more at once.
    async fn round(&self) -> Result<bool> {
        let at = now();
        let due = self.work_orders.store.orders_with_due_clocks(at, BATCH).await?;
        for order in &due {
            self.clock(order, at).await?;
        }
        let jobs = self.work_orders.store.claim_jobs(at, BATCH).await?;
        if !due.is_empty() {
            self.work_orders.changed();
        }
        let count = jobs.len();
        for job in jobs {
            self.job(job).await;
        }
        Ok(due.len() == BATCH as usize || count > 0)
    }

    /// The clock of an order has gone over into another status.
    async fn clock(&self, order: &WorkOrder, at: i64) -> Result<()> {
        let time = self.work_orders.time_at(&order.community_id).await?;
        let reading = order.clocks.read(&time, Timestamp::from_millisecond(at)?);
        let text = match reading.status {
            Some(ClockStatus::Warning) => Some(wording::CLOCK_WARNS),
            Some(ClockStatus::Overdue) => Some(wording::CLOCK_RAN_OUT),
            _ => None,
        };
        tracing::info!(
            work_order = order.number,
            status = status_name(reading.status),
            "the clock of work order {} changed",
            order.number
        );
        self.work_orders.store.clock_changed(order, reading, text, at).await
    }

    async fn job(&self, claimed: ClaimedJob) {
        let store = &self.work_orders.store;
        let outcome = match &claimed.job {
            Job::Alert { event, work_order_id, account_id } => {
                self.alert(event, work_order_id, account_id.as_deref()).await
            }
            Job::Urgent { work_order_id } => self.urgent(work_order_id).await,
            Job::Archive { work_order_id } => self.archive(work_order_id).await,
            Job::NobodyCame { conversation_id, asked_at } => self.nobody_came(conversation_id, *asked_at).await,
            Job::AwaitWord { conversation_id, wait_ms } => self.await_word(conversation_id, *wait_ms).await,
            Job::Deliver { target_id, email, notice } => {
                return self.deliver(&claimed, target_id.as_deref(), email.as_deref(), notice).await;
            }
        };
        let kept = match outcome {
            Ok(followers) => store.finish_job(&claimed.id, &followers).await,
            Err(error) => {
                let error = format!("{error:#}");
                tracing::error!(job = claimed.id, error, "a job failed");
                // Doubling from a second to an hour; after a day of trying it is given up.
                let wait = 1000 * (1 << claimed.attempts.min(12));
                let again = (claimed.attempts < 30).then(|| now() + wait.min(3_600_000));
                store.fail_job(&claimed.id, &error, again).await
            }
        };
        if let Err(error) = kept {
            tracing::error!(job = claimed.id, error = format!("{error:#}"), "a job could not be closed");
        }
    }

    /// One delivery for each receiver that wants to know, in its own job with its own repetitions.
    async fn alert(&self, event: &str, work_order_id: &str, account_id: Option<&str>) -> Result<Vec<NewJob>> {
        let store = &self.work_orders.store;
        let Some(order) = store.work_order_by_id(work_order_id).await? else { return Ok(Vec::new()) };
        let lineage = store.lineage(&order.community_id).await?;
        let name = lineage.first().map_or("", |node| node.name.as_str());
        let notice = alerting::notice(&order, name, event, &self.base_url, Timestamp::now());
        let notice = serde_json::to_value(&notice)?;
        let nodes: Vec<String> = lineage.iter().map(|node| node.id.clone()).collect();
        let mut followers = Vec::new();
        let deliver = |target_id: Option<String>, email: Option<String>| NewJob {
            job: Job::Deliver { target_id, email, notice: notice.clone() },
            key: None,
            run_at: now(),
        };
        for target in store.alert_targets_of(&nodes, event).await? {
            followers.push(deliver(Some(target.id), None));
        }
        let concerns_assignee = matches!(event, "dispatch" | "warning" | "overdue" | "supervise");
        let account = match account_id {
            None if concerns_assignee => order.assignee_id.clone(),
            told => told.map(str::to_owned),
        };
        if self.deliverer.sends_mail()
            && let Some(account) = &account
            && let Some(email) = store.email_of(account).await?
        {
            followers.push(deliver(None, Some(email)));
        }
        Ok(followers)
    }

    async fn urgent(&self, work_order_id: &str) -> Result<Vec<NewJob>> {
        let order = self.work_orders.store.work_order_by_id(work_order_id).await?;
        let waits = order.is_some_and(|order| order.urgent && order.state.awaits_signature());
        if !waits {
            return Ok(Vec::new());
        }
        Ok(vec![
            NewJob::alert("urgent", work_order_id, now()),
            NewJob::urgent(work_order_id, now() + self.urgent_every_ms),
        ])
    }

    /// The resident has not answered: what is finished is put away, and counts as not reached.
    async fn archive(&self, work_order_id: &str) -> Result<Vec<NewJob>> {
        let Some(order) = self.work_orders.store.work_order_by_id(work_order_id).await? else {
            return Ok(Vec::new());
        };
        if order.state != State::FollowUp {
            return Ok(Vec::new());
        }
        let made = Move::FollowUp { survey: Survey::default() };
        let request = format!("archive {}", order.version);
        match self
            .work_orders
            .make_move(&order.number, &made, &Actor::System, &request, Some(order.version))
            .await
        {
            // Somebody was quicker.
            Ok(_) | Err(MoveError::ChangedMeanwhile { .. } | MoveError::Refused(_)) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    async fn nobody_came(&self, conversation_id: &str, asked_at: Option<i64>) -> Result<Vec<NewJob>> {
        let told = wording::NOBODY_CAME;
        self.work_orders.store.nobody_came(conversation_id, asked_at, told, now()).await?;
        self.work_orders.changed();
        Ok(Vec::new())
    }

    /// Whoever holds a conversation and leaves the resident without a word loses it; what was said
    /// stands in an order.
    async fn await_word(&self, conversation_id: &str, wait_ms: i64) -> Result<Vec<NewJob>> {
        let store = &self.work_orders.store;
        let at = now();
        let Some(owed) = store.owed_word(conversation_id).await? else { return Ok(Vec::new()) };
        // What was said later is looked after by a job of its own.
        if owed.since + wait_ms > at {
            return Ok(Vec::new());
        }
        let new = match &owed.order {
            Some(_) if owed.said.is_empty() => None,
            Some(number) => {
                let addition = Addition { note: Some(owed.said.join("；")), ..Addition::default() };
                let request = format!("unanswered {}", owed.turn_id);
                self.work_orders.add(number, None, &addition, &request).await?;
                None
            }
            None => Some(self.unanswered(&owed).await?),
        };
        if store.take_back(&owed, new.as_ref(), at).await? {
            tracing::info!(conversation = conversation_id, "a conversation was taken back from a silent holder");
            self.work_orders.changed();
        }
        Ok(Vec::new())
    }

    /// An order about what nobody answered.
    async fn unanswered(&self, owed: &OwedWord) -> Result<NewWorkOrder> {
        let question = if owed.said.is_empty() { owed.newest.clone() } else { owed.said.join("；") };
        let mut order = NewWorkOrder {
            kind: OrderKind::Help.name().to_owned(),
            urgent: false,
            reason: Reason::AskedForPerson,
            community_id: owed.community_id.clone(),
            conversation_id: owed.conversation_id.clone(),
            contact: Contact { phone: phone_in(&question), name: None },
            question,
            slots: std::collections::BTreeMap::new(),
            evidence: Vec::new(),
            department: None,
            clocks: Clocks::default(),
            reading: Reading::default(),
        };
        self.work_orders.complete(&mut order).await?;
        Ok(order)
    }

    async fn deliver(
        &self,
        claimed: &ClaimedJob,
        target_id: Option<&str>,
        email: Option<&str>,
        notice: &serde_json::Value,
    ) {
        let store = &self.work_orders.store;
        let result = async {
            let notice: Notice = serde_json::from_value(notice.clone())?;
            let target = match (target_id, email) {
                (Some(id), _) => store.alert_target(id).await?.map(|kept| kept.target),
                (None, Some(address)) => Some(Target::Email { address: address.to_owned() }),
                (None, None) => None,
            };
            // A receiver that was taken away in between.
            let Some(target) = target else { return store.finish_job(&claimed.id, &[]).await };
            match self.deliverer.deliver(&target, &notice, Timestamp::now()).await {
                Ok(()) => {
                    if let Some(id) = target_id {
                        store.note_delivery(id, None, now()).await?;
                    }
                    store.finish_job(&claimed.id, &[]).await
                }
                Err(error) => {
                    tracing::warn!(job = claimed.id, to = %target, error = %error.reason(), "an alert did not arrive");
                    if let Some(id) = target_id {
                        store.note_delivery(id, Some(&error.reason().to_string()), now()).await?;
                    }
                    let again = error
                        .retry_in(claimed.attempts + 1, rand::random())
                        .map(|wait| now() + wait.as_millis() as i64);
                    store.fail_job(&claimed.id, &error.reason().to_string(), again).await
                }
            }
        };
        if let Err(error) = result.await {
            tracing::error!(job = claimed.id, error = format!("{error:#}"), "a delivery could not be closed");
        }
    }
}

#[cfg(test)]
mod tests;
