//! Tables of every format as lines, one a row, each value with the name of its column.

use dialects::Mapped;

use crate::document::clean::spacing;
use crate::document::line::{Line, Mark, Place};

/// Longest name of a column or of a field, in characters.
const LONGEST_NAME: usize = 24;

/// A cell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: Mapped,
}

impl Cell {
    /// A cell with its text; line ends in it become spaces.
    pub(crate) fn new(text: &Mapped) -> Self {
        Self {
            text: text.then(spacing::tidy),
        }
    }

    fn as_str(&self) -> &str {
        self.text.text()
    }

    fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }

    /// Characters of its text.
    pub(crate) fn length(&self) -> usize {
        self.as_str().chars().count()
    }

    fn could_be_name(&self) -> bool {
        let text = self.as_str();
        (1..=LONGEST_NAME).contains(&self.length())
            && !text.ends_with(['。', '；', '！'])
            && !text
                .chars()
                .all(|c| c.is_ascii_digit() || c.is_ascii_punctuation())
    }
}

/// A table as a reader finds it.
#[derive(Debug)]
pub(crate) struct Table {
    /// Which table of the document, from 1.
    pub(crate) number: u32,
    /// Number of rows that name the columns, where the format says so.
    pub(crate) header_rows: Option<usize>,
    /// The rows, header included.
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A line a row, without the header, which stands in every row. `place` tells where a row
    /// stands; rows are counted from 0.
    pub(crate) fn into_lines(self, place: impl Fn(usize) -> Place) -> Vec<Line> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let line = |index: usize, text: Mapped, mark: Mark| Line::new(text, mark, place(index));
        let mut lines = Vec::new();
        // A first row of one cell is the table's title.
        let captions = self
            .rows
            .iter()
            .take_while(|row| columns > 1 && filled(row) <= 1)
            .take(self.rows.len().saturating_sub(2))
            .count();
        for (index, row) in self.rows.iter().enumerate().take(captions) {
            lines.push(line(index, joined(row), Mark::Plain));
        }
        let body = &self.rows[captions..];
        let header_rows = self.header_rows(body, columns).min(body.len());
        let header = header(&body[..header_rows], columns);
        let fields = header_rows == 0 && is_fields(body, columns);
        for (index, row) in body.iter().enumerate().skip(header_rows) {
            let text = match &header {
                Some(header) => named(header, row),
                None if fields => field(row),
                None => joined(row),
            };
            if !text.text().is_empty() {
                let row = captions + index;
                let mark = Mark::Row {
                    table: self.number,
                    row: row as u32 + 1,
                };
                lines.push(line(
                    row,
                    text,
                    if columns > 1 { mark } else { Mark::Plain },
                ));
            }
        }
        if header_rows == body.len() {
            for (index, row) in body.iter().enumerate() {
                lines.push(line(captions + index, joined(row), Mark::Plain));
            }
        }
        lines
    }

    fn header_rows(&self, body: &[Vec<Cell>], columns: usize) -> usize {
        self.header_rows.unwrap_or_else(|| {
            let names = columns > 1
                && body.len() > 1
                && body[0].len() == columns
                && filled(&body[0]) + 1 >= columns.max(3)
                && body[0]
                    .iter()
                    .all(|cell| cell.is_empty() || cell.could_be_name())
                && !recurs(&body[0], &body[1..]);
            usize::from(names && !is_fields(body, columns))
        })
    }
}

/// Whether a cell comes again below in its column: then it is a value and no name.
fn recurs(row: &[Cell], below: &[Vec<Cell>]) -> bool {
    row.iter().enumerate().any(|(column, cell)| {
        let again = |other: &Vec<Cell>| {
            other
                .get(column)
                .is_some_and(|other| other.as_str() == cell.as_str())
        };
        !cell.is_empty() && below.iter().any(again)
    })
}

/// Names of the columns; those of several header rows are joined from the top down.
fn header(rows: &[Vec<Cell>], columns: usize) -> Option<Vec<String>> {
    if rows.is_empty() {
        return None;
    }
    let name = |column: usize| {
        let mut parts: Vec<&str> = Vec::new();
        for cell in rows.iter().filter_map(|row| row.get(column)) {
            let part = cell.as_str().trim_end_matches(['：', ':']);
            if !part.is_empty() && parts.last() != Some(&part) {
                parts.push(part);
            }
        }
        parts.join(" ")
    };
    Some((0..columns).map(name).collect())
}

/// Two columns of which the first names what the second says: 办理时限 | 五个工作日.
fn is_fields(body: &[Vec<Cell>], columns: usize) -> bool {
    let first = |name: &str| {
        body.first()
            .and_then(|row| row.first())
            .is_some_and(|cell| cell.as_str() == name)
    };
    // 项目 | 内容 and 序号 | 名称 are headers all the same.
    let headed = [
        "序号", "项目", "名称", "类别", "类型", "材料", "事项", "年度", "年份", "等级", "档次",
    ]
    .iter()
    .any(|name| first(name));
    let rows: Vec<&Vec<Cell>> = body.iter().filter(|row| filled(row) > 0).collect();
    let values: usize = rows
        .iter()
        .filter_map(|row| row.get(1))
        .map(Cell::length)
        .sum();
    let names: usize = rows
        .iter()
        .filter_map(|row| row.first())
        .map(Cell::length)
        .sum();
    columns == 2
        && !headed
        && !rows.is_empty()
        && rows.iter().all(|row| {
            row.first()
                .is_some_and(|name| name.could_be_name() && name.length() <= 12)
        })
        && values > names * 2
        && rows.iter().any(|row| {
            row.get(1)
                .is_some_and(|value| value.length() > LONGEST_NAME / 2)
        })
}

fn filled(row: &[Cell]) -> usize {
    row.iter().filter(|cell| !cell.is_empty()).count()
}

/// 学历：博士；年龄：50周岁以下
fn named(header: &[String], row: &[Cell]) -> Mapped {
    let mut text = Mapped::new();
    for (index, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        let at = cell.text.original(0..0).start;
        separate(&mut text, at);
        if let Some(name) = header.get(index).filter(|name| !name.is_empty()) {
            text.insert(name, at);
            text.insert("：", at);
        }
        text.append(&cell.text);
    }
    text
}

fn field(row: &[Cell]) -> Mapped {
    let [name, values @ ..] = row else {
        return Mapped::new();
    };
    let mut text = name.text.clone();
    let value = joined(values);
    if !value.text().is_empty() && !text.text().is_empty() {
        let at = value.original(0..0).start;
        if !text.text().ends_with(['：', ':']) {
            text.insert("：", at);
        }
    }
    text.append(&value);
    text
}

fn joined(row: &[Cell]) -> Mapped {
    let mut text = Mapped::new();
    for cell in row.iter().filter(|cell| !cell.is_empty()) {
        separate(&mut text, cell.text.original(0..0).start);
        text.append(&cell.text);
    }
    text
}

fn separate(text: &mut Mapped, at: usize) {
    if !text.text().is_empty() && !text.text().ends_with(['；', ';', '。', '：']) {
        text.insert("；", at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]]) -> Vec<String> {
        let rows = rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|cell| Cell::new(&Mapped::unchanged(*cell)))
                    .collect()
            })
            .collect();
        Table {
            number: 1,
            header_rows: None,
            rows,
        }
        .into_lines(|_| Place::Text)
        .iter()
        .map(|line| line.as_str().to_owned())
        .collect()
    }

    #[test]
    fn every_value_has_the_name_of_its_column() {
        assert_eq!(
            table(&[
                &["救助标准一览表", "", ""],
                &["类别", "标准", "备注"],
                &["城镇", "每月1000元", ""]
            ]),
            ["救助标准一览表", "类别：城镇；标准：每月1000元"]
        );
        assert_eq!(
            table(&[
                &["办理时限", "自受理之日起五个工作日内办结"],
                &["收费", "不收费"]
            ]),
            ["办理时限：自受理之日起五个工作日内办结", "收费：不收费"]
        );
        assert_eq!(table(&[&["甲", "乙"]]), ["甲；乙"]);
    }
}
