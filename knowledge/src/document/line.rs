//! What every reader yields: the lines of a document, each with its place in the file.

use std::ops::Range;
use std::sync::Arc;

use dialects::Mapped;
use jiff::civil::Date;

use crate::Warning;

/// One line: a paragraph, a heading, an item or a row of a table.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The text. Its places are bytes of the original file where [`Place::Text`] is its place.
    pub(super) text: Mapped,
    /// What the format itself says that it is.
    pub(super) mark: Mark,
    /// Where it stands.
    pub(super) place: Place,
    /// Columns of white space before it; a Han character takes two columns.
    pub(super) indent: usize,
    /// Columns up to its last character.
    pub(super) columns: usize,
    /// Whether an empty line stands before it.
    pub(super) after_blank: bool,
}

/// What the format says that a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing in particular.
    Plain,
    /// The document's title.
    Title,
    /// A heading, 1 the highest.
    Heading(u8),
    /// A row of a table, `列名：值；…`. Both are counted from 1, the row as a person counts it.
    Row {
        /// Which table of the document.
        table: u32,
        /// Which row of the table.
        row: u32,
    },
}

/// Where a line stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The bytes that the line's text maps to.
    Text,
    /// Page of a PDF, from 1.
    Page(u32),
    /// Paragraphs of a docx, from 0.
    Paragraphs(Range<u32>),
    /// Row of a sheet, from 1.
    Row {
        /// Name of the sheet.
        sheet: Arc<str>,
        /// Row number as the spreadsheet shows it.
        row: u32,
    },
}

/// What a reader found in a file.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The lines in reading order.
    pub(super) lines: Vec<Line>,
    /// Title that stands outside of the text: in the file's properties or the page's head.
    pub(super) outer_title: Option<String>,
    /// Day on which the page says that it was published.
    pub(super) published_on: Option<Date>,
    /// What was noticed.
    pub(super) warnings: Vec<Warning>,
}

impl Line {
    /// A line that keeps its text as it is; `text` may have white space around it.
    pub(super) fn new(text: Mapped, mark: Mark, place: Place) -> Self {
        let content = text.text().trim_end();
        let indent = columns(&content[..content.len() - content.trim_start().len()]);
        let columns = columns(content);
        Self {
            text,
            mark,
            place,
            indent,
            columns,
            after_blank: false,
        }
    }

    /// The text alone.
    pub(super) fn as_str(&self) -> &str {
        self.text.text()
    }

    /// Whether it is neither heading nor row.
    pub(super) fn is_plain(&self) -> bool {
        self.mark == Mark::Plain
    }
}

/// Columns that a text takes on a terminal: two for a Han character or full-width sign.
pub(super) fn columns(text: &str) -> usize {
    text.chars()
        .map(|character| match character {
            '\t' => 4,
            '\u{0}'..='\u{2ff}' => 1,
            _ => 2,
        })
        .sum()
}

/// Splits a text into its lines, without the line ends, as byte ranges.
pub(super) fn line_ranges(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    let mut finished = false;
    std::iter::from_fn(move || {
        if finished {
            return None;
        }
        let rest = &text[start..];
        let Some(at) = rest.find([
            '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
        ]) else {
            finished = true;
            return (!rest.is_empty()).then_some(start..text.len());
        };
        let range = start..start + at;
        let end = if rest[at..].starts_with("\r\n") {
            2
        } else {
            rest[at..].chars().next().map_or(1, char::len_utf8)
        };
        start = range.end + end;
        Some(range)
    })
}
