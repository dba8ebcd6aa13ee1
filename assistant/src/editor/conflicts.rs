//! Passages that do not go together: looked for whenever something is published.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use knowledge::conflicts::{Conflict as FoundConflict, ConflictKind as FoundKind};
use tokio::task::spawn_blocking;

use super::Editor;
use crate::store::{Conflict, ConflictKind, Differing, PassageRef, now};

/// Conflicts of one edition that are kept: whoever publishes a whole law twice needs no more.
const MOST: usize = 50;

impl Editor {
    /// Looks for what an edition says otherwise, or again, than others whose residents read both.
    pub(super) async fn find_conflicts(&self, edition_id: &str) -> Result<()> {
        let store = self.assistant.store();
        let edition = store.edition(edition_id).await?.context("the edition is gone")?;
        let own = store.community(&edition.record.community_id).await?;
        // Those above it, it itself, and those below it.
        let communities: Vec<String> = store
            .communities()
            .await?
            .into_iter()
            .filter(|node| !node.path.is_empty())
            .filter(|node| node.path.starts_with(&own.path) || own.path.starts_with(&node.path))
            .map(|node| node.id)
            .collect();
        let library = Arc::clone(self.assistant.library());
        let (id, on) = (edition_id.to_owned(), self.assistant.today());
        let found = spawn_blocking(move || library.conflicts_of(&id, &communities, on))
            .await
            .context("the look for conflicts was cut off")??;
        let found: Vec<Conflict> = found.into_iter().take(MOST).map(kept).collect();
        store.keep_conflicts(&found).await
    }
}

fn kept(found: FoundConflict) -> Conflict {
    let side = |place: knowledge::SourceRef| PassageRef { edition: place.edition_id, ordinal: place.ordinal };
    Conflict {
        id: String::new(),
        kind: match found.kind {
            FoundKind::DifferentNumbers => ConflictKind::DifferentNumbers,
            FoundKind::NearDuplicate => ConflictKind::NearDuplicate,
        },
        left: side(found.left.place),
        right: side(found.right.place),
        similarity: f64::from(found.similarity),
        differing: found
            .differing
            .into_iter()
            .map(|fact| Differing { left: fact.left, right: fact.right, what: fact.what })
            .collect(),
        dismissed: false,
        note: String::new(),
        at: now(),
    }
}
