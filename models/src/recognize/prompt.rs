use super::whisper::Vocabulary;

/// The end of what was said before that helps.
const MOST_SAID_BEFORE: usize = 60;

/// The text that a model is given as if it had just been said, and its tokens, at most `limit`:
/// a list of the terms, the most useful first, and then what was really said.
///
/// A term that does not fit is left out, and those after it may still fit.
pub(super) fn compose(
    vocabulary: &Vocabulary,
    terms: &[String],
    said_before: Option<&str>,
    limit: usize,
) -> (String, Vec<i32>) {
    let said = said_before.map(str::trim).unwrap_or_default();
    let mut said_tokens = vocabulary.tokens(said);
    let most = limit.min(MOST_SAID_BEFORE);
    said_tokens.drain(..said_tokens.len().saturating_sub(most));

    let mut text = String::new();
    let mut tokens = Vec::new();
    let stop = vocabulary.tokens("。");
    let room = limit - said_tokens.len();
    for term in terms.iter().map(|term| term.trim()) {
        let before = if text.is_empty() { "" } else { "、" };
        let piece = format!("{before}{term}");
        let piece_tokens = vocabulary.tokens(&piece);
        if !term.is_empty() && tokens.len() + piece_tokens.len() + stop.len() <= room {
            text.push_str(&piece);
            tokens.extend(piece_tokens);
        }
    }
    if !tokens.is_empty() {
        text.push('。');
        tokens.extend(stop);
    }
    tokens.extend(said_tokens);
    text.push_str(said);
    (text, tokens)
}
