//! Files that belong to work orders: photos before and after, kept under their digest.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// A folder of files named by the SHA-256 of their bytes.
#[derive(Clone, Debug)]
pub struct Attachments {
    folder: PathBuf,
}

impl Attachments {
    /// In this folder, which is made with the first file.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Keeps bytes and returns their digest; on disk before it returns.
    pub async fn keep(&self, bytes: Vec<u8>) -> Result<String> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || keep(&folder, &bytes)).await?
    }

    /// The bytes of this digest.
    pub async fn read(&self, sha256: &str) -> Result<Vec<u8>> {
        let path = self.folder.join(name(sha256));
        tokio::fs::read(&path)
            .await
            .with_context(|| format!("the attachment {} is missing", path.display()))
    }
}

/// Two letters a folder, so that no folder grows too large.
fn name(sha256: &str) -> PathBuf {
    let (head, tail) = sha256.split_at(sha256.len().min(2));
    Path::new(head).join(tail)
}

fn keep(folder: &Path, bytes: &[u8]) -> Result<String> {
    let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join(name(&sha256));
    if path.exists() {
        return Ok(sha256);
    }
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    // Whole or not at all: written beside it, then named.
    let beside = parent.join(format!(".{}", crate::store::new_id()));
    let mut file = File::create_new(&beside).with_context(|| format!("cannot write {}", beside.display()))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, &path)?;
    File::open(parent)?.sync_all()?;
    Ok(sha256)
}
