//! Any text, heard or typed, is put right to what its changes say.
#![no_main]

use std::sync::{Arc, LazyLock};

use dialects::{Corrector, Heard, LanguageModel, Variety};
use libfuzzer_sys::fuzz_target;

static CORRECTORS: LazyLock<Vec<Corrector>> = LazyLock::new(|| {
    let texts = ["办理居住证需要什么材料", "申请高龄津贴，在社区办理", "去社区申请，办理社保"];
    let model = Arc::new(LanguageModel::train(texts.into_iter().cycle().take(12)));
    [None, Some(Variety::Kunming), Some(Variety::Luxi)]
        .map(|speakers| {
            let terms = ["居住证", "高龄津贴", "办理", "申请", "社保卡"];
            Corrector::new(terms, speakers, &[], Arc::clone(&model))
        })
        .into()
});

fuzz_target!(|input: (u8, bool, &str, &str, f32, u8)| {
    let (number, typed, text, alternative, sure, end) = input;
    let heard = Heard {
        typed,
        alternatives: vec![alternative.to_owned()],
        probabilities: vec![(0..usize::from(end), sure)],
        ..Heard::spoken(text)
    };
    let corrected = CORRECTORS[usize::from(number) % CORRECTORS.len()].correct(&heard);
    let mut made = text.to_owned();
    for change in corrected.changes.iter().rev() {
        assert_eq!(&text[change.range.clone()], change.form);
        assert_eq!(change.form.chars().count(), change.gloss.chars().count());
        made.replace_range(change.range.clone(), &change.gloss);
    }
    assert_eq!(corrected.text.text(), made);
    assert!((0.0..=1.0).contains(&corrected.certainty));
});
