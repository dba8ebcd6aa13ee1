//! What was said before, so that it need not be said again.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use super::{disk::Disk, script::Clause, sound::Sound};
use crate::ModelError;

/// Sounds by voice, speed and what is said; those unused for longest go first.
///
/// It may be shared by several speakers.
#[derive(Debug)]
pub struct SoundCache {
    memory: Mutex<Memory>,
    disk: Option<Disk>,
}

#[derive(Debug)]
struct Memory {
    sounds: HashMap<String, Kept>,
    bytes: usize,
    limit: usize,
    clock: u64,
}

#[derive(Debug)]
struct Kept {
    sound: Arc<Sound>,
    used: u64,
}

impl SoundCache {
    /// Keeps up to so many bytes in memory; a second of speech takes 96 KB.
    pub fn in_memory(bytes: usize) -> Self {
        Self {
            memory: Mutex::new(Memory {
                sounds: HashMap::new(),
                bytes: 0,
                limit: bytes,
                clock: 0,
            }),
            disk: None,
        }
    }

    /// Keeps sounds in a folder as well, up to so many bytes there; a second takes 48 KB.
    pub fn with_folder(
        mut self,
        folder: impl Into<PathBuf>,
        bytes: u64,
    ) -> Result<Self, ModelError> {
        self.disk = Some(Disk::open(folder.into(), bytes)?);
        Ok(self)
    }

    /// The sound that was kept under this key.
    pub(super) fn get(&self, key: &str) -> Option<Arc<Sound>> {
        let mut memory = self.memory();
        memory.clock += 1;
        let now = memory.clock;
        if let Some(kept) = memory.sounds.get_mut(key) {
            kept.used = now;
            return Some(Arc::clone(&kept.sound));
        }
        drop(memory);
        let sound = Arc::new(self.disk.as_ref()?.get(key)?);
        self.keep_in_memory(key, &sound);
        Some(sound)
    }

    /// Keeps a sound; one that is larger than everything that may be kept is not.
    pub(super) fn keep(&self, key: &str, sound: &Arc<Sound>) {
        self.keep_in_memory(key, sound);
        if let Some(disk) = &self.disk {
            disk.keep(key, sound);
        }
    }

    fn keep_in_memory(&self, key: &str, sound: &Arc<Sound>) {
        let size = bytes_of(sound);
        let mut memory = self.memory();
        if size > memory.limit {
            return;
        }
        memory.clock += 1;
        let kept = Kept {
            sound: Arc::clone(sound),
            used: memory.clock,
        };
        if let Some(old) = memory.sounds.insert(key.to_owned(), kept) {
            memory.bytes -= bytes_of(&old.sound);
        }
        memory.bytes += size;
        while memory.bytes > memory.limit {
            let oldest = memory.sounds.iter().min_by_key(|(_, kept)| kept.used);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            if let Some(old) = memory.sounds.remove(&key) {
                memory.bytes -= bytes_of(&old.sound);
            }
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        // Every change leaves the counts whole, so a panic elsewhere does not spoil them.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bytes_of(sound: &Sound) -> usize {
    sound.samples.len() * 4 + sound.times.len() * 8
}

/// What a piece is kept under: voice, speed in hundredths, and every sound and pause of it.
pub(super) fn key(voice: &str, speed: f32, clauses: &[Clause]) -> String {
    use std::fmt::Write;

    let mut key = format!("{voice} {:.0}", speed * 100.0);
    for clause in clauses {
        // Writing to a string cannot fail.
        let _ = write!(key, "|{}", clause.text);
        for word in &clause.words {
            key.push(' ');
            for syllable in &word.syllables {
                let rhotic = if syllable.rhotic { "r" } else { "" };
                let _ = write!(key, "{}{}{rhotic}", syllable.pinyin, syllable.tone);
            }
        }
        key.push_str(clause.pause.mark());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(length: usize) -> Arc<Sound> {
        Arc::new(Sound {
            samples: vec![0.25; length],
            times: vec![0.0..0.5],
        })
    }

    #[test]
    fn what_is_unused_for_longest_goes_first() {
        let cache = SoundCache::in_memory(1000);
        cache.keep("one", &sound(100));
        cache.keep("two", &sound(100));
        assert!(cache.get("one").is_some());
        cache.keep("three", &sound(100));
        assert!(
            cache.get("one").is_some()
                && cache.get("two").is_none()
                && cache.get("three").is_some()
        );
        cache.keep("large", &sound(10_000));
        assert!(cache.get("large").is_none() && cache.get("three").is_some());
    }

    #[test]
    fn a_folder_keeps_sounds_for_the_next_start_within_its_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || {
            SoundCache::in_memory(0)
                .with_folder(folder.path(), 500)
                .expect("a cache")
        };
        open().keep("one", &sound(100));
        let cache = open();
        let kept = cache.get("one").expect("kept on disk");
        assert_eq!((kept.samples.len(), kept.times.len()), (100, 1));
        assert!((kept.samples[0] - 0.25).abs() < 1e-3);
        for name in ["two", "three", "four"] {
            cache.keep(name, &sound(100));
        }
        let bytes: u64 = std::fs::read_dir(folder.path())
            .expect("the folder")
            .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()))
            .sum();
        assert!(bytes <= 500, "{bytes}");
        assert!(cache.get("four").is_some());
    }

    #[test]
    fn a_damaged_file_counts_for_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = SoundCache::in_memory(0)
            .with_folder(folder.path(), 5000)
            .expect("a cache");
        cache.keep("one", &sound(100));
        for entry in std::fs::read_dir(folder.path())
            .expect("the folder")
            .flatten()
        {
            std::fs::write(entry.path(), b"RIFF").expect("written");
        }
        assert!(cache.get("one").is_none());
    }
}
