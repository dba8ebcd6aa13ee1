#![allow(missing_docs)]
use std::io::{BufRead, Write};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let e = models::Embedder::load(&a[1]).unwrap();
    let kind = if a[2] == "1" { models::embed::Kind::Query } else { models::embed::Kind::Passage };
    let lines: Vec<String> = std::io::stdin().lock().lines().map(|l| l.unwrap()).collect();
    let mut out = std::io::stdout().lock();
    for (i, c) in lines.chunks(128).enumerate() {
        let t: Vec<&str> = c.iter().map(String::as_str).collect();
        for v in e.embed(&t, kind).unwrap() { for x in v { out.write_all(&x.to_le_bytes()).unwrap(); } }
        eprintln!("{}", i * 128);
    }
}
