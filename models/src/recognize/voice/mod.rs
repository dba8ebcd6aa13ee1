//! From a stream of sound to utterances: when somebody speaks, and when they have finished.

mod activity;
mod endpoint;
mod listener;

pub use activity::{Earshot, FRAME, VoiceActivity, voiced_seconds};
pub use endpoint::{Endpoint, EndpointOptions, Endpointer, Span};
pub use listener::{Clip, Heard, Listener};
