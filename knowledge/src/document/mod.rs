//! Reads a file of any common format into an [`ImportedDocument`].
//!
//! `read` has a reader for each format and yields lines with their places; `clean` takes out what
//! belongs to the web page or the broken line; `describe` tells title, number, issuing body and
//! dates; `structure` finds headings and articles and cuts the passages along them.
//!
//! ```
//! use knowledge::document::{Limits, import};
//!
//! let law = "居住证暂行条例\n第一条 为了促进新型城镇化，制定本条例。\n\
//!            第二条 公民离开常住户口所在地，到其他城市居住半年以上的，可以申领居住证。\n\
//!            第三条 居住证是持证人在居住地居住的证明。";
//! let document = import(law.as_bytes(), "居住证.txt", &Limits::default())?;
//! assert_eq!(document.metadata.title, "居住证暂行条例");
//! assert_eq!(document.passages[1].locator, "第二条");
//! # Ok::<(), knowledge::document::ImportError>(())
//! ```

mod clean;
mod describe;
mod error;
mod folder;
mod line;
mod machine_directed;
mod pasted;
mod read;
mod revise;
mod structure;

pub use error::ImportError;
pub use folder::{import_file, import_folder};
pub use machine_directed::is_addressed_to_a_machine;
pub use pasted::from_text;
pub(crate) use read::package::Package;
pub use revise::{MOST_CHARACTERS, RevisedPassage, RevisionError, content_digest, revise};

use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

use crate::{ImportedDocument, Warning};
use describe::front_matter::FrontMatter;
use describe::{facts, title};
use line::Reading;
use structure::edition_text::EditionText;
use structure::{answers, outline, passages};

/// What an import may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file in bytes; a larger one is refused before it is read.
    pub max_bytes: u64,
    /// Most bytes that a packed file (docx, xlsx, pdf) may unpack to.
    pub max_unpacked_bytes: u64,
    /// Most pages of a PDF that are read; a warning tells of the rest.
    pub max_pages: u32,
}

impl Default for Limits {
    /// 50 MB, 200 MB unpacked, 2,000 pages.
    fn default() -> Self {
        Self {
            max_bytes: 50 * 1024 * 1024,
            max_unpacked_bytes: 200 * 1024 * 1024,
            max_pages: 2_000,
        }
    }
}

/// Reads a document. Its format is told by the content first and by `file_name` second.
///
/// A failure inside a reader is an error of this file and nothing else.
pub fn import(
    bytes: &[u8],
    file_name: &str,
    limits: &Limits,
) -> Result<ImportedDocument, ImportError> {
    if bytes.len() as u64 > limits.max_bytes {
        return Err(ImportError::TooLarge {
            bytes: bytes.len() as u64,
            limit: limits.max_bytes,
        });
    }
    read_document(bytes, file_name, None, limits)
}

/// Reads a document that may have been given its title; no failure of a reader leaves it.
fn read_document(
    bytes: &[u8],
    file_name: &str,
    title: Option<&str>,
    limits: &Limits,
) -> Result<ImportedDocument, ImportError> {
    let reading = AssertUnwindSafe(|| assemble_document(bytes, file_name, title, limits));
    catch_unwind(reading).unwrap_or_else(|panic| {
        let detail = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("panic");
        Err(ImportError::ReaderFailed {
            detail: detail.to_owned(),
        })
    })
}

fn assemble_document(
    bytes: &[u8],
    file_name: &str,
    title: Option<&str>,
    limits: &Limits,
) -> Result<ImportedDocument, ImportError> {
    let (mut front_matter, reading) = read::read(bytes, file_name, limits)?;
    if let Some(title) = title {
        title.clone_into(&mut front_matter.metadata.title);
    }
    let mut document = assemble(front_matter, reading, file_name)?;
    document.source_sha256 = hexadecimal(&Sha256::digest(bytes));
    Ok(document)
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .collect()
}

/// From the lines of a file to the document.
fn assemble(
    front_matter: FrontMatter,
    reading: Reading,
    file_name: &str,
) -> Result<ImportedDocument, ImportError> {
    let FrontMatter {
        mut metadata,
        questions,
        mut warnings,
    } = front_matter;
    warnings.extend(reading.warnings);

    let known = if metadata.title.is_empty() {
        title::in_lines(&reading.lines, None).unwrap_or_default()
    } else {
        metadata.title.clone()
    };
    let mut cleaned = clean::clean(reading.lines, &known);
    warnings.extend(cleaned.warnings());
    if cleaned.lines.is_empty() {
        return Err(ImportError::Empty);
    }
    if metadata.title.is_empty() {
        let outer = reading.outer_title.as_deref();
        metadata.title = title::in_lines(&cleaned.lines, outer)
            .or_else(|| outer.and_then(title::from_outer))
            .unwrap_or_else(|| title::from_file_name(file_name));
    }
    title::remove_repetitions(&mut cleaned.lines, &metadata.title);
    cleaned.notes.published_on = cleaned.notes.published_on.or(reading.published_on);
    facts::complete(&mut metadata, &cleaned.lines, &cleaned.notes);

    let sections = outline::sections(&cleaned.lines, &metadata.title);
    let edition = EditionText::new(cleaned.lines);
    let passages = passages::passages(&edition, &sections);
    if passages.is_empty() {
        let message = "只读到标题，没有读到正文。请检查文件内容是不是图片。";
        warnings.push(Warning::new("no_passages", message));
    }
    let directed: Vec<&str> =
        passages.iter().flat_map(|passage| machine_directed::addressed_to_a_machine(&passage.text)).collect();
    if let Some(first) = directed.first() {
        let shown: String = first.chars().take(30).collect();
        let count = directed.len();
        let message = format!(
            "有 {count} 句像是写给机器看的（“{shown}…”），回答居民时不会用。请看看这份文件是从哪里来的。"
        );
        warnings.push(Warning::new("addressed_to_a_machine", message));
    }
    let answers = answers::prepared(&edition, &sections, &passages, &questions);
    Ok(ImportedDocument {
        metadata,
        text: edition.text.into_text(),
        passages,
        answers,
        warnings,
        source_sha256: String::new(),
    })
}
