//! Excel workbooks (ECMA-376): a line a row, values as the sheet shows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use dialects::Mapped;
use jiff::civil::date;
use jiff::{Span, ToSpan};

use super::line::{Line, Mark, Place, Reading};
use super::package::Package;
use super::tables::{Cell, Table};
use super::xml::{Xml, walk};
use super::{ImportError, Limits};
use crate::Warning;

/// Most filled cells that are read from a workbook.
const MOST_CELLS: usize = 500_000;
/// Widest row that is read; further columns are left out.
const WIDEST: u32 = 256;

/// Reads an xlsx file.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Reading, ImportError> {
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
            reading.warnings.push(Warning {
                code: "hidden_sheet_skipped".to_owned(),
                message: format!(
                    "隐藏的工作表“{}”没有导入。需要的话，请先取消隐藏。",
                    sheet.name
                ),
            });
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
        reading.warnings.push(Warning {
            code: "sheet_cut".to_owned(),
            message: format!("表格太大，只导入了前 {MOST_CELLS} 个格子。请拆成几个文件再导入。"),
        });
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

/// How a number is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Format {
    #[default]
    General,
    Percent {
        decimals: usize,
    },
    Fixed {
        decimals: usize,
    },
    Date,
    DateTime,
    Time,
}

/// The format of each cell style.
fn formats(xml: &str) -> Result<Vec<Format>, ImportError> {
    let mut custom: BTreeMap<u32, Format> = BTreeMap::new();
    let mut formats = Vec::new();
    let mut in_cells = false;
    walk(xml, |piece| match piece {
        Xml::Start("numFmt", attributes) => {
            if let (Some(id), Some(code)) =
                (attributes.number("numFmtId"), attributes.get("formatCode"))
            {
                custom.insert(id, Format::of_code(&code));
            }
        }
        Xml::Start("cellXfs", _) => in_cells = true,
        Xml::End("cellXfs") => in_cells = false,
        Xml::Start("xf", attributes) if in_cells => {
            let id = attributes.number("numFmtId").unwrap_or(0);
            formats.push(
                custom
                    .get(&id)
                    .copied()
                    .unwrap_or_else(|| Format::built_in(id)),
            );
        }
        _ => {}
    })?;
    Ok(formats)
}

impl Format {
    /// The formats that need not be declared (ECMA-376, part 1, 18.8.30, with the Chinese dates).
    fn built_in(id: u32) -> Self {
        match id {
            2 | 4 | 39 | 40 => Self::Fixed { decimals: 2 },
            9 => Self::Percent { decimals: 0 },
            10 => Self::Percent { decimals: 2 },
            14..=17 | 27..=31 | 36 | 50..=54 | 57 | 58 => Self::Date,
            18..=21 | 32..=35 | 45..=47 | 55 | 56 => Self::Time,
            22 => Self::DateTime,
            _ => Self::General,
        }
    }

    fn of_code(code: &str) -> Self {
        // What stands in quotation marks or brackets is shown as it is.
        let mut bare = String::new();
        let mut quoted = false;
        let mut bracketed = false;
        for character in code.split(';').next().unwrap_or_default().chars() {
            match character {
                '"' => quoted = !quoted,
                '[' => bracketed = true,
                ']' => bracketed = false,
                _ if !quoted && !bracketed => bare.push(character.to_ascii_lowercase()),
                _ => {}
            }
        }
        let decimals = bare.split_once('.').map_or(0, |(_, after)| {
            after.chars().take_while(|c| matches!(c, '0' | '#')).count()
        });
        let date = bare.contains('y') || (bare.contains('d') && bare.contains('m'));
        let time = bare.contains('h') || bare.contains("ss");
        match (date, time) {
            _ if bare.contains('%') => Self::Percent { decimals },
            (true, true) => Self::DateTime,
            (true, false) => Self::Date,
            (false, true) => Self::Time,
            _ if bare.contains("0.0") => Self::Fixed { decimals },
            _ => Self::General,
        }
    }

    /// The number as the sheet shows it.
    fn show(self, raw: &str, since_1900: bool) -> String {
        let Ok(value) = raw.trim().parse::<f64>() else {
            return raw.to_owned();
        };
        match self {
            Self::Percent { decimals } => format!("{:.decimals$}%", value * 100.0),
            Self::Fixed { decimals } => format!("{value:.decimals$}"),
            Self::Date => day(value, since_1900).unwrap_or_else(|| raw.to_owned()),
            Self::Time => clock(value),
            Self::DateTime => day(value, since_1900)
                .map_or_else(|| raw.to_owned(), |day| format!("{day} {}", clock(value))),
            // What is stored as 0.30000000000000004 is shown as 0.3.
            Self::General if value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
            Self::General => {
                let shown = format!("{value:.9}");
                shown.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
        }
    }
}

/// A serial day as 2026年1月1日; the calendar of 1900 has a 29 February that never was.
fn day(serial: f64, since_1900: bool) -> Option<String> {
    if !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let days = serial.floor() as i64;
    let start = match (since_1900, days) {
        (false, _) => date(1904, 1, 1),
        (true, ..60) => date(1899, 12, 31),
        (true, _) => date(1899, 12, 30),
    };
    let span: Span = days.days();
    let day = start.checked_add(span).ok()?;
    Some(format!("{}年{}月{}日", day.year(), day.month(), day.day()))
}

fn clock(serial: f64) -> String {
    let minutes = (serial.fract() * 24.0 * 60.0).round() as i64;
    format!("{}:{:02}", minutes / 60, minutes % 60)
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
                sheet.merges.extend(attributes.get("ref").and_then(|range| {
                    let (from, to) = range.split_once(':')?;
                    let ((top, left), (bottom, right)) = (place(from)?, place(to)?);
                    Some((top, left, bottom, right))
                }))
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
                            Cell::new(Mapped::unchanged(text))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_the_sheet_shows_them() {
        assert_eq!(Format::built_in(9).show("0.8", true), "80%");
        assert_eq!(Format::of_code("0.0%").show("0.655", true), "65.5%");
        assert_eq!(Format::General.show("0.30000000000000004", true), "0.3");
        assert_eq!(Format::General.show("1080", true), "1080");
        assert_eq!(Format::of_code("0.00").show("209", true), "209.00");
        assert_eq!(Format::built_in(14).show("46023", true), "2026年1月1日");
        assert_eq!(
            Format::of_code("yyyy\"年\"m\"月\"").show("46023", true),
            "2026年1月1日"
        );
        assert_eq!(place("AB12"), Some((12, 28)));
    }
}
