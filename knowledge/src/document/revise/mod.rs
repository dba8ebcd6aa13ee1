//! A document with other passages: what an editor made of an import.

mod answers;
mod compose;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::hexadecimal;
use crate::{ImportedDocument, Origin, Passage};
use compose::Composition;

/// Most characters of a passage that a person writes; the embedding model reads no further.
pub const MOST_CHARACTERS: usize = 1_000;
/// Most characters of a heading or a locator.
const MOST_IN_HEADING: usize = 120;

/// A passage as an editor wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisedPassage {
    /// Ordinal of the passage that it was made from; `None` if it is new. A passage that was cut in
    /// two is named by both.
    pub from: Option<u32>,
    /// Headings above it, outermost first; empty ones are left out.
    pub headings: Vec<String>,
    /// How a person names the place; where it is empty, the innermost heading or the place in the
    /// order.
    pub locator: String,
    /// Its text; white space around it is cut off.
    pub text: String,
}

/// Why a document cannot be revised like that. Its text is shown to the person who edits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevisionError {
    /// No passage is left.
    #[error("正文一段也没有了。请至少留一段；如果整份文件都不要了，请撤下它。")]
    NoPassages,
    /// A passage has no text.
    #[error("第{place}段没有文字。请写上内容，或者把这一段删掉。")]
    Empty {
        /// Its place in the wanted order, from 1.
        place: usize,
    },
    /// A passage is too long to be found by its meaning.
    #[error("第{place}段太长（{characters}字），最多{most}字。请把它分成两段。", most = MOST_CHARACTERS)]
    TooLong {
        /// Its place in the wanted order, from 1.
        place: usize,
        /// How long it is, in characters.
        characters: usize,
    },
    /// A heading or a locator is too long, or has several lines.
    #[error("第{place}段的标题太长，或者分了行。请写在一行里，最多{most}字。", most = MOST_IN_HEADING)]
    BadHeading {
        /// Place of the passage in the wanted order, from 1.
        place: usize,
    },
    /// A passage was made from one that the document does not have.
    #[error("第{place}段对不上原来的文件，可能别人刚改过。请刷新页面，再改一次。")]
    UnknownPassage {
        /// Place of the passage in the wanted order, from 1.
        place: usize,
    },
}

impl RevisionError {
    /// Place of the passage in the wanted order, from 1; `None` where no single one is meant.
    pub fn place(&self) -> Option<usize> {
        match self {
            Self::NoPassages => None,
            Self::Empty { place }
            | Self::TooLong { place, .. }
            | Self::BadHeading { place }
            | Self::UnknownPassage { place } => Some(*place),
        }
    }
}

/// The document with exactly the wanted passages, in their order.
///
/// What stands between two passages stays where the passage behind it stays; what stands before the
/// first one stays. Origins stay with their passages, and a new passage has that of its neighbour.
/// Answers follow their passages; those of passages that are gone are dropped, and a warning says
/// so. Where nothing is changed, the document comes back as it is; otherwise its `source_sha256` is
/// its [`content_digest`].
pub fn revise(
    document: &ImportedDocument,
    wanted: &[RevisedPassage],
) -> Result<ImportedDocument, RevisionError> {
    if wanted.is_empty() {
        return Err(RevisionError::NoPassages);
    }
    let untouched = |(passage, wish): (&Passage, &RevisedPassage)| {
        wish.from == Some(passage.ordinal)
            && wish.headings == passage.headings
            && wish.locator == passage.locator
            && wish.text == passage.text
    };
    let same = wanted.len() == document.passages.len();
    if same && document.passages.iter().zip(wanted).all(untouched) {
        return Ok(document.clone());
    }
    let mut composition = Composition::of(document);
    let mut passages: Vec<Passage> = Vec::with_capacity(wanted.len());
    for (place, wish) in (1..).zip(wanted) {
        let original = original(document, wish, place)?;
        let wish = checked(wish, original, place)?;
        let span = composition.add(original, passages.last(), &wish);
        passages.push(Passage {
            ordinal: passages.len() as u32,
            headings: wish.headings,
            locator: wish.locator,
            text: wish.text,
            span,
            origin: match original {
                Some(original) => original.origin.clone(),
                None => neighbour(document, wanted, place),
            },
        });
    }
    let mut revised = ImportedDocument {
        metadata: document.metadata.clone(),
        text: composition.finish(),
        passages,
        answers: Vec::new(),
        warnings: document.warnings.clone(),
        source_sha256: String::new(),
    };
    answers::carry_over(document, wanted, &mut revised);
    revised.source_sha256 = content_digest(&revised);
    Ok(revised)
}

/// SHA-256, in lower-case hexadecimal, of what a document says: metadata, text, passages and
/// answers; warnings and places in the original file do not count.
pub fn content_digest(document: &ImportedDocument) -> String {
    let passages: Vec<_> = document
        .passages
        .iter()
        .map(|passage| (&passage.headings, &passage.locator, &passage.text))
        .collect();
    let content = (&document.metadata, &document.text, passages, &document.answers);
    let written = serde_json::to_vec(&content).expect("plain data is always JSON");
    hexadecimal(&Sha256::digest(written))
}

fn original<'a>(
    document: &'a ImportedDocument,
    wish: &RevisedPassage,
    place: usize,
) -> Result<Option<&'a Passage>, RevisionError> {
    let Some(ordinal) = wish.from else {
        return Ok(None);
    };
    let found = document.passages.get(ordinal as usize);
    found.map(Some).ok_or(RevisionError::UnknownPassage { place })
}

/// What is wanted, put in order; what was not touched is not judged.
fn checked(
    wish: &RevisedPassage,
    original: Option<&Passage>,
    place: usize,
) -> Result<RevisedPassage, RevisionError> {
    let untouched = |text: fn(&Passage) -> &str, wished: &str| {
        original.is_some_and(|original| text(original) == wished)
    };
    let text = if untouched(|passage| &passage.text, &wish.text) {
        wish.text.clone()
    } else {
        let text = wish.text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
        let characters = text.chars().count();
        if text.is_empty() {
            return Err(RevisionError::Empty { place });
        }
        if characters > MOST_CHARACTERS {
            return Err(RevisionError::TooLong { place, characters });
        }
        text
    };
    let line = |wished: &str| {
        let line = wished.trim();
        let good = !line.contains(['\n', '\r']) && line.chars().count() <= MOST_IN_HEADING;
        good.then(|| line.to_owned()).ok_or(RevisionError::BadHeading { place })
    };
    let headings = if original.is_some_and(|original| original.headings == wish.headings) {
        wish.headings.clone()
    } else {
        let headings = wish.headings.iter().map(|heading| line(heading));
        let headings: Vec<String> = headings.collect::<Result<_, _>>()?;
        headings.into_iter().filter(|heading| !heading.is_empty()).collect()
    };
    let locator = if untouched(|passage| &passage.locator, &wish.locator) {
        wish.locator.clone()
    } else {
        let locator = line(&wish.locator)?;
        let named = (!locator.is_empty()).then_some(locator);
        named.or_else(|| headings.last().cloned()).unwrap_or_else(|| format!("第{place}段"))
    };
    Ok(RevisedPassage {
        from: wish.from,
        headings,
        locator,
        text,
    })
}

/// The origin of the nearest passage before a new one that has one, or else of the first behind it.
fn neighbour(document: &ImportedDocument, wanted: &[RevisedPassage], place: usize) -> Origin {
    let origin = |wish: &RevisedPassage| {
        let passage = document.passages.get(wish.from? as usize)?;
        Some(passage.origin.clone())
    };
    let before = wanted[..place].iter().rev().find_map(origin);
    let behind = || wanted[place..].iter().find_map(origin);
    let any = || document.passages.first().map(|passage| passage.origin.clone());
    before.or_else(behind).or_else(any).unwrap_or(Origin::Bytes(0..0))
}

#[cfg(test)]
mod tests;
