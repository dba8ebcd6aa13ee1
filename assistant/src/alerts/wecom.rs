//! A notice to a group of 企业微信, by its robot.
//!
//! Source: 企业微信开发者中心, 群机器人配置说明 (`/document/path/91770`). Sent as `text`, not `markdown`:
//! only `text` can mention everybody, and a resident's words can't turn into links or headings.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::error::DeliveryError;
use super::http::Client;
use super::notice::Notice;
use super::robot::{self, RateLimit};
use super::target::ReceiverUrl;
use super::text;

/// Bytes of UTF-8 in `text.content`.
const CONTENT_LIMIT: usize = 2048;

/// 20 messages a minute a robot.
const RATE_LIMIT: RateLimit = RateLimit {
    codes: &[45009, 45033],
    wait: Duration::from_mins(1),
};

/// Posts the notice; everybody is mentioned if it is urgent.
pub(super) async fn deliver(
    client: &Client,
    url: &ReceiverUrl,
    notice: &Notice,
    now: Timestamp,
) -> Result<(), DeliveryError> {
    let uri = url.parse().map_err(DeliveryError::permanent)?;
    robot::deliver(client, uri, &message(notice), &RATE_LIMIT, now).await
}

fn message(notice: &Notice) -> Value {
    let mentioned: &[&str] = if notice.urgent { &["@all"] } else { &[] };
    json!({
        "msgtype": "text",
        "text": {
            "content": text::message(notice, CONTENT_LIMIT),
            "mentioned_list": mentioned,
        },
    })
}
