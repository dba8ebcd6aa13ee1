//! The telephone: from the wire to a call with sound at 16 kHz in and out.
//!
//! [`PhoneLine`] is a SIP user agent on UDP, TCP and TLS. It answers only peers it was told of, registers accounts at
//! exchanges and trunks, lets calls in up to its capacity and dials out. A [`Call`] is what the conversation sees: facts,
//! a stream of [`CallEvent`]s, the peer's sound as [`SoundFrame`]s of 20 ms, and a [`CallControl`] to answer, speak, stop,
//! press keys, transfer, bridge and hang up.
//!
//! ```text
//!        SIP (rsipstack)                     one thread: media/clock
//! peer ── gate ── admission ── driver ──┐   ┌── receive ── jitter ── decode ── conceal ──> Call::sound
//!                     dial ── driver ───┤   │                                    └─ bridge ─> the other call
//!                                       └ Shared                                             (16 kHz, 20 ms)
//!                                           └── playback <── CallControl::play ── resample
//!                                                 └── encode ── RTP, keys, RTCP ──> peer
//! ```
//!
//! - Silence leaves from the moment of the answer, so that no peer waits for our first packet.
//! - Sound never passes through an async task: one thread reads, plays and sends for all calls, and what it shares with a
//!   call is a queue behind a lock held for microseconds. A busy runtime delays events, not packets.
//! - Nothing a peer sends makes memory grow: every queue has its limit, and what is over it is counted or logged.
//! - Sound is protected (SRTP, keys in the description) wherever the peer asks for it, and in calls that we make over TLS;
//!   what was agreed to be protected is never sent or taken in the clear.
//! - Numbers are [`Number`]s, masked in logs. The SIP stack logs whole messages at `info`: keep `rsipstack` at `warn`.
//!
//! ```no_run
//! # use assistant::phone::{CallEvent, PhoneLine, PhoneSettings};
//! # async fn run() -> Result<(), assistant::phone::PhoneError> {
//! let (line, mut calls) = PhoneLine::open(PhoneSettings::default()).await?;
//! while let Some(mut call) = calls.next().await {
//!     tokio::spawn(async move {
//!         call.control.answer().await?;
//!         loop {
//!             tokio::select! {
//!                 Some(frame) = call.sound.recv() => { call.control.play(&frame.samples, 16_000)?; }
//!                 Some(event) = call.events.recv() => if let CallEvent::HungUp(_) = event { break },
//!                 else => break,
//!             }
//!         }
//!         Ok::<(), assistant::phone::PhoneError>(())
//!     });
//! }
//! # drop(line);
//! # Ok(())
//! # }
//! ```

mod call;
mod error;
mod line;
mod media;
mod number;
mod settings;
mod sip;

pub use call::{Call, CallControl, CallDirection, CallEvent, CallFacts, Ending, Playing, Refusal};
pub use error::PhoneError;
pub use line::{IncomingCalls, PhoneLine};
pub use media::{Codec, FRAME, MediaStatistics, Played, RATE, SoundFrame};
pub use number::Number;
pub use settings::{Network, Peer, PhoneAccount, PhoneCredential, PhoneSettings, PhoneTls};
pub use sip::registration::RegistrationState;
pub use sip::transfer::TransferProgress;
