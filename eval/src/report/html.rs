//! Reports as one page that needs nothing beside itself: read on a phone, in the dark, on paper.

use std::fmt::Write as _;

use super::{Case, Cell, Condition, Part, Report, Table, chart};

/// How the page looks.
const STYLE: &str = include_str!("page.css");

/// The page of one or several reports; `lead` says what holds for all of them.
pub(crate) fn page(title: &str, lead: &[Condition], reports: &[Report]) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{0}</title><style>{STYLE}</style></head><body><main><h1>{0}</h1>",
        escaped(title)
    );
    conditions(lead, &mut page);
    if let [report] = reports {
        body(report, &mut page);
    } else {
        page.push_str("<nav><ul>");
        for (number, report) in reports.iter().enumerate() {
            let _ = write!(page, "<li><a href=\"#suite-{number}\">{}</a></li>", escaped(&report.title));
        }
        page.push_str("</ul></nav>");
        for (number, report) in reports.iter().enumerate() {
            let _ = write!(page, "<article id=\"suite-{number}\"><h2>{}</h2>", escaped(&report.title));
            body(report, &mut page);
            page.push_str("</article>");
        }
    }
    page.push_str("</main></body></html>\n");
    page
}

fn body(report: &Report, page: &mut String) {
    paragraph(&report.description, page);
    let cost = report.cost.map(|cost| ("cost", cost.shown()));
    let made = report.made.as_ref().map(|made| ("made", made.shown()));
    let further = cost.into_iter().chain(made).map(|(name, value)| Condition { name: name.to_owned(), value });
    conditions(&report.conditions.iter().cloned().chain(further).collect::<Vec<_>>(), page);
    for section in &report.sections {
        let _ = write!(page, "<section><h3>{}</h3>", escaped(&section.heading));
        for part in &section.parts {
            match part {
                Part::Text(text) => paragraph(text, page),
                Part::Table(one) => table(one, page),
                Part::Listing(listing) => {
                    let _ = write!(
                        page,
                        "<details open><summary>{} ({})</summary>",
                        escaped(&listing.heading),
                        listing.cases.len()
                    );
                    for one in &listing.cases {
                        case(one, page);
                    }
                    page.push_str("</details>");
                }
            }
        }
        page.push_str("</section>");
    }
}

fn paragraph(text: &str, page: &mut String) {
    if !text.is_empty() {
        let _ = write!(page, "<p>{}</p>", escaped(text));
    }
}

fn conditions(conditions: &[Condition], page: &mut String) {
    if conditions.is_empty() {
        return;
    }
    page.push_str("<dl>");
    for condition in conditions {
        let (name, value) = (escaped(&condition.name), escaped(&condition.value));
        let _ = write!(page, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    }
    page.push_str("</dl>");
}

fn table(table: &Table, page: &mut String) {
    let _ = write!(page, "<div class=\"scroll\"><table><caption>{}</caption><thead><tr>", escaped(&table.caption));
    for head in &table.head {
        let _ = write!(page, "<th scope=\"col\">{}</th>", escaped(head));
    }
    page.push_str("</tr></thead><tbody>");
    for row in &table.rows {
        let _ = write!(page, "<tr><th scope=\"row\">{}</th>", escaped(&row.name));
        for cell in &row.cells {
            let class = if matches!(cell, Cell::Text(_)) { "" } else { " class=\"number\"" };
            let _ = write!(page, "<td{class}>{}</td>", escaped(&cell.shown()));
        }
        page.push_str("</tr>");
    }
    page.push_str("</tbody></table></div>");
    for column in &table.charted {
        page.push_str(&chart::bars(table, *column));
    }
}

fn case(case: &Case, page: &mut String) {
    let _ = write!(page, "<div class=\"case\"><h4>{}</h4><dl>", escaped(&case.name));
    for said in &case.says {
        let (name, value) = (escaped(&said.name), escaped(&said.value));
        let _ = write!(page, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    }
    page.push_str("</dl></div>");
}

/// Text as HTML shows it.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(character),
        }
    }
    escaped
}
