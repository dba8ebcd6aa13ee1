//! What administrators do with the knowledge: they write drafts, try them as residents would, have
//! them looked through, publish them, and see what residents asked in vain.
//!
//! An edition never changes. A [`crate::store::Draft`] is what is being written; [`Editor`] begins,
//! revises and publishes it. `bench` tries a question and shows every step; `checks` runs the
//! questions that a place keeps, with what is published and with a draft; `gaps` gathers what
//! nobody could answer; `conflicts` finds passages that do not go together; `packs` hands documents
//! from place to place.

mod addresses;
mod aliases;
mod bench;
mod checks;
mod conflicts;
mod drafts;
mod gaps;
mod life;
mod packs;
mod paper;

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use tokio::sync::Mutex;

pub use addresses::Addresses;
pub(crate) use aliases::Aliases;
pub(crate) use bench::Bench;
pub(crate) use checks::{CheckRun, read_table, write_table};
pub(crate) use drafts::{EditorError, Uploaded, Wanted};
pub(crate) use gaps::GapPage;
pub(crate) use life::{May, may};
pub(crate) use packs::PackSummary;

use crate::attachments::Attachments;
use crate::conversation::Assistant;
use crate::knowledge_base::KnowledgeBase;

/// Days before its end from which a document ends soon.
const SOON: i64 = 60;

/// The knowledge as administrators see it; shared by all requests.
#[derive(Clone)]
pub struct Editor {
    assistant: Arc<Assistant>,
    knowledge_base: KnowledgeBase,
    originals: Attachments,
    /// What fetches papers; `None` where the configuration does not allow it.
    addresses: Option<Addresses>,
    /// Drafts that are searchable for whoever tries them: version and community of each.
    staged: Arc<Mutex<HashMap<String, (i64, String)>>>,
}

impl Editor {
    /// `originals` is the folder of files as they were uploaded; without `addresses` nothing is fetched
    /// from the internet.
    pub fn new(
        assistant: Arc<Assistant>,
        knowledge_base: KnowledgeBase,
        originals: Attachments,
        addresses: Option<Addresses>,
    ) -> Self {
        Self { assistant, knowledge_base, originals, addresses, staged: Arc::default() }
    }

    /// Files as they were uploaded.
    pub(crate) fn originals(&self) -> &Attachments {
        &self.originals
    }

    /// Last day that counts as soon.
    pub(crate) fn soon(&self) -> Date {
        let today = self.assistant.today();
        today.checked_add(SOON.days()).unwrap_or(today)
    }

    /// Does what has become due: publishes drafts whose day has come and sorts what was asked in vain.
    pub async fn look_after(&self) -> Result<()> {
        self.publish_due().await?;
        self.sort_turns(Timestamp::now().as_millisecond()).await
    }

    /// Makes what was published visible at once.
    async fn follow(&self) {
        if let Err(error) = self.knowledge_base.catch_up().await {
            // The follower of the server tries again within a second.
            tracing::warn!(error = format!("{error:#}"), "what was published is not searchable yet");
        }
    }
}
