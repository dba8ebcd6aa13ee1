//! Xiangyin 乡音: a community's assistant that answers from its documents, around the clock.
//!
//! [`conversation`] turns what a resident says into a reply; [`store`] keeps everything that must
//! survive; [`work_orders`] sees that each gets to whom it
//! concerns; [`knowledge_base`] brings documents in and keeps the index in step; [`http`] serves
//! pages and the API; [`cli`] is the command line. [`System`] puts them together from a
//! [`config::Config`].

pub mod cli;
pub mod config;
pub mod conversation;
pub mod http;
pub mod knowledge_base;
pub mod privacy;
pub mod store;
mod system;
pub mod work_orders;

pub use system::{LocalEmbedding, System};
