//! From characters with their places on a page to the lines of the page.

/// Characters whose base lines differ by less than this share of their size stand on one line.
const SAME_LINE: f32 = 0.45;
/// Gap before a character, in sizes, that is a space between Latin letters.
const LATIN_SPACE: f32 = 0.18;
/// Gap that is a space between any two characters.
const ANY_SPACE: f32 = 0.42;

/// A line of text on a page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextLine {
    /// Its text.
    pub(crate) text: String,
    /// Where it begins and ends on the page.
    pub(crate) extent: (f32, f32),
    /// Size of its characters.
    pub(crate) size: f32,
    /// Whether more than the usual space stands above it.
    pub(crate) after_gap: bool,
}

/// A stretch of characters at one place.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// What it says.
    pub(crate) text: String,
    /// Where it begins.
    pub(crate) x: f32,
    /// Its base line, from the bottom up.
    pub(crate) y: f32,
    /// Its width.
    pub(crate) width: f32,
    /// The size of its characters.
    pub(crate) size: f32,
}

/// Puts pieces on lines, from the top of the page to its bottom and from left to right.
pub(crate) fn lines(mut pieces: Vec<Piece>) -> Vec<TextLine> {
    pieces.retain(|piece| !piece.text.trim().is_empty());
    pieces.sort_by(|one, other| other.y.total_cmp(&one.y));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let joins = rows
            .last()
            .and_then(|row| row.first())
            .is_some_and(|first| {
                (first.y - piece.y).abs() < SAME_LINE * first.size.max(piece.size)
            });
        match rows.last_mut() {
            Some(row) if joins => row.push(piece),
            _ => rows.push(vec![piece]),
        }
    }
    let mut steps: Vec<f32> = rows
        .windows(2)
        .map(|pair| pair[0][0].y - pair[1][0].y)
        .filter(|step| *step > 0.0)
        .collect();
    steps.sort_by(f32::total_cmp);
    let usual_step = steps.get(steps.len() / 3).copied().unwrap_or(0.0);
    let mut above: Option<f32> = None;
    rows.into_iter()
        .map(|row| {
            let y = row[0].y;
            let after_gap = above.is_some_and(|above| above - y > usual_step * 1.6);
            above = Some(y);
            TextLine {
                after_gap,
                ..line(row)
            }
        })
        .filter(|line| !line.text.trim().is_empty())
        .collect()
}

fn line(mut row: Vec<Piece>) -> TextLine {
    row.sort_by(|one, other| one.x.total_cmp(&other.x));
    let size = row.iter().map(|piece| piece.size).fold(0.0, f32::max);
    let mut text = String::new();
    let mut end = f32::NEG_INFINITY;
    let mut last: Option<&Piece> = None;
    for piece in &row {
        // Bold is often the same character printed twice.
        let doubled = last.is_some_and(|last| {
            last.text == piece.text && (piece.x - last.x).abs() < 0.2 * piece.size
        });
        if doubled {
            continue;
        }
        let gap = (piece.x - end) / piece.size;
        let latin = |character: Option<char>| character.is_some_and(|c| c.is_ascii_graphic());
        let both_latin = latin(text.chars().next_back()) && latin(piece.text.chars().next());
        if end.is_finite() && (gap > ANY_SPACE || (both_latin && gap > LATIN_SPACE)) {
            text.push(' ');
        }
        text.push_str(&piece.text);
        end = end.max(piece.x + piece.width);
        last = Some(piece);
    }
    TextLine {
        extent: (row[0].x, end),
        size,
        after_gap: false,
        text,
    }
}
