//! The text of laws comes through an import unharmed.

#![expect(clippy::print_stderr, reason = "a skipped test must be seen")]

use std::fs;
use std::path::{Path, PathBuf};

use knowledge::document::{Limits, import_file, import_folder};
use knowledge::{ImportedDocument, Origin, Passage};

/// The documents of the workplace, where they are at hand.
fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/kb")).join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is not there", path.display());
    None
}

/// The characters of a text, white space left out and full-width letters made half-width, as an
/// import does.
fn characters(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .map(dialects::script::half_width)
        .collect()
}

/// The articles of a law as its file has them: name and characters.
fn articles(source: &str) -> Vec<(String, String)> {
    let mut articles: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in source.lines() {
        let numbered = |unit: &str| {
            line.strip_prefix('第')
                .and_then(|rest| rest.split_once(unit))
                .filter(|(number, rest)| {
                    number
                        .chars()
                        .all(|c| "零一二三四五六七八九十百千".contains(c))
                        && rest.starts_with([' ', '\u{3000}'])
                })
                .map(|(number, _)| format!("第{number}{unit}"))
        };
        let name = numbered("条");
        if let Some(name) = name {
            articles.push((name, characters(line)));
            inside = true;
        } else if line.starts_with('#')
            || ["分编", "编", "章", "节"]
                .into_iter()
                .any(|unit| numbered(unit).is_some())
        {
            inside = false;
        } else if line.chars().all(|c| c == '-' || c == ' ') {
            // A line drawn around a table.
        } else if inside && let Some((_, text)) = articles.last_mut() {
            text.push_str(&characters(line));
        }
    }
    articles
}

/// The articles as the passages of an import hold them.
fn imported(document: &ImportedDocument) -> Vec<(String, String)> {
    let mut articles: Vec<(String, String)> = Vec::new();
    for passage in &document.passages {
        let Some(end) = passage
            .locator
            .find('条')
            .filter(|_| passage.locator.starts_with('第'))
        else {
            continue;
        };
        let name = &passage.locator[..end + '条'.len_utf8()];
        match articles.last_mut() {
            Some((last, text)) if last == name => text.push_str(&characters(&passage.text)),
            _ => articles.push((name.to_owned(), characters(&passage.text))),
        }
    }
    articles
}

#[test]
fn every_article_of_every_national_law_is_whole_and_in_order() {
    let Some(folder) = shared("national_laws") else {
        return;
    };
    let mut laws = 0;
    let mut found = 0;
    for (path, result) in import_folder(&folder, &Limits::default()) {
        let document = result.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let source = fs::read_to_string(&path).expect("the law is text");
        let expected = articles(&source);
        let read = imported(&document);
        assert_eq!(expected.len(), read.len(), "{}", path.display());
        for (index, (article, read)) in expected.iter().zip(&read).enumerate() {
            if index + 1 < expected.len() {
                assert_eq!(article, read, "{}", path.display());
            } else {
                // What is annexed behind the last article has passages of its own.
                let rest = article.1.strip_prefix(read.1.as_str()).unwrap_or_else(|| {
                    panic!(
                        "{} {}: {} is not {}",
                        path.display(),
                        read.0,
                        read.1,
                        article.1
                    )
                });
                assert!(
                    characters(&document.text).ends_with(rest),
                    "{}",
                    path.display()
                );
            }
        }
        laws += 1;
        found += read.len();
    }
    assert!(
        laws > 80 && found > 5_000,
        "{laws} laws with {found} articles"
    );
}

#[test]
fn passages_are_in_order_and_point_at_their_text() {
    let Some(folder) = shared("") else { return };
    for (path, result) in import_folder(&folder, &Limits::default()) {
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let document = result.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let bytes = fs::read(&path).expect("the file is there");
        let mut last = 0;
        for (passage, ordinal) in document.passages.iter().zip(0..) {
            assert_eq!(passage.ordinal, ordinal);
            assert_eq!(passage.text, document.text[passage.span.clone()]);
            assert!(
                passage.span.start >= last,
                "{} {}",
                path.display(),
                passage.locator
            );
            last = passage.span.end;
            assert!(!passage.locator.is_empty());
            check_origin(passage, &bytes, &path);
        }
    }
}

/// The bytes that a passage comes from begin and end with its own characters.
fn check_origin(passage: &Passage, bytes: &[u8], path: &Path) {
    let Origin::Bytes(range) = &passage.origin else {
        panic!("{} is a text", path.display());
    };
    let original = std::str::from_utf8(&bytes[range.clone()]).expect("whole characters");
    let original = characters(original);
    let text = characters(&passage.text);
    let place = || format!("{} {}", path.display(), passage.locator);
    // Tables have the names of their columns added.
    if !passage.locator.starts_with('表') {
        assert_eq!(original.chars().next(), text.chars().next(), "{}", place());
        assert_eq!(
            original.chars().next_back(),
            text.chars().next_back(),
            "{}",
            place()
        );
    }
}

#[test]
fn a_long_article_is_cut_at_its_clauses_with_the_lead_in_above() {
    let Some(folder) = shared("national_laws") else {
        return;
    };
    let path = folder.join("民法典(2020-05-28).md");
    let document = import_file(&path, &Limits::default()).expect("the law is there");
    let parts: Vec<&Passage> = document
        .passages
        .iter()
        .filter(|passage| passage.locator.starts_with("第三百九十五条"))
        .collect();
    assert_eq!(parts.len(), 1, "a short article is one passage");
    for passage in &document.passages {
        let length = passage.text.chars().count();
        assert!(length <= 600, "{} has {length} characters", passage.locator);
    }
    let with_items = document
        .passages
        .iter()
        .find(|passage| passage.locator.contains("项"));
    if let Some(passage) = with_items {
        assert!(
            passage
                .headings
                .last()
                .is_some_and(|heading| !heading.is_empty())
        );
    }
}
