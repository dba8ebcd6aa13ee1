//! Robots of 企业微信 and 钉钉, played by servers that check what the real ones check.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::super::{DeliveryError, Notice, Reason, Secret, Target};
use super::http_receiver::{HttpReceiver, Reply, Seen};
use super::{PATIENT, deliverer, is_temporary, notice, now, reference_hmac};

const SECRET: &str = "SEC3f9a0c1e7b2d4a6c8e0f1a3b5c7d9e1f";

fn verdict(code: i64, message: &str) -> Reply {
    Reply::json(&json!({"errcode": code, "errmsg": message}))
}

fn query<'seen>(seen: &'seen Seen, name: &str) -> Option<&'seen str> {
    let pairs = seen
        .uri
        .query()?
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find_map(|(key, value)| (key == name).then_some(value))
}

fn content(message: &Value) -> &str {
    message["text"]["content"].as_str().expect("a text message")
}

fn wecom_robot(seen: &Seen) -> Reply {
    let message = seen.json();
    if query(seen, "key") != Some("693a91f6") {
        verdict(93000, "invalid webhook url")
    } else if message["msgtype"] != "text" {
        verdict(40008, "invalid message type")
    } else if content(&message).len() > 2048 {
        verdict(40058, "text.content exceed max length 2048")
    } else {
        verdict(0, "ok")
    }
}

fn dingtalk_robot(seen: &Seen) -> Reply {
    let milliseconds = query(seen, "timestamp").unwrap_or_default();
    let time: i64 = milliseconds.parse().unwrap_or_default();
    let signed = format!("{milliseconds}\n{SECRET}");
    let expected = BASE64_STANDARD.encode(reference_hmac(SECRET.as_bytes(), signed.as_bytes()));
    let sign = query(seen, "sign").unwrap_or_default();
    let decoded = sign
        .replace("%2B", "+")
        .replace("%2F", "/")
        .replace("%3D", "=");
    if query(seen, "access_token") != Some("c0ffee") {
        verdict(300_005, "token is not exist")
    } else if (now().as_millisecond() - time).abs() > 3_600_000 || sign.contains(['+', '/', '=']) {
        verdict(310_000, "invalid timestamp")
    } else if decoded != expected {
        verdict(310_000, "sign not match")
    } else if seen.body.len() > 20_000 {
        verdict(460_101, "message too long, exceed 20000 bytes")
    } else {
        verdict(0, "ok")
    }
}

fn wecom(receiver: &HttpReceiver) -> Target {
    Target::WeCom {
        url: receiver.url("/cgi-bin/webhook/send?key=693a91f6"),
    }
}

fn dingtalk(receiver: &HttpReceiver, secret: Option<&str>) -> Target {
    let url = receiver.url("/robot/send?access_token=c0ffee");
    Target::DingTalk {
        url,
        secret: secret.map(Secret::new),
    }
}

fn urgent() -> Notice {
    Notice {
        urgent: true,
        ..notice()
    }
}

fn endless() -> Notice {
    Notice {
        body: "水漫到\"二楼\"了\n".repeat(3000),
        ..notice()
    }
}

#[tokio::test]
async fn wecom_takes_notices_of_every_length_and_mentions_all_for_urgent_ones() {
    let receiver = HttpReceiver::start(wecom_robot).await;
    let (deliverer, target) = (deliverer(PATIENT), wecom(&receiver));
    for notice in [notice(), urgent(), endless()] {
        deliverer.deliver(&target, &notice, now()).await.unwrap();
    }

    let messages: Vec<Value> = receiver.seen().iter().map(Seen::json).collect();
    assert_eq!(
        content(&messages[0]),
        "新工单：3号楼漏水\n\n类别：报修\n时限：2小时内签收\n\nhttps://community.example/desk/orders/17"
    );
    assert_eq!(messages[0]["text"]["mentioned_list"], json!([]));
    assert_eq!(messages[1]["text"]["mentioned_list"], json!(["@all"]));
    assert!(content(&messages[2]).ends_with("…\n\nhttps://community.example/desk/orders/17"));
}

#[tokio::test]
async fn dingtalk_takes_signed_notices_of_every_length_and_mentions_all_for_urgent_ones() {
    let receiver = HttpReceiver::start(dingtalk_robot).await;
    let (deliverer, target) = (deliverer(PATIENT), dingtalk(&receiver, Some(SECRET)));
    for notice in [notice(), urgent(), endless()] {
        deliverer.deliver(&target, &notice, now()).await.unwrap();
    }

    let messages: Vec<Value> = receiver.seen().iter().map(Seen::json).collect();
    let mentions: Vec<&Value> = messages
        .iter()
        .map(|message| &message["at"]["isAtAll"])
        .collect();
    assert_eq!(mentions, [false, true, false]);
    assert!(content(&messages[0]).starts_with("新工单：3号楼漏水\n\n类别：报修"));
}

#[tokio::test]
async fn dingtalk_refuses_a_wrong_or_missing_signature_and_says_so() {
    let receiver = HttpReceiver::start(dingtalk_robot).await;
    for (secret, message) in [
        (Some("SECwrong"), "sign not match"),
        (None, "invalid timestamp"),
    ] {
        let target = dingtalk(&receiver, secret);
        let error = deliverer(PATIENT)
            .deliver(&target, &notice(), now())
            .await
            .unwrap_err();
        let reason = Reason::Robot {
            code: 310_000,
            message: message.to_owned(),
        };
        assert_eq!(error, DeliveryError::Permanent { reason });
        assert!(error.to_string().contains(message));
    }
}

#[tokio::test]
async fn a_refusal_with_http_200_is_a_failure() {
    let receiver = HttpReceiver::start(wecom_robot).await;
    let target = Target::WeCom {
        url: receiver.url("/cgi-bin/webhook/send?key=wrong"),
    };
    let error = deliverer(PATIENT)
        .deliver(&target, &notice(), now())
        .await
        .unwrap_err();
    let reason = Reason::Robot {
        code: 93000,
        message: "invalid webhook url".to_owned(),
    };
    assert_eq!(error, DeliveryError::Permanent { reason });
}

#[tokio::test]
async fn too_many_messages_are_sent_later() {
    let receiver = HttpReceiver::scripted([
        verdict(45009, "api freq out of limit"),
        // As the real one says it, with more in it than the document tells.
        Reply::json(&json!({
            "status": 1111, "wait": 5, "source": "x5", "punish": "deny",
            "errcode": 130_101, "errmsg": "send too fast, exceed 20 times per minute",
        })),
        verdict(-1, "system busy"),
        Reply::status(502),
    ])
    .await;
    let deliverer = deliverer(PATIENT);
    let targets = [wecom(&receiver), dingtalk(&receiver, None)];
    for (target, wait) in [
        (&targets[0], Duration::from_mins(1)),
        (&targets[1], Duration::from_mins(10)),
        (&targets[1], Duration::from_secs(5)),
        (&targets[0], Duration::from_secs(5)),
    ] {
        let error = deliverer
            .deliver(target, &notice(), now())
            .await
            .unwrap_err();
        assert!(is_temporary(&error));
        assert_eq!(error.retry_in(1, 0), Some(wait), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_robot_is_told_apart() {
    let page = Reply::Now(200, None, "<html>登录</html>".to_owned());
    let receiver = HttpReceiver::scripted([page, Reply::Endless]).await;
    let target = wecom(&receiver);
    for _ in 0..2 {
        let error = deliverer(PATIENT)
            .deliver(&target, &notice(), now())
            .await
            .unwrap_err();
        assert!(!is_temporary(&error));
        assert_eq!(error.reason().code(), "answer");
    }
}
