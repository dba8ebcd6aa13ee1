//! The articles of a law: where each begins, and what does not belong to it any more.

use crate::document::clean::wrapping::ends_sentence;
use crate::document::describe::dates::first_date;
use crate::document::line::{Line, Mark};

use super::headings::LONGEST_HEADING;
use super::marker::{Marker, Style, han_number, marker};

/// Fewest articles that make a document a law.
const FEWEST_ARTICLES: usize = 3;
/// Articles that may be missing between two.
const WIDEST_GAP: u32 = 30;

/// How an article is cited.
pub(crate) fn article_name(article: &Marker) -> String {
    let mut name = format!("第{}条", han_number(article.number));
    if article.sub_number > 0 {
        name.push('之');
        name.push_str(&han_number(article.sub_number));
    }
    name
}

/// The lines that begin an article.
pub(crate) struct Articles {
    markers: Vec<Option<Marker>>,
    /// The first of them.
    pub(crate) first: Option<usize>,
}

impl Articles {
    /// Finds them. 第五条规定的…… at the head of a line is no article: the numbers must go up, and
    /// what follows must begin a sentence.
    pub(crate) fn find(lines: &[Line]) -> Self {
        let mut markers: Vec<Option<Marker>> = Vec::with_capacity(lines.len());
        let mut last: Option<Marker> = None;
        for line in lines {
            let text = line.as_str();
            let article = marker(text)
                .filter(|found| found.style == Style::Article && begins_article(text, found, last));
            last = article.or(last);
            markers.push(article);
        }
        if markers.iter().flatten().count() < FEWEST_ARTICLES {
            markers.fill(None);
        }
        let first = markers.iter().position(Option::is_some);
        Self { markers, first }
    }

    /// The article that begins with a line.
    pub(crate) fn begins(&self, index: usize) -> Option<&Marker> {
        self.markers.get(index)?.as_ref()
    }
}

fn begins_article(text: &str, article: &Marker, last: Option<Marker>) -> bool {
    let spaced = text[..article.end].ends_with(char::is_whitespace) || article.end == text.len();
    let refers = text[article.end..].starts_with([
        '第', '、', '和', '至', '的', '所', '规', '中', '及', '与', '或', '，', '。', '）', '》',
        '”', '之', '到', '－', '-', '—', '～',
    ]);
    let follows = last.is_some_and(|last| {
        (article.number == last.number + 1 && article.sub_number <= 1)
            || (article.number == last.number && article.sub_number == last.sub_number + 1)
    });
    let skips = last.is_some_and(|last| {
        article.number > last.number && article.number <= last.number + WIDEST_GAP
    });
    let first = article.number == 1 && article.sub_number == 0;
    (spaced && (first || follows || skips)) || (!refers && (first || follows))
}

pub(crate) fn is_law_heading(line: &Line) -> bool {
    matches!(line.mark, Mark::Heading(_)) || division(line.as_str()).is_some()
}

/// 第一章 总则 and its like; 第三节课 is none.
pub(crate) fn division(text: &str) -> Option<Marker> {
    let found = marker(text).filter(|found| found.style.is_division())?;
    let spaced = text[..found.end].ends_with(char::is_whitespace) || found.end == text.len();
    let short = text.chars().count() <= LONGEST_HEADING && !ends_sentence(text);
    (short && !text.contains(['，', '。']) && (spaced || found.style <= Style::Chapter))
        .then_some(found)
}

/// Whether a line behind an article does not belong to it: an annex, a signature, a page's note.
pub(crate) fn ends_article(lines: &[Line], index: usize) -> bool {
    let text = lines[index].as_str();
    let is_date = |text: &str| text.chars().count() <= 24 && first_date(text).is_some();
    let short = text.chars().count() <= 40 && !ends_sentence(text);
    let annex = marker(text).is_some_and(|found| found.style == Style::Attachment);
    annex
        || ["公开方式", "抄送", "主送", "（此件"]
            .iter()
            .any(|word| text.starts_with(word))
        || (short && text.ends_with("印发"))
        || (short && is_date(text) && !text.contains(['：', '，']))
        || (short
            && marker(text).is_none()
            && lines
                .get(index + 1)
                .is_some_and(|next| is_date(next.as_str()))
            && lines[index - 1].as_str().ends_with(['。', '：']))
        || is_attached_title(lines, index)
        || is_annexed_table(lines, index)
}

/// The title of a table behind a law: 个人所得税税率表一（综合所得适用）.
pub(crate) fn is_annexed_table(lines: &[Line], index: usize) -> bool {
    let text = lines[index].as_str();
    let bare = text.split(['（', '(']).next().unwrap_or(text);
    let name =
        bare.trim_end_matches(|c: char| "一二三四五六七八九十".contains(c) || c.is_ascii_digit());
    text.chars().count() <= 40
        && name.ends_with('表')
        && marker(text).is_none()
        && !ends_sentence(text)
        && (index == 0 || ends_sentence(lines[index - 1].as_str()))
}

/// The title of a regulation that is attached to a notice: a short line before its first article.
pub(crate) fn is_attached_title(lines: &[Line], index: usize) -> bool {
    const KINDS: [&str; 12] = [
        "办法", "规定", "细则", "条例", "方案", "规范", "规则", "准则", "标准", "意见", "指引",
        "公约",
    ];
    let text = lines[index].as_str();
    let bare = text.trim_end_matches(['）', ')', '》']);
    let named = KINDS.iter().any(|kind| bare.ends_with(kind)) || text.ends_with("（试行）");
    named
        && text.chars().count() <= 60
        && marker(text).is_none()
        && lines[index + 1..].iter().take(4).any(|next| {
            marker(next.as_str()).is_some_and(|found| {
                found.number == 1
                    && (found.style == Style::Article || found.style == Style::Chapter)
            })
        })
}
