//! General words of standard Mandarin with their frequencies, from jieba's dictionary.

use std::sync::LazyLock;

use jieba_rs::Jieba;

/// Words and characters counted in jieba's dictionary.
const COUNTED: f32 = 60_101_967.0;

static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Whether the dictionary has this word.
pub(crate) fn is_word(word: &str) -> bool {
    JIEBA.has_word(word)
}

/// Natural logarithm of a word's probability in general text; `None` where it is no word.
pub(crate) fn log_probability(word: &str) -> Option<f32> {
    JIEBA
        .has_word(word)
        .then(|| (JIEBA.suggest_freq(word) as f32 / COUNTED).ln())
}

/// A text cut into its likeliest words.
pub(crate) fn cut(text: &str) -> Vec<&str> {
    JIEBA
        .cut(text, false)
        .into_iter()
        .map(|token| token.word)
        .collect()
}
