//! Sounds kept in a folder: WAV files named after the hash of their key, the times of the syllables
//! behind the samples.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    time::SystemTime,
};

use sha2::{Digest, Sha256};

use super::{
    sound::{SAMPLE_RATE, Sound},
    wave::read_wave,
};
use crate::{ModelError, recognize::audio::wav};

/// Begins the times behind the samples.
const TIMES: &[u8] = b"time";

#[derive(Debug)]
pub(super) struct Disk {
    folder: PathBuf,
    limit: u64,
    /// Held while files are thrown away, so that two threads do not count the same ones.
    cleaning: Mutex<()>,
}

impl Disk {
    pub(super) fn open(folder: PathBuf, limit: u64) -> Result<Self, ModelError> {
        fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            limit,
            cleaning: Mutex::new(()),
        })
    }

    pub(super) fn get(&self, key: &str) -> Option<Sound> {
        let path = self.path(key);
        let sound = unpack(&fs::read(&path).ok()?)?;
        // The time of change says when a file was last of use. Where it cannot be set, it is old.
        if let Ok(file) = fs::File::options().append(true).open(&path) {
            let _ = file.set_modified(SystemTime::now());
        }
        Some(sound)
    }

    /// Keeps a sound. Where the disk is full or gone, speaking goes on without it.
    pub(super) fn keep(&self, key: &str, sound: &Sound) {
        let path = self.path(key);
        let unfinished = path.with_extension(format!("{}.part", std::process::id()));
        let kept = fs::write(&unfinished, pack(sound))
            .and_then(|()| fs::rename(&unfinished, &path))
            .and_then(|()| self.clean(&path));
        if let Err(error) = kept {
            tracing::warn!(folder = %self.folder.display(), %error, "a sound could not be kept");
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        let hash = Sha256::digest(key.as_bytes());
        let mut name = hash.iter().take(16).fold(String::new(), |mut name, byte| {
            // Writing to a string cannot fail.
            let _ = write!(name, "{byte:02x}");
            name
        });
        name.push_str(".wav");
        self.folder.join(name)
    }

    /// Throws away what was unused for longest until the rest is within the limit; `newest` goes last,
    /// because two files may bear the same time.
    fn clean(&self, newest: &Path) -> std::io::Result<()> {
        let Ok(_held) = self.cleaning.try_lock() else {
            return Ok(());
        };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            if is_sound(&entry.path()) {
                files.push((metadata.modified()?, metadata.len(), entry.path()));
            }
        }
        let mut bytes: u64 = files.iter().map(|(_, length, _)| length).sum();
        files.sort_by(|one, other| (one.2 == newest, one).cmp(&(other.2 == newest, other)));
        for (_, length, path) in files {
            if bytes <= self.limit {
                break;
            }
            fs::remove_file(path)?;
            bytes -= length;
        }
        Ok(())
    }
}

fn is_sound(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wav")
}

fn pack(sound: &Sound) -> Vec<u8> {
    let mut bytes = wav(&sound.samples, SAMPLE_RATE);
    bytes.extend_from_slice(TIMES);
    bytes.extend_from_slice(&(sound.times.len() as u32 * 8).to_le_bytes());
    for time in &sound.times {
        bytes.extend_from_slice(&time.start.to_le_bytes());
        bytes.extend_from_slice(&time.end.to_le_bytes());
    }
    bytes
}

fn unpack(bytes: &[u8]) -> Option<Sound> {
    let (samples, rate) = read_wave(bytes).ok()?;
    let behind = bytes.get(44 + samples.len() * 2..)?;
    let times = behind.strip_prefix(TIMES)?;
    let length = u32::from_le_bytes(times.get(..4)?.try_into().ok()?) as usize;
    let times = times.get(4..4 + length)?;
    let second = |four: &[u8]| Some(f32::from_le_bytes(four.try_into().ok()?));
    let times = times
        .chunks_exact(8)
        .map(|pair| Some(second(&pair[..4])?..second(&pair[4..])?))
        .collect::<Option<Vec<_>>>()?;
    (rate == SAMPLE_RATE).then_some(Sound { samples, times })
}
