//! The `SentencePiece` unigram tokenizer of the XLM-R family.
//!
//! A text is normalised character by character, its spaces become `▁`, and of all the ways to cut
//! it into pieces of the vocabulary the most probable is taken (Kudo 2018, arXiv:1804.10959).

use std::collections::HashMap;

use super::file::{Damage, ModelFile, SpecialPieces};

/// What stands for a space, and before the first word.
const SPACE: char = '\u{2581}';
/// How much less probable than the rarest piece a character outside the vocabulary is.
const UNKNOWN_PENALTY: f32 = 10.0;

pub(super) struct Tokenizer {
    special: SpecialPieces,
    replacements: HashMap<char, Box<str>>,
    /// The pieces that stand for text, in the order of their bytes, so that the pieces with a
    /// common beginning stand together.
    pieces: Vec<Piece>,
    unknown_score: f32,
    longest_piece: usize,
}

struct Piece {
    text: Box<[u8]>,
    id: u32,
    score: f32,
}

/// The best way to reach a place in the text.
#[derive(Clone, Copy)]
struct Step {
    score: f32,
    id: u32,
    from: usize,
}

impl Tokenizer {
    pub(super) fn new(file: &ModelFile<'_>) -> Result<Self, Damage> {
        let lowest = file
            .pieces
            .iter()
            .map(|(_, score)| *score)
            .fold(f32::INFINITY, f32::min);
        // Log probabilities are negative; only the pieces that mark something, such as `<s>` and
        // `<mask>`, score zero. They are never read out of a text.
        let mut pieces: Vec<Piece> = file
            .pieces
            .iter()
            .zip(0..)
            .filter(|((text, score), _)| *score < 0.0 && !text.is_empty())
            .map(|((text, score), id)| Piece {
                text: text.as_bytes().into(),
                id,
                score: *score,
            })
            .collect();
        pieces.sort_unstable_by(|one, other| one.text.cmp(&other.text));
        let longest_piece = pieces
            .iter()
            .map(|piece| piece.text.len())
            .max()
            .ok_or("词表是空的")?;
        Ok(Self {
            special: file.special,
            replacements: file.replacements.clone(),
            pieces,
            unknown_score: lowest - UNKNOWN_PENALTY,
            longest_piece,
        })
    }

    /// The token ids of a text after its prefix, with the beginning and the end marked, cut to
    /// `limit` ids.
    pub(super) fn encode(&self, prefix: &str, text: &str, limit: usize) -> Vec<u32> {
        let content = limit - 2;
        // No token is longer than the longest piece, so what lies further away is never reached.
        let text = &text[..text.floor_char_boundary(limit * self.longest_piece)];
        let mut ids = vec![self.special.begin];
        ids.extend(
            self.cut(&self.normalize(prefix, text))
                .into_iter()
                .take(content),
        );
        ids.push(self.special.end);
        ids
    }

    fn normalize(&self, prefix: &str, text: &str) -> String {
        let mut normalized = String::with_capacity(prefix.len() + text.len() + 8);
        let mut push = |character: char| {
            let character = if character == ' ' { SPACE } else { character };
            if character != SPACE || !normalized.ends_with(SPACE) {
                normalized.push(character);
            }
        };
        push(SPACE);
        for character in prefix.chars().chain(text.chars()) {
            match self.replacements.get(&character) {
                Some(replacement) => replacement.chars().for_each(&mut push),
                None => push(character),
            }
        }
        normalized
    }

    /// The most probable pieces of a normalised text (Viterbi).
    fn cut(&self, text: &str) -> Vec<u32> {
        let bytes = text.as_bytes();
        let unreached = Step {
            score: f32::NEG_INFINITY,
            id: self.special.unknown,
            from: 0,
        };
        let mut best = vec![unreached; bytes.len() + 1];
        best[0].score = 0.0;
        for (from, character) in text.char_indices() {
            let reached = best[from].score;
            let mut offer = |length: usize, score: f32, id: u32| {
                let score = reached + score;
                let step = &mut best[from + length];
                if score > step.score {
                    *step = Step { score, id, from };
                }
            };
            self.pieces_at(&bytes[from..], &mut offer);
            offer(
                character.len_utf8(),
                self.unknown_score,
                self.special.unknown,
            );
        }
        let mut ids = Vec::new();
        let mut end = bytes.len();
        while end > 0 {
            ids.push(best[end].id);
            end = best[end].from;
        }
        ids.reverse();
        ids
    }

    /// Calls back with the length, score and id of each piece that the text begins with, shortest
    /// first.
    fn pieces_at(&self, text: &[u8], found: &mut impl FnMut(usize, f32, u32)) {
        // All pieces in `candidates` begin with the bytes read so far; the shortest stands first.
        let mut candidates = self.pieces.as_slice();
        for (depth, byte) in text.iter().enumerate() {
            let before = candidates.partition_point(|piece| piece.text.get(depth) < Some(byte));
            let after = candidates.partition_point(|piece| piece.text.get(depth) <= Some(byte));
            candidates = &candidates[before..after];
            let Some(first) = candidates.first() else {
                return;
            };
            if first.text.len() == depth + 1 {
                found(depth + 1, first.score, first.id);
            }
        }
    }
}
