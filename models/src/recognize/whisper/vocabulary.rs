use std::collections::HashMap;
use std::ops::Range;

use whisper_rs::{WhisperContext, WhisperError};

/// Tokens that write down noises, brackets and music rather than speech, as in `OpenAI`'s list.
const NOT_SPOKEN: &str = "\"#()*+/:;<=>@[\\]^_`{|}~「」『』（）［］【】〔〕♪♩♫♬♭♮♯-";

/// What the tokens mean.
pub(in crate::recognize) struct Vocabulary {
    /// The bytes of each token that is text; they stand before all others.
    texts: Vec<Box<[u8]>>,
    ids: HashMap<Box<[u8]>, i32>,
    longest: usize,
    /// Text tokens that are never wanted.
    suppressed: Vec<i32>,
    pub(super) end: i32,
    pub(super) start: i32,
    pub(super) previous: i32,
    pub(super) transcribe: i32,
    pub(super) no_timestamps: i32,
    pub(super) no_speech: i32,
}

impl Vocabulary {
    pub(super) fn of(context: &WhisperContext) -> Result<Self, WhisperError> {
        let end = context.token_eot();
        let texts = (0..end)
            .map(|id| context.token_to_bytes(id).map(Into::into))
            .collect::<Result<Vec<Box<[u8]>>, _>>()?;
        Ok(Self {
            ids: texts
                .iter()
                .zip(0..)
                .filter(|(text, _)| !text.is_empty())
                .map(|(text, id)| (text.clone(), id))
                .collect(),
            longest: texts.iter().map(|text| text.len()).max().unwrap_or(0),
            suppressed: texts
                .iter()
                .zip(0..)
                .filter(|(text, _)| is_not_spoken(text))
                .map(|(_, id)| id)
                .collect(),
            texts,
            end,
            start: context.token_sot(),
            previous: context.token_prev(),
            transcribe: context.token_transcribe(),
            no_timestamps: context.token_not(),
            no_speech: context.token_nosp(),
        })
    }

    /// The bytes of a token, none for one that is no text.
    pub(super) fn bytes(&self, token: i32) -> &[u8] {
        usize::try_from(token)
            .ok()
            .and_then(|token| self.texts.get(token))
            .map_or(&[], |text| text)
    }

    /// The tokens that `text` may begin with, and their lengths in bytes.
    pub(super) fn beginnings(&self, text: &[u8]) -> impl Iterator<Item = (i32, usize)> {
        (1..=text.len().min(self.longest))
            .filter_map(|length| Some((*self.ids.get(&text[..length])?, length)))
    }

    pub(super) fn suppressed(&self) -> &[i32] {
        &self.suppressed
    }

    /// The tokens of a text, each the longest that fits, as whisper.cpp cuts a prompt.
    pub(in crate::recognize) fn tokens(&self, text: &str) -> Vec<i32> {
        let mut rest = text.as_bytes();
        let mut tokens = Vec::new();
        while !rest.is_empty() {
            // Every byte is a token in itself; were one missing, it would be left out.
            let (token, length) = self.beginnings(rest).last().unzip();
            tokens.extend(token);
            rest = &rest[length.unwrap_or(1)..];
        }
        tokens
    }

    /// The text of tokens, and which bytes of it came from which tokens: the smallest stretches
    /// that begin and end between characters. Bytes that are no character are left out.
    pub(in crate::recognize) fn text(&self, tokens: &[i32]) -> (String, Vec<Stretch>) {
        joined(tokens.iter().map(|&token| self.bytes(token)))
    }
}

/// Bytes of a text, and the tokens by their place that they came from.
pub(in crate::recognize) type Stretch = (Range<usize>, Range<usize>);

/// See [`Vocabulary::text`].
pub(in crate::recognize) fn joined<'a>(
    pieces: impl Iterator<Item = &'a [u8]>,
) -> (String, Vec<Stretch>) {
    let mut text = String::new();
    let mut stretches = Vec::new();
    let mut pending: Vec<u8> = Vec::new();
    let mut first = 0;
    for (place, piece) in pieces.enumerate() {
        pending.extend_from_slice(piece);
        let from = text.len();
        let unfinished = loop {
            match std::str::from_utf8(&pending) {
                Ok(whole) => {
                    text.push_str(whole);
                    pending.clear();
                    break false;
                }
                Err(error) => {
                    let (valid, rest) = pending.split_at(error.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(valid));
                    match error.error_len() {
                        Some(length) => pending = rest[length..].to_vec(),
                        None => {
                            pending = rest.to_vec();
                            break true;
                        }
                    }
                }
            }
        };
        if text.len() > from {
            stretches.push((from..text.len(), first..place + 1));
        }
        if !unfinished {
            first = place + 1;
        } else if text.len() > from {
            // The last token holds both the end of one character and the beginning of another.
            first = place;
        }
    }
    (text, stretches)
}

fn is_not_spoken(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else {
        return false;
    };
    let text = text.trim();
    !text.is_empty() && text.chars().all(|character| NOT_SPOKEN.contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_come_together_from_the_tokens_that_carry_their_bytes() {
        let bytes = "居住证".as_bytes();
        let pieces = [&bytes[..3], &bytes[3..5], &bytes[5..7], &bytes[7..], b"a"];
        let (text, stretches) = joined(pieces.into_iter());
        assert_eq!(text, "居住证a");
        assert_eq!(
            stretches,
            [(0..3, 0..1), (3..6, 1..3), (6..9, 2..4), (9..10, 4..5)]
        );
    }

    #[test]
    fn bytes_that_are_no_character_are_left_out() {
        let pieces: [&[u8]; 3] = [b"\xe5", b"\xff", "好".as_bytes()];
        let (text, stretches) = joined(pieces.into_iter());
        assert_eq!(text, "好");
        assert_eq!(stretches, [(0..3, 2..3)]);
    }
}
