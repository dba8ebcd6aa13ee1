//! Quantities of any text stand where they say, in order.
#![no_main]

use dialects::numerals;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut end = 0;
    for quantity in numerals::quantities(text) {
        assert!(text.get(quantity.span.clone()).is_some_and(|said| !said.is_empty()));
        assert!(quantity.span.start >= end, "they overlap");
        assert!(quantity.agrees_with(&quantity));
        end = quantity.span.end;
    }
});
