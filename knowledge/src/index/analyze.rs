//! Texts cut into what is indexed and looked up: words, pairs of characters, pairs of syllables.

use std::sync::{Arc, LazyLock};

use dialects::phonology;
use jieba_rs::Jieba;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// The dictionary is constant and takes 100 ms to read, so the process reads it once.
static DICTIONARY: LazyLock<Arc<Jieba>> = LazyLock::new(|| Arc::new(Jieba::new()));

/// Whether the dictionary has this word.
pub(crate) fn is_word(text: &str) -> bool {
    DICTIONARY.has_word(text)
}

/// Name under which [`Analyzer::Words`] is registered with the index.
pub(crate) const WORDS: &str = "words";
/// Name under which [`Analyzer::Bigrams`] is registered with the index.
pub(crate) const BIGRAMS: &str = "bigrams";

/// Name under which [`Analyzer::Sounds`] is registered with the index.
pub(crate) const SOUNDS: &str = "sounds";

/// A way of cutting text.
#[derive(Clone)]
pub(crate) enum Analyzer {
    /// Words of the dictionary, long ones also by their parts (居住证 gives 居住 and 居住证).
    Words(Arc<Jieba>),
    /// Each two neighbouring characters; runs of Latin letters and digits stay whole.
    Bigrams,
    /// Each two neighbouring syllables, folded by what speakers of most varieties merge.
    Sounds,
}

impl Analyzer {
    /// Cuts into words.
    pub(crate) fn words() -> Self {
        Self::Words(Arc::clone(&DICTIONARY))
    }

    /// The text cut without gaps or overlaps, punctuation included; bigrams cut nothing.
    pub(crate) fn cut(&self, text: &str) -> Vec<String> {
        let text = fold(text);
        match self {
            Self::Words(jieba) => {
                let tokens = jieba.cut(&text, true).into_iter();
                tokens.map(|token| token.word.to_owned()).collect()
            }
            Self::Bigrams | Self::Sounds => vec![text],
        }
    }

    /// The pieces of a text, lower case, full-width forms made half-width, in reading order.
    pub(crate) fn pieces(&self, text: &str) -> Vec<String> {
        let text = fold(text);
        match self {
            Self::Words(jieba) => jieba
                .cut_for_search(&text, true)
                .into_iter()
                .filter(|token| token.word.chars().any(char::is_alphanumeric))
                .map(|token| token.word.to_owned())
                .collect(),
            Self::Bigrams => bigrams(&text),
            Self::Sounds => sounds(&text),
        }
    }
}

/// Pairs of syllables; none reaches across a mark or a gap.
fn sounds(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !c.is_alphanumeric());
    let syllables = runs.map(|run| phonology::fold_broad(run).map(|sound| sound.key).collect());
    let pairs = |run: Vec<&'static str>| -> Vec<String> {
        run.windows(2).map(|pair| pair.join(" ")).collect()
    };
    syllables.flat_map(pairs).collect()
}

/// Lower case and half-width; the text's meaning is untouched.
fn fold(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            _ => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

fn bigrams(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for run in text.split(|c: char| !c.is_alphanumeric()) {
        let mut previous: Option<char> = None;
        let mut latin = String::new();
        for c in run.chars() {
            if c.is_ascii() {
                latin.push(c);
                previous = None;
                continue;
            }
            if !latin.is_empty() {
                pieces.push(std::mem::take(&mut latin));
            }
            if let Some(previous) = previous {
                pieces.push([previous, c].iter().collect());
            }
            previous = Some(c);
        }
        if !latin.is_empty() {
            pieces.push(latin);
        }
        if run.chars().count() == 1 && !run.is_ascii() {
            pieces.push(run.to_owned());
        }
    }
    pieces
}

impl Tokenizer for Analyzer {
    type TokenStream<'a> = Pieces;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Pieces {
        Pieces {
            pieces: self.pieces(text).into_iter(),
            token: Token::default(),
        }
    }
}

/// The pieces of one text as the index takes them; only their order is kept, not their offsets.
pub(crate) struct Pieces {
    pieces: std::vec::IntoIter<String>,
    token: Token,
}

impl TokenStream for Pieces {
    fn advance(&mut self) -> bool {
        let Some(piece) = self.pieces.next() else {
            return false;
        };
        self.token.text = piece;
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// How rare a word is in general Chinese: minus the logarithm of its share of the dictionary's
/// corpus of 60 million words.
pub(crate) fn rarity_in_general(word: &str) -> f32 {
    (60e6 / DICTIONARY.suggest_freq(word).max(1) as f32).ln()
}
