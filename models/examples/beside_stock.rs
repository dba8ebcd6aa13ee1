//! Whether our decoder says what candle's own model says.
//!
//! ```text
//! cargo run -p models --example beside_stock -- MODEL.gguf PROMPTS.jsonl [--tokens 64] [--limit 50]
//! ```
//!
//! Both write greedily after each prompt (`benches/prompts.jsonl` and the messages of
//! `data/replies.txt` where fewer are given). Printed are the texts that differ, and how many do not.

#![expect(
    clippy::print_stdout,
    reason = "the comparison is what the example is for"
)]

mod prompts;

use std::{error::Error, path::Path};

use models::{
    Generate, GenerationRequest, GeneratorOptions, LocalGenerator, Message, StockGenerator,
    StockOptions,
};

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: beside_stock MODEL.gguf PROMPTS.jsonl [--tokens 64] [--limit 50]";
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, file, rest @ ..] = &arguments[..] else {
        return Err(usage.into());
    };
    let number = |name: &str, default: usize| {
        let place = rest.iter().position(|argument| argument == name);
        place.map_or(Ok(default), |place| {
            rest.get(place + 1).ok_or(usage)?.parse().map_err(|_| usage)
        })
    };
    let (tokens, limit) = (number("--tokens", 64)?, number("--limit", 50)?);
    let mut requests = prompts::read(Path::new(file), tokens)?;
    let replies = include_str!("data/replies.txt").lines();
    requests.extend(replies.map(|reply| GenerationRequest {
        max_tokens: tokens,
        ..GenerationRequest::new(vec![Message::user(format!("请用大白话解释：{reply}"))])
    }));
    requests.truncate(limit);

    // One after the other: candle's model takes three times the file in memory.
    let write = |generator: &dyn Generate| {
        requests
            .iter()
            .map(|request| Ok(generator.generate(request.clone())?.blocking_text()?.0))
            .collect::<Result<Vec<String>, models::ModelError>>()
    };
    let model = Path::new(model);
    let ours = write(&LocalGenerator::load(model, GeneratorOptions::default())?)?;
    let stock = write(&StockGenerator::load(model, StockOptions::default())?)?;
    let mut same = 0;
    for (number, (ours, stock)) in ours.iter().zip(&stock).enumerate() {
        if ours == stock {
            same += 1;
        } else {
            let shared = ours.chars().zip(stock.chars()).take_while(|(one, other)| one == other).count();
            println!("{}: the same for {shared} characters\n  ours:  {ours}\n  stock: {stock}", number + 1);
        }
    }
    println!("{same} of {} texts of at most {tokens} tokens are the same", ours.len());
    Ok(())
}
