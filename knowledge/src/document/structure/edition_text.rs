//! The text of an edition, put together from its lines.

use std::ops::Range;

use dialects::Mapped;

use crate::Origin;
use crate::document::line::{Line, Place};

/// The lines of a document joined into one text.
#[derive(Debug)]
pub(crate) struct EditionText {
    /// The whole text, one line a line.
    pub(crate) text: Mapped,
    /// The lines.
    pub(crate) lines: Vec<Line>,
    /// Where each line stands in the text.
    spans: Vec<Range<usize>>,
}

impl EditionText {
    /// Joins the lines.
    pub(crate) fn new(lines: Vec<Line>) -> Self {
        let mut text = Mapped::new();
        let mut spans = Vec::with_capacity(lines.len());
        for line in &lines {
            if !text.text().is_empty() {
                let at = line.text.original(0..0).start;
                text.insert("\n", at);
            }
            let start = text.text().len();
            text.append(&line.text);
            spans.push(start..text.text().len());
        }
        Self { text, lines, spans }
    }

    /// The text alone.
    pub(crate) fn as_str(&self) -> &str {
        self.text.text()
    }

    /// One line's text.
    pub(crate) fn line(&self, index: usize) -> &str {
        self.lines[index].as_str()
    }

    /// Bytes of the text that some lines take.
    pub(crate) fn span(&self, lines: Range<usize>) -> Range<usize> {
        if lines.is_empty() {
            return 0..0;
        }
        self.spans[lines.start].start..self.spans[lines.end - 1].end
    }

    /// Characters in a stretch of the text.
    pub(crate) fn length(&self, span: Range<usize>) -> usize {
        self.as_str()[span].chars().count()
    }

    /// The line that a byte of the text stands in.
    pub(crate) fn line_at(&self, byte: usize) -> usize {
        self.spans
            .partition_point(|line| line.end <= byte)
            .min(self.spans.len().saturating_sub(1))
    }

    /// Where a stretch of the text stands in the file.
    pub(crate) fn origin(&self, span: Range<usize>) -> Origin {
        let first = self.line_at(span.start);
        let last = self
            .spans
            .partition_point(|line| line.start < span.end)
            .max(first + 1)
            - 1;
        match self.lines.get(first).map(|line| &line.place) {
            Some(Place::Page(page)) => Origin::Page(*page),
            Some(Place::Paragraphs(from)) => {
                let to = match self.lines.get(last).map(|line| &line.place) {
                    Some(Place::Paragraphs(to)) => to.end,
                    _ => from.end,
                };
                Origin::Paragraphs(from.start..to.max(from.end))
            }
            Some(Place::Row { sheet, row }) => Origin::Row {
                sheet: sheet.to_string(),
                row: *row,
            },
            Some(Place::Text) | None => Origin::Bytes(self.text.original(span)),
        }
    }
}
