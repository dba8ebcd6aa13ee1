//! Prints what an import makes of files and folders:
//! `cargo run -p knowledge --example import -- PATH...`
#![expect(
    clippy::print_stdout,
    reason = "the output of an example is what it prints"
)]

use std::path::Path;

use knowledge::document::{Limits, import_folder};

fn main() {
    for argument in std::env::args().skip(1) {
        for (path, result) in import_folder(Path::new(&argument), &Limits::default()) {
            println!("==== {}", path.display());
            match result {
                Ok(document) => print_document(&document),
                Err(error) => println!("{}：{error}", error.code()),
            }
        }
    }
}

fn print_document(document: &knowledge::ImportedDocument) {
    println!("{:?}", document.metadata);
    for warning in &document.warnings {
        println!("! {}：{}", warning.code, warning.message);
    }
    for passage in &document.passages {
        println!(
            "[{}] {} ({} 字, {:?})",
            passage.ordinal,
            passage
                .headings
                .iter()
                .chain([&passage.locator])
                .cloned()
                .collect::<Vec<_>>()
                .join(" > "),
            passage.text.chars().count(),
            passage.origin,
        );
        println!("{}", passage.text);
    }
    for answer in &document.answers {
        println!(
            "? {} -> {} [{}]",
            answer.questions.join(" / "),
            answer.answer,
            answer.passage
        );
    }
}
