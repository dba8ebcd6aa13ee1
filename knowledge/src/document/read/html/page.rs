//! A page on the way through its tags: lines, the parts that they stand in, tables.

use std::ops::Range;
use std::sync::LazyLock;

use dialects::Mapped;
use regex::Regex;

use crate::document::describe::dates::{first_date, pattern};
use crate::document::line::{Line, Mark, Place, Reading};

use super::elements::{is_block, is_empty, is_skipped};
use super::table::OpenTable;
use super::tokens::attribute;
use super::{close_line_ends, resolve};

/// Names of the parts of a page that hold its document.
static MAIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(trs_editor|trs_preappend|ucap-content|zoom|article|artical|article[-_]?(content|con|body|text|main)|news[-_]?(content|con|text)|detail[-_]?(content|con|main|text)?|content[-_]?(main|text|detail|body|area)?|pages[-_]content|main[-_]?(content|text)|xxgk[-_]content|art[-_]con|con[-_]?txt|rich[-_]media[-_]content|vsb[-_]content|entry[-_]content|post[-_]content|js_content|wp_articlecontent|view)\b",
    )
});
/// Names of the parts of a page that are its furniture.
static AROUND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(^|[\s_-])(nav|navbar|menu|breadcrumb|crumbs?|footer|foot|sidebar|aside|share|toolbar|pagination|pager|copyright|friend[-_]?links?|banner|searchbar|login|related|recommend|comment|toc)([\s_-]|$)",
    )
});
/// Deepest table within tables that is told apart.
const DEEPEST_TABLE: usize = 16;
/// Share of a page's own text that its main part must hold to be taken for the document.
const MAIN_SHARE: f64 = 0.4;
/// Share of linked text from which on a line is navigation.
const LINKED: f64 = 0.7;

/// A line with what tells navigation from text.
pub(crate) struct PageLine {
    /// The line.
    pub(crate) line: Line,
    /// Characters of it that are links.
    pub(crate) linked: usize,
    /// The part of the page that may hold the document, if it stands in one.
    pub(crate) part: Option<usize>,
    /// Whether it stands in what is around the document.
    pub(crate) around: bool,
}

/// An element that is open.
struct Element {
    name: String,
    skipped: bool,
    /// Its letters have no size: whoever looks at the page does not see them.
    sizeless: bool,
    around: bool,
    part: Option<usize>,
    heading: Option<Mark>,
    preformatted: bool,
}

/// A page on the way through its tags.
pub(crate) struct Page<'a> {
    source: &'a Mapped,
    reading: Reading,
    open: Vec<Element>,
    tables: Vec<OpenTable>,
    table_count: u32,
    tables_too_deep: usize,
    lines: Vec<PageLine>,
    line: Mapped,
    linked: usize,
    mark: Mark,
    titled: bool,
    parts: usize,
    in_title: bool,
}

impl<'a> Page<'a> {
    /// A page whose source is `source`.
    pub(crate) fn new(source: &'a Mapped) -> Self {
        Self {
            source,
            reading: Reading::default(),
            open: Vec::new(),
            tables: Vec::new(),
            table_count: 0,
            tables_too_deep: 0,
            lines: Vec::new(),
            line: Mapped::new(),
            linked: 0,
            mark: Mark::Plain,
            titled: false,
            parts: 0,
            in_title: false,
        }
    }

    /// Reads a text between tags.
    pub(crate) fn text(&mut self, range: Range<usize>) {
        if self.in_title {
            let title = resolve(&self.source.text()[range]).into_text();
            self.reading.outer_title.get_or_insert(title);
            self.in_title = false;
            return;
        }
        if self.open.last().is_some_and(|element| element.skipped || element.sizeless) {
            return;
        }
        let keep_lines = self.open.last().is_some_and(|element| element.preformatted);
        if keep_lines {
            let text = self.source.slice(range);
            for (index, line) in text.text().split('\n').enumerate() {
                if index > 0 {
                    self.end_line();
                }
                let start = line.as_ptr() as usize - text.text().as_ptr() as usize;
                self.line
                    .append(&text.slice(start..start + line.len()).then(resolve));
            }
            return;
        }
        let text = self.source.slice(range).then(resolve);
        if let Some(mark) = self.open.last().and_then(|element| element.heading) {
            self.mark = mark;
        }
        if self
            .open
            .iter()
            .rev()
            .take(8)
            .any(|element| element.name == "a")
        {
            self.linked += text.text().chars().filter(|c| !c.is_whitespace()).count();
        }
        self.line.append(&text);
    }

    /// Reads an opening tag.
    pub(crate) fn open(&mut self, name: String, attributes: &str) {
        match name.as_str() {
            "title" => self.in_title = self.reading.outer_title.is_none(),
            "meta" => self.meta(attributes),
            "table" => self.open_table(),
            "tr" => self.open_row(),
            "td" | "th" => self.open_cell(&name, attributes),
            block if is_block(block) => self.end_line(),
            _ => {}
        }
        if is_empty(&name) || attributes.trim_end().ends_with('/') {
            return;
        }
        // A paragraph or an item ends where the next one begins.
        if matches!(name.as_str(), "p" | "li" | "dt" | "dd" | "option")
            && self.open.last().is_some_and(|last| last.name == name)
        {
            self.open.pop();
        }
        let above = self.open.last();
        let named = ["class", "id"].map(|key| attribute(attributes, key).unwrap_or_default());
        let style = attribute(attributes, "style").unwrap_or_default().replace(' ', "").to_ascii_lowercase();
        let hidden = attribute(attributes, "hidden").is_some() || style.contains("display:none");
        // Pages set it to 0 around elements that set it again.
        let sizeless = style.rsplit_once("font-size:").map(|(_, size)| {
            let number = size.split(|c: char| !c.is_ascii_digit() && c != '.').next();
            number.and_then(|number| number.parse::<f32>().ok()) == Some(0.0)
        });
        let level = name
            .strip_prefix('h')
            .and_then(|level| level.parse::<u8>().ok());
        let heading = match level.filter(|level| (1..=6).contains(level)) {
            Some(1) if !self.titled => {
                self.titled = true;
                Some(Mark::Title)
            }
            Some(level) => Some(Mark::Heading(level)),
            None => above.and_then(|element| element.heading),
        };
        let container = matches!(
            name.as_str(),
            "div" | "section" | "article" | "main" | "td" | "ul" | "p"
        );
        let main = matches!(name.as_str(), "article" | "main")
            || (container && named.iter().any(|value| MAIN.is_match(value)));
        let part = above.and_then(|element| element.part).or_else(|| {
            main.then(|| {
                self.parts += 1;
                self.parts
            })
        });
        let element = Element {
            sizeless: sizeless.unwrap_or_else(|| above.is_some_and(|element| element.sizeless)),
            skipped: above.is_some_and(|element| element.skipped) || hidden || is_skipped(&name),
            around: above.is_some_and(|element| element.around)
                || (container && named.iter().any(|value| AROUND.is_match(value))),
            part,
            heading,
            preformatted: name == "pre" || above.is_some_and(|element| element.preformatted),
            name,
        };
        self.open.push(element);
    }

    /// Reads a closing tag.
    pub(crate) fn close(&mut self, name: &str) {
        match name {
            "title" => self.in_title = false,
            "td" | "th" => self.close_cell(),
            "tr" => {
                self.close_cell();
                self.end_line();
            }
            "table" => self.close_table(),
            block if is_block(block) => self.end_line(),
            _ => {}
        }
        // A stray closing tag closes nothing; a forgotten one is closed with what holds it.
        let reach = self
            .open
            .iter()
            .rev()
            .take(64)
            .position(|element| element.name == name);
        if let Some(depth) = reach {
            self.open.truncate(self.open.len() - 1 - depth);
        }
    }

    fn meta(&mut self, attributes: &str) {
        let (Some(name), Some(content)) = (
            attribute(attributes, "name").or_else(|| attribute(attributes, "property")),
            attribute(attributes, "content"),
        ) else {
            return;
        };
        let content = resolve(content).into_text();
        match name.to_ascii_lowercase().as_str() {
            "articletitle" if !content.trim().is_empty() => {
                self.reading.outer_title = Some(content);
            }
            "pubdate" | "publishdate" => self.reading.published_on = first_date(&content),
            _ => {}
        }
    }

    fn end_line(&mut self) {
        let text = std::mem::take(&mut self.line).then(close_line_ends);
        let linked = std::mem::take(&mut self.linked);
        let mark = std::mem::replace(&mut self.mark, Mark::Plain);
        let element = self.open.last();
        let line = PageLine {
            line: Line::new(text, mark, Place::Text),
            linked,
            part: element.and_then(|element| element.part),
            around: element.is_some_and(|element| element.around),
        };
        self.push(line);
    }

    fn push(&mut self, line: PageLine) {
        match self.tables.last_mut() {
            Some(table) if table.in_cell => table.cell.push(line),
            Some(table) => table.lines.push(line),
            None => self.lines.push(line),
        }
    }

    fn open_table(&mut self) {
        self.end_line();
        if self.tables.len() >= DEEPEST_TABLE {
            self.tables_too_deep += 1;
            return;
        }
        if let Some(outer) = self.tables.last_mut() {
            outer.holds_table = true;
        }
        self.tables.push(OpenTable::default());
    }

    fn open_row(&mut self) {
        self.close_cell();
        self.end_line();
        if let Some(table) = self.tables.last_mut() {
            table.open_row();
        }
    }

    fn open_cell(&mut self, name: &str, attributes: &str) {
        self.close_cell();
        self.end_line();
        if let Some(table) = self.tables.last_mut() {
            let span = |key| {
                attribute(attributes, key)
                    .and_then(|span| span.trim().parse().ok())
                    .unwrap_or(1)
            };
            table.open_cell(span("colspan"), span("rowspan"), name == "th");
        }
    }

    fn close_cell(&mut self) {
        if self.tables.last().is_some_and(|table| table.in_cell) {
            self.end_line();
            if let Some(table) = self.tables.last_mut() {
                table.close_cell();
            }
        }
    }

    fn close_table(&mut self) {
        if self.tables_too_deep > 0 {
            self.tables_too_deep -= 1;
            return;
        }
        self.close_cell();
        let Some(table) = self.tables.pop() else {
            return;
        };
        self.table_count += u32::from(table.is_data());
        for line in table.into_lines(self.table_count) {
            self.push(line);
        }
    }

    /// The lines of the document on the page.
    pub(crate) fn finish(mut self) -> Reading {
        self.tables_too_deep = 0;
        while !self.tables.is_empty() {
            self.close_table();
        }
        self.end_line();
        let own = |line: &PageLine| {
            line.line
                .as_str()
                .chars()
                .filter(|c| !c.is_whitespace())
                .count()
                .saturating_sub(line.linked)
        };
        let total: usize = self.lines.iter().map(own).sum();
        let mut sizes = vec![0; self.parts + 1];
        for line in &self.lines {
            if let Some(part) = line.part {
                sizes[part] += own(line);
            }
        }
        let main = sizes
            .into_iter()
            .zip(0..)
            .skip(1)
            .max_by_key(|&(size, part)| (size, std::cmp::Reverse(part)))
            .filter(|(size, _)| *size as f64 >= total as f64 * MAIN_SHARE);
        for line in self.lines {
            let length = line
                .line
                .as_str()
                .chars()
                .filter(|c| !c.is_whitespace())
                .count();
            let heading = line.line.mark != Mark::Plain;
            let keep = match main {
                Some((_, part)) => line.part == Some(part) || line.line.mark == Mark::Title,
                None => {
                    heading
                        || !(line.around
                            || (length > 0 && line.linked as f64 > length as f64 * LINKED))
                }
            };
            if keep {
                self.reading.lines.push(line.line);
            }
        }
        self.reading
    }
}
