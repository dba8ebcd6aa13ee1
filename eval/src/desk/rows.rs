//! Many rows at once into one table.

use anyhow::{Context, Result};
use sqlx::{Any, AssertSqlSafe, Transaction};

/// Most values of one statement; SQLite takes 32,766.
const MOST_VALUES: usize = 4_000;

/// One value of a row.
pub(super) enum Cell {
    Text(String),
    Number(i64),
    NoText,
    NoNumber,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Option<i64>> for Cell {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::NoNumber, Self::Number)
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::NoText, Self::Text)
    }
}

/// Rows that wait to be inserted.
pub(super) struct Rows {
    table: &'static str,
    columns: &'static [&'static str],
    cells: Vec<Cell>,
}

impl Rows {
    pub(super) fn new(table: &'static str, columns: &'static [&'static str]) -> Self {
        Self { table, columns, cells: Vec::new() }
    }

    /// Adds a row: a value for each column.
    pub(super) fn add<const COLUMNS: usize>(&mut self, row: [Cell; COLUMNS]) {
        assert_eq!(COLUMNS, self.columns.len(), "the columns of {}", self.table);
        self.cells.extend(row);
    }

    /// Inserts what waits.
    pub(super) async fn insert(&mut self, transaction: &mut Transaction<'_, Any>) -> Result<()> {
        let width = self.columns.len();
        let most = MOST_VALUES / width;
        let mut cells = std::mem::take(&mut self.cells).into_iter().peekable();
        while cells.peek().is_some() {
            let part: Vec<Cell> = cells.by_ref().take(most * width).collect();
            let rows: Vec<String> = (0..part.len() / width)
                .map(|row| {
                    let places: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
                    format!("({})", places.join(", "))
                })
                .collect();
            let statement =
                format!("INSERT INTO {} ({}) VALUES {}", self.table, self.columns.join(", "), rows.join(", "));
            let mut query = sqlx::query(AssertSqlSafe(statement));
            for cell in part {
                query = match cell {
                    Cell::Text(text) => query.bind(text),
                    Cell::Number(number) => query.bind(number),
                    Cell::NoText => query.bind(None::<String>),
                    Cell::NoNumber => query.bind(None::<i64>),
                };
            }
            query
                .execute(&mut **transaction)
                .await
                .with_context(|| format!("filling {}", self.table))?;
        }
        Ok(())
    }
}
