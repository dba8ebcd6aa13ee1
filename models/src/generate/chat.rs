//! The `ChatML` format that Qwen was trained on, written in tokens.

use super::{Message, Role};
use crate::{ModelError, decoder::Tokenizer};

const MESSAGE_START: &str = "<|im_start|>";
const MESSAGE_END: &str = "<|im_end|>";

/// Tokens of a chat, ending where the assistant begins to speak.
pub(super) fn prompt(tokenizer: &Tokenizer, messages: &[Message]) -> Result<Vec<u32>, ModelError> {
    let mut tokens = opening(tokenizer, messages)?;
    tokens.push(tokenizer.special(MESSAGE_START)?);
    tokens.extend(tokenizer.encode("assistant\n")?);
    if tokenizer.thinks() {
        // An empty thought is how Qwen3 is told to answer at once.
        let gap = tokenizer.encode("\n\n")?;
        for tag in ["<think>", "</think>"] {
            tokens.push(tokenizer.special(tag)?);
            tokens.extend(&gap);
        }
    }
    Ok(tokens)
}

/// Tokens of the chat's first messages, which every prompt that begins with them shares.
pub(super) fn opening(tokenizer: &Tokenizer, messages: &[Message]) -> Result<Vec<u32>, ModelError> {
    let start = tokenizer.special(MESSAGE_START)?;
    let end = tokenizer.special(MESSAGE_END)?;
    let newline = tokenizer.encode("\n")?;
    let mut tokens = Vec::new();
    for Message { role, text } in messages {
        let role = match role {
            Role::System => "system\n",
            Role::User => "user\n",
            Role::Assistant => "assistant\n",
        };
        tokens.push(start);
        tokens.extend(tokenizer.encode(role)?);
        tokens.extend(tokenizer.encode(text)?);
        tokens.push(end);
        tokens.extend(&newline);
    }
    Ok(tokens)
}
