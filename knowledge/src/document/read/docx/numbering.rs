//! Numbers that Word writes before paragraphs by itself: 第一条, （二）, 3.

use std::collections::HashMap;

use crate::document::ImportError;
use crate::document::read::xml::{Xml, walk};
use crate::document::structure::marker::han_number;

/// Levels that a list of Word has.
const LEVELS: usize = 9;

/// The lists of a document, with how far each has counted.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    lists: HashMap<String, [Level; LEVELS]>,
    /// The list that a paragraph's number stands for, and where its count begins anew.
    uses: HashMap<String, Use>,
    counts: HashMap<String, [Option<u32>; LEVELS]>,
}

/// One level of a list.
#[derive(Clone, Debug, Default)]
struct Level {
    start: u32,
    format: String,
    text: String,
}

#[derive(Debug, Default)]
struct Use {
    list: String,
    starts: HashMap<usize, u32>,
}

impl Numbering {
    /// Reads `word/numbering.xml`.
    pub(crate) fn read(xml: &str) -> Result<Self, ImportError> {
        let mut numbering = Self::default();
        let mut list: Option<String> = None;
        let mut used: Option<String> = None;
        let mut level = 0;
        walk(xml, |piece| match piece {
            Xml::Start("abstractNum", attributes) => {
                list = attributes.get("abstractNumId");
                if let Some(list) = &list {
                    numbering.lists.insert(list.clone(), Default::default());
                }
            }
            Xml::Start("lvl" | "lvlOverride", attributes) => {
                level = attributes.number("ilvl").unwrap_or(0).min(LEVELS - 1);
            }
            Xml::Start("num", attributes) => {
                used = attributes.get("numId");
                list = None;
            }
            Xml::Start("abstractNumId", attributes) => {
                if let (Some(used), Some(list)) = (&used, attributes.get("val")) {
                    numbering.uses.entry(used.clone()).or_default().list = list;
                }
            }
            Xml::Start("startOverride", attributes) => {
                if let (Some(used), Some(start)) = (&used, attributes.number("val")) {
                    numbering
                        .uses
                        .entry(used.clone())
                        .or_default()
                        .starts
                        .insert(level, start);
                }
            }
            Xml::Start(name @ ("start" | "numFmt" | "lvlText"), attributes) => {
                let found = list.as_ref().and_then(|list| numbering.lists.get_mut(list));
                if let Some(found) = found.map(|levels| &mut levels[level]) {
                    let value = attributes.get("val").unwrap_or_default();
                    match name {
                        "start" => found.start = value.parse().unwrap_or(1),
                        "numFmt" => found.format = value,
                        _ => found.text = value,
                    }
                }
            }
            _ => {}
        })?;
        Ok(numbering)
    }

    /// Counts a paragraph and returns what Word writes before it, empty for a bullet.
    pub(crate) fn next(&mut self, number: &str, level: usize) -> String {
        let level = level.min(LEVELS - 1);
        let Some(used) = self.uses.get(number) else {
            return String::new();
        };
        let Some(levels) = self.lists.get(&used.list) else {
            return String::new();
        };
        // Uses of one list count on, unless one of them starts anew.
        let key = if used.starts.is_empty() {
            format!("list {}", used.list)
        } else {
            format!("use {number}")
        };
        let counts = self.counts.entry(key).or_default();
        let start = |level: usize| {
            used.starts
                .get(&level)
                .copied()
                .unwrap_or(levels[level].start)
        };
        counts[level] = Some(counts[level].map_or(start(level), |count| count.saturating_add(1)));
        counts[level + 1..].fill(None);
        let mut text = levels[level].text.clone();
        for above in 0..=level {
            let hole = format!("%{}", above + 1);
            if text.contains(&hole) {
                let count = counts[above].unwrap_or(start(above));
                text = text.replace(&hole, &written(count, &levels[above].format));
            }
        }
        if matches!(levels[level].format.as_str(), "bullet" | "none") {
            String::new()
        } else {
            text
        }
    }
}

/// A number in one of Word's formats (ECMA-376, `ST_NumberFormat`).
fn written(number: u32, format: &str) -> String {
    match format {
        "chineseCounting"
        | "chineseCountingThousand"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "japaneseCounting"
        | "ideographDigital"
        | "ideographLegalTraditional"
        | "chineseLegalSimplified"
        | "koreanCounting"
            if number < 10_000 =>
        {
            han_number(number)
        }
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if (1..=20).contains(&number) => {
            char::from_u32(0x2460 + number - 1)
                .map(String::from)
                .unwrap_or_default()
        }
        "decimalZero" => format!("{number:02}"),
        "upperLetter" => letter(number, 'A'),
        "lowerLetter" => letter(number, 'a'),
        "upperRoman" => roman(number),
        "lowerRoman" => roman(number).to_lowercase(),
        _ => number.to_string(),
    }
}

fn letter(number: u32, first: char) -> String {
    let index = number.saturating_sub(1) % 26;
    char::from_u32(u32::from(first) + index)
        .map(String::from)
        .unwrap_or_default()
}

fn roman(number: u32) -> String {
    let mut left = number.min(3999);
    let mut text = String::new();
    for (value, sign) in [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ] {
        while left >= value {
            text.push_str(sign);
            left -= value;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_and_items_are_counted() {
        let xml = r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="0">
            <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="第%1条"/></w:lvl>
            <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
            </w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>"#;
        let mut numbering = Numbering::read(xml).expect("it is XML");
        let labels: Vec<String> = [0, 1, 1, 0, 1]
            .iter()
            .map(|&level| numbering.next("7", level))
            .collect();
        assert_eq!(labels, ["第一条", "（一）", "（二）", "第二条", "（一）"]);
        assert_eq!(numbering.next("8", 0), "");
    }
}
