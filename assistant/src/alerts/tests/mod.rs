//! Deliveries to real receivers on this machine.

mod http_receiver;
mod mail;
mod reach;
mod robots;
mod smtp_receiver;
mod webhook;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Deliverer, DeliveryError, Mail, Notice, Rules};

/// Long enough for a busy machine; only what never answers takes this long.
const PATIENT: Duration = Duration::from_secs(30);

/// For receivers that never answer.
const IMPATIENT: Duration = Duration::from_millis(300);

pub(super) fn notice() -> Notice {
    Notice {
        id: "01985f2e-7c1a-7000-8000-0123456789ab".to_owned(),
        event: "work_order.filed".to_owned(),
        title: "新工单：3号楼漏水".to_owned(),
        body: "类别：报修\n时限：2小时内签收".to_owned(),
        url: Some("https://community.example/desk/orders/17".to_owned()),
        urgent: false,
        at: "2026-11-20T08:30:00Z".parse().expect("a time"),
        details: json!({"order": 17}),
    }
}

fn now() -> Timestamp {
    "2026-11-20T08:31:02Z".parse().expect("a time")
}

fn deliverer(timeout: Duration) -> Deliverer {
    Deliverer::new(
        None,
        Rules {
            timeout,
            allow_private: true,
        },
    )
    .expect("nothing to get wrong")
}

fn mailing(mail: &Mail, timeout: Duration) -> Deliverer {
    Deliverer::new(
        Some(mail),
        Rules {
            timeout,
            allow_private: false,
        },
    )
    .expect("a right set-up")
}

fn is_temporary(error: &DeliveryError) -> bool {
    matches!(error, DeliveryError::Temporary { .. })
}

/// HMAC-SHA256 as RFC 2104 writes it down, so that signatures are not checked with what made them.
fn reference_hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = if key.len() > 64 {
        Sha256::digest(key).to_vec()
    } else {
        key.to_vec()
    };
    block.resize(64, 0);
    let pad = |byte: u8| block.iter().map(|key| key ^ byte).collect::<Vec<u8>>();
    let inner = Sha256::digest([&pad(0x36), message].concat());
    Sha256::digest([&pad(0x5c), &inner[..]].concat()).to_vec()
}
