//! Documents made at the desk rather than read from a file.

use jiff::civil::Date;
use knowledge::document::content_digest;
use knowledge::{ImportedDocument, Metadata, Origin, Passage, PreparedAnswer};

use crate::store::KeptEdition;

/// Kind that a verified answer's metadata names.
pub(super) const ANSWER_KIND: &str = "核定答复";

/// How the one passage of a verified answer is called.
const ANSWER_LOCATOR: &str = "答复";

/// Longest title of a verified answer, in characters.
const LONGEST_TITLE: usize = 60;

/// A verified answer as a document: its title is the first question, its one passage the answer.
pub(super) fn verified_answer(mut metadata: Metadata, mut answer: PreparedAnswer) -> ImportedDocument {
    answer.passage = 0;
    let title: String = answer.questions.first().map_or("", String::as_str).chars().take(LONGEST_TITLE).collect();
    metadata.title = title;
    metadata.kind = Some(ANSWER_KIND.to_owned());
    let text = answer.answer.clone();
    let mut document = ImportedDocument {
        metadata,
        passages: vec![Passage {
            ordinal: 0,
            headings: Vec::new(),
            locator: ANSWER_LOCATOR.to_owned(),
            text: text.clone(),
            span: 0..text.len(),
            origin: Origin::Bytes(0..text.len()),
        }],
        text,
        answers: vec![answer],
        warnings: Vec::new(),
        source_sha256: String::new(),
    };
    document.source_sha256 = content_digest(&document);
    document
}

/// An edition as a document that can be revised and published again.
pub(super) fn of_edition(edition: KeptEdition, text: String) -> ImportedDocument {
    ImportedDocument {
        metadata: edition.record.metadata,
        text,
        passages: edition.passages,
        answers: edition.answers.into_iter().map(|(_, answer)| answer).collect(),
        warnings: Vec::new(),
        source_sha256: String::new(),
    }
}

/// The same text as a new edition that holds from this day.
pub(super) fn again_from(mut document: ImportedDocument, day: Date) -> ImportedDocument {
    document.metadata.effective_on = Some(day);
    document.metadata.expires_on = document.metadata.expires_on.filter(|last| *last > day);
    document.source_sha256 = content_digest(&document);
    document
}
