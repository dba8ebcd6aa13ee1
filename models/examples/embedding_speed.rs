//! How fast texts become vectors here: `cargo run -p models --example embedding_speed [MODEL]`.
//!
//! Prints passages of 200 Chinese characters a second, in rounds, and the time of one question.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use models::Embedder;
use models::embed::Kind;

const PASSAGES: usize = 100;
const CHARACTERS: usize = 200;
const ROUNDS: usize = 3;
const QUESTION: &str = "我的居住证到期了，要到哪里去换新的？";

fn main() -> Result<(), models::ModelError> {
    let home = std::env::var_os("HOME").unwrap_or_default();
    let usual = || Path::new(&home).join(".cache/xiangyin/models/e5-small-q4.bin");
    let path = std::env::args_os().nth(1).map_or_else(usual, PathBuf::from);
    let start = Instant::now();
    let embedder = Embedder::load(path)?;
    println!("loaded in {:.2?}", start.elapsed());

    let text: Vec<char> = include_str!("../tests/embedding_texts.txt")
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let passages: Vec<String> = text
        .windows(CHARACTERS)
        .step_by((text.len() - CHARACTERS) / PASSAGES)
        .map(|passage| passage.iter().collect())
        .collect();
    let passages: Vec<&str> = passages.iter().map(String::as_str).collect();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        embedder.embed(&passages, Kind::Passage)?;
        let seconds = start.elapsed().as_secs_f64();
        println!("{:.1} passages a second", passages.len() as f64 / seconds);
    }

    let mut times = Vec::new();
    for _ in 0..50 {
        let start = Instant::now();
        embedder.embed(&[QUESTION], Kind::Query)?;
        times.push(start.elapsed());
    }
    times.sort();
    let median: Duration = times[times.len() / 2];
    println!(
        "a question of {} characters in {median:.1?} (median), {:.1?} (best)",
        QUESTION.chars().count(),
        times[0]
    );
    Ok(())
}
