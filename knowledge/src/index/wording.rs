//! A question reduced to what is looked up: its telling words, and what officials call the same.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::analyze::Analyzer;

/// How much an official wording counts beside what was actually said.
const SUPPLEMENT_WEIGHT: f32 = 0.5;

static FUNCTION_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../lexicon/function_words.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

/// Everyday wording and the official ones, the longest everyday wording first.
static EVERYDAY: LazyLock<Vec<(&str, Vec<&str>)>> = LazyLock::new(|| {
    let lines = include_str!("../../lexicon/everyday.tsv").lines();
    let mut entries: Vec<(&str, Vec<&str>)> = lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .flat_map(|(everyday, official)| {
            let official: Vec<&str> = official.split('、').collect();
            everyday.split('、').map(move |wording| (wording, official.clone()))
        })
        .collect();
    entries.sort_by_key(|(wording, _)| std::cmp::Reverse(wording.len()));
    entries
});

/// A piece of text that is looked up, and how much it counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) weight: f32,
}

/// What is looked up for a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wording {
    pub(crate) words: Vec<Piece>,
    pub(crate) bigrams: Vec<Piece>,
    pub(crate) sounds: Vec<Piece>,
}

impl Wording {
    /// Reads a question in standard Mandarin.
    pub(crate) fn of(question: &str) -> Self {
        let tokens = Analyzer::words().cut(question);
        let telling: Vec<&str> = tokens
            .iter()
            .map(String::as_str)
            .filter(|token| !is_function_word(token))
            .collect();
        // A question of nothing but function words is looked up as it stands.
        let said = if telling.iter().any(|token| has_letters(token)) {
            with_gaps(&tokens)
        } else {
            question.to_owned()
        };
        let supplement = officially(&tokens).join(" ");
        let pieces = |analyzer: &Analyzer| {
            let mut pieces: Vec<Piece> = Vec::new();
            for (text, weight) in [(said.as_str(), 1.0), (&supplement, SUPPLEMENT_WEIGHT)] {
                for piece in analyzer.pieces(text) {
                    if !is_function_word(&piece) && pieces.iter().all(|known| known.text != piece) {
                        pieces.push(Piece { text: piece, weight });
                    }
                }
            }
            pieces
        };
        Self {
            words: pieces(&Analyzer::words()),
            bigrams: pieces(&Analyzer::Bigrams),
            // A word that was misheard is no function word, so nothing is left out.
            sounds: distinct(Analyzer::Sounds.pieces(question)),
        }
    }
}

fn distinct(texts: Vec<String>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for text in texts {
        if pieces.iter().all(|known| known.text != text) {
            pieces.push(Piece { text, weight: 1.0 });
        }
    }
    pieces
}

/// Whether a word only says how something is asked.
pub(crate) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.contains(word)
}

fn has_letters(token: &str) -> bool {
    token.chars().any(char::is_alphanumeric)
}

/// The question with gaps for its function words, so that no bigram reaches across one.
fn with_gaps(tokens: &[String]) -> String {
    tokens
        .iter()
        .map(|token| if is_function_word(token) { " " } else { token.as_str() })
        .collect()
}

/// What officials call the things that the question names in everyday words.
///
/// An everyday wording counts where it begins and ends with a word of the question, and only if no
/// longer one covers it.
fn officially(tokens: &[String]) -> Vec<&'static str> {
    let mut official: Vec<&'static str> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let entry = EVERYDAY.iter().find_map(|(wording, official)| {
            let covered = covers(&tokens[at..], wording)?;
            Some((covered, official))
        });
        let Some((covered, found)) = entry else {
            at += 1;
            continue;
        };
        for wording in found {
            if !official.contains(wording) {
                official.push(wording);
            }
        }
        at += covered;
    }
    official
}

/// How many tokens from the first on make up exactly this wording.
fn covers(tokens: &[String], wording: &str) -> Option<usize> {
    let mut rest = wording;
    for (count, token) in tokens.iter().enumerate() {
        rest = rest.strip_prefix(token.as_str())?;
        if rest.is_empty() {
            return Some(count + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pieces: &[Piece]) -> Vec<&str> {
        pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn only_telling_words_are_looked_up() {
        let wording = Wording::of("请问居住证怎么办？");
        assert_eq!(texts(&wording.words), ["居住", "居住证"]);
        assert_eq!(texts(&wording.bigrams), ["居住", "住证"]);
    }

    #[test]
    fn official_wordings_supplement_everyday_ones() {
        let wording = Wording::of("老板拖欠工资怎么办");
        let official = wording.words.iter().find(|piece| piece.text == "用人单位");
        assert!(official.is_some_and(|piece| piece.weight < 1.0));
    }

    #[test]
    fn a_question_of_function_words_is_still_looked_up() {
        assert!(!Wording::of("这个怎么办").bigrams.is_empty());
    }
}
