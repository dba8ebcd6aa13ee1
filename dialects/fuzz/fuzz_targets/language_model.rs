//! Any bytes are read as a language model or refused; what is read can be used and written.
#![no_main]

use dialects::LanguageModel;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(model) = LanguageModel::from_bytes(bytes) {
        assert!(!model.log_probability("居住证怎么办").is_nan());
        let again = LanguageModel::from_bytes(&model.to_bytes()).expect("our own bytes");
        assert_eq!(again, model);
    }
});
