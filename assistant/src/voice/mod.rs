//! Speaking with residents aloud, on any channel.
//!
//! Sound goes into a [`Listening`], which tells when somebody speaks, what they have said so far and
//! what they said in the end; [`Hearing`] stands behind all of them. [`Speaking`] says replies. What was heard waits in
//! [`Utterances`] until the turn that it becomes names it, so that the turn knows what the recogniser
//! doubted.

mod hearing;
mod idle;
mod listening;
mod recordings;
mod speaking;
mod utterances;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::store::{Conversation, Store};

pub use hearing::{HeardUtterance, Hearing, Listener};
pub(crate) use idle::make_while;
pub(crate) use listening::Ears;
pub use listening::{Command, Listening, ListeningOptions, Progress};
pub use recordings::Recordings;
pub use speaking::{Manner, Piece, SPOKEN_RATE, Speaking, Speech};
pub use utterances::Utterances;

/// Streams that are listened to at once: each costs little, what they say waits in one line.
const STREAMS: usize = 64;

/// What speaks and hears, as far as it is loaded.
pub struct Voice {
    hearing: OnceLock<Arc<Hearing>>,
    speaking: OnceLock<Arc<Speaking>>,
    places: Arc<Semaphore>,
    /// What was heard and has not become a turn yet.
    pub utterances: Utterances,
    /// What residents agreed to have kept.
    pub recordings: Recordings,
}

impl Voice {
    /// Neither hears nor speaks yet; recordings lie below this folder.
    pub fn new(data_dir: &Path) -> Self {
        Self {
            hearing: OnceLock::new(),
            speaking: OnceLock::new(),
            places: Arc::new(Semaphore::new(STREAMS)),
            utterances: Utterances::default(),
            recordings: Recordings::new(&data_dir.join("recordings")),
        }
    }

    /// A place to be listened to, given back when it is dropped; `None` where all are taken.
    pub fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Whether no stream is being listened to.
    pub(crate) fn is_listening_to_nobody(&self) -> bool {
        self.places.available_permits() == STREAMS
    }

    /// What hears; `None` where it is not loaded or the configuration has none.
    pub fn hearing(&self) -> Option<&Arc<Hearing>> {
        self.hearing.get()
    }

    /// What says replies aloud; `None` where it is not loaded or the configuration has none.
    pub fn speaking(&self) -> Option<&Arc<Speaking>> {
        self.speaking.get()
    }

    /// Remembers what was heard and gives it a name; where the resident agreed and the community keeps
    /// recordings, the sound is kept too.
    pub(crate) async fn remember(
        &self,
        store: &Store,
        conversation: &Conversation,
        agreed: bool,
        heard: &HeardUtterance,
    ) -> String {
        let utterance = self.utterances.remember(&conversation.id, heard.doubts.clone());
        if agreed
            && heard.nothing.is_none()
            && let Err(error) = self.recordings.record(store, conversation, &utterance, heard).await
        {
            // What was heard is worth more than its recording.
            tracing::warn!(error = format!("{error:#}"), "a recording could not be kept");
        }
        utterance
    }

    /// From now on replies are said aloud.
    pub fn set_speaking(&self, speaking: Speaking) {
        // A second one would only be thrown away.
        let _ = self.speaking.set(Arc::new(speaking));
    }

    /// From now on residents are heard.
    pub fn set_hearing(&self, hearing: Hearing) {
        // A second one would only be thrown away.
        let _ = self.hearing.set(Arc::new(hearing));
    }
}
