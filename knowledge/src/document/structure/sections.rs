//! Passages of everything that is no law: sections of a guide, answers, tables.

use std::ops::Range;

use super::edition_text::EditionText;
use super::law::cut;
use super::marker::marker;
use super::outline::{Kind, Section};
use super::passages::{Draft, LEAST, MOST};
use crate::document::line::Mark;

/// Longest lead-in that is repeated above the items that it leads in, in characters.
const LONGEST_LEAD_IN: usize = 80;
/// Farthest that a lead-in stands before an item, in lines.
const MOST_ITEMS: usize = 60;
/// Longest locator, in characters.
const LONGEST_LOCATOR: usize = 30;

/// How many sections, from the first on, share a passage: small ones under one heading whose own
/// headings are minor. 1 where the first stands alone.
pub(crate) fn group(edition: &EditionText, sections: &[Section]) -> usize {
    let mergeable = |section: &Section| section.is_minor() && !has_rows(edition, section);
    let first = &sections[0];
    if !mergeable(first) {
        return 1;
    }
    let start = edition.span(first.lines.clone()).start;
    let mut count = 1;
    let mut small = edition.length(edition.span(first.lines.clone())) < LEAST;
    for section in &sections[1..] {
        let span = edition.span(section.lines.clone());
        let sibling = mergeable(section)
            && section.rank == first.rank
            && section.label.is_some() == first.label.is_some()
            && section.parents() == first.parents();
        if !sibling || span.end - start > MOST * 4 {
            break;
        }
        let tiny = edition.length(span.clone()) < LEAST;
        if !(small || tiny) || edition.length(start..span.end) > MOST {
            break;
        }
        small = small && tiny;
        count += 1;
    }
    count
}

/// The passages of one section, or of several small ones that share theirs.
pub(crate) fn section(edition: &EditionText, sections: &[Section]) -> Vec<Draft> {
    let [first, .., last] = sections else {
        return sections
            .first()
            .map(|section| alone(edition, section))
            .unwrap_or_default();
    };
    let name = |section: &Section| section.name().unwrap_or_default().to_owned();
    let locator = format!("{}至{}", short(&name(first)), short(&name(last)));
    // The headings in between are part of the text, and so is the one above the first section.
    let above = edition
        .span(first.lines.start.saturating_sub(1)..last.lines.end)
        .start;
    let own_heading = first.label.is_none()
        && edition.as_str()[above..].starts_with(name(first).trim_end_matches('：'));
    let from = if own_heading {
        above
    } else {
        edition.span(first.lines.clone()).start
    };
    vec![Draft {
        span: from..edition.span(last.lines.clone()).end,
        headings: first.parents().to_vec(),
        locator,
    }]
}

fn alone(edition: &EditionText, section: &Section) -> Vec<Draft> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut index = section.lines.start;
    while index < section.lines.end {
        let table = table_of(edition, index);
        let run = (index..section.lines.end)
            .take_while(|&next| table_of(edition, next) == table)
            .count();
        let lines = index..index + run;
        match table {
            Some(table) => stretches.extend(rows(edition, lines, table)),
            None => stretches.extend(paragraphs(edition, lines)),
        }
        index += run;
    }
    let texts = stretches
        .iter()
        .filter(|stretch| stretch.table.is_none())
        .count();
    let mut number = 0;
    stretches
        .into_iter()
        .map(|stretch| {
            let mut headings = section.headings.clone();
            headings.extend(stretch.lead_in);
            let locator = stretch.table.unwrap_or_else(|| {
                number += 1;
                locator(section, number, texts)
            });
            Draft {
                span: stretch.span,
                headings,
                locator,
            }
        })
        .collect()
}

/// A passage to be, with what is known beside its place.
struct Stretch {
    span: Range<usize>,
    lead_in: Option<String>,
    table: Option<String>,
}

fn locator(section: &Section, number: usize, of: usize) -> String {
    let name = match (&section.kind, section.name()) {
        (Kind::Closing, _) => "结尾".to_owned(),
        (_, Some(name)) => short(name),
        (Kind::Opening, None) => "开头".to_owned(),
        (_, None) => "正文".to_owned(),
    };
    if of > 1 {
        format!("{name} 第{number}段")
    } else {
        name
    }
}

/// The first of several ways of asking in one heading.
pub(crate) fn plainest(heading: &str) -> &str {
    heading.split('｜').next().unwrap_or(heading).trim()
}

/// A heading as a locator.
fn short(heading: &str) -> String {
    let heading = plainest(heading);
    let mut name: String = heading.chars().take(LONGEST_LOCATOR).collect();
    if name.len() < heading.len() {
        name.push('…');
    }
    name
}

fn has_rows(edition: &EditionText, section: &Section) -> bool {
    section
        .lines
        .clone()
        .any(|index| table_of(edition, index).is_some())
}

fn table_of(edition: &EditionText, index: usize) -> Option<u32> {
    match edition.lines[index].mark {
        Mark::Row { table, .. } => Some(table),
        _ => None,
    }
}

/// A small table as a whole, a large one row by row.
fn rows(edition: &EditionText, lines: Range<usize>, table: u32) -> Vec<Stretch> {
    let whole = edition.span(lines.clone());
    if edition.length(whole.clone()) <= MOST {
        return vec![Stretch {
            span: whole,
            lead_in: None,
            table: Some(format!("表{table}")),
        }];
    }
    let mut stretches = Vec::new();
    for index in lines {
        let row = match edition.lines[index].mark {
            Mark::Row { row, .. } => row,
            _ => 0,
        };
        for span in cut(edition, edition.span(index..index + 1)) {
            let table = Some(format!("表{table}第{row}行"));
            stretches.push(Stretch {
                span,
                lead_in: None,
                table,
            });
        }
    }
    stretches
}

/// Paragraphs packed up to the length of a passage, cut where it reads best.
fn paragraphs(edition: &EditionText, lines: Range<usize>) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    let outer = lines
        .clone()
        .filter_map(|line| marker(edition.line(line)))
        .map(|found| found.style)
        .min();
    for index in lines.clone() {
        let line = edition.span(index..index + 1);
        let style = marker(edition.line(index)).map(|found| found.style);
        if let Some(current) = open.clone() {
            let used = edition.length(current.clone());
            let begins = style.is_some() && style == outer && used >= LEAST * 2;
            let too_long = edition.length(current.start..line.end) > MOST;
            if begins || too_long {
                // A lead-in goes with what it leads in.
                let previous = edition.span(index - 1..index);
                let leads_in = edition.line(index - 1).ends_with(['：', ':'])
                    && previous.start > current.start
                    && edition.length(previous.start..line.end) <= MOST;
                let end = if leads_in {
                    previous.start
                } else {
                    current.end
                };
                stretches.extend(close(edition, current.start..end, lines.start));
                open = Some(if leads_in {
                    previous
                } else {
                    line.start..line.start
                });
            }
        }
        let start = open.map_or(line.start, |current| current.start);
        open = Some(start..line.end);
    }
    if let Some(last) = open {
        let joined = stretches.last_mut().filter(|before| {
            edition.length(last.clone()) < LEAST
                && edition.length(before.span.start..last.end) <= MOST + LEAST
        });
        match joined {
            Some(before) => before.span.end = last.end,
            None => stretches.extend(close(edition, last, lines.start)),
        }
    }
    stretches
}

/// Cuts a stretch that is too long and finds the lead-in of one that begins with a later item.
fn close(edition: &EditionText, span: Range<usize>, section_start: usize) -> Vec<Stretch> {
    let lead_in = lead_in(edition, span.start, section_start);
    cut(edition, span)
        .into_iter()
        .map(|span| Stretch {
            span,
            lead_in: lead_in.clone(),
            table: None,
        })
        .collect()
}

/// The line that leads in the items with which a stretch begins, if it stands before the stretch.
fn lead_in(edition: &EditionText, start: usize, section_start: usize) -> Option<String> {
    let first = edition.line_at(start);
    let style = marker(edition.line(first))?.style;
    for index in (section_start..first).rev().take(MOST_ITEMS) {
        let text = edition.line(index);
        match marker(text) {
            Some(found) if found.style >= style => {}
            _ => {
                let fits = text.ends_with(['：', ':']) && text.chars().count() <= LONGEST_LEAD_IN;
                return fits.then(|| text.to_owned());
            }
        }
    }
    None
}
