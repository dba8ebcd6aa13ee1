//! Plain text: a line is a line.

use crate::document::line::{Line, Mark, Place, Reading, line_ranges};
use dialects::Mapped;

/// Reads a text from byte `from` on.
pub(crate) fn read(text: &Mapped, from: usize) -> Reading {
    let lines = line_ranges(&text.text()[from..])
        .map(|range| {
            let line = text.slice(from + range.start..from + range.end);
            Line::new(line, Mark::Plain, Place::Text)
        })
        .collect();
    Reading {
        lines,
        ..Reading::default()
    }
}
