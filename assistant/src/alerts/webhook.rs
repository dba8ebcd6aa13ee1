//! A notice to a program, as Standard Webhooks 1.0.0 lays down.

use jiff::Timestamp;
use serde::Serialize;

use super::error::DeliveryError;
use super::http::{Client, Post};
use super::notice::Notice;
use super::secret::Secret;
use super::signature;
use super::target::ReceiverUrl;

/// The body: `type`, `timestamp` of the event, and the notice under `data`.
#[derive(Serialize)]
struct Payload<'notice> {
    r#type: &'notice str,
    timestamp: Timestamp,
    data: Data<'notice>,
}

#[derive(Serialize)]
struct Data<'notice> {
    id: &'notice str,
    title: &'notice str,
    body: &'notice str,
    url: Option<&'notice str>,
    urgent: bool,
    details: &'notice serde_json::Value,
}

/// Posts the notice, signed with the time of this attempt.
pub(super) async fn deliver(
    client: &Client,
    url: &ReceiverUrl,
    secret: &Secret,
    notice: &Notice,
    now: Timestamp,
) -> Result<(), DeliveryError> {
    let uri = url.parse().map_err(DeliveryError::permanent)?;
    let key = signature::webhook_key(secret).map_err(DeliveryError::permanent)?;
    let payload = Payload {
        r#type: &notice.event,
        timestamp: notice.at,
        data: Data {
            id: &notice.id,
            title: &notice.title,
            body: &notice.body,
            url: notice.url.as_deref(),
            urgent: notice.urgent,
            details: &notice.details,
        },
    };
    let body = serde_json::to_vec(&payload).expect("a notice is made of texts and JSON");
    let headers = vec![
        ("webhook-id", notice.id.clone()),
        ("webhook-timestamp", now.as_second().to_string()),
        (
            "webhook-signature",
            signature::webhook(&key, &notice.id, now, &body),
        ),
    ];
    client
        .post(
            Post {
                uri,
                headers,
                body,
                answer_limit: 0,
            },
            now,
        )
        .await?
        .accepted()
}
