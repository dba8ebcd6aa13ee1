//! The sound of a call: RTP in and out, paced by one thread for all calls.

pub(super) mod clock;
pub(super) mod codec;
pub(super) mod conceal;
pub(super) mod digits;
pub(super) mod incoming;
pub(super) mod jitter;
pub(super) mod outgoing;
pub(super) mod playback;
pub(super) mod ports;
pub(super) mod report;
pub(super) mod session;
pub(super) mod srtp;
pub(super) mod statistics;

pub use codec::{Codec, FRAME, RATE};
pub use incoming::SoundFrame;
pub use playback::Played;
pub use statistics::MediaStatistics;
