//! What residents come with: mostly what everybody asks, with a long tail.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::profile::uniform;
use crate::answers::questions;
use crate::collections;
use crate::statistics::Generator;

/// Share of the questions that are asked as the guides foresee.
const POPULAR: f64 = 0.7;

/// Share of what is left that tells of something broken, wrong or dangerous.
const TOLD: f64 = 0.4;

/// All that may be said.
pub(super) struct Topics {
    /// One way of asking of each guide, the most popular first.
    popular: Vec<String>,
    /// Questions in residents' own words.
    tail: Vec<String>,
    /// Reports, wishes and small talk.
    told: Vec<String>,
    /// Recordings as files hold them.
    recordings: Vec<Vec<u8>>,
}

impl Topics {
    /// From the starter pack, the files of questions and a folder of recordings.
    pub(super) fn read(recordings: Option<&Path>) -> Result<Self> {
        let starter = collections::starter()?;
        let first = |edition: &knowledge::IndexedEdition| edition.answers.first()?.questions.first().cloned();
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        let said = |name: &str| -> Result<Vec<String>> {
            Ok(questions(&data.join(name))?.iter().filter_map(crate::answers::Question::said_at_once).collect())
        };
        let mut sounds = Vec::new();
        if let Some(folder) = recordings {
            let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
            let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            paths.sort();
            paths.retain(|path| path.extension().is_some_and(|extension| extension == "wav"));
            for path in paths {
                sounds.push(fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
            }
        }
        Ok(Self {
            popular: starter.iter().filter_map(first).collect(),
            tail: said("answers.jsonl")?,
            told: said("turns_held_out.jsonl")?,
            recordings: sounds,
        })
    }

    /// Something that a resident says.
    pub(super) fn draw(&self, generator: &mut Generator) -> &str {
        if uniform(generator) < POPULAR {
            return self.popular_one(generator);
        }
        let rest = if uniform(generator) < TOLD { &self.told } else { &self.tail };
        rest.get(generator.below(rest.len())).map_or("居住证怎么办", String::as_str)
    }

    /// The second guide is asked for half as often as the first, the third a third as often (Zipf).
    fn popular_one(&self, generator: &mut Generator) -> &str {
        let total: f64 = (1..=self.popular.len()).map(|rank| 1.0 / rank as f64).sum();
        let mut left = uniform(generator) * total;
        for (rank, question) in (1..).zip(&self.popular) {
            left -= 1.0 / f64::from(rank);
            if left <= 0.0 {
                return question;
            }
        }
        "居住证怎么办"
    }

    /// A recording, where there is any.
    pub(super) fn recording(&self, generator: &mut Generator) -> Option<&[u8]> {
        self.recordings.get(generator.below(self.recordings.len())).map(Vec::as_slice)
    }
}
