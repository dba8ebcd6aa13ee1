//! Whatever comes in, nothing panics, and what comes out points into it. `PROPTEST_CASES=100000`
//! looks longer.

mod common;

use std::sync::{Arc, LazyLock};

use dialects::{
    Change, Corrector, Entry, Heard, LanguageModel, Mapped, Normalizer, Variety, identify,
    numerals, phonology, pinyin, script,
};
use proptest::prelude::*;

static MODEL: LazyLock<Arc<LanguageModel>> =
    LazyLock::new(|| Arc::new(LanguageModel::train(common::guides())));

static NORMALIZERS: LazyLock<Vec<Normalizer>> = LazyLock::new(|| {
    [None]
        .into_iter()
        .chain(Variety::ALL.map(Some))
        .map(|variety| Normalizer::new(variety, &[], Arc::clone(&MODEL)))
        .collect()
});

static CORRECTOR: LazyLock<Corrector> = LazyLock::new(|| {
    Corrector::new(
        common::terms(),
        Some(Variety::Kunming),
        &[],
        Arc::clone(&MODEL),
    )
});

/// Text of dialect words, standard words and anything else.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "咋个",
            "给要",
            "克",
            "哪样",
            "咯",
            "得成",
            "不",
            "居住正",
            "高零今天",
            "身请",
            "？",
            "，",
            "唔系",
            "嘅",
            "有冇",
            "侬",
            "勿",
            "啥",
            "俺",
            "中不中",
            "的",
            "有关",
            "我",
            " ",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,3}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// The text with its changes made by hand is the text that came out, and each place is right.
fn consistent(given: &str, result: &Mapped, changes: &[Change]) -> Result<(), TestCaseError> {
    let mut made = String::new();
    let mut at = 0;
    for change in changes {
        prop_assert_eq!(&given[change.range.clone()], &change.form);
        prop_assert!((0.0..=1.0).contains(&change.certainty));
        made.push_str(&given[at..change.range.start]);
        made.push_str(&change.gloss);
        at = change.range.end;
    }
    made.push_str(&given[at..]);
    prop_assert_eq!(result.text(), made);
    for (at, character) in result.text().char_indices() {
        let original = result.original(at..at + character.len_utf8());
        prop_assert!(given.get(original).is_some());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn normalising_keeps_places(text in text(), index in 0..18_usize) {
        let normalized = NORMALIZERS[index].normalize(&text);
        consistent(&text, &normalized.text, &normalized.changes)?;
        if normalized.changes.is_empty() {
            prop_assert_eq!(normalized.text, Mapped::unchanged(text));
        }
    }

    #[test]
    fn correcting_keeps_places(text in text(), typed in any::<bool>()) {
        let heard = Heard { typed, ..Heard::spoken(text.clone()) };
        let corrected = CORRECTOR.correct(&heard);
        consistent(&text, &corrected.text, &corrected.changes)?;
    }

    #[test]
    fn anything_can_be_looked_at(text in text()) {
        let identified = identify(&text);
        prop_assert!((0.0..=1.0).contains(&identified.confidence));
        prop_assert!(phonology::fold_broad(&text).count() <= text.chars().count());
        for quantity in numerals::quantities(&text) {
            prop_assert!(text.get(quantity.span).is_some());
        }
    }

    #[test]
    fn any_script_is_simplified_in_place(text in text()) {
        let simplified = Mapped::unchanged(text.as_str())
            .then(script::to_simplified)
            .then(script::to_half_width)
            .then(pinyin::strip_annotations);
        for (at, character) in simplified.text().char_indices() {
            let original = simplified.original(at..at + character.len_utf8());
            prop_assert!(text.get(original).is_some());
        }
    }

    #[test]
    fn any_word_can_be_added(form in text(), gloss in text(), said in text()) {
        let added = [Entry::new(form.clone(), gloss)];
        let normalizer = Normalizer::new(Some(Variety::Chengdu), &added, Arc::clone(&MODEL));
        let text = format!("{said}{form}{said}");
        let normalized = normalizer.normalize(&text);
        consistent(&text, &normalized.text, &normalized.changes)?;
    }
}
