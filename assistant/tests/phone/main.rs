//! The telephone against real and hostile peers.

mod line;
mod network;
mod registration;
mod support;
