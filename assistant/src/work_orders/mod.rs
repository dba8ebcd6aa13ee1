//! Work orders: what a person finishes because the assistant could not.
//!
//! Pure parts: [`State`] and [`Move`] with the rules in [`apply`], the [`Kinds`] of the site, the
//! [`Clocks`], [`slots`] and the [`department`] read from what a resident says, and [`similar`] orders. [`WorkOrders`]
//! brings them together with the store; [`Feed`] tells the desk and the residents' pages what
//! changed; [`Runner`] does what must happen by itself: clocks, alerts, repetitions.

mod alerting;
mod clocks;
pub mod department;
mod departments;
mod feed;
mod kinds;
mod lifecycle;
mod moves;
mod runner;
mod service;
pub mod similar;
pub mod slots;
mod state;
pub(crate) mod wording;

pub use clocks::{Clocks, Reading, WARN_AT, status_name};
pub use departments::Departments;
pub use feed::{Feed, FeedEvent};
pub use kinds::{Kind, Kinds, Slot};
pub use lifecycle::{Actor, Assignment, ClockEffect, Refusal, Standing, Transition, allowed, apply};
pub use moves::{Move, MoveName, Need, Satisfaction, Survey};
pub use runner::Runner;
pub use service::WorkOrders;
pub use state::State;
