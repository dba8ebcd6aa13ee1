//! The suites: one file each.
//!
//! A suite is a function from the setting to a report; [`ALL`] names it, and says what it needs.

mod department;
mod dialect;
mod peers;
mod recognition;
mod refusal;
pub(crate) mod retrieval;
mod robustness;
mod safety;
mod stale_law;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use assistant::LocalEmbedding;
use indicatif::{ProgressBar, ProgressStyle};
use knowledge::{Change, IndexedEdition, Library, Progress};
use serde::Serialize;

use crate::{answers, data, questions};
use crate::report::Report;
use crate::statistics::Generator;

/// Something that is measured.
pub(crate) struct Suite {
    /// Name on the command line and of its results' files.
    pub(crate) name: &'static str,
    /// The question that it answers.
    pub(crate) about: &'static str,
    /// What is missing before it can run, in words; `None` where nothing is.
    pub(crate) lacks: fn(&Setting) -> Option<String>,
    /// Measures.
    pub(crate) run: fn(&Setting) -> anyhow::Result<Report>,
}

/// All suites, in the order of the report.
pub(crate) const ALL: &[Suite] = &[
    Suite {
        name: "retrieval",
        about: "Are the documents found that answer a question?",
        lacks: |setting| setting.lacks_collections(&[data::QUESTIONS, data::ARTICLES]),
        run: retrieval::run,
    },
    Suite {
        name: "refusal",
        about: "Are questions declined that the documents do not answer, and only those?",
        lacks: |setting| setting.lacks_collections(refusal::NEEDS),
        run: refusal::run,
    },
    Suite {
        name: "answers",
        about: "Is the running product right, grounded and in time?",
        lacks: |setting| answers::lacks(&setting.product),
        run: answers::run,
    },
    Suite {
        name: "dialect",
        about: "Is dialect understood as well as plain Mandarin, and plain Mandarin left as it is?",
        lacks: |setting| setting.lacks_data(&["dialect", "audio/manifest.tsv", data::ARTICLES, "kb"]),
        run: dialect::run,
    },
    Suite {
        name: "recognition",
        about: "Is speech heard: recorded in many varieties, and said by synthetic voices?",
        lacks: recognition::lacks,
        run: recognition::run,
    },
    Suite {
        name: "peers",
        about: "How does it compare with what people would use instead?",
        lacks: |setting| crate::peers::lacks().or_else(|| setting.lacks_collections(&[data::QUESTIONS, data::ARTICLES])),
        run: peers::run,
    },
    Suite {
        name: "department",
        about: "Is the right department suggested for a message?",
        lacks: |setting| setting.lacks_data(&["workorders/tipdm2020"]),
        run: department::run,
    },
    Suite {
        name: "safety",
        about: "Do hostile turns and papers break its rules, and does danger get its number?",
        lacks: |setting| answers::lacks(&setting.product),
        run: safety::run,
    },
    Suite {
        name: "stale_law",
        about: "Is the edition used that is in force on the day, and no other?",
        lacks: |setting| answers::lacks(&setting.product),
        run: stale_law::run,
    },
    Suite {
        name: "robustness",
        about: "What becomes of noise, of answers in two passages, and of false passages?",
        lacks: |setting| {
            setting
                .lacks_data(&[robustness::INTEGRATION, robustness::FACTS])
                .or_else(|| answers::lacks(&setting.product))
        },
        run: robustness::run,
    },
];

/// The suite of that name; the error names all.
pub(crate) fn named(name: &str) -> Result<&'static Suite, String> {
    ALL.iter().find(|suite| suite.name == name).ok_or_else(|| {
        let names: Vec<&str> = ALL.iter().map(|suite| suite.name).collect();
        format!("there is no suite of that name; there are {}", names.join(", "))
    })
}

/// Name of the collection of laypersons' legal questions and statutes.
pub(crate) const LECO: &str = "leco";

/// Where things are and how much is measured.
#[derive(Clone, clap::Args, Serialize)]
pub(crate) struct Setting {
    /// Folder of the evaluation data.
    #[arg(long, default_value = "data")]
    pub(crate) data: PathBuf,
    /// The embedding model's file.
    #[arg(long, default_value_os_t = cache().join("models/e5-small-q4.bin"))]
    pub(crate) embedding_model: PathBuf,
    /// Folder for the indexes; vectors computed once are kept there.
    #[arg(long, default_value_os_t = cache().join("eval"))]
    #[serde(skip)]
    pub(crate) indexes: PathBuf,
    /// Measure on this many documents beside those that hold the answers; all if left out.
    #[arg(long)]
    pub(crate) documents: Option<usize>,
    /// Seed of everything that is drawn.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The collections that are measured; all if empty.
    #[arg(skip)]
    pub(crate) collections: Vec<String>,
    /// At most this many questions of each set.
    #[arg(skip)]
    pub(crate) limit: Option<usize>,
    /// How the running product is asked.
    #[arg(skip)]
    pub(crate) product: answers::Options,
    /// Folder of the results, for a suite that writes more than its report.
    #[arg(skip)]
    #[serde(skip)]
    pub(crate) out: PathBuf,
}

pub(crate) fn cache() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    home.join(".cache/xiangyin")
}

impl Setting {
    /// Whether this collection is measured.
    pub(crate) fn wants(&self, collection: &str) -> bool {
        self.collections.is_empty() || self.collections.iter().any(|name| name == collection)
    }

    /// Says why no collection can be measured, `whole` being what those of the program's own need.
    fn lacks_collections(&self, whole: &[&str]) -> Option<String> {
        let lacks = if self.wants(LECO) { self.lacks_data(whole) } else { Some("leco is not wanted".to_owned()) };
        lacks.filter(|_| questions::names(self).is_empty())
    }

    /// Says which of these files and folders of the data is missing.
    pub(crate) fn lacks_data(&self, paths: &[&str]) -> Option<String> {
        let missing = paths.iter().find(|path| !self.data.join(path).exists())?;
        Some(format!("there is no {missing} in the data folder {}", self.data.display()))
    }

    /// As many of the items as `--limit` allows, drawn by the seed, in their order.
    pub(crate) fn limited<T>(&self, items: Vec<T>) -> Vec<T> {
        let mut chosen: Vec<usize> = (0..items.len()).collect();
        if let Some(limit) = self.limit {
            Generator::new(self.seed).shuffle(&mut chosen);
            chosen.truncate(limit);
            chosen.sort_unstable();
        }
        let mut chosen = chosen.into_iter().peekable();
        let numbered = items.into_iter().enumerate();
        numbered.filter_map(|(number, item)| chosen.next_if_eq(&number).map(|_| item)).collect()
    }

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
