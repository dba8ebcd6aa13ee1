//! The two signatures: of Standard Webhooks, and of 钉钉's robots.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use super::error::Reason;
use super::secret::Secret;

const PREFIX: &str = "whsec_";

/// A webhook's secret from 32 random bytes, to be kept and shown to the receiver once.
pub fn webhook_secret(random: [u8; 32]) -> Secret {
    Secret::new(format!("{PREFIX}{}", BASE64_STANDARD.encode(random)))
}

/// The key in a webhook's secret: 24 to 64 bytes (Standard Webhooks 1.0.0, "Signature scheme").
pub(super) fn webhook_key(secret: &Secret) -> Result<Vec<u8>, Reason> {
    let encoded = secret
        .expose()
        .trim()
        .strip_prefix(PREFIX)
        .ok_or(Reason::WebhookSecret)?;
    let key = BASE64_STANDARD
        .decode(encoded)
        .map_err(|_| Reason::WebhookSecret)?;
    if (24..=64).contains(&key.len()) {
        Ok(key)
    } else {
        Err(Reason::WebhookSecret)
    }
}

/// The header `webhook-signature` for a body posted at `now`.
pub(super) fn webhook(key: &[u8], id: &str, now: Timestamp, body: &[u8]) -> String {
    let seconds = now.as_second().to_string();
    let sum = hmac_sha256(key, &[id.as_bytes(), b".", seconds.as_bytes(), b".", body]);
    format!("v1,{}", BASE64_STANDARD.encode(sum))
}

/// The query `timestamp=…&sign=…` for a message posted at `now`; 钉钉 takes it for an hour.
///
/// Source: 钉钉开放平台, 自定义机器人安全设置, 加签: the secret is both the key and the second line of
/// what is signed; the time is in milliseconds.
pub(super) fn dingtalk(secret: &Secret, now: Timestamp) -> String {
    let milliseconds = now.as_millisecond().to_string();
    let secret = secret.expose().trim().as_bytes();
    let sum = hmac_sha256(secret, &[milliseconds.as_bytes(), b"\n", secret]);
    // Of the letters of base64, these three mean something in a query.
    let sign = BASE64_STANDARD
        .encode(sum)
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    format!("timestamp={milliseconds}&sign={sign}")
}

fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        hmac.update(part);
    }
    hmac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_reference_implementation() {
        // The vector of the specification's own libraries (standard-webhooks, go/webhook_test.go).
        let key = webhook_key(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
        let now = Timestamp::from_second(1_614_265_330).unwrap();
        assert_eq!(
            webhook(
                &key,
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                now,
                br#"{"test": 2432232314}"#
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_secret_made_here_is_taken_and_a_weak_or_foreign_one_is_not() {
        assert_eq!(webhook_key(&webhook_secret([7; 32])).unwrap(), [7; 32]);
        for text in [
            "",
            "whsec_",
            "whsec_c2hvcnQ=",
            "whsec_不是",
            "SEC0123456789",
        ] {
            assert_eq!(
                webhook_key(&Secret::new(text)),
                Err(Reason::WebhookSecret),
                "{text}"
            );
        }
    }
}
