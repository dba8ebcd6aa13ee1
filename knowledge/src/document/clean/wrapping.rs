//! Lines that were broken in the middle of a sentence, joined again.

use super::spacing::is_han;
use crate::document::line::{Line, Place};
use crate::document::structure::marker::marker;

/// Columns that a line must have before its length says anything about the width of the page.
const SHORTEST_FULL: usize = 24;
/// Widest page, in columns; longer lines were not broken by a page.
const WIDEST: usize = 130;
/// Longest line, in bytes, that is still added to: no paragraph is longer.
const LONGEST: usize = 12_000;
/// Columns by which a full line may fall short: a sign that must not begin the next line.
const SLACK: usize = 4;

/// Joins lines whose break stands inside a sentence.
///
/// A document that was broken at the width of its page is told by its many lines of that width;
/// elsewhere only what cannot be a whole line is joined: one that ends with a comma or with an open
/// bracket, or a line without end that has a comma inside.
pub(crate) fn join(lines: Vec<Line>) -> Vec<Line> {
    let width = page_width(&lines);
    let closes = closes(&lines, width);
    let mut joined: Vec<Line> = Vec::with_capacity(lines.len());
    let mut last_columns = 0;
    for (line, closes) in lines.into_iter().zip(closes) {
        let columns = line.columns;
        let full = width.is_some_and(|width| last_columns + SLACK >= width);
        let broken = if width.is_some() {
            Some(full && closes)
        } else {
            None
        };
        match joined.last_mut() {
            Some(last) if continues(last, &line, broken) => append(last, &line),
            _ => joined.push(line),
        }
        last_columns = columns;
    }
    joined
}

/// For each line whether the full lines that begin with it run on to the end of a sentence. A list
/// of entries as long as each other never does.
fn closes(lines: &[Line], width: Option<usize>) -> Vec<bool> {
    let mut closes = vec![false; lines.len()];
    for (index, line) in lines.iter().enumerate().rev() {
        let full = width.is_some_and(|width| line.columns + SLACK >= width);
        closes[index] = ends_sentence(line.as_str())
            || (full
                && lines.get(index + 1).is_some_and(|next| {
                    next.is_plain() && !next.after_blank && !begins_something(next.as_str())
                })
                && closes[index + 1]);
    }
    closes
}

/// The width at which the lines were broken, if they were.
fn page_width(lines: &[Line]) -> Option<usize> {
    let mut long: Vec<(usize, bool)> = lines
        .iter()
        .filter(|line| line.is_plain() && line.columns >= SHORTEST_FULL)
        .map(|line| (line.columns, ends_sentence(line.as_str())))
        .collect();
    long.sort_unstable();
    let width = long.get(long.len().checked_sub(1)? * 95 / 100)?.0;
    if !(SHORTEST_FULL..=WIDEST).contains(&width) {
        return None;
    }
    let full: Vec<bool> = long
        .iter()
        .filter(|(columns, _)| (width - SLACK..=width + 1).contains(columns))
        .map(|(_, ends)| *ends)
        .collect();
    let broken = full.iter().filter(|ends| !**ends).count();
    (full.len() >= 2 && full.len() * 4 >= long.len() && broken * 5 >= full.len() * 3)
        .then_some(width)
}

/// Whether `next` goes on with the sentence of `last`. In a document broken at the width of its
/// page, `broken` says whether the break between them is such a break.
fn continues(last: &Line, next: &Line, broken: Option<bool>) -> bool {
    const CLOSING: [char; 12] = [
        '，', '。', '、', '；', '：', '？', '！', '）', '》', '”', '’', '】',
    ];
    if !last.is_plain() || !next.is_plain() || !same_kind_of_place(last, next) {
        return false;
    }
    let (before, after) = (last.as_str(), next.as_str());
    if before.len() > LONGEST || ends_sentence(before) || begins_something(after) {
        return false;
    }
    if after.starts_with(CLOSING) {
        return true;
    }
    if next.after_blank {
        return false;
    }
    let deeper = next.indent >= last.indent.min(4) + 2 && next.indent > 2;
    if before.ends_with(['，', '、', ',']) || (open_bracket(before) && !deeper) {
        return true;
    }
    if deeper {
        return false;
    }
    broken.unwrap_or_else(|| {
        let words = &before[marker(before).map_or(0, |found| found.end)..];
        let unfinished = words.chars().count() >= 12
            && words.contains(['，', '、'])
            && before.chars().next_back().is_some_and(is_han);
        unfinished && (ends_sentence(after) || after.contains(['，', '、']))
    })
}

/// Texts of one file are joined across pages, never across sheets.
fn same_kind_of_place(last: &Line, next: &Line) -> bool {
    match (&last.place, &next.place) {
        (Place::Text, Place::Text) | (Place::Page(_), Place::Page(_)) => true,
        (Place::Paragraphs(last), Place::Paragraphs(next)) => last.end == next.start,
        _ => false,
    }
}

fn append(last: &mut Line, next: &Line) {
    let latin = |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric());
    let space = latin(last.as_str().chars().next_back()) && latin(next.as_str().chars().next());
    if space {
        let at = next.text.original(0..0).start;
        last.text.insert(" ", at);
    }
    last.text.append(&next.text);
    if let (Place::Paragraphs(last), Place::Paragraphs(next)) = (&mut last.place, &next.place) {
        last.end = next.end;
    }
}

/// Whether a line ends as a sentence, an item or a lead-in does.
pub(crate) fn ends_sentence(text: &str) -> bool {
    let bare = text.trim_end_matches(['”', '’', '）', ')', '》', '」', '】']);
    bare.ends_with(['。', '！', '？', '；', '：', '!', '?', ';', ':', '…'])
}

/// Whether a line begins something of its own: a number, a mark, a page's note.
fn begins_something(text: &str) -> bool {
    marker(text).is_some()
        || text.starts_with(['|', '【', '（', '('])
            && text.chars().count() < 30
            && text.ends_with(['】', '）', ')'])
}

/// Whether the last bracket or quotation mark is still open.
fn open_bracket(text: &str) -> bool {
    [
        ('（', '）'),
        ('《', '》'),
        ('“', '”'),
        ('(', ')'),
        ('〔', '〕'),
    ]
    .iter()
    .any(|(open, close)| {
        text.rfind(*open)
            .is_some_and(|at| !text[at..].contains(*close))
    })
}

#[cfg(test)]
mod tests {
    use dialects::Mapped;

    use super::*;
    use crate::document::line::Mark;

    fn joined(text: &str) -> Vec<String> {
        let mut blank = false;
        let mut lines = Vec::new();
        for line in text.lines() {
            if line.trim().is_empty() {
                blank = true;
                continue;
            }
            let mut read = Line::new(Mapped::unchanged(line), Mark::Plain, Place::Text);
            read.text = Mapped::unchanged(line.trim());
            read.after_blank = std::mem::take(&mut blank);
            lines.push(read);
        }
        join(lines)
            .iter()
            .map(|line| line.as_str().to_owned())
            .collect()
    }

    #[test]
    fn a_page_broken_at_its_width_is_whole_again() {
        let text = "    根据国务院关于户政业务跨省通办的部署要求，我局统筹做好新版户籍人\n\
                    口信息大集中系统建设，大力推进户政业务跨省通办工作，二月初已在试\n\
                    点上线服务，经过一个月的试行完善，已具备向全省推广应用的条件。\n\
                    \u{20}   二、做好上线准备和培训。各地务必提前部署，认真组织做好用户录入、\n\
                    权限开通、系统测试等工作。\n\
                    联系人名单\n\
                    张三\n";
        assert_eq!(
            joined(text),
            [
                "根据国务院关于户政业务跨省通办的部署要求，我局统筹做好新版户籍人口信息大集中系统建设，大力推进户政业务跨省通办工作，二月初已在试点上线服务，经过一个月的试行完善，已具备向全省推广应用的条件。",
                "二、做好上线准备和培训。各地务必提前部署，认真组织做好用户录入、权限开通、系统测试等工作。",
                "联系人名单",
                "张三",
            ]
        );
    }

    #[test]
    fn whole_lines_stay_apart() {
        for text in [
            "电话：87524298\n地址：幸福路12号",
            "天河区体育西横街一百九十三号首层大厅\n天河区林和西路一百零一号一楼的大厅\n天河区范屋街一百四十五号一楼的大厅",
            "（一）身份证；\n（二）户口本。",
            "就医优惠\n老年人持卡在本市公立医院就医，减收诊查费。",
        ] {
            assert_eq!(joined(text).len(), text.lines().count(), "{text}");
        }
    }

    #[test]
    fn a_lone_broken_sentence_is_joined() {
        assert_eq!(
            joined("居住证持有人在居住地依法享受劳动就业，参加社\n会保险的权利。").len(),
            1
        );
        assert_eq!(joined("《广州市老年人优待\n办法》自五月起施行").len(), 1);
        assert_eq!(joined("身份证、户口本、\n居住证").len(), 1);
    }
}
