//! Excel workbooks (ECMA-376): a line a row, values as the sheet shows them.

mod number_format;

use std::collections::BTreeMap;
use std::sync::Arc;

use dialects::Mapped;

use number_format::{Format, formats};

use crate::Warning;
use crate::document::line::{Line, Mark, Place, Reading};
use crate::document::read::package::Package;
use crate::document::read::tables::{Cell, Table};
use crate::document::read::xml::{Xml, walk};
use crate::document::{ImportError, Limits};

/// Most filled cells that are read from a workbook.
const MOST_CELLS: usize = 500_000;
/// Widest row that is read; further columns are left out.
const WIDEST: u32 = 256;

/// Reads an xlsx file.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Reading, ImportError> {
    let mut package = Package::open(bytes, limits.max_unpacked_bytes)?;
    let sheets = sheets(&mut package)?;
    let strings = match package.text("xl/sharedStrings.xml")? {
        Some(xml) => shared_strings(&xml)?,
        None => Vec::new(),
    };
    let formats = match package.text("xl/styles.xml")? {
        Some(xml) => formats(&xml)?,
        None => Vec::new(),
    };
    let mut reading = Reading::default();
    let several = sheets.iter().filter(|sheet| !sheet.hidden).count() > 1;
    let mut left = MOST_CELLS;
    for (sheet, number) in sheets.iter().zip(1..) {
        if sheet.hidden {
            let message = format!(
                "隐藏的工作表“{}”没有导入。需要的话，请先取消隐藏。",
                sheet.name
            );
            reading
                .warnings
                .push(Warning::new("hidden_sheet_skipped", message));
            continue;
        }
        let Some(xml) = package.text(&sheet.part)? else {
            continue;
        };
        let content = Sheet::read(&xml, &strings, &formats, &mut left)?;
        let name: Arc<str> = sheet.name.as_str().into();
        let lines = content.into_lines(&name, number);
        if several && !lines.is_empty() {
            let place = Place::Row {
                sheet: Arc::clone(&name),
                row: 1,
            };
            reading.lines.push(Line::new(
                Mapped::unchanged(&*name),
                Mark::Heading(2),
                place,
            ));
        }
        reading.lines.extend(lines);
    }
    if left == 0 {
        let message =
            format!("表格太大，只导入了前 {MOST_CELLS} 个格子。请拆成几个文件再导入。");
        reading.warnings.push(Warning::new("sheet_cut", message));
    }
    Ok(reading)
}

/// A sheet as the workbook lists it.
struct SheetEntry {
    name: String,
    part: String,
    hidden: bool,
}

fn sheets(package: &mut Package<'_>) -> Result<Vec<SheetEntry>, ImportError> {
    let workbook = package
        .text("xl/workbook.xml")?
        .ok_or_else(|| ImportError::damaged("缺少工作簿部分"))?;
    let relations = package
        .text("xl/_rels/workbook.xml.rels")?
        .unwrap_or_default();
    let mut targets = BTreeMap::new();
    walk(&relations, |piece| {
        if let Xml::Start("Relationship", attributes) = piece
            && let (Some(id), Some(target)) = (attributes.get("Id"), attributes.get("Target"))
        {
            let part = match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("xl/{target}"),
            };
            targets.insert(id, part);
        }
    })?;
    let mut sheets = Vec::new();
    walk(&workbook, |piece| {
        if let Xml::Start("sheet", attributes) = piece {
            let number = sheets.len() + 1;
            let id = attributes.get("id").unwrap_or_default();
            sheets.push(SheetEntry {
                name: attributes
                    .get("name")
                    .unwrap_or_else(|| format!("表{number}")),
                part: targets
                    .get(&id)
                    .cloned()
                    .unwrap_or_else(|| format!("xl/worksheets/sheet{number}.xml")),
                hidden: attributes
                    .get("state")
                    .is_some_and(|state| state != "visible"),
            });
        }
    })?;
    Ok(sheets)
}

/// The texts that cells refer to, readings above characters left out.
fn shared_strings(xml: &str) -> Result<Vec<String>, ImportError> {
    let mut strings = Vec::new();
    let mut text = String::new();
    let mut in_text = false;
    let mut in_reading = false;
    walk(xml, |piece| match piece {
        Xml::Start("rPh", _) => in_reading = true,
        Xml::End("rPh") => in_reading = false,
        Xml::Start("t", _) => in_text = !in_reading,
        Xml::End("t") => in_text = false,
        Xml::Text(part) if in_text => text.push_str(part),
        Xml::End("si") => strings.push(std::mem::take(&mut text)),
        _ => {}
    })?;
    Ok(strings)
}

/// The filled cells of a sheet by row and column, both from 1.
#[derive(Default)]
struct Sheet {
    rows: BTreeMap<u32, BTreeMap<u32, String>>,
    merges: Vec<(u32, u32, u32, u32)>,
}

impl Sheet {
    fn read(
        xml: &str,
        strings: &[String],
        formats: &[Format],
        left: &mut usize,
    ) -> Result<Self, ImportError> {
        let mut sheet = Self::default();
        let (mut row, mut column) = (0, 0);
        let mut kind = String::new();
        let mut format = Format::General;
        let mut value = String::new();
        let mut in_value = false;
        let mut hidden_row = false;
        walk(xml, |piece| match piece {
            Xml::Start("row", attributes) => {
                row = attributes.number("r").unwrap_or(row + 1);
                hidden_row = attributes.get("hidden").is_some_and(|hidden| hidden == "1");
                column = 0;
            }
            Xml::Start("c", attributes) => {
                column = attributes
                    .get("r")
                    .and_then(|reference| place(&reference))
                    .map_or(column + 1, |(_, column)| column);
                kind = attributes.get("t").unwrap_or_default();
                let style: usize = attributes.number("s").unwrap_or(0);
                format = formats.get(style).copied().unwrap_or_default();
                value.clear();
            }
            Xml::Start("v" | "t", _) => in_value = true,
            Xml::End("v" | "t") => in_value = false,
            Xml::Text(text) if in_value => value.push_str(text),
            Xml::End("c")
                if !value.trim().is_empty() && column <= WIDEST && *left > 0 && !hidden_row =>
            {
                let shown = match kind.as_str() {
                    "s" => value
                        .trim()
                        .parse()
                        .ok()
                        .and_then(|index: usize| strings.get(index))
                        .cloned()
                        .unwrap_or_default(),
                    "b" => (if value.trim() == "1" { "是" } else { "否" }).to_owned(),
                    "e" => String::new(),
                    "" | "n" => format.show(&value, true),
                    _ => value.clone(),
                };
                *left -= 1;
                sheet.rows.entry(row).or_default().insert(column, shown);
            }
            Xml::Start("mergeCell", attributes) => {
                let range = attributes.get("ref");
                sheet.merges.extend(range.as_deref().and_then(merged));
            }
            _ => {}
        })?;
        Ok(sheet)
    }

    /// Tables of the sheet, split at empty rows, each row with its header.
    fn into_lines(mut self, name: &Arc<str>, number: u32) -> Vec<Line> {
        self.fill_merged();
        let mut lines = Vec::new();
        let mut block: Vec<(u32, BTreeMap<u32, String>)> = Vec::new();
        let mut blocks = Vec::new();
        for (row, cells) in self.rows {
            if block.last().is_some_and(|(last, _)| row > last + 1) {
                blocks.push(std::mem::take(&mut block));
            }
            block.push((row, cells));
        }
        blocks.push(block);
        for block in blocks {
            let columns = block
                .iter()
                .filter_map(|(_, cells)| cells.keys().next_back())
                .max()
                .copied();
            let columns = columns.unwrap_or(0);
            let rows = block
                .iter()
                .map(|(_, cells)| {
                    (1..=columns)
                        .map(|column| {
                            let text = cells.get(&column).cloned().unwrap_or_default();
                            Cell::new(&Mapped::unchanged(text))
                        })
                        .collect()
                })
                .collect();
            let place = |row: usize| Place::Row {
                sheet: Arc::clone(name),
                row: block.get(row).map_or(1, |(row, _)| *row),
            };
            let table = Table {
                number,
                header_rows: None,
                rows,
            };
            let mut block_lines = table.into_lines(place);
            // A person counts rows as the sheet numbers them.
            for line in &mut block_lines {
                if let (Mark::Row { row, .. }, Place::Row { row: shown, .. }) =
                    (&mut line.mark, &line.place)
                {
                    *row = *shown;
                }
            }
            lines.extend(block_lines);
        }
        lines
    }

    /// A value merged over several rows stands in each of them.
    fn fill_merged(&mut self) {
        const LONGEST: u32 = 1000;
        for &(top, left, bottom, _) in &self.merges {
            let Some(value) = self.rows.get(&top).and_then(|row| row.get(&left)).cloned() else {
                continue;
            };
            for row in top + 1..=bottom.min(top.saturating_add(LONGEST)) {
                if let Some(cells) = self.rows.get_mut(&row) {
                    cells.insert(left, value.clone());
                }
            }
        }
    }
}

/// Top, left, bottom and right of a range such as A1:C3.
fn merged(range: &str) -> Option<(u32, u32, u32, u32)> {
    let (from, to) = range.split_once(':')?;
    let ((top, left), (bottom, right)) = (place(from)?, place(to)?);
    Some((top, left, bottom, right))
}

/// Row and column of a reference such as B12.
fn place(reference: &str) -> Option<(u32, u32)> {
    let reference = reference.replace('$', "");
    let letters = reference.len()
        - reference
            .trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .len();
    if letters == 0 || letters > 3 {
        return None;
    }
    let column = reference[..letters].bytes().fold(0, |column, letter| {
        column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    Some((reference[letters..].parse().ok()?, column))
}
