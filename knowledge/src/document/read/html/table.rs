//! A table of a page while it is read: of data, or one that only arranges the page.

use dialects::Mapped;

use crate::document::line::Place;
use crate::document::read::grid::{SpannedCell, grid};
use crate::document::read::tables::{Cell, Table};

use super::page::PageLine;

/// Most header rows that are told as such.
const MOST_HEADER_ROWS: usize = 3;

/// A table that is open.
#[derive(Default)]
pub(crate) struct OpenTable {
    /// Whether a cell is open.
    pub(crate) in_cell: bool,
    /// Whether another table stands in one of its cells.
    pub(crate) holds_table: bool,
    /// Lines of the open cell.
    pub(crate) cell: Vec<PageLine>,
    /// All lines, for a table that only arranges the page.
    pub(crate) lines: Vec<PageLine>,
    /// Cells, each with whether it names its column or row.
    rows: Vec<Vec<(SpannedCell, bool)>>,
    /// Columns and rows of the open cell, and whether it is a name.
    span: (usize, usize, bool),
}

impl OpenTable {
    /// Begins a row.
    pub(crate) fn open_row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// Begins a cell over some columns and rows.
    pub(crate) fn open_cell(&mut self, columns: usize, rows: usize, names: bool) {
        self.span = (columns, rows, names);
        self.in_cell = true;
    }

    /// Ends the open cell.
    pub(crate) fn close_cell(&mut self) {
        self.in_cell = false;
        let mut text = Mapped::new();
        for line in &self.cell {
            if !line.line.as_str().trim().is_empty() {
                if !text.text().is_empty() {
                    text.insert(" ", line.line.text.original(0..0).start);
                }
                text.append(&line.line.text);
            }
        }
        let (columns, rows, names) = self.span;
        let cell = SpannedCell {
            cell: Cell::new(&text),
            columns,
            rows,
        };
        if self.rows.is_empty() {
            self.open_row();
        }
        if let Some(row) = self.rows.last_mut() {
            row.push((cell, names));
        }
        self.lines.append(&mut self.cell);
    }

    /// Two columns and rows or more, and cells that are no pages of their own.
    pub(crate) fn is_data(&self) -> bool {
        let rows = &self.rows;
        let wide = rows.iter().filter(|row| row.len() > 1).count();
        !self.holds_table
            && wide >= 2
            && rows
                .iter()
                .flatten()
                .all(|(cell, _)| cell.cell.length() <= 1500)
            && wide * 2 >= rows.len()
    }

    /// A line a row where it is a table of data, the number `number` of the page; else its lines.
    pub(crate) fn into_lines(self, number: u32) -> Vec<PageLine> {
        if !self.is_data() {
            return self.lines;
        }
        let named = self
            .rows
            .iter()
            .take_while(|row| row.iter().all(|(_, names)| *names))
            .count();
        let spans = |row: &Vec<(SpannedCell, bool)>| {
            row.iter().any(|(cell, _)| cell.columns > 1)
                && row.iter().any(|(cell, _)| cell.rows > 1)
        };
        let header_rows = match named {
            0 if self.rows.first().is_some_and(spans) => Some(2),
            0 => None,
            rows => Some(rows.min(MOST_HEADER_ROWS)),
        };
        let part = self.lines.iter().find_map(|line| line.part);
        let cells = |row: Vec<(SpannedCell, bool)>| row.into_iter().map(|(cell, _)| cell).collect();
        let rows = grid(
            self.rows.into_iter().map(cells).collect(),
            header_rows.unwrap_or(1),
        );
        let table = Table {
            number,
            header_rows,
            rows,
        };
        table
            .into_lines(|_| Place::Text)
            .into_iter()
            .map(|line| PageLine {
                line,
                linked: 0,
                part,
                around: false,
            })
            .collect()
    }
}
