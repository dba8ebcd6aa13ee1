//! What changed, told to whoever has a page open.
//!
//! The store is the truth: the feed reads what was written since it last looked, so that changes
//! of other programs and other nodes are told too. A commit may come later than one with a
//! greater id, so a few seconds are always looked at again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{Notify, broadcast};

use crate::store::{Store, now};

/// How often the store is looked at where nobody gives a sign.
const PAUSE: Duration = Duration::from_millis(1000);

/// How long before the last look is looked at again, in milliseconds.
const OVERLAP_MS: i64 = 5000;

/// Something that changed.
#[derive(Clone, Debug, Serialize)]
pub struct FeedEvent {
    /// `work_order`, `conversation` or `presence`.
    pub kind: &'static str,
    /// Number of the order or id of the conversation.
    pub id: String,
    /// What happened: kind of the event.
    pub event: String,
    /// Whether the order is urgent.
    pub urgent: bool,
    /// In words, without personal data.
    pub title: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Path of the place, by which it is decided who hears of it.
    #[serde(skip)]
    pub place_path: String,
    /// The conversation.
    #[serde(skip)]
    pub conversation_id: String,
}

/// Tells what changed; cheap to clone.
#[derive(Clone, Debug)]
pub struct Feed {
    sender: broadcast::Sender<FeedEvent>,
    look: Arc<Notify>,
}

impl Default for Feed {
    fn default() -> Self {
        let (sender, _) = broadcast::channel(1024);
        Self {
            sender,
            look: Arc::new(Notify::new()),
        }
    }
}

impl Feed {
    /// Hears of every change from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<FeedEvent> {
        self.sender.subscribe()
    }

    /// Something was written: look at once.
    pub fn look(&self) {
        self.look.notify_one();
    }

    /// Looks and tells, for ever.
    pub async fn run(self, store: Store) {
        let mut told: HashMap<String, i64> = HashMap::new();
        let mut since = now();
        loop {
            let _ = tokio::time::timeout(PAUSE, self.look.notified()).await;
            if self.sender.receiver_count() == 0 {
                since = now();
                continue;
            }
            let began = now();
            match store.changes_since(since - OVERLAP_MS).await {
                Ok(changes) => {
                    for (id, change) in changes {
                        if told.insert(id, began).is_none() && change.at >= since - OVERLAP_MS {
                            let _ = self.sender.send(change);
                        }
                    }
                    since = began;
                    told.retain(|_, seen| *seen > began - 4 * OVERLAP_MS);
                }
                Err(error) => tracing::warn!(error = format!("{error:#}"), "changes could not be read"),
            }
        }
    }
}
