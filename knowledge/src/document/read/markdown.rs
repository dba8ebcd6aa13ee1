//! Markdown as people write and paste it: headings, lists, tables, emphasis, links, comments.
//!
//! A line stays a line: in what is pasted from pages and laws every line is a paragraph, and
//! indented text is a paragraph as well, not code.

use std::ops::Range;
use std::sync::LazyLock;

use dialects::Mapped;
use regex::Regex;

use super::entities;
use super::tables::{Cell, Table};
use crate::document::describe::dates::pattern;
use crate::document::line::{Line, Mark, Place, Reading, line_ranges};

static RULE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*([-*_]\s*){3,}$"));
static TABLE_RULE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*\|?\s*:?-{1,}:?\s*(\|\s*:?-{1,}:?\s*)*\|?\s*$"));
static LIST_ITEM: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*[-*+]\s+(\[[ xX]\]\s+)?"));
/// Images, links, addresses in angle brackets, HTML tags, code, strong emphasis, escapes, entities.
static INLINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"!\[[^\]]*\]\([^)]*\)|\[(?P<link>[^\[\]]+)\]\((?:https?:|mailto:|tel:|/|#|\.)[^)\s]*(?:\s[^)]*)?\)|<(?P<address>https?://[^>\s]+)>|<!--.*?-->|</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>|`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*|__(?P<under>[^_]+)__|\\(?P<escape>[-\\`*_{}\[\]()#+.!|<>~])|(?P<entity>&#?[A-Za-z0-9]{1,10};)",
    )
});

/// Reads a markdown text from byte `from` on.
pub(crate) fn read(text: &Mapped, from: usize) -> Reading {
    let source = text.text();
    let ranges: Vec<Range<usize>> = line_ranges(&source[from..])
        .map(|range| from + range.start..from + range.end)
        .collect();
    let mut reader = Reader {
        text,
        reading: Reading::default(),
        tables: 0,
        titled: false,
    };
    let mut fenced: Option<&str> = None;
    let mut in_comment = false;
    let mut index = 0;
    while index < ranges.len() {
        let range = ranges[index].clone();
        let line = &source[range.clone()];
        let trimmed = line.trim();
        index += 1;
        if in_comment {
            in_comment = !trimmed.contains("-->");
            continue;
        }
        if let Some(fence) = fenced {
            if trimmed.starts_with(fence) {
                fenced = None;
            } else {
                reader.plain(range);
            }
            continue;
        }
        fenced = ["```", "~~~"]
            .into_iter()
            .find(|fence| trimmed.starts_with(fence));
        if fenced.is_some() {
            continue;
        }
        if trimmed.starts_with("<!--") && !trimmed.contains("-->") {
            in_comment = true;
            continue;
        }
        let next = ranges.get(index).map_or("", |next| &source[next.clone()]);
        if line.contains('|') && next.contains('-') && TABLE_RULE.is_match(next) {
            let rows = ranges[index..]
                .iter()
                .take_while(|row| source[(*row).clone()].contains('|'))
                .count();
            reader.table(&ranges[index - 1..index + rows.max(1)]);
            index += rows.max(1);
        } else if let Some((level, heading)) = heading(line) {
            reader.heading(
                level,
                range.start + heading.start..range.start + heading.end,
            );
        } else if underlined(trimmed, next) {
            reader.heading(if next.trim().starts_with('=') { 1 } else { 2 }, range);
            index += 1;
        } else if RULE.is_match(line) {
            reader.plain(range.start..range.start);
        } else {
            reader.paragraph(range);
        }
    }
    reader.reading
}

struct Reader<'a> {
    text: &'a Mapped,
    reading: Reading,
    tables: u32,
    titled: bool,
}

impl Reader<'_> {
    fn push(&mut self, text: Mapped, mark: Mark) {
        self.reading.lines.push(Line::new(text, mark, Place::Text));
    }

    fn plain(&mut self, range: Range<usize>) {
        self.push(self.text.slice(range), Mark::Plain);
    }

    fn heading(&mut self, level: u8, range: Range<usize>) {
        let mark = if level == 1 && !self.titled {
            self.titled = true;
            Mark::Title
        } else {
            Mark::Heading(level)
        };
        self.push(self.text.slice(range).then(without_markup), mark);
    }

    fn paragraph(&mut self, range: Range<usize>) {
        let line = &self.text.text()[range.clone()];
        let quoted = line.len() - line.trim_start_matches(['>', ' ']).len();
        let skip = if line.trim_start().starts_with("> ") {
            quoted
        } else {
            0
        };
        let item = LIST_ITEM.find(&line[skip..]).map_or(0, |item| item.end());
        let boxed = line.trim().starts_with('|') && line.trim().ends_with('|');
        let text = self
            .text
            .slice(range.start + skip + item..range.end)
            .then(without_markup);
        let text = if boxed { text.then(without_bars) } else { text };
        self.push(text, Mark::Plain);
    }

    /// A table: its header, the rule below it and its rows.
    fn table(&mut self, lines: &[Range<usize>]) {
        self.tables += 1;
        let rows = lines
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != 1)
            .map(|(_, range)| self.cells(range.clone()))
            .collect();
        let table = Table {
            number: self.tables,
            header_rows: Some(1),
            rows,
        };
        self.reading.lines.extend(table.into_lines(|_| Place::Text));
    }

    fn cells(&self, range: Range<usize>) -> Vec<Cell> {
        let line = &self.text.text()[range.clone()];
        let inner = line.trim().strip_prefix('|').unwrap_or(line.trim());
        let inner = inner.strip_suffix('|').unwrap_or(inner);
        let mut start = range.start + (inner.as_ptr() as usize - line.as_ptr() as usize);
        inner
            .split('|')
            .map(|cell| {
                let text = self
                    .text
                    .slice(start..start + cell.len())
                    .then(without_markup);
                start += cell.len() + 1;
                Cell::new(&text)
            })
            .collect()
    }
}

/// Level and text of a heading: `## 要带什么材料`.
fn heading(line: &str) -> Option<(u8, Range<usize>)> {
    let body = line.trim_start_matches(' ');
    let marks = body.len() - body.trim_start_matches('#').len();
    if line.len() - body.len() > 3 || !(1..=6).contains(&marks) {
        return None;
    }
    let rest = &body[marks..];
    // ##标题 is no heading by the book, and is meant as one.
    let spaced = rest.is_empty() || rest.starts_with(char::is_whitespace);
    if !spaced && (marks == 1 || rest.starts_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    let text = rest.trim().trim_end_matches('#').trim_end();
    let start = line.len() - rest.trim_start().len();
    Some((marks as u8, start..start + text.len()))
}

/// A heading marked by a line of signs below it.
fn underlined(line: &str, next: &str) -> bool {
    let rule = next.trim();
    let marked =
        rule.len() >= 3 && (rule.chars().all(|c| c == '=') || rule.chars().all(|c| c == '-'));
    marked
        && !line.is_empty()
        && line.chars().count() <= 60
        && !line.ends_with(['。', '；', '，', '：'])
        && !line.contains('|')
}

/// Takes out what marks a text up and keeps what is read.
pub(crate) fn without_markup(text: &str) -> Mapped {
    let mut result = Mapped::new();
    let mut from = 0;
    for found in INLINE.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        result.push(&text[from..whole.start()], from..whole.start());
        from = whole.end();
        let kept = ["link", "address", "code", "strong", "under", "escape"]
            .iter()
            .find_map(|name| found.name(name));
        if let Some(kept) = kept {
            result.push(kept.as_str(), kept.range());
        } else if let Some(entity) = found.name("entity") {
            match entities::decode(entity.as_str()) {
                Some(character) => {
                    let mut buffer = [0; 4];
                    result.push(character.encode_utf8(&mut buffer), whole.range());
                }
                None => result.push(entity.as_str(), whole.range()),
            }
        } else if whole.as_str().starts_with("<br") {
            result.push(" ", whole.range());
        }
    }
    result.push(&text[from..], from..text.len());
    result
}

/// A line drawn as a box, |甲  |乙 |, without its bars.
fn without_bars(text: &str) -> Mapped {
    let mut result = Mapped::new();
    for (at, character) in text.char_indices() {
        let range = at..at + character.len_utf8();
        let mut buffer = [0; 4];
        let kept = if character == '|' { ' ' } else { character };
        result.push(kept.encode_utf8(&mut buffer), range);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(Mark, String)> {
        read(&Mapped::unchanged(text), 0)
            .lines
            .iter()
            .map(|line| (line.mark, line.as_str().trim().to_owned()))
            .filter(|(_, text)| !text.is_empty())
            .collect()
    }

    #[test]
    fn structure_is_kept_and_marks_go() {
        let text = "# 居住证办理\n\n## 材料 ##\n- **身份证**原件\n1. 看[网页](https://example.cn)\n\n\
                    <!-- 给编辑看的\n话 -->\n    缩进的一段。\n> 引用的话\n\n| 费用 | 金额 |\n|---|---|\n| 工本费 | 0元 |\n\n3 < 5&nbsp;对\n";
        let expected = [
            (Mark::Title, "居住证办理"),
            (Mark::Heading(2), "材料"),
            (Mark::Plain, "身份证原件"),
            (Mark::Plain, "1. 看网页"),
            (Mark::Plain, "缩进的一段。"),
            (Mark::Plain, "引用的话"),
            (Mark::Row { table: 1, row: 2 }, "费用：工本费；金额：0元"),
            (Mark::Plain, "3 < 5\u{a0}对"),
        ];
        let expected = expected.map(|(mark, text)| (mark, text.to_owned()));
        assert_eq!(lines(text), expected);
    }

    #[test]
    fn what_only_looks_like_markup_stays() {
        for text in [
            "358像素〔宽〕*441像素〔高〕*3",
            "[2018]5号",
            "#话题",
            "5 * 3 = 15",
            "a_b_c",
        ] {
            assert_eq!(without_markup(text).text(), text);
        }
    }

    #[test]
    fn places_are_those_of_the_source() {
        let source = "前言\n**身份证**和[户口本](https://a.cn)";
        let reading = read(&Mapped::unchanged(source), 0);
        let line = &reading.lines[1];
        assert_eq!(line.as_str(), "身份证和户口本");
        let at = line.as_str().find("户口本").expect("it is there");
        assert_eq!(&source[line.text.original(at..at + 9)], "户口本");
    }
}
