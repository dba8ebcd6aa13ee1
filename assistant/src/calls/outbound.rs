//! Calls that we make: what is to be said is said, an answer is heard where one is asked for, and we hang up.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::mouth::{Mouth, Said};
use super::{Calls, wording};
use crate::outreach::{CallResult, Dial, DialAccount, Outcome, OutreachCall, Purpose, Verdict};
use crate::phone::{Call, CallEvent, Ending};
use crate::voice::{Command, Ears, Listening, ListeningOptions, Progress};

/// How long a number is rung.
const RING: Duration = Duration::from_secs(40);
/// Time for an answer after the last word.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);
/// The same where none is asked for: time to say 不要再打.
const OBJECT_WITHIN: Duration = Duration::from_secs(4);

impl Dial for Calls {
    fn call(&self, call: OutreachCall) -> BoxFuture<'_, Outcome> {
        async move {
            match self.outreach(&call).await {
                Ok(outcome) => outcome,
                Err(error) => {
                    tracing::warn!(call = call.id, error = format!("{error:#}"), "a call could not be made");
                    Outcome::unheard(CallResult::Failed)
                }
            }
        }
        .boxed()
    }

    fn free(&self) -> usize {
        self.line.as_ref().map_or(0, |line| self.settings.calls.saturating_sub(line.calls()))
    }

    fn accounts(&self) -> Vec<DialAccount> {
        let account = |account: &crate::config::PhoneAccount| DialAccount {
            name: account.name.clone(),
            community_id: account.community.clone(),
        };
        self.settings.accounts.iter().map(account).collect()
    }
}

impl Calls {
    async fn outreach(&self, wanted: &OutreachCall) -> Result<Outcome> {
        let serving = self.settings.accounts.iter().find(|account| account.community == wanted.community_id);
        let account = wanted.account.as_deref().or(serving.map(|account| account.name.as_str()));
        let Some(mut call) = self.dial(account, wanted.number.whole()).await else {
            return Ok(Outcome::unheard(CallResult::Failed));
        };
        if let Some(result) = unanswered(&mut call).await {
            return Ok(Outcome::unheard(result));
        }
        // Whatever can wait, waits while somebody is spoken with.
        let _place = self.voice.place();
        let lineage = self.assistant.store().lineage(&wanted.community_id).await?;
        let listener = self.hearing.listener(None, &lineage).await?;
        let options = ListeningOptions { shows: false, ..ListeningOptions::default() };
        let (ears, progress) =
            Listening::begin(Arc::clone(&self.hearing), listener, options).split();
        let mouth = Mouth::new(Arc::clone(&self.speaking), call.control.clone(), self.manner());
        let mut speech = Speech {
            asks: wanted.purpose == Purpose::Satisfaction,
            answered: Instant::now(),
            call,
            mouth,
            ears,
            progress,
            script: wanted.script.clone(),
            outcome: Outcome::unheard(CallResult::Partly),
        };
        speech.run().await;
        Ok(speech.outcome)
    }
}

/// Waits for an answer; how the call ended, where there is none.
async fn unanswered(call: &mut Call) -> Option<CallResult> {
    let answer = timeout(RING, async {
        loop {
            match call.events.recv().await {
                Some(CallEvent::Answered) => return None,
                Some(CallEvent::HungUp(ending)) => return Some(result(ending)),
                None => return Some(CallResult::Failed),
                Some(_) => {}
            }
        }
    });
    if let Ok(answer) = answer.await {
        return answer;
    }
    call.control.hang_up().await;
    Some(CallResult::NoAnswer)
}

fn result(ending: Ending) -> CallResult {
    match ending {
        Ending::Busy => CallResult::Busy,
        Ending::Declined => CallResult::Declined,
        Ending::NoAnswer | Ending::Cancelled => CallResult::NoAnswer,
        Ending::Refused(404 | 410 | 480 | 484) | Ending::Unreachable => CallResult::Unreachable,
        Ending::Refused(_) | Ending::ByPeer | Ending::ByUs | Ending::Deserted => CallResult::Failed,
    }
}

/// A call that was answered.
struct Speech {
    /// Whether an answer is asked for.
    asks: bool,
    answered: Instant,
    call: Call,
    mouth: Mouth,
    ears: Ears,
    progress: mpsc::Receiver<Progress>,
    script: Vec<String>,
    outcome: Outcome,
}

impl Speech {
    async fn run(&mut self) {
        self.tell();
        let mut until: Option<Instant> = None;
        let mut leaving = false;
        loop {
            tokio::select! {
                event = self.call.events.recv() => match event {
                    None | Some(CallEvent::HungUp(_)) => break,
                    Some(CallEvent::Key(key)) => {
                        leaving |= self.pressed(key);
                        until = None;
                    }
                    Some(_) => {}
                },
                Some(frame) = self.call.sound.recv() => {
                    // Where ten seconds wait already, the rest cannot be heard either.
                    let _ = self.ears.try_send(Command::Sound(frame.samples));
                }
                Some(progress) = self.progress.recv() => match progress {
                    Progress::SpeechStarted => {
                        until = None;
                        self.mouth.pause();
                    }
                    Progress::Heard(heard) => {
                        leaving |= self.understood(&heard.standard);
                        until = Some(Instant::now() + ANSWER_WITHIN);
                    }
                    Progress::Nothing(_) | Progress::Failed(_) => {
                        self.mouth.resume();
                        until = Some(Instant::now() + ANSWER_WITHIN);
                    }
                    Progress::Partial(_) | Progress::SpeechEnded => {}
                },
                said = self.mouth.next() => match said {
                    Said::Began => self.speaking(true),
                    Said::All => {
                        self.speaking(false);
                        self.outcome.result = CallResult::Reached;
                        if leaving {
                            break;
                        }
                        until = Some(Instant::now() + if self.asks { ANSWER_WITHIN } else { OBJECT_WITHIN });
                    }
                    Said::Failed => {}
                },
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() && !self.mouth.busy() => {
                    if !self.asks {
                        break;
                    }
                    until = None;
                    leaving = true;
                    self.mouth.say(wording::OUTREACH_GOODBYE);
                }
            }
        }
        self.call.control.hang_up().await;
        self.outcome.heard_seconds = self.answered.elapsed().as_secs() as u32;
    }

    fn tell(&mut self) {
        for line in self.script.clone() {
            self.mouth.say(line);
        }
        if self.asks {
            self.mouth.say(wording::OUTREACH_ANSWER);
        }
    }

    /// What a key does; whether we take leave.
    fn pressed(&mut self, key: char) -> bool {
        match key {
            '9' => {
                self.outcome.opted_out = true;
                self.close(wording::OUTREACH_OPTED_OUT)
            }
            '1' if self.asks => self.judged("解决了"),
            '2' if self.asks => self.judged("没解决"),
            '*' => {
                self.mouth.stop();
                self.tell();
                false
            }
            _ => false,
        }
    }

    /// What they said; whether we take leave.
    fn understood(&mut self, text: &str) -> bool {
        if wording::refuses_calls(text) {
            self.outcome.opted_out = true;
            return self.close(wording::OUTREACH_OPTED_OUT);
        }
        if self.asks && Verdict::heard_in(text).is_some() {
            return self.judged(text);
        }
        self.mouth.resume();
        false
    }

    fn judged(&mut self, text: &str) -> bool {
        self.outcome.verdict = Verdict::heard_in(text);
        self.outcome.result = CallResult::Reached;
        self.close(wording::OUTREACH_THANKS)
    }

    fn close(&mut self, line: &str) -> bool {
        self.mouth.stop();
        self.mouth.say(line);
        true
    }

    fn speaking(&self, speaking: bool) {
        // The next command mends what a full line lost.
        let _ = self.ears.try_send(Command::Speaking(speaking));
    }
}
