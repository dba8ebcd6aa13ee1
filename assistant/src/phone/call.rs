//! One call as the rest of the program holds it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::error::PhoneError;
use super::media::session::Shared;
use super::media::{MediaStatistics, Played, SoundFrame};
use super::number::Number;
use super::sip::transfer::TransferProgress;

/// What happens in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallEvent {
    /// The telephone we call rings.
    Ringing,
    /// Both sides are connected.
    Answered,
    /// The peer pressed a key: `0-9`, `*`, `#`, `A-D`.
    Key(char),
    /// The peer put us on hold; what we say waits.
    Held,
    /// The peer is back.
    Resumed,
    /// A transfer that we asked for goes on.
    Transfer(TransferProgress),
    /// The call is over; nothing follows.
    HungUp(Ending),
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The peer hung up.
    ByPeer,
    /// We hung up.
    ByUs,
    /// The caller gave up before we answered.
    Cancelled,
    /// The one we called is busy.
    Busy,
    /// The one we called declined.
    Declined,
    /// The one we called did not answer, or is not reachable now.
    NoAnswer,
    /// The call was refused with this status.
    Refused(u16),
    /// Nobody answered at the address at all.
    Unreachable,
    /// Nothing was heard from the peer for too long.
    Deserted,
}

/// Why we do not take a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Busy here (486).
    Busy,
    /// Not available now (480).
    Unavailable,
    /// Declined (603).
    Declined,
}

/// Which way a call was set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallDirection {
    /// Somebody calls us.
    In,
    /// We call somebody.
    Out,
}

/// What is known of a call from its beginning.
#[derive(Debug, Clone)]
pub struct CallFacts {
    /// A name for logs and records; it says nothing about the caller.
    pub id: String,
    /// Which way.
    pub direction: CallDirection,
    /// The caller's number as signalled; masked when printed.
    pub caller: Number,
    /// The number called.
    pub called: Number,
    /// The community whose number was called, from the account or the peer.
    pub community: Option<String>,
    /// The account it came over or goes over.
    pub account: Option<String>,
    /// Where the signalling comes from.
    pub peer: Option<IpAddr>,
    /// Whether all lines were taken: say so and hang up.
    pub beyond_capacity: bool,
}

/// A call: its facts, what happens in it, the peer's sound, and the means to act.
///
/// Dropping it, with its `events`, hangs up.
#[derive(Debug)]
pub struct Call {
    /// What is known of it.
    pub facts: CallFacts,
    /// What happens, ending with [`CallEvent::HungUp`].
    pub events: mpsc::Receiver<CallEvent>,
    /// The peer's sound, a frame every 20 ms from the moment of the answer.
    pub sound: mpsc::Receiver<SoundFrame>,
    /// Acts on the call, from any task.
    pub control: CallControl,
}

/// What the call's own task is asked to do.
#[derive(Debug)]
pub(in crate::phone) enum Command {
    Ring,
    Answer(oneshot::Sender<Result<(), PhoneError>>),
    Refuse(Refusal),
    HangUp,
    Transfer(String, oneshot::Sender<Result<(), PhoneError>>),
}

/// Acts on a call; clones act on the same one.
#[derive(Clone)]
pub struct CallControl {
    commands: mpsc::Sender<Command>,
    media: Arc<Shared>,
}

impl std::fmt::Debug for CallControl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CallControl")
            .finish_non_exhaustive()
    }
}

/// Sound on its way out.
#[derive(Debug)]
pub struct Playing(oneshot::Receiver<Played>);

impl Playing {
    /// Waits until the sound is over, was stopped, or the call ended; says how much of it left.
    ///
    /// `None` when the call ended without a word about it.
    pub async fn finished(self) -> Option<Played> {
        self.0.await.ok()
    }
}

impl CallControl {
    pub(in crate::phone) fn new(commands: mpsc::Sender<Command>, media: Arc<Shared>) -> Self {
        Self { commands, media }
    }

    async fn command(&self, command: Command) -> Result<(), PhoneError> {
        self.commands
            .send(command)
            .await
            .map_err(|_| PhoneError::State("there any more"))
    }

    /// Lets the caller hear that it rings (180).
    pub async fn ring(&self) -> Result<(), PhoneError> {
        self.command(Command::Ring).await
    }

    /// Answers; silence leaves at once, and [`CallEvent::Answered`] follows when the caller confirmed.
    pub async fn answer(&self) -> Result<(), PhoneError> {
        let (reply, answer) = oneshot::channel();
        self.command(Command::Answer(reply)).await?;
        answer
            .await
            .map_err(|_| PhoneError::State("there any more"))?
    }

    /// Does not take the call.
    pub async fn refuse(&self, refusal: Refusal) -> Result<(), PhoneError> {
        self.command(Command::Refuse(refusal)).await
    }

    /// Ends the call in whatever state it is; one that is over stays over.
    pub async fn hang_up(&self) {
        // A call whose task has ended is hung up already.
        let _ = self.command(Command::HangUp).await;
    }

    /// Plays sound after all that waits: samples in -1..1 at 8,000 to 48,000 a second.
    ///
    /// Pieces of one rate played one after another are heard without a seam, so speech can be passed on as it is made.
    ///
    /// # Errors
    /// [`PhoneError::Queue`] when five minutes wait already.
    pub fn play(&self, samples: &[f32], rate: u32) -> Result<Playing, PhoneError> {
        self.media
            .play(samples, rate.clamp(8_000, 48_000))
            .map(Playing)
            .ok_or(PhoneError::Queue)
    }

    /// Stops all sound within the next frame of 20 ms; every [`Playing`] learns how much of it was heard.
    pub fn stop_playing(&self) {
        self.media.playback().stop();
    }

    /// Whether sound of ours is on its way.
    pub fn is_playing(&self) -> bool {
        self.media.playback().playing()
    }

    /// Presses keys: `0-9`, `*`, `#`, `A-D`, 120 ms each.
    pub fn press(&self, keys: &str) {
        self.media.press(keys);
    }

    /// Asks the peer to call `target`, a number or a SIP address, in place of us (REFER).
    ///
    /// Success means that the peer will try; what comes of it follows as [`CallEvent::Transfer`].
    pub async fn transfer(&self, target: &str) -> Result<(), PhoneError> {
        let (reply, answer) = oneshot::channel();
        self.command(Command::Transfer(target.to_owned(), reply))
            .await?;
        answer
            .await
            .map_err(|_| PhoneError::State("there any more"))?
    }

    /// Lets the two peers hear each other; both calls go on delivering their sound and events.
    pub fn bridge(&self, other: &Self) {
        self.media.bridge(Some(&other.media));
        other.media.bridge(Some(&self.media));
    }

    /// Ends a bridge from this side; the other side ends its own.
    pub fn unbridge(&self) {
        self.media.bridge(None);
    }

    /// What the call's sound went through so far.
    pub fn statistics(&self) -> MediaStatistics {
        self.media.statistics()
    }
}

/// How long a call that ends waits for its owner to take the last event.
pub(in crate::phone) const LAST_WORD: Duration = Duration::from_secs(5);
