//! End-to-end tests of the running product: the real program, real models, real clients.
//!
//! [`Product`] is one data folder with the program over it; [`Server`] is `xiangyin serve` on a
//! free port; [`Resident`] talks to it over HTTP as the widget does,
//! [`Desk`] as the page of those who work here, [`Worker`] is one of them. The tests stand in `tests/`.

mod aloud;
mod browser;
mod certificate;
mod desk;
mod product;
mod receiver;
mod resident;
mod telephone;
mod worker;

pub use aloud::{RATE, Said, Stream, recording};
pub use browser::BrowserChecks;
pub use certificate::Certificates;
pub use desk::Desk;
pub use product::{Product, Server, shared_server, wait_until};
pub use receiver::{Notice, receiver};
pub use resident::{Answer, Listener, Resident, get, request};
pub use telephone::{Microphone, Telephone, baresip_is_missing, free_ports};
pub use worker::{Worker, move_request, once};

/// Says that a test did not run, and why, where nobody can overlook it.
pub fn skip(reason: &str) {
    #[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
    {
        eprintln!("SKIPPED: {reason}");
    }
}
