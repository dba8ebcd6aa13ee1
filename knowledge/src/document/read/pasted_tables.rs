//! Tables that were copied from a page one cell a line.

use std::ops::Range;

use crate::document::line::{Line, Place};

use super::tables::{Cell, Table};

/// Puts tables together again that were pasted one cell a line, every cell but the first of a row
/// with a bar before it. `tables` is the number of tables so far.
pub(crate) fn gather(lines: &[Line], tables: u32) -> Vec<Line> {
    let mut gathered: Vec<Line> = Vec::with_capacity(lines.len());
    let mut number = tables;
    let mut at = 0;
    while at < lines.len() {
        let (rows, end) = pasted_rows(lines, at);
        if rows.len() < 2 {
            gathered.extend_from_slice(&lines[at..end]);
            at = end;
            continue;
        }
        number += 1;
        let places: Vec<Place> = rows
            .iter()
            .map(|row| lines[row.end - 1].place.clone())
            .collect();
        let widest = rows.iter().map(Range::len).max().unwrap_or(0);
        let rows = rows
            .into_iter()
            .map(|row| {
                // Where the first cell of a row is empty its line was lost.
                let missing = (row.len() < widest).then(Cell::default);
                missing
                    .into_iter()
                    .chain(lines[row].iter().map(pasted_cell))
                    .collect()
            })
            .collect();
        let table = Table {
            number,
            header_rows: None,
            rows,
        };
        gathered.extend(table.into_lines(|row| places[row].clone()));
        at = end;
    }
    gathered
}

/// The rows of a pasted table that begins at a line, as ranges of lines, and the line behind it;
/// without rows, the line behind what is no table.
fn pasted_rows(lines: &[Line], at: usize) -> (Vec<Range<usize>>, usize) {
    let barred = |line: &Line| {
        let text = line.as_str().trim();
        line.is_plain() && text.starts_with('|') && (text.len() == 1 || !text.ends_with('|'))
    };
    let run = |at: usize| lines[at..].iter().take_while(|line| barred(line)).count();
    let mut rows = Vec::new();
    let mut next = at;
    let mut width = 0;
    // Cells with bars only, of rows that begin with an empty cell; split when the width is known.
    let mut headless = at..at + run(at);
    if !headless.is_empty() {
        next = headless.end;
    }
    while next + 1 < lines.len() && !barred(&lines[next]) && lines[next].is_plain() {
        let bars = run(next + 1);
        if bars == 0 || (width > 0 && bars != width) {
            break;
        }
        width = bars;
        rows.push(next..next + 1 + bars);
        next += 1 + bars;
    }
    let fits = width > 0 && headless.len().is_multiple_of(width) && rows.len() >= 2;
    if !headless.is_empty() && !fits {
        return (Vec::new(), headless.end);
    }
    if rows.len() < 2 {
        return (Vec::new(), at + 1);
    }
    let mut all = Vec::new();
    while !headless.is_empty() {
        all.push(headless.start..headless.start + width);
        headless.start += width;
    }
    all.extend(rows);
    (all, next)
}

fn pasted_cell(line: &Line) -> Cell {
    let text = line.as_str();
    let bar = text.find('|').filter(|&bar| text[..bar].trim().is_empty());
    Cell::new(&line.text.slice(bar.map_or(0, |bar| bar + 1)..text.len()))
}

#[cfg(test)]
mod tests {
    use dialects::Mapped;

    use super::*;
    use crate::document::line::Mark;

    #[test]
    fn a_table_pasted_cell_by_cell_is_one_again() {
        let pasted =
            "说明如下：\n学历\n| 年龄\n博士\n| 50周岁以下\n硕士\n| 45周岁以下\n以上均可申请。";
        let lines: Vec<Line> = pasted
            .lines()
            .map(|line| Line::new(Mapped::unchanged(line), Mark::Plain, Place::Text))
            .collect();
        let gathered: Vec<String> = gather(&lines, 0)
            .iter()
            .map(|line| line.as_str().to_owned())
            .collect();
        assert_eq!(
            gathered,
            [
                "说明如下：",
                "学历：博士；年龄：50周岁以下",
                "学历：硕士；年龄：45周岁以下",
                "以上均可申请。"
            ]
        );
    }
}
