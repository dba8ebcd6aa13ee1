//! E-mail, to a real mail server.

use std::net::TcpListener;
use std::path::PathBuf;

use serde_json::json;

use super::super::{
    Deliverer, DeliveryError, Mail, Notice, Reason, Rules, Secret, Security, Target,
};
use super::smtp_receiver::{PASSWORD, SmtpReceiver};
use super::{IMPATIENT, PATIENT, is_temporary, mailing, notice, now};

fn clerk() -> Target {
    Target::Email {
        address: "张三 <clerk@community.example>".to_owned(),
    }
}

async fn deliver(mail: &Mail, notice: &Notice) -> Result<(), DeliveryError> {
    mailing(mail, PATIENT)
        .deliver(&clerk(), notice, now())
        .await
}

#[tokio::test]
async fn a_notice_arrives_as_plain_text_with_its_own_identifier() {
    let Some(mut receiver) = SmtpReceiver::start(Security::None, &[]) else {
        return;
    };
    deliver(&receiver.mail(), &notice()).await.unwrap();

    let mail = receiver.received();
    assert_eq!(mail["from"], "desk@community.example");
    assert_eq!(mail["to"], json!(["clerk@community.example"]));
    assert_eq!(mail["ascii"], true, "headers are encoded");
    let headers = &mail["headers"];
    assert_eq!(headers["subject"], "新工单：3号楼漏水");
    assert_eq!(headers["from"], "乡音 <desk@community.example>");
    assert_eq!(headers["to"], "张三 <clerk@community.example>");
    assert_eq!(
        headers["message-id"],
        format!("<{}@community.example>", notice().id)
    );
    assert_eq!(headers["date"], "Fri, 20 Nov 2026 08:30:00 +0000");
    assert_eq!(headers["content-type"], "text/plain; charset=\"utf-8\"");
    assert_eq!(headers["auto-submitted"], "auto-generated");
    assert_eq!(headers.get("importance"), None);
    assert_eq!(
        mail["body"].as_str().unwrap().replace("\r\n", "\n"),
        "类别：报修\n时限：2小时内签收\n\nhttps://community.example/desk/orders/17\n"
    );
}

#[tokio::test]
async fn an_urgent_notice_has_high_priority_and_a_long_one_fits_the_lines() {
    let Some(mut receiver) = SmtpReceiver::start(Security::None, &[]) else {
        return;
    };
    let body = "漏水".repeat(4000);
    let notice = Notice {
        urgent: true,
        title: body.clone(),
        body: body.clone(),
        ..notice()
    };
    deliver(&receiver.mail(), &notice).await.unwrap();

    let mail = receiver.received();
    assert_eq!(mail["headers"]["importance"], "high");
    assert_eq!(mail["headers"]["x-priority"], "1 (Highest)");
    assert!(mail["body"].as_str().unwrap().starts_with(&body));
    let subject = mail["headers"]["subject"].as_str().unwrap();
    assert!(
        subject.len() <= 240 && subject.ends_with("漏…"),
        "{subject}"
    );
    assert!(
        mail["longest_line"].as_u64().unwrap() <= 998,
        "RFC 5322 2.1.1"
    );
}

#[tokio::test]
async fn a_title_can_not_add_headers_or_recipients() {
    let Some(mut receiver) = SmtpReceiver::start(Security::None, &[]) else {
        return;
    };
    let title = "急\r\nBcc: thief@elsewhere.example\r\n\r\n假正文".to_owned();
    deliver(&receiver.mail(), &Notice { title, ..notice() })
        .await
        .unwrap();

    let mail = receiver.received();
    assert_eq!(mail["to"], json!(["clerk@community.example"]));
    assert_eq!(mail["headers"].get("bcc"), None);
    assert_eq!(
        mail["headers"]["subject"],
        "急 Bcc: thief@elsewhere.example 假正文"
    );
}

#[tokio::test]
async fn signs_in_over_both_kinds_of_encryption() {
    for security in [Security::Starttls, Security::Tls] {
        let Some(mut receiver) = SmtpReceiver::start(security, &[]) else {
            return;
        };
        deliver(&receiver.mail(), &notice()).await.unwrap();
        let mail = receiver.received();
        assert_eq!(
            (&mail["encrypted"], &mail["signed_in"]),
            (&json!(true), &json!(true))
        );
    }
}

#[tokio::test]
async fn a_wrong_password_is_permanent_and_never_shown() {
    let Some(receiver) = SmtpReceiver::start(Security::Starttls, &[]) else {
        return;
    };
    let mail = Mail {
        password: Secret::new("hidden-password"),
        ..receiver.mail()
    };
    let error = deliver(&mail, &notice()).await.unwrap_err();
    assert!(
        matches!(error.reason(), Reason::MailRefused { code: 535, .. }),
        "{error}"
    );
    assert!(!is_temporary(&error));
    let shown = format!("{error} {error:?} {mail:?} {:?}", mailing(&mail, PATIENT));
    assert!(!shown.contains("hidden-password"), "{shown}");
    assert!(receiver.rest().is_empty());
}

#[tokio::test]
async fn a_server_that_can_not_prove_itself_or_encrypt_gets_nothing() {
    for security in [Security::Starttls, Security::Tls] {
        let Some(receiver) = SmtpReceiver::start(security, &[]) else {
            return;
        };
        let mail = Mail {
            certificate: PathBuf::new(),
            ..receiver.mail()
        };
        let error = deliver(&mail, &notice()).await.unwrap_err();
        assert!(is_temporary(&error), "a certificate can be renewed");
        assert_eq!(error.reason().code(), "encryption", "{error}");
        assert!(receiver.rest().is_empty());
    }
    let Some(receiver) = SmtpReceiver::start(Security::None, &[]) else {
        return;
    };
    let mail = Mail {
        security: Security::Starttls,
        user: "desk".to_owned(),
        password: Secret::new(PASSWORD),
        ..receiver.mail()
    };
    let error = deliver(&mail, &notice()).await.unwrap_err();
    assert_eq!(error.reason().code(), "mail_setup", "{error}");
    assert!(receiver.rest().is_empty());
}

#[tokio::test]
async fn a_mail_put_off_by_the_server_arrives_later_under_the_same_identifier() {
    let replies = [
        "451 4.7.1 greylisted, try again later",
        "550 5.1.1 no such user",
    ];
    let Some(mut receiver) = SmtpReceiver::start(Security::None, &replies) else {
        return;
    };
    let mail = receiver.mail();

    let error = deliver(&mail, &notice()).await.unwrap_err();
    assert!(is_temporary(&error));
    let message = "4.7.1 greylisted, try again later".to_owned();
    assert_eq!(error.reason(), &Reason::MailRefused { code: 451, message });
    let error = deliver(&mail, &notice()).await.unwrap_err();
    assert!(!is_temporary(&error));
    assert!(error.to_string().contains("no such user"));
    for _ in 0..2 {
        deliver(&mail, &notice()).await.unwrap();
    }
    let identifier = |mail: serde_json::Value| mail["headers"]["message-id"].clone();
    assert_eq!(
        identifier(receiver.received()),
        identifier(receiver.received())
    );
}

#[tokio::test]
async fn a_server_that_never_greets_or_is_down_is_tried_again() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mail = Mail {
        host: "127.0.0.1".to_owned(),
        port: silent.local_addr().unwrap().port(),
        security: Security::None,
        user: String::new(),
        password: Secret::default(),
        from: "desk@community.example".to_owned(),
        certificate: PathBuf::new(),
    };
    let deliverer = mailing(&mail, IMPATIENT);
    let error = deliverer
        .deliver(&clerk(), &notice(), now())
        .await
        .unwrap_err();
    assert!(is_temporary(&error));
    assert_eq!(error.reason(), &Reason::TimedOut(1));

    drop(silent);
    let error = deliver(&mail, &notice()).await.unwrap_err();
    assert!(is_temporary(&error));
    assert_eq!(error.reason().code(), "unreachable", "{error}");
}

#[test]
fn a_wrong_set_up_is_found_at_the_start() {
    let mail: Mail = serde_json::from_value(json!({
        "host": "mail.example", "port": 465, "security": "tls", "from": "desk@community.example",
    }))
    .unwrap();
    let set_up = |mail: Mail| Deliverer::new(Some(&mail), Rules::default()).map(drop);
    assert_eq!(set_up(mail.clone()), Ok(()));
    let broken = [
        Mail {
            from: "desk".to_owned(),
            ..mail.clone()
        },
        Mail {
            from: "desk@社区.example".to_owned(),
            ..mail.clone()
        },
        Mail {
            certificate: PathBuf::from("/nowhere/authority.pem"),
            ..mail.clone()
        },
        Mail {
            security: Security::None,
            user: "desk".to_owned(),
            ..mail
        },
    ];
    for mail in broken {
        assert_eq!(
            set_up(mail.clone()).unwrap_err().code(),
            "mail_setup",
            "{mail:?}"
        );
    }
    let target = Target::Email {
        address: "clerk".to_owned(),
    };
    assert_eq!(target.check(), Err(Reason::Address));
}
