//! Shows how lines of dialect are understood: `echo "kunming<tab>克哪点办" | cargo run -p dialects
//! --example understand -- FOLDER`. The language model and the terms come from the Markdown files
//! of the folder (such as `knowledge/starter/guides`): every heading is a term. Prints each line
//! corrected and normalised, what was changed with how sure, and what it was identified as.
#![expect(clippy::print_stdout, reason = "it is the output")]

use std::{fs, io, path::Path, sync::Arc};

use dialects::{Corrector, Heard, LanguageModel, Normalizer, Variety, identify, script};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "knowledge/starter/guides".into());
    let mut texts = Vec::new();
    read(Path::new(&folder), &mut texts)?;
    let terms: Vec<&str> = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.strip_prefix("title: "))
        .collect();
    let model = Arc::new(LanguageModel::train(&texts));
    for line in io::stdin().lines() {
        let line = line?;
        let (variety, text) = line.split_once('\t').unwrap_or(("", &line));
        let variety: Option<Variety> = variety.parse().ok();
        let corrector = Corrector::new(terms.iter().copied(), variety, &[], Arc::clone(&model));
        let normalizer = Normalizer::new(variety, &[], Arc::clone(&model));
        let simplified = script::to_simplified(text).into_text();
        let corrected = corrector.correct(&Heard::spoken(simplified));
        let understood = normalizer.normalize(corrected.text.text());
        println!("{text}\n  {}", understood.text.text());
        for change in corrected.changes.iter().chain(&understood.changes) {
            println!(
                "    {} -> {} ({:.2})",
                change.form, change.gloss, change.certainty
            );
        }
        let identified = identify(corrected.text.text());
        let name = identified.variety.map_or("standard", Variety::name);
        println!("    {name} ({:.2})", identified.confidence);
    }
    Ok(())
}

fn read(folder: &Path, texts: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, texts)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            texts.push(fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
