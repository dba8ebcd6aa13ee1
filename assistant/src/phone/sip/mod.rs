//! The signalling of a call, on the SIP stack's transactions and dialogs.

pub(super) mod address;
pub(super) mod admission;
pub(super) mod challenge;
pub(super) mod digest_words;
pub(super) mod driver;
pub(super) mod gate;
pub(super) mod listening;
pub(super) mod registration;
pub(super) mod sdp;
pub(super) mod session_timer;
pub(super) mod transfer;
