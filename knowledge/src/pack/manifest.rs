//! The list of what is in a pack.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::DocumentKey;
use crate::document::hexadecimal;

/// Name of the manifest within the archive.
pub(super) const MANIFEST: &str = "manifest.json";
/// Name of the checks within the archive.
pub(super) const CHECKS: &str = "checks.json";

/// The manifest.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) made_at: Timestamp,
    pub(super) documents: Vec<DocumentEntry>,
    pub(super) originals: Vec<OriginalEntry>,
    pub(super) checks_sha256: String,
}

/// A document of the manifest.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DocumentEntry {
    /// What it is known by.
    #[serde(flatten)]
    pub(super) key: DocumentKey,
    /// What it says, as [`super::digest`] has it.
    pub(super) content: String,
    /// Name of the part.
    pub(super) part: String,
    /// SHA-256 of the part.
    pub(super) sha256: String,
}

/// An original of the manifest; its part is named by its digest.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OriginalEntry {
    pub(super) sha256: String,
    pub(super) name: String,
}

/// Name of the part that holds an original.
pub(super) fn original_part(sha256: &str) -> String {
    format!("originals/{sha256}")
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}
