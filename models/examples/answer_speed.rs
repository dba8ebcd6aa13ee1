//! How fast answers are written here, one after the other or several at once.
//!
//! ```text
//! cargo run -p models --example answer_speed -- MODEL.gguf PROMPTS.jsonl [--at-once N] [--no-guessing]
//! ```
//!
//! A line of PROMPTS is a chat as a list of messages with `role` and `content`; `benches/prompts.jsonl`
//! holds what the product asked. Printed are JSON lines: of each answer the seconds to its first and
//! last word, the tokens read and written, and the text; with `--at-once` the first N prompts are
//! asked together.

#![expect(
    clippy::print_stdout,
    reason = "the figures are what the example is for"
)]

mod prompts;

use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};

use models::{Generate, Generation, GeneratorOptions, LocalGenerator};
use serde_json::json;

/// The longest answer, in tokens, as in the product.
const LONGEST: usize = 220;

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: answer_speed MODEL.gguf PROMPTS.jsonl [--at-once N] [--no-guessing]";
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, file, rest @ ..] = &arguments[..] else {
        return Err(usage.into());
    };
    let at_once = rest
        .iter()
        .position(|argument| argument == "--at-once")
        .map(|place| rest.get(place + 1).ok_or(usage)?.parse::<usize>().map_err(|_| usage))
        .transpose()?;
    let requests = prompts::read(Path::new(file), LONGEST)?;
    let options = GeneratorOptions {
        drafting: !rest.iter().any(|argument| argument == "--no-guessing"),
        warm_up: requests[0].messages[..1].to_vec(),
        ..GeneratorOptions::default()
    };
    let generator = LocalGenerator::load(Path::new(model), options)?;
    match at_once {
        None => {
            for request in requests {
                let began = Instant::now();
                print(&read(generator.generate(request)?, began)?);
            }
        }
        Some(count) => {
            let began = Instant::now();
            let running: Vec<_> = requests
                .into_iter()
                .take(count)
                .map(|request| {
                    let generation = generator.generate(request)?;
                    Ok(std::thread::spawn(move || read(generation, began)))
                })
                .collect::<Result<_, models::ModelError>>()?;
            for reader in running {
                print(&reader.join().map_err(|_| "a reader broke")??);
            }
        }
    }
    Ok(())
}

struct Written {
    text: String,
    first_word: Duration,
    last_word: Duration,
    prompt_tokens: usize,
    generated_tokens: usize,
}

fn read(mut generation: Generation, began: Instant) -> Result<Written, models::ModelError> {
    let mut text = String::new();
    let mut first_word = None;
    while let Some(piece) = generation.blocking_next_piece()? {
        first_word.get_or_insert_with(|| began.elapsed());
        text.push_str(&piece);
    }
    let finish = generation.finish().ok_or(models::ModelError::Stopped)?;
    Ok(Written {
        text,
        first_word: first_word.unwrap_or_else(|| began.elapsed()),
        last_word: began.elapsed(),
        prompt_tokens: finish.prompt_tokens,
        generated_tokens: finish.generated_tokens,
    })
}

fn print(written: &Written) {
    let line = json!({
        "first_word": written.first_word.as_secs_f64(),
        "last_word": written.last_word.as_secs_f64(),
        "read": written.prompt_tokens,
        "written": written.generated_tokens,
        "text": written.text,
    });
    println!("{line}");
}
