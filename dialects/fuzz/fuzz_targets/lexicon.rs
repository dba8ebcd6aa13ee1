//! Any file is read as a lexicon or refused line by line, and its words can be used at once.
#![no_main]

use std::sync::Arc;

use dialects::{Entry, LanguageModel, Normalizer, read_entries};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let entries: Vec<Entry> = read_entries(text).flatten().collect();
    for entry in &entries {
        assert!(!entry.form.is_empty());
        assert!((0.0..=1.0).contains(&entry.share));
    }
    let normalizer = Normalizer::new(None, &entries, Arc::new(LanguageModel::default()));
    let normalized = normalizer.normalize(text);
    assert!((0.0..=1.0).contains(&normalized.certainty));
});
