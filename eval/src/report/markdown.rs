//! A report as Markdown.

use std::fmt::Write as _;

use super::{Case, Part, Report, Table};

/// The whole report.
pub(crate) fn text(report: &Report) -> String {
    let mut page = format!("# {}\n\n", report.title);
    page.push_str(&head(report));
    body(report, "##", true, &mut page);
    page
}

/// Title-less head: what was measured, on what, what it took.
pub(crate) fn head(report: &Report) -> String {
    let mut page = String::new();
    let _ = writeln!(page, "{}\n", report.description);
    let conditions: Vec<String> = report
        .conditions
        .iter()
        .map(|condition| format!("{} {}", condition.name, condition.value))
        .chain(report.cost.iter().map(super::Cost::shown))
        .chain(report.made.iter().map(super::Made::shown))
        .collect();
    if !conditions.is_empty() {
        let _ = writeln!(page, "{}.\n", conditions.join(" · "));
    }
    page
}

/// Sections under headings of this rank, without the cases: what may stand in a public document.
pub(crate) fn tables(report: &Report, rank: &str) -> String {
    let mut page = String::new();
    body(report, rank, false, &mut page);
    page
}

fn body(report: &Report, rank: &str, with_cases: bool, page: &mut String) {
    for section in &report.sections {
        let shown = |part: &&Part| with_cases || !matches!(part, Part::Listing(_));
        let parts: Vec<&Part> = section.parts.iter().filter(shown).collect();
        if parts.is_empty() {
            continue;
        }
        let _ = writeln!(page, "{rank} {}\n", section.heading);
        for part in parts {
            match part {
                Part::Text(text) => {
                    let _ = writeln!(page, "{text}\n");
                }
                Part::Table(table) => {
                    if !table.caption.is_empty() {
                        let _ = writeln!(page, "{}\n", table.caption);
                    }
                    let _ = writeln!(page, "{}", self::table(table));
                }
                Part::Listing(listing) => {
                    let _ = writeln!(page, "{rank}# {} ({})\n", listing.heading, listing.cases.len());
                    for one in &listing.cases {
                        case(one, page);
                    }
                    page.push('\n');
                }
            }
        }
    }
}

fn case(case: &Case, page: &mut String) {
    let _ = writeln!(page, "- **{}**", in_line(&case.name));
    for said in &case.says {
        let _ = writeln!(page, "  - {}: {}", said.name, said.value.trim().replace('\n', "\n    "));
    }
}

/// A table, without its caption.
pub(crate) fn table(table: &Table) -> String {
    let heads: Vec<String> = table.head.iter().map(|head| in_cell(head)).collect();
    let marks = format!(" --- |{}", " ---: |".repeat(table.head.len().saturating_sub(1)));
    let mut text = format!("| {} |\n|{marks}\n", heads.join(" | "));
    for row in &table.rows {
        let cells = row.cells.iter().map(|cell| in_cell(&cell.shown()));
        let cells: Vec<String> = std::iter::once(in_cell(&row.name)).chain(cells).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

fn in_cell(text: &str) -> String {
    in_line(text).replace('|', "\\|")
}

fn in_line(text: &str) -> String {
    text.replace('\n', " ")
}
