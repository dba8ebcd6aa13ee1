//! Takes a pack apart and believes nothing that it says of itself.

use std::collections::{BTreeMap, HashSet};

use serde::de::DeserializeOwned;

use super::manifest::{CHECKS, MANIFEST, Manifest, original_part, sha256};
use super::{
    FORMAT, MOST_BYTES, MOST_DOCUMENTS, MOST_UNPACKED, Original, Pack, PackError, PackedDocument,
    PackedSource,
};
use crate::ImportedDocument;
use crate::document::Package;

/// Most parts of a pack: documents, as many originals, manifest and checks.
const MOST_PARTS: usize = 2 * MOST_DOCUMENTS + 2;

impl Pack {
    /// Reads a pack; every part is held against its digest, and every document is whole.
    pub fn read(bytes: &[u8]) -> Result<Self, PackError> {
        if bytes.len() as u64 > MOST_BYTES {
            return Err(PackError::TooLarge);
        }
        let package = Package::open_large(bytes, MOST_UNPACKED, MOST_PARTS);
        let mut package = package.map_err(|error| match PackError::of_part(MANIFEST, &error) {
            PackError::Damaged { .. } => PackError::NotAPack,
            other => other,
        })?;
        let manifest = part(&mut package, MANIFEST)?.ok_or(PackError::NotAPack)?;
        let manifest = manifest_of(&manifest)?;
        if manifest.documents.len() > MOST_DOCUMENTS {
            return Err(PackError::TooLarge);
        }
        let mut documents = Vec::with_capacity(manifest.documents.len());
        for entry in &manifest.documents {
            let content = expected(&mut package, &entry.part, &entry.sha256)?;
            let document: PackedDocument = parsed(&entry.part, &content)?;
            if document.key() != entry.key || document.digest() != entry.content {
                return Err(PackError::damaged(&entry.part));
            }
            documents.push(document);
        }
        let mut originals = BTreeMap::new();
        for entry in manifest.originals {
            let bytes = expected(&mut package, &original_part(&entry.sha256), &entry.sha256)?;
            let name = entry.name;
            originals.insert(entry.sha256, Original { name, bytes });
        }
        let checks = expected(&mut package, CHECKS, &manifest.checks_sha256)?;
        let pack = Self {
            name: manifest.name,
            version: manifest.version,
            made_at: manifest.made_at,
            documents,
            originals,
            checks: parsed(CHECKS, &checks)?,
        };
        pack.check()?;
        Ok(pack)
    }

    /// Whether every document is whole and names nothing that is not there.
    pub(super) fn check(&self) -> Result<(), PackError> {
        let mut keys = HashSet::new();
        for packed in &self.documents {
            let title = &packed.document.metadata.title;
            let bad = |detail| PackError::BadDocument {
                title: title.clone(),
                detail,
            };
            if let Some(detail) = what_is_wrong(&packed.document) {
                return Err(bad(detail));
            }
            if !keys.insert(packed.key()) {
                return Err(PackError::TwoOfOneTitle {
                    title: title.clone(),
                });
            }
            if packed
                .original
                .as_ref()
                .is_some_and(|digest| !self.originals.contains_key(digest))
            {
                return Err(bad("原件不在包里"));
            }
            let answers = packed.document.answers.len();
            let is_there = |sources: &Vec<_>| sources.iter().all(|source| self.holds(*source));
            let listed = packed.sources.is_empty() || packed.sources.len() == answers;
            if !listed || !packed.sources.iter().all(is_there) {
                return Err(bad("标准答案的依据不在包里"));
            }
        }
        let whole = |(digest, original): (&String, &Original)| *digest == sha256(&original.bytes);
        if !self.originals.iter().all(whole) {
            return Err(PackError::damaged("originals"));
        }
        Ok(())
    }

    fn holds(&self, source: PackedSource) -> bool {
        let document = self.documents.get(source.document as usize);
        document.is_some_and(|packed| (source.ordinal as usize) < packed.document.passages.len())
    }
}

/// What is wrong with a document, in Chinese; `None` if it is whole.
fn what_is_wrong(document: &ImportedDocument) -> Option<&'static str> {
    if document.metadata.title.trim().is_empty() {
        return Some("没有标题");
    }
    for (ordinal, passage) in (0..).zip(&document.passages) {
        let text = document.text.get(passage.span.clone());
        if passage.ordinal != ordinal || text != Some(passage.text.as_str()) {
            return Some("段落和正文对不上");
        }
    }
    for answer in &document.answers {
        if answer.passage as usize >= document.passages.len() {
            return Some("标准答案找不到它那一段");
        }
        if answer.questions.is_empty() || !answer.sources.is_empty() {
            return Some("标准答案没有问题，或者依据写错了地方");
        }
    }
    None
}

fn manifest_of(content: &[u8]) -> Result<Manifest, PackError> {
    /// The one field that every format has.
    #[derive(serde::Deserialize)]
    struct Any {
        format: u32,
    }
    let Any { format } = serde_json::from_slice(content).map_err(|_| PackError::NotAPack)?;
    if format > FORMAT {
        return Err(PackError::Newer { format });
    }
    parsed(MANIFEST, content)
}

fn part(package: &mut Package, name: &str) -> Result<Option<Vec<u8>>, PackError> {
    package
        .bytes(name)
        .map_err(|error| PackError::of_part(name, &error))
}

/// A part that must be there and be what was said of it.
fn expected(package: &mut Package, name: &str, digest: &str) -> Result<Vec<u8>, PackError> {
    let content = part(package, name)?.ok_or_else(|| PackError::damaged(name))?;
    if sha256(&content) != digest {
        return Err(PackError::damaged(name));
    }
    Ok(content)
}

fn parsed<T: DeserializeOwned>(name: &str, content: &[u8]) -> Result<T, PackError> {
    serde_json::from_slice(content).map_err(|_| PackError::damaged(name))
}
