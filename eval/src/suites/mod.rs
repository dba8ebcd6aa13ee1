//! The suites: one file each.

mod department;
mod dialect;
mod refusal;
pub(crate) mod retrieval;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use assistant::LocalEmbedding;
use indicatif::{ProgressBar, ProgressStyle};
use knowledge::{Change, IndexedEdition, Library, Progress};

use crate::report::Report;

/// Something that is measured.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Suite {
    /// Are the articles found that answer a layperson's legal question?
    Retrieval,
    /// Are questions declined that the documents do not answer, and only those?
    Refusal,
    /// Is the right department suggested for a message?
    Department,
    /// Is dialect understood as well as plain Mandarin, and plain Mandarin left as it is?
    Dialect,
}

impl Suite {
    /// Name of its results' files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Retrieval => "retrieval",
            Self::Refusal => "refusal",
            Self::Department => "department",
            Self::Dialect => "dialect",
        }
    }

    /// Measures.
    pub(crate) fn run(self, setting: &Setting) -> anyhow::Result<Report> {
        match self {
            Self::Retrieval => retrieval::run(setting),
            Self::Refusal => refusal::run(setting),
            Self::Department => department::run(setting),
            Self::Dialect => dialect::run(setting),
        }
    }
}

/// Where things are and how much is measured.
#[derive(clap::Args)]
pub(crate) struct Setting {
    /// Folder of the evaluation data.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// The embedding model's file.
    #[arg(long, default_value_os_t = cache().join("models/e5-small-q4.bin"))]
    pub(crate) embedding_model: PathBuf,
    /// Folder for the indexes; vectors computed once are kept there.
    #[arg(long, default_value_os_t = cache().join("eval"))]
    pub(crate) indexes: PathBuf,
    /// Measure on this many documents beside those that hold the answers; all if left out.
    #[arg(long)]
    pub(crate) documents: Option<usize>,
    /// Seed of everything that is drawn.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

fn cache() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    home.join(".cache/xiangyin")
}

impl Setting {
    /// A library named `name` that holds exactly these editions.
    ///
    /// It is fed anew each time, because what is measured is also how it is fed; only what was not
    /// embedded before takes long.
    pub(crate) fn library(
        &self,
        name: &str,
        editions: Vec<IndexedEdition>,
    ) -> anyhow::Result<Library> {
        let embedder = LocalEmbedding::load(&self.embedding_model)?;
        let directory = self.indexes.join(name);
        let library = Library::open(&directory, Arc::new(embedder))
            .with_context(|| format!("opening the index in {}", directory.display()))?;
        library.clear()?;
        let changes: Vec<Change> = editions
            .into_iter()
            .map(|edition| Change::Publish(Box::new(edition)))
            .collect();
        let bar = progress_bar(0, "embedding")?;
        library.apply(&changes, 1, &mut |progress| match progress {
            Progress::Embedding { done, total } => {
                bar.set_length(total as u64);
                bar.set_position(done as u64);
            }
            Progress::Committing => bar.set_message("indexing"),
        })?;
        bar.finish_and_clear();
        Ok(library)
    }
}

/// A bar on standard error.
pub(crate) fn progress_bar(length: usize, message: &'static str) -> anyhow::Result<ProgressBar> {
    let bar = ProgressBar::new(length as u64).with_message(message);
    bar.set_style(ProgressStyle::with_template(
        "{msg} {wide_bar} {pos}/{len} ({eta} left)",
    )?);
    Ok(bar)
}
