//! A digest challenge to peers that must prove themselves (RFC 3261, 22).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use rsipstack::dialog::authenticate::verify_digest;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::typed::Authorization;
use rsipstack::sip::{Header, Request};
use sha2::Sha256;

use crate::phone::settings::PhoneCredential;

/// How long a challenge may be answered.
const VALID: Duration = Duration::from_secs(60);
/// The realm of all our challenges.
const REALM: &str = "xiangyin";

/// Makes challenges that it knows again without keeping them.
pub(in crate::phone) struct Challenger {
    secret: [u8; 32],
}

impl Challenger {
    pub(in crate::phone) fn new() -> Self {
        Self {
            secret: rand::random(),
        }
    }

    fn seal(&self, time: u64) -> Option<String> {
        let mut seal = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        seal.update(&time.to_be_bytes());
        let octets = seal.finalize().into_bytes();
        Some(
            octets
                .iter()
                .take(16)
                .map(|octet| format!("{octet:02x}"))
                .collect(),
        )
    }

    /// The header that asks for proof at `now`.
    pub(in crate::phone) fn challenge(&self, now: SystemTime) -> Option<Header> {
        let time = seconds(now);
        let value = format!(
            r#"Digest realm="{REALM}", nonce="{time:x}-{}", algorithm=MD5, qop="auth""#,
            self.seal(time)?
        );
        Some(Header::WwwAuthenticate(value.into()))
    }

    /// Whether the request answers one of our challenges with the right password.
    pub(in crate::phone) fn proves(
        &self,
        request: &Request,
        credential: &PhoneCredential,
        now: SystemTime,
    ) -> bool {
        let Some(header) = request.authorization_header() else {
            return false;
        };
        let Ok(given) = Authorization::parse(header.value()) else {
            return false;
        };
        let fresh = given.nonce.split_once('-').is_some_and(|(time, seal)| {
            u64::from_str_radix(time, 16).is_ok_and(|time| {
                seconds(now).abs_diff(time) <= VALID.as_secs()
                    && self.seal(time).is_some_and(|own| own == seal)
            })
        });
        fresh
            && given.username == credential.name
            && given.realm == REALM
            && verify_digest(
                &given,
                &credential.password,
                request.method(),
                header.value(),
            )
    }
}

fn seconds(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
