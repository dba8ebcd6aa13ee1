//! How much of what was spoken came back: a table of two columns, what was said and what a
//! recogniser heard, from the file named, with the errors of each line and of all together.

use dialects::reading::{HeardErrors, heard_errors};

#[expect(
    clippy::print_stdout,
    reason = "the figures are what the example is for"
)]
fn main() -> std::io::Result<()> {
    let Some(path) = std::env::args().nth(1) else {
        println!("usage: heard_again TABLE.tsv");
        return Ok(());
    };
    let table = std::fs::read_to_string(path)?;
    let mut all = HeardErrors::default();
    for line in table.lines() {
        let Some((said, heard)) = line.split_once('\t') else {
            continue;
        };
        let errors = heard_errors(said, heard);
        if errors.wrong_syllables > 0 {
            println!(
                "{}/{}\t{said}\t{heard}",
                errors.wrong_syllables, errors.syllables
            );
        }
        all = all.plus(&errors);
    }
    println!(
        "{} syllables, {:.2} % wrong; {} characters, {:.2} % wrong",
        all.syllables,
        all.syllable_rate() * 100.0,
        all.characters,
        all.character_rate() * 100.0
    );
    Ok(())
}
