//! Files and folders as the importing person names them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{ImportError, Limits, import};
use crate::ImportedDocument;

/// Deepest folder that is entered.
const DEEPEST: usize = 16;

/// Reads a document from a file. A file over the limit is refused by its size, unread.
pub fn import_file(path: &Path, limits: &Limits) -> Result<ImportedDocument, ImportError> {
    let size = fs::metadata(path)?.len();
    let too_large = |bytes| ImportError::TooLarge {
        bytes,
        limit: limits.max_bytes,
    };
    if size > limits.max_bytes {
        return Err(too_large(size));
    }
    // It may grow, or be no regular file: never more than the limit is read.
    let mut bytes = Vec::with_capacity(size as usize);
    File::open(path)?
        .take(limits.max_bytes + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits.max_bytes {
        return Err(too_large(bytes.len() as u64));
    }
    let name = path
        .file_name()
        .unwrap_or_else(|| OsStr::new(""))
        .to_string_lossy();
    import(&bytes, &name, limits)
}

/// Reads every document of a folder and of the folders in it, by name, one after another.
///
/// Hidden files and the lock files of Office are passed over. A file that cannot be read yields
/// its error and the next one follows. A path that is a file yields that file.
pub fn import_folder(
    path: &Path,
    limits: &Limits,
) -> impl Iterator<Item = (PathBuf, Result<ImportedDocument, ImportError>)> + use<> {
    let limits = *limits;
    let mut files = Vec::new();
    collect(path, 0, &mut files);
    files.into_iter().map(move |(path, found)| {
        let read = found.and_then(|()| import_file(&path, &limits));
        (path, read)
    })
}

fn collect(path: &Path, depth: usize, files: &mut Vec<(PathBuf, Result<(), ImportError>)>) {
    if !path.is_dir() {
        files.push((path.to_owned(), Ok(())));
        return;
    }
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => {
            files.push((path.to_owned(), Err(error.into())));
            return;
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| !is_hidden(path))
        .collect();
    paths.sort();
    for path in paths {
        // A link to a folder may lead in a circle.
        if path.is_dir() && (depth >= DEEPEST || path.is_symlink()) {
            continue;
        }
        collect(&path, depth + 1, files);
    }
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || name.starts_with("~$") || matches!(&*name, "Thumbs.db" | "desktop.ini")
}
