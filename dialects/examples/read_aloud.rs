//! Reads lines from standard input aloud: prints each as it is said, with its pinyin. With
//! `clauses` as argument, one line of JSON a line instead, as `models/examples/speak.rs` takes it;
//! with `clauses` and the name of a variety, in a simulated accent.

use std::io::{self, BufRead, Write};

use dialects::{
    Variety,
    reading::{Clause, Pause, accented, read, spoken},
};
use serde_json::json;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let as_clauses = arguments.first().is_some_and(|argument| argument == "clauses");
    let variety: Option<Variety> = arguments.get(1).and_then(|name| name.parse().ok());
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let mut clauses = read(&line);
        if let Some(variety) = variety {
            clauses = accented(&clauses, variety);
        }
        if as_clauses {
            let clauses: Vec<_> = clauses.iter().map(as_json).collect();
            writeln!(out, "{}", json!({ "text": line, "clauses": clauses }))?;
        } else {
            let pinyin: Vec<String> = clauses.iter().map(Clause::pinyin).collect();
            writeln!(out, "{line}\t{}\t{}", spoken(&line).text(), pinyin.join(" "))?;
        }
    }
    Ok(())
}

fn as_json(clause: &Clause) -> serde_json::Value {
    let words: Vec<_> = clause
        .words
        .iter()
        .map(|word| {
            let syllables: Vec<_> = word
                .syllables
                .iter()
                .map(|syllable| {
                    json!({
                        "pinyin": syllable.pinyin,
                        "tone": syllable.tone,
                        "rhotic": syllable.rhotic,
                        "range": syllable.range,
                    })
                })
                .collect();
            json!({ "syllables": syllables })
        })
        .collect();
    let pause = match clause.pause {
        Pause::None => "none",
        Pause::Listed => "listed",
        Pause::Comma => "comma",
        Pause::Semicolon => "semicolon",
        Pause::Stop => "stop",
        Pause::Exclamation => "exclamation",
        Pause::Question => "question",
    };
    json!({ "text": clause.text, "words": words, "pause": pause })
}
