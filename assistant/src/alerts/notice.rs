//! What someone is to be told.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::Reason;

/// Longest identifier, in bytes: it must fit a header line of a mail.
const LONGEST_ID: usize = 100;

/// Something that happened, as told to people and programs outside.
///
/// None of it may hold personal data: see the [module](super). What residents ask to have sent to
/// themselves goes to no receiver of alerts, only to the gateway that sends it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The same over every attempt, so that receivers drop doubles by it; 1 to 100 of
    /// `A-Z a-z 0-9 - _`, such as a UUID.
    pub id: String,
    /// Kind of event, grouped by full stops: `work_order.filed`.
    pub event: String,
    /// One line: the subject of the mail, the first line in the group.
    pub title: String,
    /// A few lines of plain text.
    pub body: String,
    /// Page where the reader goes on.
    pub url: Option<String>,
    /// Whether it may disturb: high priority in a mail, everybody mentioned in a group.
    pub urgent: bool,
    /// When it happened.
    pub at: Timestamp,
    /// For programs: given to webhooks as `data.details`, and nowhere else. Small, under 20 kB.
    pub details: serde_json::Value,
}

impl Notice {
    /// The identifier stands in headers and between the dots of the signed text, so it may hold
    /// nothing that means something there (Standard Webhooks 1.0.0, "Signature scheme").
    pub(super) fn check(&self) -> Result<(), Reason> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if (1..=LONGEST_ID).contains(&self.id.len()) && self.id.bytes().all(plain) {
            Ok(())
        } else {
            Err(Reason::NoticeId)
        }
    }
}
