//! Word documents (ECMA-376): paragraphs with their styles and numbers, tables, properties.

mod numbering;
mod styles;

use std::collections::HashMap;
use std::ops::Range;

use dialects::Mapped;

use numbering::Numbering;
use styles::{Style, read_styles};

use crate::document::line::{Line, Mark, Place, Reading};
use crate::document::read::grid::{SpannedCell, grid};
use crate::document::read::package::Package;
use crate::document::read::tables::{Cell, Table};
use crate::document::read::xml::{Attributes, Xml, walk};
use crate::document::{ImportError, Limits};

/// Elements whose content is not part of the text: deleted, moved away, a second rendering of what
/// is there already, instructions of fields.
const SKIPPED: [&str; 6] = [
    "del",
    "moveFrom",
    "Fallback",
    "instrText",
    "delText",
    "rPrChange",
];

/// Reads a docx file.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Reading, ImportError> {
    let mut package = Package::open(bytes, limits.max_unpacked_bytes)?;
    let body = package
        .text("word/document.xml")?
        .ok_or_else(|| ImportError::damaged("缺少正文部分"))?;
    let styles = match package.text("word/styles.xml")? {
        Some(xml) => read_styles(&xml)?,
        None => HashMap::new(),
    };
    let numbering = match package.text("word/numbering.xml")? {
        Some(xml) => Numbering::read(&xml)?,
        None => Numbering::default(),
    };
    let mut document = Document::new(styles, numbering);
    walk(&body, |piece| document.piece(&piece))?;
    let mut reading = document.finish();
    if let Some(xml) = package.text("docProps/core.xml")? {
        reading.outer_title = core_title(&xml)?;
    }
    Ok(reading)
}

fn core_title(xml: &str) -> Result<Option<String>, ImportError> {
    let mut title = String::new();
    let mut inside = false;
    walk(xml, |piece| match piece {
        Xml::Start("title", _) => inside = true,
        Xml::End("title") => inside = false,
        Xml::Text(text) if inside => title.push_str(text),
        _ => {}
    })?;
    let title = title.trim();
    Ok((!title.is_empty()).then(|| title.to_owned()))
}

/// A paragraph that is being read.
#[derive(Default)]
struct Paragraph {
    index: u32,
    text: String,
    style: Option<String>,
    outline: Option<u8>,
    number: Option<String>,
    level: Option<usize>,
}

#[derive(Default)]
struct OpenTable {
    rows: Vec<Vec<DocxCell>>,
    lines: Vec<Line>,
}

/// A cell with the paragraphs that it holds.
struct DocxCell {
    text: String,
    columns: usize,
    /// Continues the cell above it.
    continues: bool,
    paragraphs: Range<u32>,
}

struct Document {
    styles: HashMap<String, Style>,
    numbering: Numbering,
    lines: Vec<Line>,
    paragraphs: Vec<Paragraph>,
    tables: Vec<OpenTable>,
    count: u32,
    table_count: u32,
    skipped: usize,
    in_text: bool,
    in_properties: bool,
    titled: bool,
}

impl Document {
    fn new(styles: HashMap<String, Style>, numbering: Numbering) -> Self {
        Self {
            styles,
            numbering,
            lines: Vec::new(),
            paragraphs: Vec::new(),
            tables: Vec::new(),
            count: 0,
            table_count: 0,
            skipped: 0,
            in_text: false,
            in_properties: false,
            titled: false,
        }
    }

    fn piece(&mut self, piece: &Xml<'_>) {
        match piece {
            Xml::Start(name, _) if SKIPPED.contains(name) => self.skipped += 1,
            Xml::End(name) if SKIPPED.contains(name) => {
                self.skipped = self.skipped.saturating_sub(1);
            }
            _ if self.skipped > 0 => {}
            Xml::Start(name, attributes) => self.start(name, *attributes),
            Xml::End(name) => self.end(name),
            Xml::Text(text) if self.in_text => self.append(text),
            Xml::Text(_) => {}
        }
    }

    fn append(&mut self, text: &str) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.text.push_str(text);
        }
    }

    fn start(&mut self, name: &str, attributes: Attributes<'_>) {
        match name {
            "p" => {
                self.paragraphs.push(Paragraph {
                    index: self.count,
                    ..Paragraph::default()
                });
                self.count += 1;
            }
            "pPr" => self.in_properties = true,
            "t" => self.in_text = true,
            "tab" if !self.in_properties => self.append(" "),
            "br" | "cr"
                if attributes
                    .get("type")
                    .is_none_or(|kind| kind == "textWrapping") =>
            {
                self.append("\n");
            }
            "noBreakHyphen" => self.append("-"),
            "tbl" => self.tables.push(OpenTable::default()),
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.rows.push(Vec::new());
                }
            }
            "tc" => self.open_cell(),
            "gridSpan" => {
                if let (Some(cell), Some(columns)) = (self.cell(), attributes.number("val")) {
                    cell.columns = columns;
                }
            }
            "vMerge" => {
                let continues = attributes.get("val").is_none_or(|value| value != "restart");
                if let Some(cell) = self.cell() {
                    cell.continues = continues;
                }
            }
            _ if self.in_properties => self.property(name, attributes),
            _ => {}
        }
    }

    fn property(&mut self, name: &str, attributes: Attributes<'_>) {
        let Some(paragraph) = self.paragraphs.last_mut() else {
            return;
        };
        match name {
            "pStyle" => paragraph.style = attributes.get("val"),
            "outlineLvl" => paragraph.outline = attributes.number("val"),
            "numId" => paragraph.number = attributes.get("val"),
            "ilvl" => paragraph.level = attributes.number("val"),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" => self.close_paragraph(),
            "pPr" => self.in_properties = false,
            "t" => self.in_text = false,
            "tbl" => self.close_table(),
            _ => {}
        }
    }

    fn cell(&mut self) -> Option<&mut DocxCell> {
        self.tables.last_mut()?.rows.last_mut()?.last_mut()
    }

    fn open_cell(&mut self) {
        let at = self.count;
        if let Some(row) = self
            .tables
            .last_mut()
            .and_then(|table| table.rows.last_mut())
        {
            row.push(DocxCell {
                text: String::new(),
                columns: 1,
                continues: false,
                paragraphs: at..at,
            });
        }
    }

    fn close_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else {
            return;
        };
        let (mark, number) = self.judge(&paragraph);
        let text = paragraph.text.trim_end();
        let label = match number {
            Some((number, level)) if !text.trim().is_empty() => self.numbering.next(&number, level),
            _ => String::new(),
        };
        let text = if label.is_empty() {
            text.to_owned()
        } else {
            let gap = if label.ends_with(['、', '）', '.', '．', ')']) {
                ""
            } else {
                " "
            };
            format!("{label}{gap}{}", text.trim_start())
        };
        let place = paragraph.index..paragraph.index + 1;
        let after = self.count;
        if let Some(cell) = self.cell() {
            if !text.trim().is_empty() {
                if !cell.text.is_empty() {
                    cell.text.push(' ');
                }
                cell.text.push_str(&text);
            }
            cell.paragraphs.end = after;
        }
        let mut lines = Vec::new();
        for part in text.split('\n') {
            let mapped = Mapped::unchanged(part);
            lines.push(Line::new(mapped, mark, Place::Paragraphs(place.clone())));
        }
        match self.tables.last_mut() {
            Some(table) => table.lines.append(&mut lines),
            None => self.lines.append(&mut lines),
        }
    }

    /// What a paragraph is by its style and the styles below that, and its list.
    fn judge(&mut self, paragraph: &Paragraph) -> (Mark, Option<(String, usize)>) {
        let mut mark = paragraph
            .outline
            .filter(|level| *level < 9)
            .map(|level| Mark::Heading(level + 1));
        let mut number = paragraph
            .number
            .clone()
            .map(|number| (number, paragraph.level.unwrap_or(0)));
        let mut id = paragraph.style.clone();
        // A chain of styles longer than this goes in a circle.
        for _ in 0..16 {
            let Some(style) = id.as_ref().and_then(|id| self.styles.get(id)) else {
                break;
            };
            let level = style
                .name
                .strip_prefix("heading ")
                .or_else(|| style.name.strip_prefix("标题 "))
                .and_then(|level| level.parse::<u8>().ok());
            if mark.is_none() && matches!(style.name.as_str(), "title" | "标题") && !self.titled {
                mark = Some(Mark::Title);
            }
            let outline = style
                .outline
                .filter(|level| *level < 9)
                .map(|level| level + 1);
            mark = mark.or(level.or(outline).map(Mark::Heading));
            if number.is_none() && style.number.is_some() {
                number = style
                    .number
                    .clone()
                    .map(|id| (id, paragraph.level.unwrap_or(style.level)));
            }
            id.clone_from(&style.based_on);
        }
        let empty = paragraph.text.trim().is_empty();
        if mark == Some(Mark::Title) && !empty {
            self.titled = true;
        }
        // Numbers below zero and 0 take a paragraph out of its list.
        let number = number.filter(|(number, _)| number != "0");
        (mark.filter(|_| !empty).unwrap_or(Mark::Plain), number)
    }

    fn close_table(&mut self) {
        let Some(table) = self.tables.pop() else {
            return;
        };
        let wide = table.rows.iter().filter(|row| row.len() > 1).count();
        if wide == 0 || !self.tables.is_empty() {
            // One column only arranges the page; a table within a cell is read as the cell's text.
            if let Some(outer) = self.tables.last_mut() {
                let text: Vec<String> = table
                    .rows
                    .iter()
                    .flatten()
                    .map(|cell| cell.text.clone())
                    .collect();
                if let Some(cell) = outer.rows.last_mut().and_then(|row| row.last_mut()) {
                    cell.text = format!("{} {}", cell.text, text.join(" "));
                }
                outer.lines.extend(table.lines);
            } else {
                self.lines.extend(table.lines);
            }
            return;
        }
        self.table_count += 1;
        let places: Vec<Range<u32>> = table
            .rows
            .iter()
            .map(|row| {
                let start = row.first().map_or(0, |cell| cell.paragraphs.start);
                start
                    ..row
                        .last()
                        .map_or(start, |cell| cell.paragraphs.end)
                        .max(start)
            })
            .collect();
        let spans = table
            .rows
            .first()
            .is_some_and(|row| row.iter().any(|cell| cell.columns > 1))
            && table
                .rows
                .get(1)
                .is_some_and(|row| row.iter().any(|cell| cell.continues));
        let header_rows = spans.then_some(2);
        let rows = grid(merged(table.rows), header_rows.unwrap_or(1));
        let table = Table {
            number: self.table_count,
            header_rows,
            rows,
        };
        self.lines.extend(
            table.into_lines(|row| Place::Paragraphs(places.get(row).cloned().unwrap_or_default())),
        );
    }

    fn finish(mut self) -> Reading {
        while !self.paragraphs.is_empty() {
            self.close_paragraph();
        }
        while !self.tables.is_empty() {
            self.close_table();
        }
        Reading {
            lines: self.lines,
            ..Reading::default()
        }
    }
}

/// Fills cells that continue the one above them.
fn merged(rows: Vec<Vec<DocxCell>>) -> Vec<Vec<SpannedCell>> {
    let mut above: Vec<Cell> = Vec::new();
    rows.into_iter()
        .map(|row| {
            let mut column = 0;
            let mut line: Vec<Cell> = Vec::new();
            let mut cells = Vec::new();
            for cell in row {
                let columns = cell.columns.clamp(1, 64);
                let text = match above.get(column) {
                    Some(above) if cell.continues => above.clone(),
                    _ => Cell::new(&Mapped::unchanged(cell.text)),
                };
                line.extend(std::iter::repeat_n(text.clone(), columns));
                cells.push(SpannedCell {
                    cell: text,
                    columns,
                    rows: 1,
                });
                column += columns;
            }
            above = line;
            cells
        })
        .collect()
}
