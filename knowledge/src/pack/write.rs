//! Puts a pack together.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::manifest::{
    CHECKS, DocumentEntry, MANIFEST, Manifest, OriginalEntry, original_part, sha256,
};
use super::{FORMAT, MOST_BYTES, MOST_DOCUMENTS, Pack, PackError};

impl Pack {
    /// The pack as one file; what [`Pack::read`] would refuse is refused here.
    pub fn write(&self) -> Result<Vec<u8>, PackError> {
        if self.documents.len() > MOST_DOCUMENTS {
            return Err(PackError::TooLarge);
        }
        self.check()?;
        let mut archive = Archive::new();
        let mut entries = Vec::with_capacity(self.documents.len());
        for (number, document) in (1..).zip(&self.documents) {
            let part = format!("documents/{number:05}.json");
            let content = json(document)?;
            archive.add(&part, &content)?;
            entries.push(DocumentEntry {
                key: document.key(),
                content: document.digest(),
                part,
                sha256: sha256(&content),
            });
        }
        let wanted: BTreeSet<&String> = self
            .documents
            .iter()
            .filter_map(|document| document.original.as_ref())
            .collect();
        let mut originals = Vec::with_capacity(wanted.len());
        for (digest, original) in self
            .originals
            .iter()
            .filter(|(digest, _)| wanted.contains(digest))
        {
            archive.add(&original_part(digest), &original.bytes)?;
            originals.push(OriginalEntry {
                sha256: digest.clone(),
                name: original.name.clone(),
            });
        }
        let checks = json(&self.checks)?;
        archive.add(CHECKS, &checks)?;
        let manifest = Manifest {
            format: FORMAT,
            name: self.name.clone(),
            version: self.version.clone(),
            made_at: self.made_at,
            documents: entries,
            originals,
            checks_sha256: sha256(&checks),
        };
        archive.add(MANIFEST, &json(&manifest)?)?;
        let bytes = archive.0.finish()?.into_inner();
        if bytes.len() as u64 > MOST_BYTES {
            return Err(PackError::TooLarge);
        }
        Ok(bytes)
    }
}

fn json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, PackError> {
    serde_json::to_vec(value).map_err(|error| PackError::damaged(error.to_string()))
}

/// An archive on its way; every part has the same time, so that one pack is always the same bytes.
struct Archive(ZipWriter<Cursor<Vec<u8>>>);

impl Archive {
    fn new() -> Self {
        Self(ZipWriter::new(Cursor::new(Vec::new())))
    }

    fn add(&mut self, name: &str, content: &[u8]) -> Result<(), PackError> {
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        self.0.start_file(name, options)?;
        self.0
            .write_all(content)
            .map_err(zip::result::ZipError::from)?;
        Ok(())
    }
}
