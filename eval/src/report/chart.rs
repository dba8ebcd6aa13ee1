//! One column of a table as bars, drawn as SVG.

use std::fmt::Write as _;

use super::html::escaped;
use super::{Better, Cell, Measure, Table};

/// Width of the picture in its own units; the page scales it.
const WIDTH: f64 = 420.0;
/// Where the bars begin and end; right of them stands the number.
const LEFT: f64 = 2.0;
const RIGHT: f64 = 330.0;
/// Height of one bar with its name above it.
const STEP: f64 = 44.0;

/// The chart of a column; nothing where it holds no measure.
pub(super) fn bars(table: &Table, column: usize) -> String {
    let measured: Vec<(&str, &Measure)> = table
        .rows
        .iter()
        .filter_map(|row| match row.cells.get(column.checked_sub(1)?)? {
            Cell::Measure(measure) => Some((row.name.as_str(), measure)),
            _ => None,
        })
        .collect();
    let reach = |measure: &Measure| measure.interval.map_or(measure.value, |[_, high]| high.max(measure.value));
    let largest = measured.iter().map(|(_, measure)| reach(measure)).fold(0.0, f64::max);
    let Some((_, first)) = measured.first().filter(|_| largest > 0.0) else {
        return String::new();
    };
    let name = table.head.get(column).map_or("", String::as_str);
    let note = match first.better {
        Better::Higher => ", more is better",
        Better::Lower => ", less is better",
        Better::Neither => "",
    };
    let title = escaped(&format!("{name}{note}"));
    let height = measured.len() as f64 * STEP + 8.0;
    let mut svg = format!(
        "<figure><figcaption>{title}</figcaption><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"{title}\">"
    );
    let at = |value: f64| LEFT + (RIGHT - LEFT) * (value / largest).clamp(0.0, 1.0);
    for (number, (name, measure)) in measured.iter().enumerate() {
        let top = number as f64 * STEP;
        let (end, middle) = (at(measure.value), top + 30.0);
        let _ = write!(
            svg,
            "<text x=\"{LEFT}\" y=\"{:.1}\">{}</text>\
             <rect class=\"bar\" x=\"{LEFT}\" y=\"{:.1}\" width=\"{:.1}\" height=\"14\" rx=\"2\"/>",
            top + 16.0,
            escaped(name),
            top + 23.0,
            (end - LEFT).max(1.0),
        );
        let mut label = end;
        if let Some([low, high]) = measure.interval {
            let (low, high) = (at(low), at(high));
            label = high.max(end);
            let _ = write!(
                svg,
                "<path class=\"range\" d=\"M{low:.1} {middle:.1}H{high:.1}M{low:.1} {:.1}v8M{high:.1} {:.1}v8\"/>",
                middle - 4.0,
                middle - 4.0,
            );
        }
        let _ = write!(
            svg,
            "<text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            label + 6.0,
            middle + 5.0,
            escaped(&measure.brief()),
        );
    }
    svg.push_str("</svg></figure>");
    svg
}
