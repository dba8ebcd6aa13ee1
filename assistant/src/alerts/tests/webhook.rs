//! Signed webhooks, and what the answers of receivers mean.

use std::net::TcpListener;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::super::{
    Deliverer, DeliveryError, Notice, Reason, ReceiverUrl, Security, Target, webhook_secret,
};
use super::http_receiver::{HttpReceiver, Reply, Seen};
use super::smtp_receiver::SmtpReceiver;
use super::{IMPATIENT, PATIENT, deliverer, is_temporary, notice, now, reference_hmac};

const KEY: [u8; 32] = [42; 32];

fn target(url: ReceiverUrl) -> Target {
    Target::Webhook {
        url,
        secret: webhook_secret(KEY),
    }
}

/// Whether the request was signed with the key, by the words of the specification.
fn is_signed(seen: &Seen) -> bool {
    let (id, timestamp) = (seen.header("webhook-id"), seen.header("webhook-timestamp"));
    let signed = [format!("{id}.{timestamp}.").as_bytes(), &seen.body].concat();
    let expected = format!(
        "v1,{}",
        BASE64_STANDARD.encode(reference_hmac(&KEY, &signed))
    );
    seen.header("webhook-signature")
        .split(' ')
        .any(|signature| signature == expected)
}

async fn answered(reply: Reply) -> Result<(), DeliveryError> {
    let receiver = HttpReceiver::scripted([reply]).await;
    let target = target(receiver.url("/hook"));
    let result = deliverer(PATIENT).deliver(&target, &notice(), now()).await;
    assert_eq!(receiver.seen().len(), 1, "one attempt is one request");
    result
}

#[tokio::test]
async fn a_notice_arrives_whole_and_signed() {
    let receiver = HttpReceiver::scripted([Reply::status(204)]).await;
    let target = target(receiver.url("/hook?tenant=3"));
    deliverer(PATIENT)
        .deliver(&target, &notice(), now())
        .await
        .unwrap();

    let [seen] = &receiver.seen()[..] else {
        panic!("one request")
    };
    assert!(is_signed(seen));
    assert_eq!(seen.uri, "/hook?tenant=3");
    assert_eq!(
        seen.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert_eq!(seen.header("webhook-id"), notice().id);
    assert_eq!(
        seen.header("webhook-timestamp"),
        now().as_second().to_string()
    );
    assert_eq!(
        seen.json(),
        json!({
            "type": "work_order.filed",
            "timestamp": "2026-11-20T08:30:00Z",
            "data": {
                "id": notice().id,
                "title": "新工单：3号楼漏水",
                "body": "类别：报修\n时限：2小时内签收",
                "url": "https://community.example/desk/orders/17",
                "urgent": false,
                "details": {"order": 17},
            },
        })
    );
}

#[tokio::test]
async fn after_two_failures_the_same_notice_arrives_with_a_fresh_signature() {
    let replies = [500, 500, 200].map(Reply::status);
    let receiver = HttpReceiver::scripted(replies).await;
    let (deliverer, target) = (deliverer(PATIENT), target(receiver.url("/hook")));
    let mut at = now();
    let mut attempts = 0;
    while let Err(error) = deliverer.deliver(&target, &notice(), at).await {
        attempts += 1;
        let wait = error.retry_in(attempts, 0).expect("worth another attempt");
        at += SignedDuration::try_from(wait).unwrap();
    }

    let seen = receiver.seen();
    assert!(seen.iter().all(is_signed));
    assert!(
        seen.iter()
            .all(|seen| seen.header("webhook-id") == notice().id)
    );
    let times: Vec<i64> = seen
        .iter()
        .map(|seen| seen.header("webhook-timestamp").parse::<i64>().unwrap() - now().as_second())
        .collect();
    assert_eq!(times, [0, 5, 25]);
}

#[tokio::test]
async fn the_receiver_is_left_alone_as_long_as_it_asks() {
    let asked = |value: String| Reply::Now(429, Some(("retry-after", value)), String::new());
    let in_an_hour = now() + SignedDuration::from_hours(1);
    let date = in_an_hour.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let day = Duration::from_hours(24);
    for (value, wait) in [
        ("120".to_owned(), Duration::from_mins(2)),
        (date, Duration::from_hours(1)),
        ("1".to_owned(), Duration::from_secs(5)),
        ("99999999999".to_owned(), day),
        (
            "Sun, 06 Nov 1994 08:49:37 GMT".to_owned(),
            Duration::from_secs(5),
        ),
        ("soon".to_owned(), Duration::from_secs(5)),
    ] {
        let error = answered(asked(value.clone())).await.unwrap_err();
        assert_eq!(error.retry_in(1, 0), Some(wait), "{value}");
        assert_eq!(error.retry_in(13, 0), None, "{value}");
    }
    let busy = Reply::Now(503, Some(("retry-after", "60".to_owned())), String::new());
    let error = answered(busy).await.unwrap_err();
    assert_eq!(error.retry_in(1, 0), Some(Duration::from_mins(1)));
}

#[tokio::test]
async fn a_status_decides_whether_to_try_again() {
    for status in [408, 425, 429, 500, 502, 503, 504] {
        let error = answered(Reply::status(status)).await.unwrap_err();
        assert!(is_temporary(&error), "{status}");
    }
    for status in [400, 401, 404, 405, 413, 422] {
        let error = answered(Reply::status(status)).await.unwrap_err();
        assert_eq!(
            error,
            DeliveryError::Permanent {
                reason: Reason::Status(status)
            }
        );
    }
    let error = answered(Reply::status(410)).await.unwrap_err();
    assert_eq!(
        error,
        DeliveryError::Permanent {
            reason: Reason::Gone
        }
    );
}

#[tokio::test]
async fn no_redirect_is_followed() {
    for status in [301, 302, 307, 308] {
        let receiver = HttpReceiver::scripted([Reply::Now(
            status,
            Some(("location", "/elsewhere".to_owned())),
            String::new(),
        )])
        .await;
        let target = target(receiver.url("/hook"));
        let error = deliverer(PATIENT)
            .deliver(&target, &notice(), now())
            .await
            .unwrap_err();
        assert_eq!(
            error,
            DeliveryError::Permanent {
                reason: Reason::Redirected(status)
            }
        );
        assert_eq!(receiver.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_receiver_that_hangs_costs_the_timeout_and_no_more() {
    let receiver = HttpReceiver::scripted([Reply::Never]).await;
    let target = target(receiver.url("/hook"));
    let error = deliverer(IMPATIENT)
        .deliver(&target, &notice(), now())
        .await
        .unwrap_err();
    assert!(is_temporary(&error));
    assert_eq!(error.reason(), &Reason::TimedOut(1));
}

#[tokio::test]
async fn a_receiver_that_is_down_is_tried_again() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let target = target(ReceiverUrl::new(format!("http://{address}/token-in-path")));
    let error = deliverer(PATIENT)
        .deliver(&target, &notice(), now())
        .await
        .unwrap_err();
    assert!(is_temporary(&error));
    assert_eq!(error.reason().code(), "unreachable");
    assert!(!error.to_string().contains("token-in-path"));
}

#[tokio::test]
async fn a_receiver_with_a_certificate_of_nobody_gets_nothing() {
    // The handshake is the same for mail and web, and it does not get further.
    let Some(receiver) = SmtpReceiver::start(Security::Tls, &[]) else {
        return;
    };
    let url = format!("https://localhost:{}/hook", receiver.mail().port);
    let target = target(ReceiverUrl::new(url));
    let error = deliverer(PATIENT)
        .deliver(&target, &notice(), now())
        .await
        .unwrap_err();
    assert!(is_temporary(&error), "a certificate can be renewed");
    assert_eq!(error.reason().code(), "encryption", "{error}");
    assert!(receiver.rest().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_not_read() {
    assert_eq!(answered(Reply::Endless).await, Ok(()));
}

#[tokio::test]
async fn an_identifier_that_could_forge_a_header_is_not_sent() {
    let receiver = HttpReceiver::scripted([Reply::status(200)]).await;
    let target = target(receiver.url("/hook"));
    for id in ["", "a.b", "a\r\nx: y", "编号", &"a".repeat(101)] {
        let notice = Notice {
            id: id.to_owned(),
            ..notice()
        };
        let error = deliverer(PATIENT)
            .deliver(&target, &notice, now())
            .await
            .unwrap_err();
        assert_eq!(
            error,
            DeliveryError::Permanent {
                reason: Reason::NoticeId
            }
        );
    }
    assert!(receiver.seen().is_empty());
}

#[test]
fn a_target_is_checked_before_it_is_saved_and_shows_no_secret() {
    let webhook = |url: &str| target(ReceiverUrl::new(url));
    assert_eq!(webhook("https://hooks.example/a/b?c=d").check(), Ok(()));
    for url in [
        "",
        "hooks.example",
        "ftp://hooks.example/",
        "https://",
        "https://u:p@h.example/",
    ] {
        assert_eq!(webhook(url).check(), Err(Reason::Address), "{url}");
    }
    let stored = r#"{"kind":"dingtalk","url":"https://oapi.dingtalk.com/robot/send?access_token=hidden-token","secret":"SEChidden"}"#;
    let target: Target = serde_json::from_str(stored).unwrap();
    assert_eq!(target.check(), Ok(()));
    assert_eq!(serde_json::to_string(&target).unwrap(), stored);
    let shown = format!("{target:?} {target}");
    assert!(
        shown.contains("oapi.dingtalk.com") && !shown.contains("hidden"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_delivery_may_run_on_any_thread() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let deliverer: Deliverer = deliverer(IMPATIENT);
    let at: Timestamp = now();
    let target = Target::Email {
        address: "clerk@community.example".to_owned(),
    };
    let notice = notice();
    let result = assert_send(deliverer.deliver(&target, &notice, at)).await;
    assert_eq!(
        result,
        Err(DeliveryError::Permanent {
            reason: Reason::NoMailServer
        })
    );
}
