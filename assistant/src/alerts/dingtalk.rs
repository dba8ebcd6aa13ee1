//! A notice to a group of 钉钉, by its robot.
//!
//! Source: 钉钉开放平台, 自定义机器人接入 and 自定义机器人安全设置. Sent as `text`, so that a resident's
//! words can't turn into links or headings.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use ureq::http::Uri;

use super::error::{DeliveryError, Reason};
use super::http::Client;
use super::notice::Notice;
use super::robot::{self, RateLimit};
use super::secret::Secret;
use super::target::ReceiverUrl;
use super::{signature, text};

/// Bytes of UTF-8 in `text.content`. A whole request may have 20,000, and JSON writes a quotation
/// mark or a line feed, of which the content might consist, in two bytes.
const CONTENT_LIMIT: usize = 9_000;

/// After 20 messages in a minute a robot is shut for ten.
const RATE_LIMIT: RateLimit = RateLimit {
    codes: &[130_101, 410_100],
    wait: Duration::from_mins(10),
};

/// Posts the notice; everybody is mentioned if it is urgent.
pub(super) async fn deliver(
    client: &Client,
    url: &ReceiverUrl,
    secret: Option<&Secret>,
    notice: &Notice,
    now: Timestamp,
) -> Result<(), DeliveryError> {
    let uri = signed(url, secret, now).map_err(DeliveryError::permanent)?;
    robot::deliver(client, uri, &message(notice), &RATE_LIMIT, now).await
}

fn signed(url: &ReceiverUrl, secret: Option<&Secret>, now: Timestamp) -> Result<Uri, Reason> {
    let uri = url.parse()?;
    let Some(secret) = secret else { return Ok(uri) };
    let joint = if uri.query().is_some() { '&' } else { '?' };
    let signed = format!("{uri}{joint}{}", signature::dingtalk(secret, now));
    signed.parse().map_err(|_| Reason::Address)
}

fn message(notice: &Notice) -> Value {
    json!({
        "msgtype": "text",
        "text": { "content": text::message(notice, CONTENT_LIMIT) },
        "at": { "isAtAll": notice.urgent },
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::notice;
    use super::*;

    #[test]
    fn the_longest_request_stays_within_twenty_thousand_bytes() {
        for letter in ["\"", "\n \"", "水", "a", "\u{1}"] {
            let notice = Notice {
                body: letter.repeat(30_000),
                ..notice()
            };
            assert!(message(&notice).to_string().len() <= 20_000, "{letter:?}");
        }
    }
}
