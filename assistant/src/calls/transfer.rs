//! From the assistant to a person: the worker is rung and told what it is about before the two speak; where
//! nobody takes the call, the caller is with us again.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use models::recognize::voice::{Earshot, EndpointOptions, Heard, Listener};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::mouth::{Mouth, Said};
use super::talk::Talk;
use super::wording;
use crate::config::Transfer;
use crate::phone::{Call, CallEvent, Ending, TransferProgress};
use crate::voice::{Command, Manner, Speaking};

/// Time that a worker who has picked up has to say a word or press a key after the summary.
const ACCEPTED_WITHIN: Duration = Duration::from_secs(12);
/// Voice that shows a person on the line.
const A_WORD: Duration = Duration::from_millis(240);
/// How often a caller who waits is told so.
const STILL: Duration = Duration::from_secs(9);

/// How an attempt to reach a person ended.
enum Reached {
    /// A person spoke with the caller and has hung up; the caller is still there.
    Spoke,
    /// Nobody took the call.
    Nobody,
    /// The caller has gone, or is with the person now.
    Over(Ending),
}

impl Talk {
    /// Tries to connect the caller with a person, who is rung while the caller is still being told so; `Some` where
    /// the call is over for us.
    pub(super) async fn transfer(&mut self) -> Result<Option<Ending>> {
        // Until somebody is reached or not, nothing that the caller says is meant for us.
        self.command(Command::Forget);
        self.heard_now = false;
        let assistant = Arc::clone(&self.calls.assistant);
        let target = self.calls.person(&self.wires.facts, &self.community.id).await?;
        if !assistant.is_staffed(&self.community.id).await? {
            // The reply has said when somebody is there again.
            self.ask_for_number();
            return Ok(None);
        }
        let Some(target) = target.filter(|_| self.calls.line.is_some()) else {
            let by = self.call_back_by().await?;
            self.mouth.say(wording::nobody_to_ring(by));
            self.ask_for_number();
            return Ok(None);
        };
        self.mouth.say(wording::CONNECTING);
        let reached = match self.calls.settings.transfer {
            Transfer::Bridge => self.bridge(&target).await?,
            Transfer::Refer => self.refer(&target).await,
        };
        match reached {
            Reached::Over(ending) => Ok(Some(ending)),
            Reached::Spoke => {
                self.mouth.stop();
                self.mouth.say(wording::WORKER_LEFT);
                Ok(None)
            }
            Reached::Nobody => {
                self.mouth.stop();
                let by = self.call_back_by().await?;
                self.mouth.say(wording::not_connected(by));
                self.ask_for_number();
                Ok(None)
            }
        }
    }

    /// Until when the staff must have called back.
    async fn call_back_by(&self) -> Result<Option<DateTime>> {
        let store = self.calls.assistant.store();
        let Some((number, _)) = store.newest_order(&self.conversation.id).await? else { return Ok(None) };
        let order = store.work_order(&number, None).await?;
        let due = order.and_then(|order| order.due_at).and_then(|due| jiff::Timestamp::from_millisecond(due).ok());
        let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
        Ok(due.map(|due| due.to_zoned(zone).datetime()))
    }

    /// Rings the worker over a call of our own and joins the two.
    async fn bridge(&mut self, target: &str) -> Result<Reached> {
        let name = self.community.name.clone();
        let matter = self.calls.assistant.matter_of(&self.conversation).await?;
        let summary = wording::summary(&name, matter.as_deref());
        let manner = Manner { speed: 1.0, ..self.mouth.manner.clone() };
        let ring = Duration::from_secs(self.calls.settings.ring_seconds.into());
        let (calls, account) = (Arc::clone(&self.calls), self.wires.facts.account.clone());
        let ringing = async move {
            let worker = calls.dial(account.as_deref(), target).await?;
            accepted(worker, summary, Arc::clone(&calls.speaking), manner, ring).await
        };
        let worker = match self.meanwhile(ringing).await {
            Err(ending) => return Ok(Reached::Over(ending)),
            Ok(None) => return Ok(Reached::Nobody),
            Ok(Some(worker)) => worker,
        };
        self.record.connected();
        self.calls.assistant.store().person_came(&self.conversation.id).await?;
        Ok(self.joined(worker).await)
    }

    /// Lets the two hear each other until one hangs up.
    async fn joined(&mut self, mut worker: Call) -> Reached {
        self.mouth.stop();
        self.wires.control.bridge(&worker.control);
        loop {
            tokio::select! {
                event = self.wires.events.recv() => if let Some(CallEvent::HungUp(_)) | None = event {
                    worker.control.hang_up().await;
                    return Reached::Over(Ending::ByPeer);
                },
                event = worker.events.recv() => if let Some(CallEvent::HungUp(_)) | None = event {
                    self.wires.control.unbridge();
                    return Reached::Spoke;
                },
                // They speak with each other: nothing of it is heard or kept here.
                _ = self.wires.sound.recv() => {}
                _ = worker.sound.recv() => {}
            }
        }
    }

    /// Has the exchange connect them.
    async fn refer(&mut self, target: &str) -> Reached {
        if self.wires.control.transfer(target).await.is_err() {
            return Reached::Nobody;
        }
        let ring = Duration::from_secs(self.calls.settings.ring_seconds.into());
        let mut end = pin!(sleep(ring));
        loop {
            tokio::select! {
                event = self.wires.events.recv() => match event {
                    None => return Reached::Over(Ending::ByPeer),
                    Some(CallEvent::HungUp(ending)) => return Reached::Over(ending),
                    Some(CallEvent::Transfer(TransferProgress::Answered)) => {
                        self.record.connected();
                        self.wires.control.hang_up().await;
                        return Reached::Over(Ending::ByUs);
                    }
                    Some(CallEvent::Transfer(TransferProgress::Failed(_))) => return Reached::Nobody,
                    Some(_) => {}
                },
                _ = self.mouth.next() => {}
                _ = self.wires.sound.recv() => {}
                () = &mut end => return Reached::Nobody,
            }
        }
    }

    /// Keeps the caller company until `work` is done; the caller's end, where they hang up first.
    async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Ending> {
        let mut work = pin!(work);
        let mut still = Instant::now() + STILL;
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                event = self.wires.events.recv() => match event {
                    None => return Err(Ending::ByPeer),
                    Some(CallEvent::HungUp(ending)) => return Err(ending),
                    Some(_) => {}
                },
                said = self.mouth.next() => if said == Said::Began {
                    self.record.sound();
                },
                _ = self.wires.sound.recv() => {}
                () = sleep_until(still) => {
                    still = Instant::now() + STILL;
                    if !self.mouth.busy() {
                        self.mouth.say(wording::STILL_CONNECTING);
                    }
                }
            }
        }
    }
}

/// Rings a worker and tells them what it is about; the call, once they have shown that they are there.
async fn accepted(
    mut worker: Call,
    summary: String,
    speaking: Arc<Speaking>,
    manner: Manner,
    ring: Duration,
) -> Option<Call> {
    // The first words are made while it rings: whoever picks up into silence hangs up.
    let prepared = speaking.say(&summary, &manner).ok();
    let answered = timeout(ring, async {
        loop {
            match worker.events.recv().await {
                Some(CallEvent::Answered) => return true,
                Some(CallEvent::HungUp(_)) | None => return false,
                Some(_) => {}
            }
        }
    });
    if !answered.await.unwrap_or(false) {
        worker.control.hang_up().await;
        return None;
    }
    let mut mouth = Mouth::new(speaking, worker.control.clone(), manner);
    match prepared {
        Some(speech) => mouth.say_made(summary, speech),
        None => mouth.say(summary),
    }
    let options = EndpointOptions { shortest: A_WORD, ..EndpointOptions::default() };
    let mut voices = Listener::new(Earshot::default(), options);
    // A voice before the summary is over may be a recording that speaks to anybody.
    let mut told: Option<Instant> = None;
    loop {
        tokio::select! {
            event = worker.events.recv() => match event {
                Some(CallEvent::Key(_)) => return Some(worker),
                Some(CallEvent::HungUp(_)) | None => return None,
                Some(_) => {}
            },
            said = mouth.next() => if matches!(said, Said::All | Said::Failed) {
                told = Some(Instant::now() + ACCEPTED_WITHIN);
            },
            Some(frame) = worker.sound.recv() => if told.is_some() {
                let heard = voices.push(&frame.samples);
                if heard.iter().any(|heard| matches!(heard, Heard::SpeechStarted)) {
                    return Some(worker);
                }
            },
            () = sleep_until(told.unwrap_or_else(Instant::now)), if told.is_some() => {
                worker.control.hang_up().await;
                return None;
            }
        }
    }
}
