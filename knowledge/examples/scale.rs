//! How the library bears the documents of a whole city.
//!
//! `cargo run -p knowledge --example scale -- INDEX DOCUMENTS PASSAGES FOLDER...` reads the
//! folders, cuts and varies what it reads until there are as many documents and passages, takes them
//! into the folder INDEX unless it holds them already, and measures: import rate, size, memory, a publish, a search. Vectors are random, for nothing here
//! depends on what they mean; the time of the embedding model comes on top.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use jiff::civil::date;
use knowledge::document::{Limits, import_folder};
use knowledge::{
    Adjustments, Change, Embed, IndexedAnswer, IndexedEdition, Library, Metadata, Passage,
    SearchQuery, TextKind,
};

const DIMENSIONS: usize = 384;
const SEARCHES: usize = 200;

/// A random unit vector for every text, the same for the same text.
struct Random;

impl Embed for Random {
    fn model(&self) -> &'static str {
        "random"
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn embed(
        &self,
        texts: &[&str],
        _: TextKind,
    ) -> Result<Vec<Vec<f32>>, Box<dyn Error + Send + Sync>> {
        Ok(texts.iter().map(|text| random(text)).collect())
    }
}

fn random(text: &str) -> Vec<f32> {
    let mut state = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut vector: Vec<f32> = (0..DIMENSIONS)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        })
        .collect();
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    for value in &mut vector {
        *value /= length;
    }
    vector
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("an index folder first")?);
    let mut number = || -> Result<usize, Box<dyn Error>> {
        Ok(arguments
            .next()
            .ok_or("how many documents, how many passages, folders")?
            .parse()?)
    };
    let (documents, passages) = (number()?, number()?);
    let clock = Instant::now();
    let mut read: Vec<(Metadata, Passage)> = Vec::new();
    let mut questions: Vec<String> = Vec::new();
    let mut files = 0;
    for folder in arguments {
        for (_, document) in import_folder(Path::new(&folder), &Limits::default()) {
            let document = document?;
            files += 1;
            let asked = document
                .answers
                .into_iter()
                .flat_map(|answer| answer.questions);
            questions.extend(asked);
            let metadata = document.metadata;
            read.extend(
                document
                    .passages
                    .into_iter()
                    .map(|passage| (metadata.clone(), passage)),
            );
        }
    }
    let seconds = clock.elapsed().as_secs_f64();
    println!(
        "read: {files} files, {} passages in {seconds:.1} s",
        read.len()
    );

    let library = Library::open(&folder, Arc::new(Random))?;
    let clock = Instant::now();
    let mut taken = 0;
    let mut sequence = library.sequence();
    let there = if sequence == 0 { 0 } else { documents };
    for start in (there..documents).step_by(1000) {
        let changes: Vec<Change> = (start..documents.min(start + 1000))
            .map(|document| {
                // The passages are spread evenly.
                let count = (document + 1) * passages / documents - document * passages / documents;
                let edition = edition(&read, document, taken, count);
                taken += count;
                Change::Publish(Box::new(edition))
            })
            .collect();
        sequence += 1;
        library.apply(&changes, sequence, &mut |_| {})?;
    }
    let seconds = clock.elapsed().as_secs_f64();
    println!(
        "taken in: {documents} documents, {} passages in {seconds:.1} s, {:.0} passages a second",
        library.passages(),
        library.passages() as f64 / seconds
    );
    println!("on disk: {} MB; {}", size(&folder)? >> 20, memory());

    let mut times = Vec::new();
    for next in 0..10 {
        let new = edition(&read, documents + next, next * 8, 8);
        let id = new.edition_id.clone();
        let change = [Change::Publish(Box::new(new))];
        sequence += 1;
        let clock = Instant::now();
        std::thread::scope(|scope| -> Result<(), Box<dyn Error>> {
            let applying = scope.spawn(|| library.apply(&change, sequence, &mut |_| {}));
            while library.sequence() < sequence && !applying.is_finished() {
                std::thread::yield_now();
            }
            times.push(clock.elapsed().as_secs_f64() * 1000.0);
            applying.join().map_err(|_| "it panicked")??;
            Ok(())
        })?;
        assert!(!library.edition_passages(&id)?.is_empty(), "it is there");
    }
    println!("a publish is visible after: {}", spread(&mut times));
    println!("{}", memory());

    let clock = Instant::now();
    drop(library);
    let library = Library::open(&folder, Arc::new(Random))?;
    println!(
        "opened again in {:.0} ms",
        clock.elapsed().as_secs_f64() * 1000.0
    );
    let long: Vec<String> = (0..SEARCHES)
        .map(|search| {
            let (metadata, passage) = &read[search * 7919 % read.len()];
            let said: String = passage.text.chars().take(12).collect();
            format!("{}{said}", metadata.title)
        })
        .collect();
    println!("residents' questions:");
    search(&library, &questions)?;
    println!("a title with a stretch of the text:");
    search(&library, &long)?;
    println!("{}", memory());
    Ok(())
}

/// Searches for some of the texts, every fourth as if it was spoken, and prints what that takes.
fn search(library: &Library, texts: &[String]) -> Result<(), Box<dyn Error>> {
    let communities = ["city".to_owned()];
    let names = [
        "whole",
        "ranking",
        "answers",
        "reading",
        "processor of one thread",
    ];
    let mut steps: [Vec<f64>; 5] = Default::default();
    let step = (texts.len() / SEARCHES).max(1);
    for (place, text) in texts.iter().step_by(step).enumerate() {
        let query = SearchQuery {
            text,
            communities: &communities,
            on: date(2026, 11, 22),
            limit: 10,
            spoken: place % 4 == 0,
            as_unseen: false,
            adjustments: Adjustments::default(),
        };
        let (clock, computed) = (Instant::now(), computed());
        let found = library.search(&query)?;
        steps[0].push(clock.elapsed().as_secs_f64() * 1000.0);
        steps[1].push(f64::from(found.timings.ranking_ms));
        steps[2].push(f64::from(found.timings.answers_ms));
        steps[3].push(f64::from(found.timings.reading_ms));
        steps[4].push(self::computed() - computed);
    }
    for (name, times) in names.iter().zip(&mut steps) {
        println!("  {name}: {}", spread(times));
    }
    Ok(())
}

/// One document of the city: a stretch of what was read, with a name of its own.
fn edition(
    read: &[(Metadata, Passage)],
    document: usize,
    from: usize,
    count: usize,
) -> IndexedEdition {
    let mut metadata = read[from % read.len()].0.clone();
    metadata.title = format!("{}第{document}号", metadata.title);
    metadata.effective_on = None;
    metadata.expires_on = None;
    let passages: Vec<Passage> = (0..count)
        .map(|place| {
            let (_, passage) = &read[(from + place) % read.len()];
            let text = format!("{}（{document}号窗口）", passage.text);
            Passage {
                ordinal: place as u32,
                span: 0..text.len(),
                text,
                ..passage.clone()
            }
        })
        .collect();
    // Every fourth is a guide with a prepared answer.
    let answers = passages
        .first()
        .filter(|_| document.is_multiple_of(4))
        .map(|first| IndexedAnswer {
            answer_id: format!("answer {document}"),
            questions: vec![
                format!("{}怎么办", metadata.title),
                format!("{}要带什么", metadata.title),
            ],
            answer: first.text.clone(),
            passage_ordinal: Some(0),
            ..IndexedAnswer::default()
        });
    IndexedEdition {
        edition_id: format!("edition {document}"),
        document_id: format!("document {document}"),
        community_id: "city".to_owned(),
        metadata,
        passages,
        answers: answers.into_iter().collect(),
    }
}

fn spread(times: &mut [f64]) -> String {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    format!(
        "p50 {:.1} ms, p95 {:.1} ms, longest {:.1} ms",
        at(50),
        at(95),
        at(100)
    )
}

/// Milliseconds that this thread has had a processor, where the system says so: what a search takes
/// when nothing else runs.
fn computed() -> f64 {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = statistics
        .split_whitespace()
        .next()
        .and_then(|first| first.parse().ok());
    nanoseconds.unwrap_or(0.0) / 1e6
}

/// Bytes of all files of a folder and those in it.
fn size(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() {
            size(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(bytes)
}

/// What the process takes in memory, where the system says so; files mapped by the index count in
/// the first number and not in the second.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes: u64 = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .and_then(|number| number.parse().ok())
            .unwrap_or_default();
        kilobytes >> 10
    };
    format!(
        "memory: {} MB, of it own {} MB",
        line("VmRSS:"),
        line("RssAnon:")
    )
}
