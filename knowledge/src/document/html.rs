//! Web pages: the text of the document on the page, each line with its bytes in the file.

use std::ops::Range;
use std::sync::LazyLock;

use dialects::Mapped;
use encoding_rs::Encoding;
use regex::Regex;

use super::dates::{first_date, pattern};
use super::html_tokens::{Token, attribute, tokens};
use super::line::{Line, Mark, Place, Reading};
use super::spacing::is_han;
use super::tables::{Cell, SpannedCell, Table, grid};
use super::{ImportError, decode, entities};

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
static CHARSET: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)charset\s*=\s*["']?\s*([A-Za-z0-9_-]+)"#));

/// Elements that end the line before them and the line in them.
const BLOCKS: [&str; 38] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "ul",
    "details",
];
/// Elements whose content is never read.
const SKIPPED: [&str; 16] = [
    "script", "style", "noscript", "template", "svg", "iframe", "object", "select", "button",
    "nav", "footer", "aside", "textarea", "canvas", "audio", "video",
];
/// Elements without content.
const EMPTY: [&str; 12] = [
    "br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "wbr",
];
/// Share of a page's own text that its main part must hold to be taken for the document.
const MAIN_SHARE: f64 = 0.4;
/// Share of linked text from which on a line is navigation.
const LINKED: f64 = 0.7;

/// Reads a web page.
pub(super) fn read(bytes: &[u8]) -> Result<Reading, ImportError> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]);
    let declared = CHARSET
        .captures(&head)
        .and_then(|found| Encoding::for_label(found[1].as_bytes()));
    let decoded = decode::decode(bytes, declared)?;
    let mut page = Page::new(&decoded.text);
    for token in tokens(decoded.text.text()) {
        match token {
            Token::Text(range) => page.text(range),
            Token::Open { name, attributes } => page.open(name, &decoded.text.text()[attributes]),
            Token::Close(name) => page.close(&name),
        }
    }
    let mut reading = page.finish();
    reading.warnings.extend(decode::warning(decoded.broken));
    Ok(reading)
}

/// A line with what tells navigation from text.
struct PageLine {
    line: Line,
    linked: usize,
    part: Option<usize>,
    around: bool,
}

/// An element that is open.
struct Element {
    name: String,
    skipped: bool,
    around: bool,
    part: Option<usize>,
    heading: Option<Mark>,
    preformatted: bool,
}

struct OpenTable {
    rows: Vec<Vec<(SpannedCell, bool)>>,
    /// Lines of the cell that is open.
    cell: Vec<PageLine>,
    span: (usize, usize, bool),
    in_cell: bool,
    lines: Vec<PageLine>,
    holds_table: bool,
}

struct Page<'a> {
    source: &'a Mapped,
    reading: Reading,
    open: Vec<Element>,
    tables: Vec<OpenTable>,
    table_count: u32,
    lines: Vec<PageLine>,
    line: Mapped,
    linked: usize,
    mark: Mark,
    titled: bool,
    parts: usize,
    in_title: bool,
}

impl<'a> Page<'a> {
    fn new(source: &'a Mapped) -> Self {
        Self {
            source,
            reading: Reading::default(),
            open: Vec::new(),
            tables: Vec::new(),
            table_count: 0,
            lines: Vec::new(),
            line: Mapped::new(),
            linked: 0,
            mark: Mark::Plain,
            titled: false,
            parts: 0,
            in_title: false,
        }
    }

    fn text(&mut self, range: Range<usize>) {
        if self.in_title {
            let title = resolve(&self.source.text()[range]).into_text();
            self.reading.outer_title.get_or_insert(title);
            self.in_title = false;
            return;
        }
        if self.open.last().is_some_and(|element| element.skipped) {
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

    fn open(&mut self, name: String, attributes: &str) {
        match name.as_str() {
            "title" => self.in_title = self.reading.outer_title.is_none(),
            "meta" => self.meta(attributes),
            "table" => self.open_table(),
            "tr" => self.open_row(),
            "td" | "th" => self.open_cell(&name, attributes),
            block if BLOCKS.contains(&block) => self.end_line(),
            _ => {}
        }
        if EMPTY.contains(&name.as_str()) || attributes.trim_end().ends_with('/') {
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
        let hidden = attribute(attributes, "hidden").is_some()
            || attribute(attributes, "style")
                .is_some_and(|style| style.replace(' ', "").contains("display:none"));
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
            skipped: above.is_some_and(|element| element.skipped)
                || hidden
                || SKIPPED.contains(&name.as_str()),
            around: above.is_some_and(|element| element.around)
                || (container && named.iter().any(|value| AROUND.is_match(value))),
            part,
            heading,
            preformatted: name == "pre" || above.is_some_and(|element| element.preformatted),
            name,
        };
        self.open.push(element);
    }

    fn close(&mut self, name: &str) {
        match name {
            "title" => self.in_title = false,
            "td" | "th" => self.close_cell(),
            "tr" => {
                self.close_cell();
                self.end_line();
            }
            "table" => self.close_table(),
            block if BLOCKS.contains(&block) => self.end_line(),
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
                self.reading.outer_title = Some(content)
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
        if let Some(outer) = self.tables.last_mut() {
            outer.holds_table = true;
        }
        self.tables.push(OpenTable {
            rows: Vec::new(),
            cell: Vec::new(),
            span: (1, 1, false),
            in_cell: false,
            lines: Vec::new(),
            holds_table: false,
        });
    }

    fn open_row(&mut self) {
        self.close_cell();
        self.end_line();
        if let Some(table) = self.tables.last_mut() {
            table.rows.push(Vec::new());
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
            table.span = (span("colspan"), span("rowspan"), name == "th");
            table.in_cell = true;
        }
    }

    fn close_cell(&mut self) {
        if self.tables.last().is_none_or(|table| !table.in_cell) {
            return;
        }
        self.end_line();
        let Some(table) = self.tables.last_mut() else {
            return;
        };
        table.in_cell = false;
        let mut text = Mapped::new();
        for line in &table.cell {
            if !line.line.as_str().trim().is_empty() {
                if !text.text().is_empty() {
                    text.insert(" ", line.line.text.original(0..0).start);
                }
                text.append(&line.line.text);
            }
        }
        let (columns, rows, names) = table.span;
        let cell = SpannedCell {
            cell: Cell::new(text),
            columns,
            rows,
        };
        match table.rows.last_mut() {
            Some(row) => row.push((cell, names)),
            None => table.rows.push(vec![(cell, names)]),
        }
        table.lines.append(&mut table.cell);
    }

    /// A table of data becomes a line a row; one that only arranges the page gives up its lines.
    fn close_table(&mut self) {
        self.close_cell();
        let Some(table) = self.tables.pop() else {
            return;
        };
        if table.holds_table || !is_data(&table.rows) {
            for line in table.lines {
                self.push(line);
            }
            return;
        }
        self.table_count += 1;
        let named = table
            .rows
            .iter()
            .take_while(|row| row.iter().all(|(_, names)| *names))
            .count();
        let spans = |row: &[(SpannedCell, bool)]| {
            row.iter().any(|(cell, _)| cell.columns > 1)
                && row.iter().any(|(cell, _)| cell.rows > 1)
        };
        let header_rows = match named {
            0 if table.rows.first().is_some_and(|row| spans(row)) => Some(2),
            0 => None,
            rows => Some(rows.min(3)),
        };
        let part = table.lines.iter().find_map(|line| line.part);
        let rows = table
            .rows
            .into_iter()
            .map(|row| row.into_iter().map(|(cell, _)| cell).collect());
        let rows = grid(rows.collect(), header_rows.unwrap_or(1));
        let table = Table {
            number: self.table_count,
            header_rows,
            rows,
        };
        for line in table.into_lines(|_| Place::Text) {
            self.push(PageLine {
                line,
                linked: 0,
                part,
                around: false,
            });
        }
    }

    fn finish(mut self) -> Reading {
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

/// Two columns and rows or more, and cells that are no pages of their own.
fn is_data(rows: &[Vec<(SpannedCell, bool)>]) -> bool {
    let wide = rows.iter().filter(|row| row.len() > 1).count();
    wide >= 2
        && rows
            .iter()
            .flatten()
            .all(|(cell, _)| cell.cell.length() <= 1500)
        && wide * 2 >= rows.len()
}

/// Resolves character references.
fn resolve(text: &str) -> Mapped {
    let mut result = Mapped::new();
    let mut from = 0;
    let mut search = 0;
    while let Some(found) = text[search..].find('&') {
        let start = search + found;
        search = start + 1;
        let Some(length) = text[start..].bytes().take(12).position(|byte| byte == b';') else {
            continue;
        };
        let end = start + length + 1;
        let Some(character) = text.get(start..end).and_then(entities::decode) else {
            continue;
        };
        result.push(&text[from..start], from..start);
        let mut buffer = [0; 4];
        result.push(character.encode_utf8(&mut buffer), start..end);
        from = end;
        search = end;
    }
    result.push(&text[from..], from..text.len());
    result
}

/// A line end in a page's source is a space, and nothing at all between two Han characters.
fn close_line_ends(text: &str) -> Mapped {
    let mut result = Mapped::new();
    let mut at = 0;
    let mut before = None;
    while let Some(character) = text[at..].chars().next() {
        let length = if character.is_whitespace() {
            let run = &text[at..];
            run.len() - run.trim_start().len()
        } else {
            character.len_utf8()
        };
        let range = at..at + length;
        at = range.end;
        if !character.is_whitespace() {
            result.push(&text[range.clone()], range);
            before = Some(character);
            continue;
        }
        let after = text[at..].chars().next();
        let broken = text[range.clone()].contains(['\n', '\r']);
        let between_han = before.is_some_and(is_han) && after.is_some_and(is_han);
        if !(broken && between_han) {
            result.push(" ", range);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!DOCTYPE html><html><head><meta charset="utf-8"><title>居住证办理指南_某区人民政府</title>
<meta name="PubDate" content="2024-03-05 10:00"><style>p{}</style></head><body>
<div class="nav"><a href="/">首页</a> <a href="/a">政务公开</a></div>
<div class="TRS_Editor"><h1>居住证办理指南</h1>
<p>在居住地住满半年，<b>有合法稳定</b>
住所的，可以&nbsp;申请。</p>
<table><tr><th>材料</th><th>份数</th></tr><tr><td rowspan="2">身份证</td><td>原件1份</td></tr><tr><td>复印件1份</td></tr></table>
<p>第二段</p><script>var a = "<p>不要</p>";</script>
</div><div class="footer">版权所有 某区人民政府</div></body></html>"#;

    #[test]
    fn the_document_is_read_and_the_page_is_not() {
        let reading = read(PAGE.as_bytes()).expect("it is a page");
        let lines: Vec<String> = reading
            .lines
            .iter()
            .map(|line| line.as_str().trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect();
        assert_eq!(
            lines,
            [
                "居住证办理指南",
                "在居住地住满半年，有合法稳定住所的，可以 申请。",
                "材料：身份证；份数：原件1份",
                "材料：身份证；份数：复印件1份",
                "第二段",
            ]
        );
        assert_eq!(
            reading.outer_title.as_deref(),
            Some("居住证办理指南_某区人民政府")
        );
        assert_eq!(reading.published_on, Some(jiff::civil::date(2024, 3, 5)));
        let line = reading
            .lines
            .iter()
            .find(|line| line.as_str().contains("合法稳定"))
            .expect("it is there");
        let at = line.as_str().find("合法稳定").expect("it is there");
        assert_eq!(&PAGE[line.text.original(at..at + 12)], "合法稳定");
    }
}
