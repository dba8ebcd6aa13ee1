//! A set of documents, their originals and their checks as one file, so that a street or a city
//! hands its knowledge to its communities.
//!
//! The file is a zip archive: `manifest.json` names every part with its SHA-256, `documents/` holds
//! the documents as JSON, `originals/` the files that they were read from, each named by its
//! SHA-256, and `checks.json` the questions with what is expected. The same pack is always the same
//! bytes.
//!
//! ```
//! use knowledge::document::{Limits, from_text};
//! use knowledge::pack::{Pack, PackedDocument, Update, update};
//!
//! let document = from_text("装修须知", "装修前要到物业登记。", &Limits::default())?;
//! let mut pack = Pack::new("幸福街道", "2026-11", "2026-11-22T08:00:00Z".parse()?);
//! pack.documents.push(PackedDocument::new("document", document));
//! let received = Pack::read(&pack.write()?)?;
//! assert_eq!(received, pack);
//! let digest = received.documents[0].digest();
//! assert_eq!(update(&digest, None, None), Update::Add);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod manifest;
mod read;
mod update;
mod write;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ImportedDocument;
use crate::document::content_digest;
pub use error::PackError;
pub use update::{Update, update};

/// The format that this version writes, and the newest that it reads.
const FORMAT: u32 = 1;
/// Largest pack in bytes.
pub const MOST_BYTES: u64 = 512 << 20;
/// Most bytes that a pack may unpack to.
const MOST_UNPACKED: u64 = 1 << 30;
/// Most documents of a pack.
pub const MOST_DOCUMENTS: usize = 20_000;

/// What is handed on.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// What it is called, such as 幸福街道政策.
    pub name: String,
    /// Which version of it this is, as its makers count.
    pub version: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// The documents.
    pub documents: Vec<PackedDocument>,
    /// The files that they were read from, by their SHA-256 in lower-case hexadecimal.
    pub originals: BTreeMap<String, Original>,
    /// Questions with what is expected, as the product writes them.
    pub checks: Vec<serde_json::Value>,
}

/// One document of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedDocument {
    /// What it is to the product, such as `document` or `answer`.
    pub kind: String,
    /// Where below the community that made the pack it belongs: names of communities, outermost
    /// first; empty for that community itself.
    pub scope: Vec<String>,
    /// The document. Editions have other names elsewhere, so its answers have no
    /// [`sources`](crate::PreparedAnswer::sources).
    pub document: ImportedDocument,
    /// What each of its answers rests on, as far as that is in the pack: one list an answer, or none
    /// at all.
    #[serde(default)]
    pub sources: Vec<Vec<PackedSource>>,
    /// SHA-256 of the file that it was read from, one of [`Pack::originals`].
    #[serde(default)]
    pub original: Option<String>,
}

/// A passage of a document of the same pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedSource {
    /// Place of the document in [`Pack::documents`], from 0.
    pub document: u32,
    /// Place of the passage in the document, from 0.
    pub ordinal: u32,
}

/// What a document is known by from one version of a pack to the next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocumentKey {
    /// Where it belongs, as in [`PackedDocument::scope`].
    pub scope: Vec<String>,
    /// Its title.
    pub title: String,
}

/// A file as it was uploaded.
#[derive(Clone, PartialEq, Eq)]
pub struct Original {
    /// Name of the file.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Original {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{} ({} bytes)", self.name, self.bytes.len())
    }
}

impl Pack {
    /// An empty pack.
    pub fn new(name: &str, version: &str, made_at: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            made_at,
            documents: Vec::new(),
            originals: BTreeMap::new(),
            checks: Vec::new(),
        }
    }
}

impl PackedDocument {
    /// A document without its original that belongs to the community which makes the pack.
    pub fn new(kind: &str, mut document: ImportedDocument) -> Self {
        for answer in &mut document.answers {
            answer.sources.clear();
        }
        Self {
            kind: kind.to_owned(),
            scope: Vec::new(),
            document,
            sources: Vec::new(),
            original: None,
        }
    }

    /// What it is known by; unique in its pack.
    pub fn key(&self) -> DocumentKey {
        DocumentKey {
            scope: self.scope.clone(),
            title: self.document.metadata.title.clone(),
        }
    }

    /// What it says, as [`digest`] has it.
    pub fn digest(&self) -> String {
        digest(&self.document)
    }
}

/// SHA-256, in lower-case hexadecimal, of what a document says, wherever it stands: what its answers
/// rest on has other names elsewhere and does not count.
pub fn digest(document: &ImportedDocument) -> String {
    if document.answers.iter().all(|answer| answer.sources.is_empty()) {
        return content_digest(document);
    }
    content_digest(&PackedDocument::new("", document.clone()).document)
}
