//! Files kept under their digest: photos of work orders, originals of documents.

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

    /// The same, where waiting holds nobody up.
    pub fn keep_blocking(&self, bytes: &[u8]) -> Result<String> {
        keep(&self.folder, bytes)
    }

    /// Where the file of each digest lies.
    pub fn files(&self) -> Result<Vec<(String, PathBuf)>> {
        let mut files = Vec::new();
        for folder in std::fs::read_dir(&self.folder).into_iter().flatten() {
            let folder = folder?;
            let head = folder.file_name().to_string_lossy().into_owned();
            for file in std::fs::read_dir(folder.path())? {
                let file = file?;
                let sha256 = format!("{head}{}", file.file_name().to_string_lossy());
                // What a stop left half written has another name.
                if sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    files.push((sha256, file.path()));
                }
            }
        }
        files.sort();
        Ok(files)
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
