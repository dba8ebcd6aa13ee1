//! Reads lines from standard input aloud: prints each as it is said, with its pinyin; with the name
//! of a variety as argument, in its simulated accent.

use std::io::{self, BufRead, Write};

use dialects::{
    Variety,
    reading::{Clause, accented, read, spoken},
};

fn main() -> io::Result<()> {
    let variety: Option<Variety> = std::env::args().nth(1).and_then(|name| name.parse().ok());
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let mut clauses = read(&line);
        if let Some(variety) = variety {
            clauses = accented(&clauses, variety);
        }
        let pinyin: Vec<String> = clauses.iter().map(Clause::pinyin).collect();
        writeln!(
            out,
            "{line}\t{}\t{}",
            spoken(&line).text(),
            pinyin.join(" ")
        )?;
    }
    Ok(())
}
