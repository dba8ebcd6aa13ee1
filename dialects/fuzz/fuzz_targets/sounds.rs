//! Any file is read as a table of sounds or refused line by line.
#![no_main]

use dialects::phonology::read_correspondences;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for correspondence in read_correspondences(text).flatten() {
        assert!((0.0..=1.0).contains(&correspondence.weight));
        assert!(!correspondence.standard.is_empty());
    }
});
