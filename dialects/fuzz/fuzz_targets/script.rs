//! Any text can be simplified, narrowed and freed of readings, and points into what it was.
#![no_main]

use dialects::{Mapped, phonology, pinyin, script};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let simplified = script::to_simplified(text);
    points_into(&simplified, text);
    let narrowed = simplified.then(script::to_half_width);
    points_into(&narrowed, text);
    points_into(&narrowed.then(pinyin::strip_annotations), text);
    for sound in phonology::fold_broad(text) {
        assert_eq!(text[sound.range].chars().count(), 1);
    }
});

fn points_into(mapped: &Mapped, text: &str) {
    for (at, character) in mapped.text().char_indices() {
        let original = mapped.original(at..at + character.len_utf8());
        assert!(text.get(original).is_some());
    }
}
