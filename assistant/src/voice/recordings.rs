//! The sound of recordings: one WAV file each, named by its utterance, beside the database.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use models::recognize::SAMPLE_RATE;
use models::recognize::audio::wav;

use super::hearing::HeardUtterance;
use crate::store::{Conversation, NewRecording, Store, now};

/// Keeps what residents said, where they and their community agree.
#[derive(Clone, Debug)]
pub struct Recordings {
    folder: PathBuf,
}

impl Recordings {
    /// In this folder, which is made with the first recording.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Keeps an utterance for as many days as the community says; none where it keeps no recordings.
    pub(super) async fn record(
        &self,
        store: &Store,
        conversation: &Conversation,
        utterance: &str,
        heard: &HeardUtterance,
    ) -> Result<()> {
        let community = store.community(&conversation.community_id).await?;
        let days = store.recordings_days(&community.path).await?;
        if days == 0 {
            return Ok(());
        }
        let new = NewRecording {
            id: utterance.to_owned(),
            conversation_id: conversation.id.clone(),
            variety: heard.variety.map(str::to_owned),
            heard: heard.heard.clone(),
            milliseconds: (heard.seconds * 1000.0) as i64,
            days,
        };
        self.keep(store, &heard.sound, &new).await
    }

    /// Keeps samples at 16 kHz; the file is on disk before the database names it.
    pub async fn keep(&self, store: &Store, samples: &[f32], new: &NewRecording) -> Result<()> {
        let path = self.path(&new.id)?;
        tokio::fs::create_dir_all(&self.folder)
            .await
            .with_context(|| format!("cannot create {}", self.folder.display()))?;
        tokio::fs::write(&path, wav(samples, SAMPLE_RATE))
            .await
            .with_context(|| format!("cannot write {}", path.display()))?;
        store.keep_recording(new).await
    }

    /// The file of a recording.
    pub async fn read(&self, id: &str) -> Result<Vec<u8>> {
        let path = self.path(id)?;
        tokio::fs::read(&path).await.with_context(|| format!("the recording {} is missing", path.display()))
    }

    /// Removes the recordings whose time is over.
    pub async fn tidy(&self, store: &Store) -> Result<()> {
        for id in store.forget_recordings(now()).await? {
            let path = self.path(&id)?;
            match tokio::fs::remove_file(&path).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn path(&self, id: &str) -> Result<PathBuf> {
        // Ids are our own; one that comes from outside must not lead elsewhere.
        anyhow::ensure!(
            id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
            "this is the id of no recording"
        );
        Ok(self.folder.join(format!("{id}.wav")))
    }
}
