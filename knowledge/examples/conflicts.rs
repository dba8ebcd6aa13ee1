//! Lists the conflicts between the documents of some folders, to be judged by a person.
//!
//! `cargo run -p knowledge --example conflicts -- INDEX FOLDER...` copies the vectors that the
//! product keeps in its index folder INDEX, so that no model is needed; a passage without a vector
//! there is counted and left out. A document sees those of its own place and of the places above it.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use jiff::civil::date;
use knowledge::conflicts::{Conflict, ConflictKind};
use knowledge::document::{Limits, import_folder};
use knowledge::{Change, Embed, IndexedEdition, Library, TextKind};

const DIMENSIONS: usize = 384;
const SHOWN: usize = 40;

/// Knows the vectors that were kept, and gives nonsense for others.
#[derive(Default)]
struct Kept(AtomicUsize);

impl Embed for Kept {
    fn model(&self) -> &'static str {
        "multilingual-e5-small-q4"
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn embed(
        &self,
        texts: &[&str],
        _: TextKind,
    ) -> Result<Vec<Vec<f32>>, Box<dyn Error + Send + Sync>> {
        let first = self.0.fetch_add(texts.len(), Ordering::Relaxed);
        // Each in a direction of its own, so that it is near to nothing.
        let alone = |number: usize| {
            let mut vector = vec![0.0; DIMENSIONS];
            vector[number % DIMENSIONS] = 1.0;
            vector
        };
        Ok((first..first + texts.len()).map(alone).collect())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let index = arguments
        .next()
        .ok_or("an index folder, then folders of documents")?;
    let scratch = tempfile::TempDir::new()?;
    for entry in fs::read_dir(index)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "bin") {
            fs::copy(
                &path,
                scratch.path().join(path.file_name().unwrap_or_default()),
            )?;
        }
    }
    let embedder = Arc::new(Kept::default());
    let library = Library::open(scratch.path(), Arc::clone(&embedder) as _)?;
    let editions: Vec<IndexedEdition> = arguments
        .flat_map(|folder| import_folder(Path::new(&folder), &Limits::default()))
        .filter_map(|(path, document)| {
            let document = document.ok()?;
            let id = path.to_string_lossy().into_owned();
            Some(IndexedEdition {
                edition_id: id.clone(),
                document_id: id,
                community_id: document.metadata.scope.join("/"),
                metadata: document.metadata,
                passages: document.passages,
                answers: Vec::new(),
            })
        })
        .collect();
    let passages: usize = editions.iter().map(|edition| edition.passages.len()).sum();
    let places: BTreeSet<String> = editions
        .iter()
        .map(|edition| edition.community_id.clone())
        .collect();
    let changes: Vec<Change> = editions
        .iter()
        .cloned()
        .map(|edition| Change::Publish(Box::new(edition)))
        .collect();
    library.apply(&changes, 1, &mut |_| {})?;
    println!(
        "{} documents, {passages} passages, {} without a vector",
        editions.len(),
        embedder.0.load(Ordering::Relaxed)
    );

    let today = date(2026, 11, 22);
    let mut found: Vec<Conflict> = Vec::new();
    let mut times = Vec::new();
    for edition in &editions {
        let own = &edition.community_id;
        let above = |place: &&String| {
            place.is_empty() || *place == own || own.starts_with(&format!("{place}/"))
        };
        let communities: Vec<String> = places.iter().filter(above).cloned().collect();
        let clock = Instant::now();
        found.extend(library.conflicts_of(&edition.edition_id, &communities, today)?);
        times.push(clock.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "milliseconds for one edition: median {:.1}, 95 of 100 below {:.1}, longest {:.1}",
        times[times.len() / 2],
        times[times.len() * 95 / 100],
        times[times.len() - 1]
    );
    let mut seen = BTreeSet::new();
    found.retain(|conflict| {
        let mut both = [&conflict.left.place, &conflict.right.place]
            .map(|place| (place.edition_id.clone(), place.ordinal));
        both.sort();
        seen.insert(both)
    });
    for kind in [ConflictKind::DifferentNumbers, ConflictKind::NearDuplicate] {
        let of_this_kind: Vec<&Conflict> = found
            .iter()
            .filter(|conflict| conflict.kind == kind)
            .collect();
        println!("\n{kind:?}: {}", of_this_kind.len());
        // Spread over the whole list.
        let step = of_this_kind.len().div_ceil(SHOWN).max(1);
        for conflict in of_this_kind.iter().step_by(step) {
            println!("\n{:.2}", conflict.similarity);
            for fact in &conflict.differing {
                println!("   {}: {} / {}", fact.what, fact.left, fact.right);
            }
            for side in [&conflict.left, &conflict.right] {
                println!(
                    "  《{}》{} {}",
                    side.title,
                    side.locator,
                    side.text.replace('\n', " ")
                );
            }
        }
    }
    Ok(())
}
