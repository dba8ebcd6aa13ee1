//! Documents into the store, and the index in step with it.

mod import;
mod laws;
mod starter;

use std::sync::Arc;

use anyhow::{Context, Result};
use knowledge::{Change, IndexedAnswer, IndexedEdition, Library, LibraryError, Progress};

pub use import::{ImportSummary, Imported};
pub use laws::laws_file;

use crate::store::{EditionStatus, KeptEdition, Store};

/// Log entries that the index takes in at once: what a crash may cost of the indexing, not of the store.
const BATCH: u32 = 24;

/// The documents and their index.
#[derive(Clone)]
pub struct KnowledgeBase {
    store: Store,
    library: Arc<Library>,
}

/// How far the index has come in following the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexProgress {
    /// Changes that are searchable.
    pub done: u64,
    /// Changes there are.
    pub total: u64,
    /// Texts of the current batch that have their vector, of those that had none.
    pub embedding: Option<(usize, usize)>,
}

impl KnowledgeBase {
    /// The store and the index that follows it.
    pub fn new(store: Store, library: Arc<Library>) -> Self {
        Self { store, library }
    }

    /// The index.
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// Brings the index to where the store is.
    pub async fn follow(&self, progress: &(dyn Fn(IndexProgress) + Sync)) -> Result<()> {
        let total = self.store.knowledge_sequence().await?;
        if self.library.sequence() > total {
            // The database is older than the index, as after a restore.
            self.rebuild().await?;
        }
        loop {
            let done = self.library.sequence();
            let entries = self.store.knowledge_log(done, BATCH).await?;
            let Some(last) = entries.last() else {
                progress(IndexProgress { done, total: done, embedding: None });
                return Ok(());
            };
            let sequence = last.sequence;
            let mut changes: Vec<Change> = Vec::with_capacity(entries.len());
            for entry in entries {
                let edition = self
                    .store
                    .edition(&entry.edition_id)
                    .await?
                    .context("the knowledge log names an edition that is not there")?;
                // Only the last of several changes to one edition counts.
                changes.retain(|change| id_of(change) != entry.edition_id);
                changes.push(change(edition));
            }
            let total = total.max(sequence);
            let library = Arc::clone(&self.library);
            let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
            let work = tokio::task::spawn_blocking(move || {
                library.apply(&changes, sequence, &mut |step| {
                    // Nobody may be listening any more; the work goes on.
                    let _ = sender.send(step);
                })
            });
            progress(IndexProgress { done, total, embedding: None });
            while let Some(step) = receiver.recv().await {
                if let Progress::Embedding { done: texts, total: all } = step {
                    progress(IndexProgress { done, total, embedding: Some((texts, all)) });
                }
            }
            work.await.context("the indexing was cut off")??;
        }
    }

    /// Follows what others have published, unless another process is at it right now.
    pub async fn catch_up(&self) -> Result<()> {
        let library = Arc::clone(&self.library);
        tokio::task::spawn_blocking(move || library.refresh())
            .await
            .context("the look at the index was cut off")??;
        if self.store.knowledge_sequence().await? == self.library.sequence() {
            return Ok(());
        }
        match self.follow(&|_| ()).await {
            Err(error) if matches!(error.downcast_ref(), Some(LibraryError::Busy)) => Ok(()),
            other => other,
        }
    }

    /// Empties the index; [`Self::follow`] fills it again without embedding anything twice.
    pub async fn rebuild(&self) -> Result<()> {
        let library = Arc::clone(&self.library);
        tokio::task::spawn_blocking(move || library.clear())
            .await
            .context("the clearing was cut off")??;
        Ok(())
    }
}

fn id_of(change: &Change) -> &str {
    match change {
        Change::Publish(edition) => &edition.edition_id,
        Change::Withdraw { edition_id } => edition_id,
    }
}

fn change(edition: KeptEdition) -> Change {
    let record = edition.record;
    if record.status == EditionStatus::Withdrawn {
        return Change::Withdraw {
            edition_id: record.id,
        };
    }
    let mut metadata = record.metadata;
    metadata.effective_on = metadata.effective_on.or(metadata.version_date);
    metadata.expires_on = record.expires_on;
    Change::Publish(Box::new(IndexedEdition {
        edition_id: record.id,
        document_id: record.document_id,
        community_id: record.community_id,
        metadata,
        passages: edition.passages,
        answers: edition
            .answers
            .into_iter()
            .map(|(answer_id, answer)| IndexedAnswer {
                answer_id,
                questions: answer.questions,
                answer: answer.answer,
                passage_ordinal: Some(answer.passage),
                spoken: answer.spoken,
                sources: answer.sources,
            })
            .collect(),
    }))
}
