//! Numbers as a sheet shows them: percent, dates, fixed decimals.

use std::collections::BTreeMap;

use jiff::civil::date;
use jiff::{Span, ToSpan};

use crate::document::ImportError;
use crate::document::read::xml::{Xml, walk};

/// How a number is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
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
pub(crate) fn formats(xml: &str) -> Result<Vec<Format>, ImportError> {
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
    pub(crate) fn show(self, raw: &str, since_1900: bool) -> String {
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
    }
}
