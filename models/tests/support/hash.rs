//! Hashes as the catalogue writes them.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The SHA-256 of some content in lower-case hexadecimal.
pub(crate) fn sha256(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a string takes everything");
            text
        })
}
