//! Calls that nobody on the way can read or listen to.

use std::time::Duration;

use assistant::phone::{Call, CallEvent, Ending, PhoneError, PhoneLine, PhoneSettings, PhoneTls};
use futures::FutureExt;
use crate::support::{account, answered, event, listen, loudest_purity, purity, settings, tone};
use tests::{Certificates, Microphone, Telephone, baresip_is_missing};

/// Settings that serve TLS, with a certificate for `name`.
fn protected(certificates: &Certificates, name: &str) -> PhoneSettings {
    let given = certificates.give(&[name]);
    let settings = settings();
    PhoneSettings {
        tls: Some(PhoneTls {
            port: settings.listen.port() + 1,
            certificate: given.certificate.into_bytes(),
            key: given.key.into_bytes(),
        }),
        authorities: certificates.authority().into_bytes(),
        ..settings
    }
}

fn tls_port(settings: &PhoneSettings) -> u16 {
    settings.tls.as_ref().map_or(0, |tls| tls.port)
}

async fn incoming(calls: &mut assistant::phone::IncomingCalls) -> Call {
    tokio::time::timeout(Duration::from_secs(20), calls.next()).await.expect("a call in time").expect("a call")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_that_takes_nothing_less_is_heard_and_hears() {
    if baresip_is_missing() {
        return;
    }
    let certificates = Certificates::default();
    let mut telephone =
        Telephone::start_protected("resident", Microphone::Tone(500), ";audio_codecs=pcma", &certificates);
    let settings = protected(&certificates, "127.0.0.1");
    let port = tls_port(&settings);
    let (line, mut calls) = PhoneLine::open(settings).await.expect("opens");
    telephone.command("dial", &format!("sip:12345@127.0.0.1:{port};transport=tls"));
    let mut call = incoming(&mut calls).await;
    call.control.answer().await.expect("answers");
    telephone.wait_for("CALL_ESTABLISHED");
    assert_eq!(event(&mut call).await, CallEvent::Answered);
    let sound = listen(&mut call, 100).await;
    let heard = purity(&sound[16_000..], 16_000, 500.0);
    assert!(heard > 0.98, "the resident's tone is heard, {heard}");
    let played = call.control.play(&tone(700.0, 16_000, 1.0), 16_000).expect("plays").finished().await;
    assert!(played.expect("told").whole());

    telephone.command("hold", "");
    assert_eq!(event(&mut call).await, CallEvent::Held);
    telephone.command("resume", "");
    assert_eq!(event(&mut call).await, CallEvent::Resumed);
    while call.sound.try_recv().is_ok() {}
    let sound = listen(&mut call, 50).await;
    assert!(loudest_purity(&sound, 16_000, 500.0) > 0.98, "the tone is back after hold");

    call.control.hang_up().await;
    assert_eq!(event(&mut call).await, CallEvent::HungUp(Ending::ByUs));
    telephone.wait_for("CALL_CLOSED");
    let (recorded, rate) = telephone.recording();
    let heard = loudest_purity(&recorded, rate, 700.0);
    assert!(heard > 0.95, "the telephone recorded our tone, {heard}");
    let log = telephone.log();
    assert!(log.contains("AES_CM_128_HMAC_SHA1"), "{log}");
    assert_eq!(line.calls(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn we_call_over_tls_whom_the_authority_knows() {
    if baresip_is_missing() {
        return;
    }
    let certificates = Certificates::default();
    let mut telephone = Telephone::start_protected("worker", Microphone::Echo, ";answermode=auto", &certificates);
    let exchange = format!("sip:127.0.0.1:{};transport=tls", telephone.port + 1);
    let (line, _calls) = PhoneLine::open(PhoneSettings {
        accounts: vec![account(exchange, false)],
        ..protected(&certificates, "127.0.0.1")
    })
    .await
    .expect("opens");
    let mut call = line.dial("trunk", "worker").await.expect("dials");
    answered(&mut call).await;
    let played = call.control.play(&tone(700.0, 16_000, 1.0), 16_000).expect("plays").finished().await;
    assert!(played.expect("told").whole());
    let sound = listen(&mut call, 80).await;
    assert!(loudest_purity(&sound, 16_000, 700.0) > 0.95, "our own tone comes back");
    call.control.hang_up().await;
    assert_eq!(event(&mut call).await, CallEvent::HungUp(Ending::ByUs));
    telephone.wait_for("CALL_CLOSED");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_that_cannot_prove_its_name_is_not_called() {
    let (theirs, ours) = (Certificates::default(), Certificates::default());
    let stranger = protected(&theirs, "127.0.0.1");
    let misnamed = protected(&ours, "pbx.example");
    for exchange in [stranger, misnamed] {
        let port = tls_port(&exchange);
        let (_exchange, mut calls) = PhoneLine::open(exchange).await.expect("opens");
        let (line, _calls) = PhoneLine::open(PhoneSettings {
            accounts: vec![account(format!("sip:127.0.0.1:{port};transport=tls"), false)],
            ..protected(&ours, "127.0.0.1")
        })
        .await
        .expect("opens");
        let refused = line.dial("trunk", "worker").await.expect_err("not dialled");
        assert!(refused.to_string().contains("certificate"), "{refused}");
        assert!(calls.next().now_or_never().is_none(), "nothing reached it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_renewed_and_one_that_fits_no_key_is_refused() {
    let (certificates, later) = (Certificates::default(), Certificates::default());
    let settings = protected(&certificates, "127.0.0.1");
    let mut wrong = protected(&certificates, "127.0.0.1");
    if let Some(tls) = &mut wrong.tls {
        tls.key = certificates.give(&["127.0.0.1"]).key.into_bytes();
    }
    assert!(matches!(PhoneLine::open(wrong).await, Err(PhoneError::Certificate(_))));

    let port = tls_port(&settings);
    let (line, mut calls) = PhoneLine::open(settings).await.expect("opens");
    let given = later.give(&["127.0.0.1"]);
    line.renew_certificate(given.certificate.into_bytes(), given.key.into_bytes()).await.expect("renewed");
    assert!(line.renew_certificate(b"nothing".to_vec(), b"nothing".to_vec()).await.is_err());
    let (caller, _calls) = PhoneLine::open(PhoneSettings {
        accounts: vec![account(format!("sip:127.0.0.1:{port};transport=tls"), false)],
        ..protected(&later, "127.0.0.1")
    })
    .await
    .expect("opens");
    let calling = caller.dial("trunk", "worker").await.expect("dials");
    let mut called = incoming(&mut calls).await;
    called.control.answer().await.expect("answers");
    assert_eq!(event(&mut called).await, CallEvent::Answered);
    calling.control.hang_up().await;
    assert_eq!(event(&mut called).await, CallEvent::HungUp(Ending::ByPeer));
}
