//! Prompts of the product, as `benches/prompts.jsonl` holds them.

use std::{error::Error, fs, path::Path};

use models::{GenerationRequest, Message, Role};
use serde::Deserialize;

#[derive(Deserialize)]
struct Said {
    role: String,
    content: String,
}

/// One request a line, each for so many tokens.
pub(crate) fn read(path: &Path, max_tokens: usize) -> Result<Vec<GenerationRequest>, Box<dyn Error>> {
    fs::read_to_string(path)?
        .lines()
        .map(|line| {
            let said: Vec<Said> = serde_json::from_str(line)?;
            let messages = said.into_iter().map(|said| Message {
                role: if said.role == "system" {
                    Role::System
                } else {
                    Role::User
                },
                text: said.content,
            });
            Ok(GenerationRequest {
                max_tokens,
                ..GenerationRequest::new(messages.collect())
            })
        })
        .collect()
}
