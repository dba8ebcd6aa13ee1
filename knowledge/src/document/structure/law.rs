//! Passages of a law: an article each, a long one cut at its 款 and 项.

use std::ops::Range;

use super::edition_text::EditionText;
use super::marker::{Style, han_number, marker};
use super::passages::{Draft, LEAST, MOST};
use super::sentences::{pack, sentences_and_items};

/// Longest lead-in that is repeated above the items that it leads in, in characters.
const LONGEST_LEAD_IN: usize = 160;

/// The passages of one article; `name` is 第十二条.
pub(crate) fn article(
    edition: &EditionText,
    lines: Range<usize>,
    name: &str,
    headings: &[String],
) -> Vec<Draft> {
    let whole = edition.span(lines.clone());
    if edition.length(whole.clone()) <= MOST {
        return vec![Draft {
            span: whole,
            headings: headings.to_vec(),
            locator: name.to_owned(),
        }];
    }
    let clauses = clauses(edition, lines);
    let single = clauses.len() == 1;
    let mut parts: Vec<Part> = Vec::new();
    for clause in &clauses {
        for part in clause.parts(edition) {
            let joins = parts.last().is_some_and(|last| {
                let small = edition.length(last.span.clone()) < LEAST
                    || edition.length(part.span.clone()) < LEAST;
                let together = last.span.start..part.span.end;
                small && last.whole && part.whole && edition.length(together) <= MOST
            });
            if joins && let Some(last) = parts.last_mut() {
                last.span.end = part.span.end;
                last.last_clause = part.last_clause;
            } else {
                parts.push(part);
            }
        }
    }
    parts
        .into_iter()
        .map(|part| {
            let mut headings = headings.to_vec();
            headings.extend(part.lead_in.clone());
            Draft {
                locator: format!("{name}{}", part.place(single)),
                span: part.span,
                headings,
            }
        })
        .collect()
}

/// One 款: a paragraph of an article with the items under it.
struct Clause {
    number: u32,
    lines: Range<usize>,
    /// The first line that is an item.
    items_from: Option<usize>,
    /// Where the words of the first line begin, behind 第十二条.
    words_from: usize,
}

/// A passage of an article.
struct Part {
    span: Range<usize>,
    first_clause: u32,
    last_clause: u32,
    items: Option<(u32, u32)>,
    lead_in: Option<String>,
    /// Whether it is a clause or several in full.
    whole: bool,
}

fn clauses(edition: &EditionText, lines: Range<usize>) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    for index in lines {
        let text = edition.line(index);
        let found = marker(text);
        let item =
            found.is_some_and(|found| is_item(found.style)) || !edition.lines[index].is_plain();
        // 第十二条 may stand alone on its line.
        let bare_name = clauses.len() == 1
            && clauses.last().is_some_and(|first| {
                first.lines.len() == 1 && first.words_from == edition.line(first.lines.start).len()
            });
        match clauses.last_mut() {
            Some(clause) if item || bare_name => {
                clause.lines.end = index + 1;
                if item {
                    clause.items_from.get_or_insert(index);
                }
            }
            before => {
                let number = before.map_or(1, |clause| clause.number + 1);
                let words_from = found
                    .filter(|found| found.style == Style::Article)
                    .map_or(0, |found| found.end);
                clauses.push(Clause {
                    number,
                    lines: index..index + 1,
                    items_from: None,
                    words_from,
                });
            }
        }
    }
    clauses
}

fn is_item(style: Style) -> bool {
    matches!(
        style,
        Style::Han
            | Style::HanBracket
            | Style::Number
            | Style::NumberBracket
            | Style::Circled
            | Style::Decimal2
            | Style::Decimal3
            | Style::Sign
    )
}

impl Clause {
    fn parts(&self, edition: &EditionText) -> Vec<Part> {
        let whole = edition.span(self.lines.clone());
        let part = |span: Range<usize>| Part {
            span,
            first_clause: self.number,
            last_clause: self.number,
            items: None,
            lead_in: None,
            whole: false,
        };
        if edition.length(whole.clone()) <= MOST {
            return vec![Part {
                whole: true,
                ..part(whole)
            }];
        }
        let Some(items_from) = self.items_from else {
            return cut(edition, whole).into_iter().map(part).collect();
        };
        self.item_parts(edition, items_from, part)
    }

    /// The lead-in with as many items as fit, then the other items with the lead-in above them.
    fn item_parts(
        &self,
        edition: &EditionText,
        items_from: usize,
        part: impl Fn(Range<usize>) -> Part,
    ) -> Vec<Part> {
        let lead_in = (self.lines.start < items_from).then(|| {
            let span = edition.span(self.lines.start..items_from);
            edition.as_str()[span.start + self.words_from..span.end]
                .trim()
                .to_owned()
        });
        let lead_in = lead_in.filter(|text| text.chars().count() <= LONGEST_LEAD_IN);
        let mut parts: Vec<Part> = Vec::new();
        let mut item = 0;
        // An item with its sub-items stays together where it fits.
        for group in self.item_groups(edition, items_from) {
            let number = group.number;
            let span = edition.span(group.lines.clone());
            let number = number.unwrap_or(item);
            item = number;
            let fits = parts
                .last()
                .is_some_and(|last| edition.length(last.span.start..span.end) <= MOST);
            if fits && let Some(last) = parts.last_mut() {
                last.span.end = span.end;
                let first = last.items.map_or(number, |(first, _)| first);
                last.items = (number > 0).then_some((first.max(1), number));
                continue;
            }
            for span in cut(edition, span) {
                let lead_in = lead_in.clone().filter(|_| number > 0);
                let items = (number > 0).then_some((number, number));
                parts.push(Part {
                    items,
                    lead_in,
                    ..part(span)
                });
            }
        }
        parts
    }

    fn item_groups(&self, edition: &EditionText, items_from: usize) -> Vec<ItemGroup> {
        let outer = marker(edition.line(items_from)).map(|found| found.style);
        let mut groups = Vec::new();
        if self.lines.start < items_from {
            groups.push(ItemGroup {
                number: None,
                lines: self.lines.start..items_from,
            });
        }
        for index in items_from..self.lines.end {
            let found = marker(edition.line(index)).filter(|found| Some(found.style) == outer);
            match (found, groups.last_mut()) {
                (None, Some(group)) if group.number.is_some() => group.lines.end = index + 1,
                (found, _) => groups.push(ItemGroup {
                    number: found.map(|found| found.number),
                    lines: index..index + 1,
                }),
            }
        }
        groups
    }
}

/// An item with the lines under it, or the lead-in.
struct ItemGroup {
    number: Option<u32>,
    lines: Range<usize>,
}

impl Part {
    /// 第二款, 第一款至第三款, 第二款第一项至第四项; without the clause where there is only one.
    fn place(&self, single_clause: bool) -> String {
        let clause = |number| format!("第{}款", han_number(number));
        let item = |number| format!("第{}项", han_number(number));
        let mut place = String::new();
        if !single_clause {
            place.push_str(&clause(self.first_clause));
            if self.last_clause > self.first_clause {
                place.push('至');
                place.push_str(&clause(self.last_clause));
            }
        }
        if let Some((first, last)) = self.items {
            place.push_str(&item(first));
            if last > first {
                place.push('至');
                place.push_str(&item(last));
            }
        }
        place
    }
}

/// Cuts a stretch that is too long between its sentences.
pub(crate) fn cut(edition: &EditionText, span: Range<usize>) -> Vec<Range<usize>> {
    if edition.length(span.clone()) <= MOST {
        return vec![span];
    }
    let text = &edition.as_str()[span.clone()];
    pack(text, &sentences_and_items(text), LEAST, MOST)
        .into_iter()
        .map(|range| span.start + range.start..span.start + range.end)
        .collect()
}
