//! Carries a notice out of the house: e-mail, signed webhook, group robots of 企业微信 and 钉钉.
//!
//! [`Deliverer::deliver`] makes one attempt; the queue that calls it keeps the notices, and asks
//! [`DeliveryError::retry_in`] when to try again. Attempts may repeat what already arrived (an
//! answer can be lost on its way back): a mail keeps its `Message-ID` and a webhook its
//! `webhook-id`, so the receiver drops the double; the robots know no such thing and show it twice.
//!
//! Whatever stands in a [`Notice`] leaves this machine, in the robots' case to another company.
//! Keeping names, telephone numbers and addresses of residents out of it is the duty of whoever
//! writes the notice; it says which work order to look at, the page behind its `url` says the rest.

mod deliverer;
mod dingtalk;
mod error;
mod http;
mod mail;
mod notice;
mod reach;
mod retry;
mod robot;
mod secret;
mod signature;
mod target;
#[cfg(test)]
mod tests;
mod text;
mod webhook;
mod wecom;

pub use deliverer::{Deliverer, Rules};
pub use error::{DeliveryError, Reason};
pub use mail::{Mail, Security};
pub use notice::Notice;
pub use reach::Forbidden;
pub(crate) use reach::GuardedResolver;
pub use retry::{ATTEMPTS, retry_delay};
pub use secret::Secret;
pub use signature::webhook_secret;
pub use target::{ReceiverUrl, Target};
