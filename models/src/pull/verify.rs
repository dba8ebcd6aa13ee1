//! Whether a file is what the catalogue says.

use std::fmt::Write;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::{PullError, disk};
use super::partial::absent_is_fine;
use crate::catalog::CatalogFile;

/// What was found where a model's files should stand. The worst of several is the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verification {
    /// Every file is there and is the right one.
    Verified,
    /// A file is not there.
    Missing,
    /// A file is there and is not the right one.
    Corrupt,
}

/// The hash of a file, and by what to tell that the file has not changed since.
#[derive(Serialize, Deserialize)]
struct Record {
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u128,
    sha256: String,
}

/// Checks one file; `checking` hears how many bytes were read, where it has to be read.
pub(super) fn verify(
    path: &Path,
    file: &CatalogFile,
    checking: &mut dyn FnMut(u64),
) -> Result<Verification, PullError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Verification::Missing),
        Err(error) => return Err(disk(path)(error)),
    };
    if !file.may_have_bytes(metadata.len()) {
        return Ok(Verification::Corrupt);
    }
    let record = recorded(path);
    let unchanged = record
        .as_ref()
        .filter(|record| record.bytes == metadata.len() && record.modified == modified(&metadata));
    let sha256 = match unchanged {
        Some(record) => record.sha256.clone(),
        None => hash(path, checking)?,
    };
    if !is_expected(path, file, &sha256) {
        return Ok(Verification::Corrupt);
    }
    if unchanged.is_none() {
        write_record(path, &metadata, sha256)?;
    }
    Ok(Verification::Verified)
}

/// Whether a file that will stand or stands at `path` may have this hash. Where the catalogue has
/// none, the first one that was recorded holds.
pub(super) fn is_expected(path: &Path, file: &CatalogFile, sha256: &str) -> bool {
    let mut known = file.hashes().peekable();
    if known.peek().is_none() {
        let first_seen = recorded(path).map(|record| record.sha256);
        return first_seen.is_none_or(|expected| expected.eq_ignore_ascii_case(sha256));
    }
    known.any(|expected| expected.eq_ignore_ascii_case(sha256))
}

/// The SHA-256 of a file in lower-case hexadecimal.
pub(super) fn hash(path: &Path, checking: &mut dyn FnMut(u64)) -> Result<String, PullError> {
    let mut file = File::open(path).map_err(disk(path))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 4 << 20];
    let mut done = 0;
    loop {
        let count = file.read(&mut buffer).map_err(disk(path))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        done += count as u64;
        checking(done);
    }
    let hash = hasher.finalize();
    Ok(hash.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Records that the file at `path` was found to have this hash.
pub(super) fn record(path: &Path, sha256: String) -> Result<(), PullError> {
    let metadata = fs::metadata(path).map_err(disk(path))?;
    write_record(path, &metadata, sha256)
}

fn record_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".verified.json");
    path.with_file_name(name)
}

/// Removes a file and what was recorded of it.
pub(super) fn remove(path: &Path) -> Result<(), PullError> {
    for path in [record_path(path), path.to_owned()] {
        fs::remove_file(&path)
            .or_else(absent_is_fine)
            .map_err(disk(&path))?;
    }
    Ok(())
}

/// The record beside a file; one that cannot be read counts for nothing.
fn recorded(path: &Path) -> Option<Record> {
    serde_json::from_slice(&fs::read(record_path(path)).ok()?).ok()
}

fn write_record(path: &Path, metadata: &Metadata, sha256: String) -> Result<(), PullError> {
    let record = Record {
        bytes: metadata.len(),
        modified: modified(metadata),
        sha256,
    };
    let path = record_path(path);
    let unfinished = path.with_extension(format!("{}.part", std::process::id()));
    let json = serde_json::to_vec(&record).map_err(|error| disk(&path)(error.into()))?;
    fs::write(&unfinished, json).map_err(disk(&unfinished))?;
    fs::rename(&unfinished, &path).map_err(disk(&path))
}

fn modified(metadata: &Metadata) -> u128 {
    metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |age| age.as_nanos())
}
