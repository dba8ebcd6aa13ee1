//! Trains the classifier of departments and measures it.

mod baseline;
mod data;
mod fit;
mod measures;
mod solver;
mod vectors;

use std::path::Path;

use anyhow::Context;
use assistant::LocalEmbedding;

pub(crate) use assistant::work_orders::department::features::words;
pub(crate) use baseline::Baseline;
pub(crate) use data::{held_out, training, without_copies};
pub(crate) use measures::{Judged, Measures};
pub(crate) use vectors::of_texts;
use vectors::essences;

use crate::suites::Setting;
use fit::fit;

/// Trains on the messages of the training set that do not stand in the dev set, prints what
/// cross-validation says, and writes the model's file.
pub(crate) fn train(setting: &Setting, out: &Path) -> anyhow::Result<()> {
    let dev = held_out(&setting.data)?;
    let all = training(&setting.data)?;
    let count = all.len();
    let messages = without_copies(all, &dev);
    println!(
        "{count} messages; {} are left out, because they or near copies of them stand in the dev set",
        count - messages.len()
    );
    let embedder = LocalEmbedding::load(&setting.embedding_model)?;
    let cache = setting.indexes.join("department");
    let vectors = of_texts(&embedder, &essences(&messages), &cache)?;
    let model = fit(&messages, &vectors, knowledge::Embed::model(&embedder), setting.seed);
    let bytes = model.to_bytes();
    std::fs::write(out, &bytes).with_context(|| format!("writing {}", out.display()))?;
    println!("{} terms, {} bytes, {:?}", model.table.len(), bytes.len(), model.sureness);
    Ok(())
}
