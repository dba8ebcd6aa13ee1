//! One call as a conversation: who speaks when, what is heard, what is said.

use std::collections::{HashSet, VecDeque};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures::StreamExt as _;
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::Calls;
use super::keys::Keys;
use super::mouth::{Mouth, Said};
use super::record::Record;
use super::text_message;
use super::wording;
use crate::conversation::{Asked, FiledWorkOrder, TurnEvent, TurnStream};
use crate::phone::{CallControl, CallEvent, CallFacts, Ending, SoundFrame};
use crate::store::{Community, Conversation};
use crate::voice::{Command, Ears, Progress};
use crate::work_orders::FeedEvent;

/// Silence after which somebody is asked whether they are still there.
const SILENCE: Duration = Duration::from_secs(10);
/// The same where they have to look something up.
const SILENCE_PATIENT: Duration = Duration::from_secs(25);
/// Time without a word of ours after which we say that we look it up; then, that we still do.
pub(super) const FILLERS: [(Duration, &str); 2] =
    [(Duration::from_millis(1300), wording::LOOKING), (Duration::from_secs(9), wording::STILL_LOOKING)];

/// What the call does next.
#[derive(Debug)]
pub(super) enum Flow {
    /// It goes on.
    On,
    /// A person is to be reached.
    Transfer,
    /// We hang up.
    HangUp,
    /// It is over.
    Over(Ending),
}

/// What follows when all is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum After {
    /// It is the resident's turn.
    #[default]
    Listen,
    HangUp,
}

/// A turn that is being answered.
pub(super) struct Answering {
    pub(super) stream: TurnStream,
    pub(super) question: String,
    /// Characters said of it.
    pub(super) said: usize,
    /// Whether its spoken words stand for its sentences.
    pub(super) aloud: bool,
}

/// The ends of a call that the talk holds.
pub(super) struct Wires {
    pub(super) facts: CallFacts,
    pub(super) control: CallControl,
    pub(super) events: mpsc::Receiver<CallEvent>,
    pub(super) sound: mpsc::Receiver<SoundFrame>,
    pub(super) ears: Ears,
    pub(super) progress: mpsc::Receiver<Progress>,
}

/// One call while it lasts.
pub(super) struct Talk {
    pub(super) calls: Arc<Calls>,
    pub(super) wires: Wires,
    pub(super) conversation: Conversation,
    pub(super) community: Community,
    pub(super) mouth: Mouth,
    pub(super) record: Record,
    pub(super) keys: Keys,
    pub(super) answering: Option<Answering>,
    /// What is left of a long answer.
    pub(super) more: VecDeque<String>,
    /// What may be sent to the caller's telephone.
    pub(super) text: Option<String>,
    /// The gateway's answer is awaited.
    pub(super) texting: Option<JoinHandle<bool>>,
    pub(super) asked: Option<Asked>,
    pub(super) choices: Vec<String>,
    /// The order whose number has not been said yet.
    pub(super) order: Option<FiledWorkOrder>,
    /// Number of an order that was typed, whose code is awaited.
    pub(super) typed_order: Option<String>,
    pub(super) after: After,
    /// Whether sound may be kept.
    pub(super) agreed: bool,
    pub(super) heard_now: bool,
    pub(super) held: bool,
    pub(super) misheard: bool,
    pub(super) silent: u32,
    pub(super) fillers: usize,
    pub(super) silence_at: Option<Instant>,
    pub(super) filler_at: Option<Instant>,
    pub(super) keys_at: Option<Instant>,
    pub(super) changes: broadcast::Receiver<FeedEvent>,
    pub(super) told: HashSet<String>,
}

impl Talk {
    pub(super) fn new(
        calls: Arc<Calls>,
        wires: Wires,
        conversation: Conversation,
        community: Community,
        mouth: Mouth,
        agreed: bool,
    ) -> Self {
        let changes = calls.assistant.work_orders().feed().subscribe();
        let record = Record::of(&wires.facts, &conversation);
        Self {
            calls,
            wires,
            conversation,
            community,
            mouth,
            record,
            keys: Keys::default(),
            answering: None,
            more: VecDeque::new(),
            text: None,
            texting: None,
            asked: None,
            choices: Vec::new(),
            order: None,
            typed_order: None,
            after: After::Listen,
            agreed,
            heard_now: false,
            held: false,
            misheard: false,
            silent: 0,
            fillers: 0,
            silence_at: None,
            filler_at: None,
            keys_at: None,
            changes,
            told: HashSet::new(),
        }
    }

    /// Talks until the call is over.
    pub(super) async fn run(&mut self) -> Result<Ending> {
        loop {
            let flow = tokio::select! {
                event = self.wires.events.recv() => self.happened(event).await?,
                Some(frame) = self.wires.sound.recv() => {
                    // Where ten seconds wait already, the rest cannot be heard either.
                    let _ = self.wires.ears.try_send(Command::Sound(frame.samples.clone()));
                    Flow::On
                }
                Some(progress) = self.wires.progress.recv() => self.heard(progress).await?,
                said = self.mouth.next() => self.said(said),
                event = next(&mut self.answering) => self.answered(event),
                change = self.changes.recv() => self.changed(change).await?,
                taken = text_message::taken(&mut self.texting) => {
                    self.texted(taken);
                    Flow::On
                }
                () = until(self.keys_at) => {
                    self.keys_at = None;
                    let pressed = self.keys.paused();
                    self.pressed(pressed).await?
                }
                () = until(self.filler_at) => self.fill(),
                () = until(self.silence_at) => self.silence(),
            };
            match flow {
                Flow::On => {}
                Flow::Transfer => match self.transfer().await? {
                    Some(ending) => return Ok(ending),
                    None => self.wait_for_words(),
                },
                Flow::HangUp => {
                    self.wires.control.hang_up().await;
                    return Ok(Ending::ByUs);
                }
                Flow::Over(ending) => return Ok(ending),
            }
        }
    }

    async fn happened(&mut self, event: Option<CallEvent>) -> Result<Flow> {
        Ok(match event {
            None => Flow::Over(Ending::ByPeer),
            Some(CallEvent::HungUp(ending)) => Flow::Over(ending),
            Some(CallEvent::Answered) => {
                self.greet();
                Flow::On
            }
            Some(CallEvent::Held) => {
                self.held = true;
                self.silence_at = None;
                self.mouth.hold(true);
                Flow::On
            }
            Some(CallEvent::Resumed) => {
                self.held = false;
                self.mouth.hold(false);
                self.wait_for_words();
                Flow::On
            }
            Some(CallEvent::Key(key)) => {
                self.silent = 0;
                self.silence_at = None;
                let pressed = self.keys.press(key);
                self.pressed(pressed).await?
            }
            Some(CallEvent::Ringing | CallEvent::Transfer(_)) => Flow::On,
        })
    }

    fn greet(&mut self) {
        let greeting = super::greeting(&self.community);
        self.mouth.say(greeting);
        if self.agreed {
            self.mouth.say(wording::RECORDED);
        }
    }

    /// What became of our own words.
    pub(super) fn said(&mut self, said: Said) -> Flow {
        match said {
            Said::Began => {
                self.silence_at = None;
                self.record.sound();
                self.command(Command::Speaking(true));
            }
            Said::Failed => {}
            Said::All => {
                self.command(Command::Speaking(false));
                self.command(Command::SaidBefore(self.mouth.last_line()));
                if self.answering.is_some() {
                    return Flow::On;
                }
                match std::mem::take(&mut self.after) {
                    After::Listen => self.wait_for_words(),
                    After::HangUp => return Flow::HangUp,
                }
            }
        }
        Flow::On
    }

    /// What a person at the desk wrote into the conversation is said.
    async fn changed(&mut self, change: Result<FeedEvent, broadcast::error::RecvError>) -> Result<Flow> {
        let ours = match &change {
            Ok(change) => change.conversation_id == self.conversation.id,
            Err(broadcast::error::RecvError::Lagged(_)) => true,
            Err(broadcast::error::RecvError::Closed) => false,
        };
        if ours {
            for message in self.calls.assistant.store().messages(&self.conversation.id, "").await? {
                if self.told.insert(message.id) {
                    self.mouth.say(message.text);
                }
            }
        }
        Ok(Flow::On)
    }

    /// Says that it takes a moment.
    fn fill(&mut self) -> Flow {
        self.filler_at = None;
        if self.answering.is_some() && !self.mouth.busy() && !self.heard_now {
            self.mouth.say(FILLERS[self.fillers].1);
        }
        self.fillers += 1;
        if let Some((pause, _)) = FILLERS.get(self.fillers) {
            self.filler_at = Some(Instant::now() + *pause);
        }
        Flow::On
    }

    fn silence(&mut self) -> Flow {
        self.silence_at = None;
        self.silent += 1;
        if self.silent == 1 {
            self.mouth.say(wording::STILL_THERE);
        } else {
            self.mouth.say(wording::GOODBYE);
            self.after = After::HangUp;
        }
        Flow::On
    }

    /// It is the resident's turn to speak.
    pub(super) fn wait_for_words(&mut self) {
        let slot = matches!(&self.asked, Some(Asked::Slot { .. }));
        let silence = if slot { SILENCE_PATIENT } else { SILENCE };
        let idle = !self.held && !self.heard_now && !self.mouth.busy() && self.answering.is_none();
        self.silence_at = idle.then(|| Instant::now() + silence);
    }

    pub(super) fn patient(&mut self, patient: bool) {
        self.command(Command::Patient(patient));
    }

    pub(super) fn command(&mut self, command: Command) {
        // Ten seconds of sound wait only where the machine is far behind; the next command mends it.
        let _ = self.wires.ears.try_send(command);
    }
}

async fn next(answering: &mut Option<Answering>) -> Option<TurnEvent> {
    match answering {
        Some(answering) => answering.stream.next().await,
        None => pending().await,
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => pending().await,
    }
}

impl Calls {
    /// The conversation of a call, newly opened, and the community that it is with.
    pub(super) async fn open(&self, facts: &CallFacts) -> Result<(Conversation, Community)> {
        let id = facts.community.as_deref().unwrap_or(self.assistant.default_community());
        let opened = self.assistant.open(id, "phone", None).await?;
        let lineage = self.assistant.store().lineage(id).await?;
        let community = lineage.into_iter().next().context("the community of the call is missing")?;
        Ok((opened.conversation, community))
    }
}
