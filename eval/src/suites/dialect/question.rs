//! Dialect questions; `data/DIALECT_QUESTIONS.md` says what they are.

use std::path::Path;

use anyhow::ensure;
use dialects::Variety;
use knowledge::IndexedEdition;
use serde::Deserialize;

use crate::cases::Place;
use crate::data;

/// One question with its standard form.
#[derive(Deserialize)]
pub(super) struct Question {
    pub(super) id: String,
    pub(super) variety: Variety,
    pub(super) text: String,
    pub(super) standard: String,
    expect: Expectation,
}

/// The sections that answer it.
#[derive(Deserialize)]
struct Expectation {
    title: String,
    heading: Option<String>,
    #[serde(default)]
    headings: Vec<String>,
}

/// All of them.
pub(super) fn all() -> anyhow::Result<Vec<Question>> {
    data::lines(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/dialect_questions.jsonl"))
}

impl Question {
    /// The passages of the named sections; that there is none is an error.
    pub(super) fn gold(&self, editions: &[IndexedEdition]) -> anyhow::Result<Vec<Place>> {
        let Expectation { title, heading, headings } = &self.expect;
        let named: Vec<&str> = heading.iter().chain(headings).map(String::as_str).collect();
        let mut gold = Vec::new();
        for edition in editions.iter().filter(|edition| edition.metadata.title == *title) {
            let sections = edition.passages.iter().filter(|passage| {
                let above = passage.headings.iter().chain([&passage.locator]);
                above
                    .filter_map(|heading| heading.split('｜').next())
                    .any(|heading| named.contains(&heading))
            });
            gold.extend(sections.map(|passage| Place::Passage {
                edition: edition.edition_id.clone(),
                ordinal: passage.ordinal,
            }));
        }
        ensure!(!gold.is_empty(), "{}: no guide 《{title}》 with a section {named:?}", self.id);
        Ok(gold)
    }
}
