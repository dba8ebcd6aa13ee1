//! Any text is rewritten to what its changes say. The first byte picks the variety.
#![no_main]

use std::sync::{Arc, LazyLock};

use dialects::{LanguageModel, Normalizer, Variety, identify};
use libfuzzer_sys::fuzz_target;

static NORMALIZERS: LazyLock<Vec<Normalizer>> = LazyLock::new(|| {
    let model = Arc::new(LanguageModel::train(["居住证怎么办理，要带什么材料？", "我去社区办低保"]));
    let varieties = [None].into_iter().chain(Variety::ALL.map(Some));
    varieties.map(|variety| Normalizer::new(variety, &[], Arc::clone(&model))).collect()
});

fuzz_target!(|input: (u8, &str)| {
    let (number, text) = input;
    let normalized = NORMALIZERS[usize::from(number) % NORMALIZERS.len()].normalize(text);
    let mut made = String::new();
    let mut at = 0;
    for change in &normalized.changes {
        assert_eq!(&text[change.range.clone()], change.form);
        assert!(change.certainty >= normalized.certainty);
        made.push_str(&text[at..change.range.start]);
        made.push_str(&change.gloss);
        at = change.range.end;
    }
    made.push_str(&text[at..]);
    assert_eq!(normalized.text.text(), made);
    assert!((0.0..=1.0).contains(&normalized.certainty));
    assert!((0.0..=1.0).contains(&identify(text).confidence));
});
