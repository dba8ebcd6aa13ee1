//! Calls what is due.
//!
//! Everything it needs is in the store, so that several nodes share the work and a stop loses nothing: a number is claimed
//! for a few minutes, the claim is renewed while the call lasts, and what is not renewed waits again.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use tokio::task::JoinSet;

use super::dial::{Dial, Outcome};
use super::list::{NumberState, Outreach};
use super::service::{Outreaches, bounded};
use crate::store::{Actor, ClaimedNumber, FinishedCall, MoveError, OptOutSource, WorkOrder};
use crate::work_orders::State;

/// How often it looks for numbers that are due.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long a claim holds that is not renewed, in milliseconds.
const CLAIM: i64 = 3 * 60 * 1000;
/// How often it is renewed.
const RENEW_EVERY: Duration = Duration::from_mins(1);
/// How often finished orders are looked through for residents to be asked, in milliseconds.
const FOLLOW_UP_EVERY: i64 = 60 * 1000;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Calls what is due.
#[derive(Clone)]
pub struct OutreachRunner {
    outreaches: Outreaches,
    dial: Arc<dyn Dial>,
    keep_free: usize,
    clock: Clock,
    followed_up_at: Arc<AtomicI64>,
}

impl OutreachRunner {
    /// Over a line of which `keep_free` calls are left for residents who call in.
    pub fn new(outreaches: Outreaches, dial: Arc<dyn Dial>, keep_free: usize) -> Self {
        Self {
            outreaches,
            dial,
            keep_free,
            clock: Arc::new(Timestamp::now),
            followed_up_at: Arc::default(),
        }
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Runs for ever; dropping it hangs up.
    pub async fn run(self) {
        let mut calls = JoinSet::new();
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(ended) = calls.join_next(), if !calls.is_empty() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a call of an outreach broke off; its number waits again");
                    }
                }
                _ = ticks.tick() => {
                    if let Err(error) = self.round(&mut calls).await {
                        tracing::error!(error = format!("{error:#}"), "outreach could not be looked after; trying again");
                    }
                }
            }
        }
    }

    fn now(&self) -> i64 {
        (self.clock)().as_millisecond()
    }

    /// One look: what was lost comes back, what is due is called, what is over ends. How many calls it began.
    async fn round(&self, calls: &mut JoinSet<()>) -> Result<usize> {
        let store = &self.outreaches.store;
        let at = self.now();
        let lost = store.give_back_lost_calls(at).await?;
        if lost > 0 {
            tracing::warn!(lost, "calls that broke off were given back");
        }
        self.collect_follow_ups(at).await?;
        store.finish_outreaches(at).await?;
        let mut open = Vec::new();
        for outreach in store.running_outreaches().await? {
            let time = self.outreaches.work_orders.time_at(&outreach.community_id).await?;
            if outreach.rules.may_call((self.clock)(), &time) {
                open.push(outreach);
            }
        }
        let mut free = self.dial.free().saturating_sub(self.keep_free);
        let mut begun = 0;
        // One of each in turn, so that a long list does not keep a short one waiting.
        while free > 0 && !open.is_empty() {
            let mut still = Vec::with_capacity(open.len());
            for outreach in open {
                if free == 0 {
                    break;
                }
                let Some(claimed) = store.claim_outreach_number(&outreach.id, at, at + CLAIM).await? else { continue };
                free -= 1;
                begun += 1;
                let (runner, task) = (self.clone(), outreach.clone());
                calls.spawn(async move { runner.carry_out(&task, &claimed).await });
                still.push(outreach);
            }
            open = still;
        }
        Ok(begun)
    }

    /// Puts residents on the lists whose finished orders nobody has said anything about.
    async fn collect_follow_ups(&self, at: i64) -> Result<()> {
        if at - self.followed_up_at.load(Ordering::Relaxed) < FOLLOW_UP_EVERY {
            return Ok(());
        }
        for due in self.outreaches.store.due_follow_ups(at).await? {
            self.outreaches.store.add_follow_up(&due).await?;
        }
        self.followed_up_at.store(at, Ordering::Relaxed);
        Ok(())
    }

    async fn carry_out(&self, outreach: &Outreach, claimed: &ClaimedNumber) {
        if let Err(error) = self.call(outreach, claimed).await {
            tracing::error!(
                call = claimed.call_id,
                error = format!("{error:#}"),
                "what came of call {} could not be kept; its number waits again",
                claimed.call_id
            );
        }
    }

    /// Calls a claimed number, unless it must not or need not be called, and keeps what came of it.
    async fn call(&self, outreach: &Outreach, claimed: &ClaimedNumber) -> Result<()> {
        let store = &self.outreaches.store;
        if store.opted_out(&outreach.place_path, &claimed.number).await? {
            return self.pass_over(claimed, NumberState::OptedOut).await;
        }
        let order = match &claimed.work_order_id {
            Some(id) => store.work_order_by_id(id).await?,
            None => None,
        };
        if order.as_ref().is_some_and(|order| order.state != State::FollowUp) {
            return self.pass_over(claimed, NumberState::Settled).await;
        }
        let call = self.outreaches.call(outreach, &claimed.call_id, &claimed.number, order.as_ref()).await?;
        let mut calling = pin!(bounded(self.dial.as_ref(), call));
        let mut renewals = tokio::time::interval(RENEW_EVERY);
        // The claim is fresh.
        renewals.reset();
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = &mut calling => break outcome,
                _ = renewals.tick() => store.renew_outreach_claim(&claimed.call_id, self.now() + CLAIM).await?,
            }
        };
        self.keep(outreach, claimed, order.as_ref(), &outcome).await
    }

    async fn pass_over(&self, claimed: &ClaimedNumber, state: NumberState) -> Result<()> {
        let finished = FinishedCall {
            claimed,
            state,
            result: None,
            due_at: self.now(),
            heard_seconds: 0,
            verdict: None,
            conversation_id: None,
        };
        self.outreaches.store.finish_outreach_call(&finished).await?;
        Ok(())
    }

    async fn keep(
        &self,
        outreach: &Outreach,
        claimed: &ClaimedNumber,
        order: Option<&WorkOrder>,
        outcome: &Outcome,
    ) -> Result<()> {
        let store = &self.outreaches.store;
        if outcome.opted_out {
            let program = Actor::program();
            store.add_opt_out(&outreach.community_id, &claimed.number, OptOutSource::Call, &program).await?;
        }
        // Before the call is closed: judging twice changes nothing more, a verdict that is lost would be missed.
        if let (Some(order), Some(verdict)) = (order, &outcome.verdict) {
            let request = format!("call {}", claimed.call_id);
            match self.outreaches.work_orders.judge(&order.number, &verdict.survey(), &request).await {
                // Somebody was quicker.
                Ok(_) | Err(MoveError::Refused(_) | MoveError::ChangedMeanwhile { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let at = self.now();
        let again = outcome.result.worth_another_try() && claimed.attempts < outreach.rules.attempts;
        let (state, due_at) = if outcome.opted_out {
            (NumberState::OptedOut, at)
        } else if again {
            (NumberState::Waiting, outreach.rules.due_after(at))
        } else {
            (NumberState::Ended(outcome.result), at)
        };
        let finished = FinishedCall {
            claimed,
            state,
            result: Some(outcome.result.id()),
            due_at,
            heard_seconds: outcome.heard_seconds,
            verdict: outcome.verdict.as_ref(),
            conversation_id: outcome.conversation_id.as_deref(),
        };
        store.finish_outreach_call(&finished).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
