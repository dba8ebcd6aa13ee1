//! The tokenizer that a GGUF file carries: byte-level BPE as Qwen2 splits it.
//!
//! Control tokens such as `<|im_start|>` are known by name only to [`Tokenizer::special`]. Text is
//! never searched for them, so nobody can end a message or speak for the system by typing one.

use std::{collections::HashMap, path::Path};

use tokenizers::{
    NormalizerWrapper, PreTokenizerWrapper, SplitDelimiterBehavior, TokenizerImpl,
    decoders::DecoderWrapper,
    models::bpe::{BPE, Vocab},
    normalizers::NFC,
    pre_tokenizers::{
        byte_level::ByteLevel,
        sequence::Sequence,
        split::{Split, SplitPattern},
    },
    processors::PostProcessorWrapper,
};

use super::file::ModelFile;
use crate::ModelError;

/// How Qwen2 cuts text before merging, from the model's published `tokenizer.json`.
const QWEN2_SPLIT: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// `tokenizer.ggml.token_type` of tokens that steer the model and are never text.
const CONTROL: i32 = 3;

/// `tokenizer.ggml.token_type` of words added after training, such as `<think>`.
const ADDED: i32 = 4;

type BytePairs = TokenizerImpl<
    BPE,
    NormalizerWrapper,
    PreTokenizerWrapper,
    PostProcessorWrapper,
    DecoderWrapper,
>;

/// Text to tokens and back.
pub(crate) struct Tokenizer {
    pairs: BytePairs,
    /// The bytes of each token; `None` for control tokens.
    bytes: Vec<Option<Box<[u8]>>>,
    special: HashMap<String, u32>,
    thinks: bool,
}

impl Tokenizer {
    /// Reads it from a model's file.
    pub(crate) fn read(path: &Path) -> Result<Self, ModelError> {
        Self::from_file(&ModelFile::open(path)?)
    }

    pub(super) fn from_file(file: &ModelFile) -> Result<Self, ModelError> {
        let kind = (
            file.text("tokenizer.ggml.model")?,
            file.text("tokenizer.ggml.pre")?,
        );
        if kind != ("gpt2", "qwen2") {
            return Err(
                file.unsupported(format!("分词器是 {}/{}，不是 gpt2/qwen2", kind.0, kind.1))
            );
        }
        let broken = || file.unsupported("词表已损坏".to_owned());
        let strings = |key: &str| -> Result<Vec<&str>, ModelError> {
            let text = |value| string(value).ok_or_else(broken);
            file.list(key)?.iter().map(text).collect()
        };
        let tokens = strings("tokenizer.ggml.tokens")?;
        let kinds = file.list("tokenizer.ggml.token_type")?;
        if kinds.len() != tokens.len() {
            return Err(broken());
        }
        let merges = strings("tokenizer.ggml.merges")?
            .into_iter()
            .map(|merge| {
                merge
                    .split_once(' ')
                    .map(|(a, b)| (a.to_owned(), b.to_owned()))
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(broken)?;

        let from_letters: HashMap<char, u8> = letters_of_bytes().zip(0..=255).collect();
        let mut special = HashMap::new();
        let mut bytes = Vec::with_capacity(tokens.len());
        for (id, (token, kind)) in tokens.iter().zip(kinds).enumerate() {
            let kind = kind.to_i32().map_err(|_| broken())?;
            if matches!(kind, CONTROL | ADDED) {
                special.insert((*token).to_owned(), id as u32);
            }
            bytes.push(match kind {
                CONTROL => None,
                ADDED => Some(token.as_bytes().into()),
                _ => {
                    let letters = token
                        .chars()
                        .map(|letter| from_letters.get(&letter).copied());
                    Some(letters.collect::<Option<_>>().ok_or_else(broken)?)
                }
            });
        }

        let vocabulary: Vocab = tokens
            .iter()
            .enumerate()
            .map(|(id, token)| ((*token).to_owned(), id as u32))
            .collect();
        let model = BPE::builder()
            .vocab_and_merges(vocabulary, merges)
            .build()
            .map_err(failed)?;
        let thinks = file
            .text("tokenizer.chat_template")
            .is_ok_and(|template| template.contains("enable_thinking"));
        Ok(Self {
            pairs: pipeline(model)?,
            bytes,
            special,
            thinks,
        })
    }

    /// Tokens of `text`, all of it taken as plain text.
    pub(crate) fn encode(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        let encoding = self.pairs.encode_fast(text, false).map_err(failed)?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Number of tokens of `text`.
    pub(crate) fn count(&self, text: &str) -> usize {
        // It fails on no text; a count of characters would be a fair guess anyway.
        self.encode(text)
            .map_or_else(|_| text.chars().count(), |tokens| tokens.len())
    }

    /// The tokens that end an answer.
    pub(crate) fn ends(&self) -> [Option<u32>; 2] {
        ["<|im_end|>", "<|endoftext|>"].map(|end| self.special(end).ok())
    }

    /// The control token or added word of this name.
    pub(crate) fn special(&self, name: &str) -> Result<u32, ModelError> {
        let token = self.special.get(name).copied();
        token.ok_or_else(|| candle_core::Error::msg(format!("词表里没有 {name}")).into())
    }

    /// The bytes that a token stands for, often a part of a character; `None` for control tokens.
    pub(crate) fn bytes(&self, token: u32) -> Option<&[u8]> {
        self.bytes.get(token as usize)?.as_deref()
    }

    /// Whether the model's chat format has a switch for thinking before it answers.
    pub(crate) fn thinks(&self) -> bool {
        self.thinks
    }
}

fn failed(error: tokenizers::Error) -> ModelError {
    candle_core::Error::msg(error).into()
}

fn string(value: &candle_core::quantized::gguf_file::Value) -> Option<&str> {
    value.to_string().ok().map(String::as_str)
}

fn pipeline(model: BPE) -> Result<BytePairs, ModelError> {
    let split = Split::new(
        SplitPattern::Regex(QWEN2_SPLIT.to_owned()),
        SplitDelimiterBehavior::Isolated,
        false,
    )
    .map_err(failed)?;
    let cut: Vec<PreTokenizerWrapper> =
        vec![split.into(), ByteLevel::new(false, false, false).into()];
    let mut pairs = BytePairs::new(model);
    pairs.with_normalizer(Some(NFC)).map_err(failed)?;
    pairs.with_pre_tokenizer(Some(Sequence::new(cut)));
    Ok(pairs)
}

/// The letters that byte-level BPE writes the bytes 0 to 255 as: printable Latin-1 stands for itself, the other
/// 68 bytes for the letters from U+0100 on (GPT-2, Radford et al. 2019).
pub(super) fn letters_of_bytes() -> impl Iterator<Item = char> {
    let mut moved = '\u{100}'..;
    (0..=255u8).filter_map(move |byte| match byte {
        b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => Some(char::from(byte)),
        _ => moved.next(),
    })
}
