//! The rearranged weights, kept beside the model file so that the next start only reads them.
//!
//! The file is a header of 64 bytes and then the arena as it stands in memory. The header ends in a
//! hash of what the model file says about itself and of the beginning of every matrix, so that
//! another model under the same name is noticed. It appears under its name only when it is whole.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use sha2::{Digest, Sha256};
use tracing::{info, warn};

use super::{file::ModelFile, matrix::Arena, pool::Pool, weights::Plan};
use crate::ModelError;

/// Changes with the arrangement.
const MAGIC: &[u8; 32] = b"xiangyin packed weights, form 1\n";
const HEADER: usize = 64;
/// Bytes of each matrix that go into the hash.
const SAMPLE: u64 = 4096;
/// Bytes that one thread reads at a time.
const PIECE: usize = 16 << 20;

/// All weights of the model: from the kept file where it fits, else rearranged, and then kept.
pub(super) fn load(
    plan: &Plan,
    file: &mut ModelFile,
    pool: &mut Pool,
) -> Result<Arena, ModelError> {
    let header = header(plan, file)?;
    let path = beside(file.path());
    match read(&path, &header, plan, pool) {
        Ok(Some(arena)) => return Ok(arena),
        Ok(None) => {}
        Err(error) => warn!(path = %path.display(), %error, "cannot read the packed weights"),
    }
    let mut arena = plan.arena();
    plan.fill(file, &mut arena, pool)?;
    match write(&path, &header, &arena) {
        Ok(()) => info!(path = %path.display(), "packed weights kept for the next start"),
        Err(error) => warn!(path = %path.display(), %error, "cannot keep the packed weights"),
    }
    Ok(arena)
}

fn beside(model: &Path) -> PathBuf {
    let mut name = model.as_os_str().to_owned();
    name.push(".packed");
    name.into()
}

fn header(plan: &Plan, file: &mut ModelFile) -> Result<[u8; HEADER], ModelError> {
    let mut hash = Sha256::new();
    hash.update(file.description()?);
    for name in plan.names() {
        hash.update(file.beginning(name, SAMPLE)?);
    }
    let mut header = [0; HEADER];
    header[..32].copy_from_slice(MAGIC);
    header[32..].copy_from_slice(&hash.finalize());
    Ok(header)
}

/// The arena that was kept; `None` where there is no file or one of something else.
fn read(
    path: &Path,
    header: &[u8; HEADER],
    plan: &Plan,
    pool: &mut Pool,
) -> std::io::Result<Option<Arena>> {
    if !path.is_file() {
        return Ok(None);
    }
    let mut arena = plan.arena();
    let mut file = File::open(path)?;
    let mut found = [0; HEADER];
    let length = (HEADER + arena.bytes().len()) as u64;
    if file.metadata()?.len() != length {
        return Ok(None);
    }
    file.read_exact(&mut found)?;
    if found != *header {
        return Ok(None);
    }
    let failure = Mutex::new(None);
    let bytes = arena.bytes_mut();
    let pieces = bytes.len().div_ceil(PIECE);
    let length = bytes.len();
    let parts = super::pool::Parts::new(bytes);
    pool.run(pieces, |piece| {
        let start = piece * PIECE;
        // SAFETY: pieces do not overlap.
        let place = unsafe { parts.part(start, PIECE.min(length - start)) };
        let read = File::open(path).and_then(|mut file| {
            file.seek(SeekFrom::Start((HEADER + start) as u64))?;
            file.read_exact(place)
        });
        if let Err(error) = read {
            *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    });
    let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    failure.map_or(Ok(Some(arena)), Err)
}

fn write(path: &Path, header: &[u8; HEADER], arena: &Arena) -> std::io::Result<()> {
    let unfinished = path.with_extension(format!("packed-{}", std::process::id()));
    let written = (|| {
        let mut file = File::create(&unfinished)?;
        file.write_all(header)?;
        file.write_all(arena.bytes())?;
        // After the name is there, the content must be too, whatever happens to the machine.
        file.sync_all()?;
        fs::rename(&unfinished, path)
    })();
    if written.is_err() {
        // It may not even have been created.
        let _ = fs::remove_file(&unfinished);
    }
    written
}
