//! From the lines as a file has them to the lines of the document.

mod contents;
pub(crate) mod furniture;
pub(crate) mod spacing;
pub(crate) mod wrapping;

use dialects::{pinyin, script};

use furniture::PageNotes;

use crate::Warning;
use crate::document::line::{Line, Mark};

/// A document's own lines.
#[derive(Debug, Default)]
pub(crate) struct Cleaned {
    /// None of them is empty or has white space around it.
    pub(crate) lines: Vec<Line>,
    /// What the page around the document said.
    pub(crate) notes: PageNotes,
    /// Lines in which traditional characters were turned into simplified ones.
    pub(crate) converted: usize,
    /// Lines in which pinyin was taken out.
    pub(crate) annotated: usize,
}

/// Cleans the lines of a file; `title` is the document's title where it is known already.
pub(crate) fn clean(lines: Vec<Line>, title: &str) -> Cleaned {
    let mut cleaned = Cleaned::default();
    let mut lines = cleaned.tidy(lines);
    cleaned.notes = furniture::remove(&mut lines, title);
    contents::remove(&mut lines);
    cleaned.lines = wrapping::join(lines);
    cleaned
}

impl Cleaned {
    /// What the importing person should know of.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |code: &str, count: usize, message: String| {
            if count > 0 {
                warnings.push(Warning::new(code, message));
            }
        };
        let removed = self.notes.removed;
        warn(
            "page_furniture_removed",
            removed,
            format!("去掉了 {removed} 行网页上的导航、按钮一类的文字。"),
        );
        warn(
            "traditional_converted",
            self.converted,
            format!("有 {} 行繁体字转成了简体字。", self.converted),
        );
        warn(
            "pinyin_removed",
            self.annotated,
            format!("有 {} 行去掉了字后面的拼音。", self.annotated),
        );
        warnings
    }

    /// Cleans every line by itself and drops the empty ones.
    fn tidy(&mut self, lines: Vec<Line>) -> Vec<Line> {
        let mut tidied: Vec<Line> = Vec::with_capacity(lines.len());
        let mut after_blank = false;
        for mut line in lines {
            let spaced = line.text.then(script::to_half_width).then(spacing::tidy);
            let plain = spaced.then(pinyin::strip_annotations);
            self.annotated += usize::from(plain.text().len() != spaced.text().len());
            let simplified = plain.then(script::to_simplified);
            self.converted += usize::from(simplified.text() != plain.text());
            if simplified.text().is_empty() {
                after_blank = true;
                continue;
            }
            line.text = simplified;
            line.after_blank = std::mem::take(&mut after_blank);
            let repeats = tidied.last().is_some_and(|last| {
                last.is_plain() && line.is_plain() && last.as_str() == line.as_str()
            });
            if !repeats || line.mark != Mark::Plain {
                tidied.push(line);
            }
        }
        tidied
    }
}
