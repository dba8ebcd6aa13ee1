//! Cells that take several columns and rows, laid out so that every row is complete.

use super::tables::Cell;

/// A cell that may take several columns and rows.
#[derive(Clone, Debug)]
pub(crate) struct SpannedCell {
    /// Its text.
    pub(crate) cell: Cell,
    /// Columns that it takes, at least 1.
    pub(crate) columns: usize,
    /// Rows that it takes, at least 1.
    pub(crate) rows: usize,
}

/// Lays cells out so that each row has all its columns: a cell over several rows stands in each of
/// them, a cell over several columns in the first, or in each where it names them.
pub(crate) fn grid(rows: Vec<Vec<SpannedCell>>, header_rows: usize) -> Vec<Vec<Cell>> {
    /// Wider or longer spans are mistakes, or meant to use up memory.
    const WIDEST: usize = 64;
    const LONGEST: usize = 1000;
    let mut grid: Vec<Vec<Cell>> = Vec::with_capacity(rows.len());
    // For each column the cell that reaches down into it, and for how many more rows.
    let mut reaching: Vec<(usize, Cell)> = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        let mut line: Vec<Cell> = Vec::new();
        let mut take_reaching = |line: &mut Vec<Cell>| {
            while let Some((left, cell)) = reaching.get_mut(line.len())
                && *left > 0
            {
                *left -= 1;
                line.push(cell.clone());
            }
        };
        let mut begun = Vec::new();
        for spanned in row {
            take_reaching(&mut line);
            for column in 0..spanned.columns.clamp(1, WIDEST) {
                let repeat = column == 0 || index < header_rows;
                let cell = if repeat {
                    spanned.cell.clone()
                } else {
                    Cell::default()
                };
                begun.push((
                    line.len(),
                    spanned.rows.min(LONGEST).saturating_sub(1),
                    cell.clone(),
                ));
                line.push(cell);
            }
        }
        take_reaching(&mut line);
        for (column, rows, cell) in begun {
            if reaching.len() <= column {
                reaching.resize(column + 1, (0, Cell::default()));
            }
            reaching[column] = (rows, cell);
        }
        grid.push(line);
    }
    grid
}
