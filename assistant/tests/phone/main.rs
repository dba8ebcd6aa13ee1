//! The telephone against real and hostile peers.

#![expect(clippy::print_stderr, reason = "what a call went through is told")]

mod line;
mod network;
mod registration;
mod support;
mod tls;
