//! Vectors that were computed once: an append-only file beside the index.
//!
//! Embedding is the slow step of indexing, so no text is ever embedded twice by the same model:
//! not on reindexing, not when an edition repeats what the last one said. The file holds records
//! of one size: key (SHA-256 of kind and text, 32 bytes), vector (little-endian `f32`), checksum
//! (first 8 bytes of the SHA-256 of key and vector). A record cut short by a crash is overwritten
//! by the next append; one that fails its checksum is passed over.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::matrix::Matrix;
use crate::embed::TextKind;

const KEY_BYTES: usize = 32;
const CHECKSUM_BYTES: usize = 8;

/// Names a text to one model; the first eight bytes of its SHA-256.
///
/// Eight bytes keep the index small; at a million texts the chance that any two meet is 3e-8.
pub(crate) type TextKey = u64;

/// All vectors of one model, in memory and on disk.
pub(crate) struct EmbeddingCache {
    path: PathBuf,
    dimensions: usize,
    rows: HashMap<TextKey, u32>,
    matrix: Arc<Matrix>,
    /// How far the file has been read, always at the end of a record.
    read_to: u64,
}

impl EmbeddingCache {
    /// Opens the file that belongs to `model`, which need not exist yet.
    pub(crate) fn open(directory: &Path, model: &str, dimensions: usize) -> io::Result<Self> {
        let digest = Sha256::digest(model.as_bytes());
        let name: String = digest[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        let mut cache = Self {
            path: directory.join(format!("embeddings-{name}-{dimensions}.bin")),
            dimensions,
            rows: HashMap::new(),
            matrix: Arc::new(Matrix::new(dimensions)),
            read_to: 0,
        };
        cache.refresh()?;
        Ok(cache)
    }

    /// Reads what another process appended since the last look.
    pub(crate) fn refresh(&mut self) -> io::Result<()> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let whole_records = file.metadata()?.len() / self.record_bytes() as u64;
        let end = whole_records * self.record_bytes() as u64;
        file.seek(SeekFrom::Start(self.read_to))?;
        let mut reader = BufReader::with_capacity(1 << 20, file);
        let mut record = vec![0u8; self.record_bytes()];
        while self.read_to < end {
            reader.read_exact(&mut record)?;
            self.read_to += record.len() as u64;
            self.take(&record);
        }
        Ok(())
    }

    /// The row of [`EmbeddingCache::matrix`] that holds a text's vector.
    pub(crate) fn row(&self, key: TextKey) -> Option<u32> {
        self.rows.get(&key).copied()
    }

    /// Every vector, one a row.
    pub(crate) fn matrix(&self) -> Arc<Matrix> {
        Arc::clone(&self.matrix)
    }

    /// Writes vectors at the end of the file and waits until the disk has them.
    ///
    /// The caller holds the index's write lock, so nobody else appends.
    pub(crate) fn append<'a>(
        &mut self,
        texts: impl Iterator<Item = (TextKind, &'a str)>,
        vectors: &[Vec<f32>],
    ) -> io::Result<()> {
        self.refresh()?;
        let mut bytes = Vec::with_capacity(vectors.len() * self.record_bytes());
        for ((kind, text), vector) in texts.zip(vectors) {
            let start = bytes.len();
            bytes.extend_from_slice(&digest(kind, text));
            for value in vector {
                bytes.extend_from_slice(&value.to_le_bytes());
            }
            let checksum = Sha256::digest(&bytes[start..]);
            bytes.extend_from_slice(&checksum[..CHECKSUM_BYTES]);
        }
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&self.path)?;
        file.set_len(self.read_to)?;
        file.seek(SeekFrom::Start(self.read_to))?;
        file.write_all(&bytes)?;
        file.sync_data()?;
        self.refresh()
    }

    fn record_bytes(&self) -> usize {
        KEY_BYTES + self.dimensions * size_of::<f32>() + CHECKSUM_BYTES
    }

    fn take(&mut self, record: &[u8]) {
        let (body, checksum) = record.split_at(record.len() - CHECKSUM_BYTES);
        if Sha256::digest(body)[..CHECKSUM_BYTES] != *checksum {
            return;
        }
        let (key, vector) = body.split_at(KEY_BYTES);
        let row = Arc::make_mut(&mut self.matrix).push(
            vector
                .chunks_exact(size_of::<f32>())
                .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])),
        );
        self.rows.insert(short(key), row);
    }
}

/// The key of one text.
pub(crate) fn key(kind: TextKind, text: &str) -> TextKey {
    short(&digest(kind, text))
}

fn digest(kind: TextKind, text: &str) -> [u8; KEY_BYTES] {
    let kind = match kind {
        TextKind::Query => b"q:",
        TextKind::Passage => b"p:",
    };
    Sha256::new()
        .chain_update(kind)
        .chain_update(text.as_bytes())
        .finalize()
        .into()
}

fn short(digest: &[u8]) -> TextKey {
    digest[..8]
        .iter()
        .fold(0, |key, byte| key << 8 | u64::from(*byte))
}
