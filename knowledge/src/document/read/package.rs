//! The zip container of docx, xlsx and packs, read with a limit on what it unpacks to.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::decode;
use crate::document::ImportError;

/// How many times its size a part may unpack to once it is large; text rarely passes twenty.
const MOST_RATIO: u64 = 250;
/// Below this, in bytes, the ratio says nothing.
const LARGE: u64 = 8 * 1024 * 1024;
/// Most parts that a document may have.
const MOST_PARTS: usize = 10_000;

/// An open package.
#[derive(Debug)]
pub(crate) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    names: Vec<String>,
    /// Bytes that may still be unpacked, over all parts.
    left: u64,
}

impl<'a> Package<'a> {
    /// Opens a package of which at most `most_unpacked` bytes will be unpacked.
    pub(crate) fn open(bytes: &'a [u8], most_unpacked: u64) -> Result<Self, ImportError> {
        Self::open_large(bytes, most_unpacked, MOST_PARTS)
    }

    /// The same for a package that may have more parts than a document has.
    pub(crate) fn open_large(
        bytes: &'a [u8],
        most_unpacked: u64,
        most_parts: usize,
    ) -> Result<Self, ImportError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(zip_error)?;
        if archive.len() > most_parts {
            return Err(ImportError::UnpacksTooLarge);
        }
        let names = archive
            .file_names()
            .filter_map(|name| Some(name.ok()?.into_owned()))
            .collect();
        Ok(Self {
            archive,
            names,
            left: most_unpacked,
        })
    }

    /// Names of all parts.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether there is a part of this name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// Unpacks a part as text; `None` where there is none by that name.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, ImportError> {
        let Some(content) = self.bytes(name)? else {
            return Ok(None);
        };
        let text = decode::decode(&content, None)
            .map_err(|_| ImportError::damaged(format!("{name} 不是文字")))?;
        Ok(Some(text.text.into_text()))
    }

    /// Unpacks a part; `None` where there is none by that name.
    ///
    /// Sizes are counted while unpacking; those in the headers are not believed.
    pub(crate) fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, ImportError> {
        if !self.contains(name) {
            return Ok(None);
        }
        let part = self.archive.by_name(name).map_err(zip_error)?;
        let packed = part.compressed_size().max(1);
        let ratio_limit = LARGE.max(packed.saturating_mul(MOST_RATIO));
        let limit = self.left.min(ratio_limit);
        let mut content = Vec::new();
        part.take(limit + 1)
            .read_to_end(&mut content)
            .map_err(|error| ImportError::damaged(format!("{name}：{error}")))?;
        let unpacked = content.len() as u64;
        if unpacked > limit {
            return Err(ImportError::UnpacksTooLarge);
        }
        self.left -= unpacked;
        Ok(Some(content))
    }
}

fn zip_error(error: ZipError) -> ImportError {
    match error {
        ZipError::UnsupportedArchive(reason) if reason == ZipError::PASSWORD_REQUIRED => {
            ImportError::Encrypted
        }
        ZipError::InvalidPassword => ImportError::Encrypted,
        other => ImportError::damaged(other.to_string()),
    }
}
