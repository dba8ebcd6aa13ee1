//! The secret that a browser shows to be known again.

use rand::Rng;
use sha2::{Digest, Sha256};

/// 256 random bits. The store keeps only their digest, so who reads the database can't use it.
pub struct SessionToken(String);

impl SessionToken {
    /// A new secret.
    pub fn new() -> Self {
        Self(hex(&rand::rng().random::<[u8; 32]>()))
    }

    /// The secret in 64 hexadecimal digits, for the cookie.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the store keeps of it.
    pub fn digest(&self) -> String {
        token_digest(&self.0)
    }
}

impl Default for SessionToken {
    fn default() -> Self {
        Self::new()
    }
}

/// What the store keeps of a secret: its SHA-256 in hexadecimal digits.
pub fn token_digest(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_and_new_and_kept_only_as_its_digest() {
        let (one, other) = (SessionToken::new(), SessionToken::new());
        assert_eq!(one.reveal().len(), 64);
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.digest(), token_digest(one.reveal()));
        assert_ne!(one.digest(), one.reveal());
        assert_eq!(
            token_digest("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
