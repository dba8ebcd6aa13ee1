//! A file that is on its way.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{Failure, PullError, disk};
use super::{PlaceReport, SPARE_BYTES, Stage, verify};
use crate::catalog::CatalogFile;

/// Bytes between two records of how far the file has come.
const RECORD_EVERY: u64 = 16 << 20;

/// What was fetched so far, in a file of its own beside the final name.
pub(super) struct Partial {
    path: PathBuf,
    record_path: PathBuf,
    file: File,
    record: Record,
    recorded_bytes: u64,
    expected_bytes: Option<u64>,
}

/// How far it has come, kept on disk so that it is continued and never mixed up.
#[derive(Serialize, Deserialize)]
struct Record {
    /// Where the bytes came from.
    source: String,
    /// Bytes that are good.
    bytes: u64,
    /// What the server calls this version of the file.
    version: Option<String>,
    /// Parts that are in it, where it comes in parts.
    parts: u32,
}

impl Partial {
    /// Opens what there is of the file that will stand at `path`. Where that came from another
    /// source, it counts for nothing but stays until this source gives something.
    pub(super) fn open(
        path: &Path,
        source: &str,
        expected_bytes: Option<u64>,
    ) -> Result<Self, PullError> {
        let beside = |suffix: &str| {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(suffix);
            path.with_file_name(name)
        };
        let record_path = beside(".part.json");
        let path = beside(".part");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(disk(&path))?;
        let length = file.metadata().map_err(disk(&path))?.len();
        let fetched = fs::read(&record_path)
            .ok()
            .and_then(|json| serde_json::from_slice::<Record>(&json).ok())
            .filter(|record| record.source == source && record.bytes <= length);
        let continued = fetched.is_some();
        let record = fetched.unwrap_or(Record {
            source: source.to_owned(),
            bytes: 0,
            version: None,
            parts: 0,
        });
        let mut partial = Self {
            path,
            record_path,
            file,
            recorded_bytes: record.bytes,
            record,
            expected_bytes,
        };
        if continued {
            partial.truncate(partial.record.bytes)?;
        }
        Ok(partial)
    }

    /// Where it is while it is on its way.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that are there.
    pub(super) fn bytes(&self) -> u64 {
        self.record.bytes
    }

    /// Bytes that there should be in the end, where the catalogue says so.
    pub(super) fn expected_bytes(&self) -> Option<u64> {
        self.expected_bytes
    }

    /// Parts that are there.
    pub(super) fn parts(&self) -> u32 {
        self.record.parts
    }

    /// What the server called the version of the file that the bytes belong to.
    pub(super) fn version(&self) -> Option<&str> {
        self.record.version.as_deref()
    }

    /// Throws away what is there and starts on this version of the file.
    pub(super) fn start_over(&mut self, version: Option<String>) -> Result<(), PullError> {
        self.record.version = version;
        self.record.parts = 0;
        self.truncate(0)?;
        self.keep_record()
    }

    /// Makes sure that the disk holds `bytes` more.
    pub(super) fn need(&self, bytes: u64) -> Result<(), PullError> {
        room_for(bytes, self.path.parent().unwrap_or(Path::new(".")))
    }

    /// Appends everything that `from` gives. An error of `from` keeps what was read before it.
    pub(super) fn append(
        &mut self,
        from: &mut impl Read,
        total: Option<u64>,
        report: &mut PlaceReport<'_>,
    ) -> Result<(), Failure> {
        let mut buffer = vec![0; 1 << 20];
        loop {
            report(Stage::Fetching, self.record.bytes, total);
            let count = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.keep_record()?;
                    return Err(Failure::Source(format!("传到一半断了（{error}）")));
                }
            };
            self.file
                .write_all(&buffer[..count])
                .map_err(disk(&self.path))?;
            self.record.bytes += count as u64;
            if self
                .expected_bytes
                .is_some_and(|expected| self.record.bytes > expected)
            {
                self.discard()?;
                return Err(Failure::Source("内容比应有的长，不是这个文件".into()));
            }
            if self.record.bytes - self.recorded_bytes >= RECORD_EVERY {
                self.keep_record()?;
            }
        }
        self.keep_record()?;
        Ok(())
    }

    /// Appends a whole part, or nothing where it fails.
    pub(super) fn append_part(
        &mut self,
        from: &mut impl Read,
        report: &mut PlaceReport<'_>,
    ) -> Result<(), Failure> {
        if self.record.parts == 0 {
            self.start_over(None)?;
        }
        let before = self.record.bytes;
        let total = self.expected_bytes;
        let appended = io::copy(from, &mut self.file);
        match appended {
            Ok(count) => {
                self.record.bytes += count;
                self.record.parts += 1;
                self.keep_record()?;
                report(Stage::Fetching, self.record.bytes, total);
                Ok(())
            }
            Err(error) => {
                self.truncate(before)?;
                Err(Failure::Source(format!("软件包读不完整（{error}）")))
            }
        }
    }

    /// Takes the file from a folder.
    pub(super) fn copy_from(
        &mut self,
        source: &Path,
        report: &mut PlaceReport<'_>,
    ) -> Result<(), Failure> {
        let unreadable = |error: io::Error| {
            Failure::Source(match error.kind() {
                io::ErrorKind::NotFound => "没有这个文件".to_owned(),
                _ => format!("读不了（{error}）"),
            })
        };
        let mut source = File::open(source).map_err(unreadable)?;
        let length = source.metadata().map_err(unreadable)?.len();
        self.start_over(None)?;
        self.need(length)?;
        self.append(&mut source, Some(length), report)
    }

    /// Checks the hash of the whole and gives it its name.
    pub(super) fn finish(
        mut self,
        path: &Path,
        file: &CatalogFile,
        report: &mut PlaceReport<'_>,
    ) -> Result<(), Failure> {
        let bytes = self.record.bytes;
        if file.bytes.is_some_and(|expected| expected != bytes) {
            self.discard()?;
            return Err(Failure::Source(format!("只有 {bytes} 字节，不是这个文件")));
        }
        self.file.sync_all().map_err(disk(&self.path))?;
        let mut checking = |done| report(Stage::Checking, done, Some(bytes));
        let sha256 = verify::hash(&self.path, &mut checking)?;
        if !verify::is_expected(path, file, &sha256) {
            self.discard()?;
            return Err(Failure::Source("内容的校验值不对，已丢弃".into()));
        }
        fs::rename(&self.path, path).map_err(disk(path))?;
        verify::record(path, sha256)?;
        fs::remove_file(&self.record_path)
            .or_else(absent_is_fine)
            .map_err(disk(&self.record_path))?;
        Ok(())
    }

    /// Removes what is there, because it cannot become the file.
    fn discard(&mut self) -> Result<(), PullError> {
        self.record.bytes = 0;
        for path in [&self.record_path, &self.path] {
            fs::remove_file(path)
                .or_else(absent_is_fine)
                .map_err(disk(path))?;
        }
        Ok(())
    }

    fn truncate(&mut self, bytes: u64) -> Result<(), PullError> {
        self.record.bytes = bytes;
        self.file
            .set_len(bytes)
            .and_then(|()| self.file.seek(SeekFrom::Start(bytes)))
            .map_err(disk(&self.path))?;
        Ok(())
    }

    fn keep_record(&mut self) -> Result<(), PullError> {
        // What the record speaks of must be on the disk before it, or a power cut leaves a hole.
        self.file.sync_data().map_err(disk(&self.path))?;
        let json = serde_json::to_vec(&self.record)
            .map_err(|error| disk(&self.record_path)(error.into()))?;
        fs::write(&self.record_path, json).map_err(disk(&self.record_path))?;
        self.recorded_bytes = self.record.bytes;
        Ok(())
    }
}

impl Drop for Partial {
    /// A source that gave nothing leaves nothing behind.
    fn drop(&mut self) {
        let empty = self
            .file
            .metadata()
            .is_ok_and(|metadata| metadata.len() == 0);
        if empty && let Err(error) = self.discard() {
            tracing::warn!(%error, "an empty file could not be removed");
        }
    }
}

/// Makes sure that the disk with `folder` holds `bytes` more.
pub(super) fn room_for(bytes: u64, folder: &Path) -> Result<(), PullError> {
    let free = fs4::available_space(folder).map_err(disk(folder))?;
    if free < bytes.saturating_add(SPARE_BYTES) {
        return Err(PullError::DiskFull {
            folder: folder.to_owned(),
            needed: bytes.saturating_add(SPARE_BYTES),
            free,
        });
    }
    Ok(())
}

/// A file that is not there need not be removed.
pub(super) fn absent_is_fine(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound {
        Ok(())
    } else {
        Err(error)
    }
}
