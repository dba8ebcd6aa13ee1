//! Cuts an edition into passages along its structure.

use std::ops::Range;

use super::edition_text::EditionText;
use super::outline::{Kind, Section};
use super::sentences::trimmed;
use super::{law, sections};
use crate::Passage;

/// The length of a passage that is aimed at, in characters.
pub(crate) const LEAST: usize = 80;
/// Longest passage, unless a single sentence is longer.
pub(crate) const MOST: usize = 400;

/// A passage before it is numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    /// Its bytes in the edition's text; white space at the ends is cut off later.
    pub(crate) span: Range<usize>,
    /// The headings above it.
    pub(crate) headings: Vec<String>,
    /// How it is named.
    pub(crate) locator: String,
}

/// The passages of an edition, in order.
pub(crate) fn passages(edition: &EditionText, parts: &[Section]) -> Vec<Passage> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut at = 0;
    while at < parts.len() {
        let section = &parts[at];
        if let Kind::Article(name) = &section.kind {
            drafts.extend(law::article(
                edition,
                section.lines.clone(),
                name,
                &section.headings,
            ));
            at += 1;
        } else {
            let group = sections::group(edition, &parts[at..]);
            drafts.extend(sections::section(edition, &parts[at..at + group]));
            at += group;
        }
    }
    drafts
        .into_iter()
        .filter_map(|draft| {
            let span = trimmed(edition.as_str(), draft.span);
            (!span.is_empty()).then_some(Draft { span, ..draft })
        })
        .zip(0..)
        .map(|(draft, ordinal)| Passage {
            ordinal,
            headings: draft
                .headings
                .iter()
                .map(|heading| sections::plainest(heading).to_owned())
                .collect(),
            locator: draft.locator,
            text: edition.as_str()[draft.span.clone()].to_owned(),
            origin: edition.origin(draft.span.clone()),
            span: draft.span,
        })
        .collect()
}
