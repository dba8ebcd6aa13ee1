//! Xiangyin 乡音: a community's assistant that answers from its documents, around the clock.
//!
//! [`conversation`] turns what a resident says into a reply; [`store`] keeps everything that must
//! survive; [`accounts`] says who may do what; [`work_orders`] carries what a person must finish,
//! within [`working_time`], with [`alerts`] and [`attachments`]; [`knowledge_base`] brings
//! documents in and keeps the index in step, [`editor`] is what administrators do with them; [`voice`]
//! speaks with residents aloud, over [`phone`] lines too, and [`outreach`] calls them; [`http`] serves pages and the API; [`cli`]
//! is the command line. [`System`] puts them together from a [`config::Config`].

pub mod accounts;
pub mod alerts;
pub mod attachments;
pub mod calls;
pub mod cli;
pub mod config;
pub mod conversation;
pub mod editor;
mod engines;
mod first_sign_in;
pub mod http;
pub mod knowledge_base;
pub mod outreach;
pub mod phone;
mod practice;
pub mod privacy;
pub mod store;
mod system;
pub mod voice;
pub mod work_orders;
pub mod working_time;

pub use engines::{Engines, LocalEmbedding};
pub use system::System;
