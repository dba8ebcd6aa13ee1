//! Work orders: what a person finishes because the assistant could not.
//!
//! Pure parts: [`State`] and [`Move`] with the rules in [`apply`], the [`Kinds`] of the site, the
//! [`Clocks`], [`slots`] read from what a resident says, and [`similar`] orders. [`WorkOrders`]
//! brings them together with the store; [`Feed`] tells the desk and the residents' pages what
//! changed; [`Runner`] does what must happen by itself: clocks, alerts, repetitions.

mod alerting;
mod clocks;
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
pub use feed::{Feed, FeedEvent};
pub use kinds::{Kind, Kinds, Slot};
pub use lifecycle::{Actor, Assignment, ClockEffect, Refusal, Standing, Transition, allowed, apply};
pub use moves::{Move, MoveName, Need, Satisfaction, Survey};
pub use runner::Runner;
pub use service::WorkOrders;
pub use state::State;

/// Who deals with a matter: the fifteen departments of the public taxonomy of citizens' messages.
pub const DEPARTMENTS: [&str; 15] = [
    "城乡建设",
    "党务政务",
    "国土资源",
    "环境保护",
    "纪检监察",
    "交通运输",
    "经济管理",
    "科技与信息产业",
    "民政",
    "农村农业",
    "商贸旅游",
    "卫生计生",
    "政法",
    "教育文体",
    "劳动和社会保障",
];
