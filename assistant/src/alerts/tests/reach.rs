//! Addresses that are not called.

use std::net::TcpListener;

use super::super::{Deliverer, DeliveryError, Forbidden, Reason, ReceiverUrl, Rules, Target};
use super::{PATIENT, deliverer, notice, now};

async fn refusal(deliverer: &Deliverer, url: String) -> DeliveryError {
    let target = Target::WeCom {
        url: ReceiverUrl::new(url),
    };
    deliverer
        .deliver(&target, &notice(), now())
        .await
        .unwrap_err()
}

fn permanent(forbidden: Forbidden) -> DeliveryError {
    DeliveryError::Permanent {
        reason: Reason::Forbidden(forbidden),
    }
}

#[tokio::test]
async fn this_machine_is_not_called_unless_allowed_however_it_is_spelled() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let cautious = Deliverer::new(
        None,
        Rules {
            timeout: PATIENT,
            ..Rules::default()
        },
    )
    .unwrap();
    for host in [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "[::ffff:127.0.0.1]",
    ] {
        let error = refusal(&cautious, format!("http://{host}:{port}/")).await;
        assert_eq!(error, permanent(Forbidden::Private), "{host}");
    }
    let nobody = listener.accept().unwrap_err();
    assert_eq!(
        nobody.kind(),
        std::io::ErrorKind::WouldBlock,
        "nobody connected"
    );
}

#[tokio::test]
async fn metadata_and_plain_http_to_the_public_are_refused_before_connecting() {
    let allowing = deliverer(PATIENT);
    let error = refusal(
        &allowing,
        "http://169.254.169.254/latest/meta-data/".to_owned(),
    )
    .await;
    assert_eq!(error, permanent(Forbidden::Never));
    let error = refusal(&allowing, "http://100.100.100.200/".to_owned()).await;
    assert_eq!(error, permanent(Forbidden::Never));
    let error = refusal(&allowing, "http://203.0.114.1/".to_owned()).await;
    assert_eq!(error, permanent(Forbidden::Unencrypted));
}
