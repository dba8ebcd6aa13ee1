//! What the group robots of 企业微信 and 钉钉 have in common: JSON out, `errcode` and `errmsg` back.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use ureq::http::Uri;

use super::error::{DeliveryError, Reason};
use super::http::{Client, Post};
use super::text;

/// Bytes of an answer to read; a real one has under 300.
const ANSWER_LIMIT: u64 = 64 * 1024;

/// "System busy, try again", with both.
const BUSY: i64 = -1;

/// What a robot says.
#[derive(Deserialize)]
struct Verdict {
    errcode: i64,
    #[serde(default)]
    errmsg: String,
}

/// The codes by which a robot says "too many", and how long it then stays shut.
pub(super) struct RateLimit {
    pub(super) codes: &'static [i64],
    pub(super) wait: Duration,
}

/// Posts a message. Only `errcode` 0 means that it stands in the group: errors come with HTTP 200.
pub(super) async fn deliver(
    client: &Client,
    uri: Uri,
    message: &Value,
    limit: &RateLimit,
    now: Timestamp,
) -> Result<(), DeliveryError> {
    let body = message.to_string().into_bytes();
    let post = Post {
        uri,
        headers: Vec::new(),
        body,
        answer_limit: ANSWER_LIMIT,
    };
    let answer = client.post(post, now).await?;
    answer.accepted()?;
    let verdict: Verdict = serde_json::from_slice(&answer.body).map_err(|_| {
        let start = String::from_utf8_lossy(&answer.body);
        DeliveryError::permanent(Reason::Answer(text::foreign(&start)))
    })?;
    if verdict.errcode == 0 {
        return Ok(());
    }
    let reason = Reason::Robot {
        code: verdict.errcode,
        message: text::foreign(&verdict.errmsg),
    };
    Err(if limit.codes.contains(&verdict.errcode) {
        DeliveryError::Temporary {
            reason,
            retry_after: Some(limit.wait),
        }
    } else if verdict.errcode == BUSY {
        DeliveryError::temporary(reason)
    } else {
        DeliveryError::permanent(reason)
    })
}
