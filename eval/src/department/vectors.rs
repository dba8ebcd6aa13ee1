//! Sentence vectors of many texts, computed once and kept.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::{Context, anyhow};
use assistant::work_orders::department::features::{essence, word_hash};
use knowledge::{Embed, TextKind};

use super::data::Message;
use super::fit::LEAST_WORD;
use crate::suites::progress_bar;

/// Texts that are embedded in one go, and kept before the next.
const BATCH: usize = 128;

/// What is embedded of each message: the words that the model will know.
pub(crate) fn essences(messages: &[Message]) -> Vec<String> {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    for message in messages {
        let mut words: Vec<u32> = message.words.iter().map(|word| word_hash(word)).collect();
        words.sort_unstable();
        words.dedup();
        for word in words {
            *counts.entry(word).or_default() += 1;
        }
    }
    let known = |hash| counts.get(&hash).is_some_and(|count| *count >= LEAST_WORD);
    messages.iter().map(|message| essence(&message.words, known)).collect()
}

/// The vector of each text as a query; those that are in the folder `cache` are read.
pub(crate) fn of_texts(
    embedder: &dyn Embed,
    texts: &[String],
    cache: &Path,
) -> anyhow::Result<Vec<Vec<f32>>> {
    fs::create_dir_all(cache).with_context(|| format!("making {}", cache.display()))?;
    let path = cache.join("vectors.bin");
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(&path)?;
    let mut kept = read(&mut file, embedder.dimensions())
        .with_context(|| format!("reading {}", path.display()))?;
    let missing: Vec<&String> = texts
        .iter()
        .filter(|text| !kept.contains_key(&key(embedder.model(), text)))
        .collect();
    let bar = progress_bar(missing.len(), "embedding")?;
    for batch in missing.chunks(BATCH) {
        let batch: Vec<&str> = batch.iter().map(|text| text.as_str()).collect();
        let vectors = embedder.embed(&batch, TextKind::Query).map_err(|error| anyhow!(error))?;
        let mut bytes = Vec::new();
        for (text, vector) in batch.iter().zip(vectors) {
            let key = key(embedder.model(), text);
            bytes.extend(key.to_le_bytes());
            bytes.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
            kept.insert(key, vector);
        }
        file.write_all(&bytes)?;
        bar.inc(batch.len() as u64);
    }
    bar.finish_and_clear();
    Ok(texts.iter().map(|text| kept[&key(embedder.model(), text)].clone()).collect())
}

fn key(model: &str, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (model, text).hash(&mut hasher);
    hasher.finish()
}

/// The vectors of a file; what was cut short at its end is taken off.
fn read(file: &mut File, width: usize) -> std::io::Result<HashMap<u64, Vec<f32>>> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let records = bytes.chunks_exact(8 + 4 * width);
    file.set_len((bytes.len() - records.remainder().len()) as u64)?;
    let record = |record: &[u8]| {
        let (key, values) = record.split_at(8);
        let key = key.iter().rev().fold(0, |key, byte| key << 8 | u64::from(*byte));
        let four = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
        (key, values.chunks_exact(4).map(four).collect())
    };
    Ok(records.map(record).collect())
}
