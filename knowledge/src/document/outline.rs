//! The structure of a document: which line is a heading, which begins an article.

use std::ops::Range;

use super::dates::first_date;
use super::line::{Line, Mark};
use super::marker::{Marker, Style, han_number, marker};
use super::wrapping::ends_sentence;

/// Longest heading, in characters; a question may be longer.
const LONGEST_HEADING: usize = 45;
const LONGEST_QUESTION: usize = 80;
/// Longest line without number or mark that can be a heading.
const LONGEST_BARE: usize = 22;
/// Fewest articles that make a document a law.
const FEWEST_ARTICLES: usize = 3;
/// Headings marked as such from which on a line without mark is none.
const FEWEST_MARKED: usize = 2;
/// Articles that may be missing between two.
const WIDEST_GAP: u32 = 30;

/// A run of lines under one path of headings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// The headings above it, outermost first.
    pub(super) headings: Vec<String>,
    /// How deep the last of them ranks; larger is deeper.
    pub(super) rank: Rank,
    /// Its lines, the heading itself not among them.
    pub(super) lines: Range<usize>,
    /// The number and first words of a paragraph that is a part of its own: 二、参保人员享受……
    pub(super) label: Option<String>,
    /// What it is.
    pub(super) kind: Kind,
}

impl Section {
    /// Whether it may share a passage with its neighbours where it is small: a part below the
    /// main headings that is no question with its answer.
    pub(super) fn is_minor(&self) -> bool {
        let question = self
            .headings
            .last()
            .is_some_and(|heading| heading.ends_with(['？', '?']));
        matches!(self.kind, Kind::Text | Kind::Opening)
            && (self.label.is_some() || (self.rank.is_minor() && !question))
    }

    /// The headings that it shares with its neighbours.
    pub(super) fn parents(&self) -> &[String] {
        let own = usize::from(self.label.is_none());
        &self.headings[..self.headings.len().saturating_sub(own)]
    }

    /// What it is called.
    pub(super) fn name(&self) -> Option<&str> {
        self.label
            .as_deref()
            .or_else(|| self.headings.last().map(String::as_str))
    }
}

/// What a section is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What stands before the first heading.
    Opening,
    /// An article of a law, with its name: 第一百三十三条之一.
    Article(String),
    /// Text under a heading.
    Text,
    /// What stands behind the last article: signature, distribution.
    Closing,
}

/// Depth of a heading. The numbers leave room between the families.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank(u8);

impl Rank {
    /// Whether a heading of this depth divides what hangs together.
    fn is_minor(self) -> bool {
        self >= Self::of_style(Style::Step)
    }

    /// A heading that stands in place of a number: bare, and the deepest.
    const BARE: Self = Self(60);
    /// A question that stands above its answer.
    const QUESTION: Self = Self(59);

    fn of_style(style: Style) -> Self {
        Self(match style {
            Style::Attachment => 1,
            Style::Book => 11,
            Style::SubBook => 12,
            Style::Chapter => 13,
            Style::Section => 14,
            Style::SubSection => 15,
            Style::Padded => 40,
            Style::Han => 41,
            Style::Step => 42,
            Style::HanBracket => 43,
            Style::Number => 44,
            Style::Decimal2 => 45,
            Style::Decimal3 => 46,
            Style::NumberBracket => 47,
            Style::Circled => 48,
            Style::Question => 49,
            Style::Article | Style::Answer | Style::Sign => 60,
        })
    }

    fn of_mark(level: u8) -> Self {
        Self(20 + level.min(9))
    }
}

/// Cuts lines into sections. Every line that is neither heading nor title is in exactly one.
pub(super) fn sections(lines: &[Line], title: &str) -> Vec<Section> {
    let articles = Articles::find(lines);
    let marked = lines
        .iter()
        .filter(|line| matches!(line.mark, Mark::Heading(_)) && division(line.as_str()).is_none())
        .count();
    let bare_headings = marked < FEWEST_MARKED;
    let mut walk = Walk::default();
    for index in 0..lines.len() {
        let line = &lines[index];
        if line.mark == Mark::Title {
            walk.close(index);
            continue;
        }
        if let Some(article) = articles.begins(index) {
            walk.article(index, article);
            continue;
        }
        if walk.in_article() && !ends_article(lines, index) && !is_law_heading(line) {
            continue;
        }
        match heading(lines, index, &articles, title)
            .filter(|(rank, _)| bare_headings || *rank < Rank::QUESTION)
        {
            Some((rank, text)) => walk.heading(index, rank, text),
            None if walk.in_article() => walk.closing(index),
            None => walk.body(index, line),
        }
    }
    walk.close(lines.len());
    walk.sections
}

/// What has been read on the way through the lines.
#[derive(Default)]
struct Walk {
    sections: Vec<Section>,
    path: Vec<(Rank, String)>,
    open: Option<(usize, Kind)>,
    label: Option<String>,
    seen_heading: bool,
}

impl Walk {
    fn in_article(&self) -> bool {
        matches!(self.open, Some((_, Kind::Article(_))))
    }

    fn body(&mut self, index: usize, line: &Line) {
        // 2.办理时限：五日 behind the part 1.材料 belongs to what stands above both.
        if let Some(found) = marker(line.as_str())
            && let Some(sibling) = self
                .path
                .iter()
                .position(|(rank, _)| *rank == Rank::of_style(found.style))
            && found.style != Style::Answer
            && found.style != Style::Sign
        {
            self.close(index);
            self.path.truncate(sibling);
        }
        if let Some(label) = label(line) {
            self.close(index);
            self.label = Some(label);
        }
        if self.open.is_none() {
            let kind = if self.seen_heading {
                Kind::Text
            } else {
                Kind::Opening
            };
            self.open = Some((index, kind));
        }
    }

    fn heading(&mut self, index: usize, rank: Rank, text: String) {
        self.close(index);
        while self.path.last().is_some_and(|(above, _)| *above >= rank) {
            self.path.pop();
        }
        // 4.1 stands under 4., and never under 3.
        let decimal = [Style::Decimal2, Style::Decimal3].map(Rank::of_style);
        let whole = |text: &str| text.split('.').next().map(str::to_owned);
        if decimal.contains(&rank)
            && let Some(above) = self
                .path
                .iter()
                .position(|(above, _)| *above == Rank::of_style(Style::Number))
            && whole(&self.path[above].1) != whole(&text)
        {
            self.path.truncate(above);
        }
        self.path.push((rank, text));
        self.seen_heading = true;
    }

    fn article(&mut self, index: usize, article: &Marker) {
        self.close(index);
        // Only what divides a law stands above its articles.
        self.path
            .retain(|(rank, _)| *rank < Rank::of_style(Style::Padded));
        self.seen_heading = true;
        self.open = Some((index, Kind::Article(article_name(article))));
    }

    fn closing(&mut self, index: usize) {
        self.close(index);
        self.path.clear();
        self.open = Some((index, Kind::Closing));
    }

    fn close(&mut self, index: usize) {
        let Some((start, kind)) = self.open.take() else {
            self.label = None;
            return;
        };
        self.sections.push(Section {
            headings: self.path.iter().map(|(_, text)| text.clone()).collect(),
            rank: self.path.last().map(|(rank, _)| *rank).unwrap_or_default(),
            lines: start..index,
            label: self.label.take(),
            kind,
        });
    }
}

/// The name of a paragraph numbered 一、 that is too long for a heading: its first words.
fn label(line: &Line) -> Option<String> {
    let text = line.as_str();
    let found = marker(text).filter(|found| found.style == Style::Han && line.is_plain())?;
    let words = text[found.end..].find(['，', '。', '；', '：', ',', ':']);
    let end = words.map_or(text.len(), |words| found.end + words);
    Some(text[..end].to_owned())
}

/// How an article is cited.
fn article_name(article: &Marker) -> String {
    let mut name = format!("第{}条", han_number(article.number));
    if article.sub_number > 0 {
        name.push('之');
        name.push_str(&han_number(article.sub_number));
    }
    name
}

/// The lines that begin an article.
struct Articles {
    markers: Vec<Option<Marker>>,
    first: Option<usize>,
}

impl Articles {
    /// Finds them. 第五条规定的…… at the head of a line is no article: the numbers must go up, and
    /// what follows must begin a sentence.
    fn find(lines: &[Line]) -> Self {
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

    fn begins(&self, index: usize) -> Option<&Marker> {
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

fn is_law_heading(line: &Line) -> bool {
    matches!(line.mark, Mark::Heading(_)) || division(line.as_str()).is_some()
}

/// 第一章 总则 and its like; 第三节课 is none.
fn division(text: &str) -> Option<Marker> {
    let found = marker(text).filter(|found| found.style.is_division())?;
    let spaced = text[..found.end].ends_with(char::is_whitespace) || found.end == text.len();
    let short = text.chars().count() <= LONGEST_HEADING && !ends_sentence(text);
    (short && !text.contains(['，', '。']) && (spaced || found.style <= Style::Chapter))
        .then_some(found)
}

/// Whether a line behind an article does not belong to it: an annex, a signature, a page's note.
fn ends_article(lines: &[Line], index: usize) -> bool {
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
fn is_annexed_table(lines: &[Line], index: usize) -> bool {
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
fn is_attached_title(lines: &[Line], index: usize) -> bool {
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

/// The depth and text of a heading, if the line is one.
fn heading(
    lines: &[Line],
    index: usize,
    articles: &Articles,
    title: &str,
) -> Option<(Rank, String)> {
    let line = &lines[index];
    let text = line.as_str();
    if let Some(found) = division(text) {
        return Some((Rank::of_style(found.style), text.to_owned()));
    }
    if let Mark::Heading(level) = line.mark {
        return Some((Rank::of_mark(level), text.to_owned()));
    }
    if line.mark != Mark::Plain || text == title {
        return None;
    }
    let behind_law = articles.first.is_some_and(|first| first < index);
    if is_attached_title(lines, index) || (behind_law && is_annexed_table(lines, index)) {
        return Some((Rank::of_style(Style::Attachment), text.to_owned()));
    }
    let next = lines
        .get(index + 1)
        .filter(|next| !matches!(next.mark, Mark::Heading(_)))?;
    let before = index.checked_sub(1).map(|before| &lines[before]);
    if let Some(found) = marker(text) {
        return numbered_heading(text, found, before, next);
    }
    if articles.begins(index + 1).is_some() {
        return None;
    }
    let rank = if text.ends_with(['？', '?']) {
        Rank::QUESTION
    } else {
        Rank::BARE
    };
    bare_heading(text, before, next).then(|| (rank, text.trim_end_matches('：').to_owned()))
}

fn numbered_heading(
    text: &str,
    found: Marker,
    before: Option<&Line>,
    next: &Line,
) -> Option<(Rank, String)> {
    let rank = Rank::of_style(found.style);
    let words = &text[found.end..];
    let length = words.chars().count();
    let following = marker(next.as_str());
    match found.style {
        Style::Question => return Some((rank, words.to_owned())),
        Style::Attachment => {
            let list = marker(words).is_some() || words.contains('.');
            let alone = length <= LONGEST_HEADING && !ends_sentence(words) && !list;
            return alone.then(|| (rank, text.to_owned()));
        }
        Style::Article | Style::Answer | Style::Sign => return None,
        _ => {}
    }
    if words.is_empty() {
        return None;
    }
    let answered = following.is_some_and(|next| next.style == Style::Answer);
    if answered && length <= LONGEST_QUESTION {
        return Some((rank, text.to_owned()));
    }
    let is_question = words.ends_with(['？', '?']);
    let leads_in = words.ends_with(['：', ':']);
    let longest = if is_question {
        LONGEST_QUESTION
    } else {
        LONGEST_HEADING
    };
    let whole = length <= longest
        && (is_question || leads_in || !ends_sentence(words))
        && !words.contains(['。', '；'])
        && !words.ends_with(['，', '、', ',']);
    let leads_in = words.ends_with(['：', ':']);
    let in_list = before
        .and_then(|before| marker(before.as_str()))
        .is_some_and(|before| {
            let sibling = before.style == found.style && before.number + 1 == found.number;
            before.style == Style::Attachment || (sibling && !leads_in)
        });
    // 十、预约办理：87524298 is a field with its value.
    let field = words
        .split_once(['：', ':'])
        .is_some_and(|(name, value)| !value.is_empty() && name.chars().count() <= 12);
    let leads = match following {
        None => true,
        Some(next) => match next.style {
            Style::Answer | Style::Sign | Style::Question | Style::Step => true,
            Style::Attachment | Style::Article => false,
            style => style > found.style,
        },
    };
    (whole && !in_list && !field && leads)
        .then(|| (rank, text.trim_end_matches(['：', ':']).to_owned()))
}

/// 线上办理 or 丢了怎么办？ on a line of its own above its text.
fn bare_heading(text: &str, before: Option<&Line>, next: &Line) -> bool {
    let length = text.chars().count();
    let next_text = next.as_str();
    let apart = before.is_none_or(|before| {
        !before.is_plain()
            || ends_sentence(before.as_str())
            || before.as_str().chars().count() <= LONGEST_BARE
    });
    if !next.is_plain() && !matches!(next.mark, Mark::Row { .. }) {
        return false;
    }
    if text.ends_with(['？', '?']) {
        return length <= LONGEST_QUESTION && !next_text.ends_with(['？', '?', '！']) && apart;
    }
    let letters = text
        .chars()
        .filter(|character| character.is_alphabetic())
        .count();
    let wordy = letters * 2 > length && first_date(text).is_none();
    let leads_in = ["以下", "下列", "如下", "包括", "的"]
        .iter()
        .any(|word| text.contains(word));
    if let Some(name) = text.strip_suffix(['：', ':']) {
        return wordy && apart && !leads_in && (2..=12).contains(&name.chars().count());
    }
    let clean = !text.contains(['。', '；', '，', '：', ':', '、', '|', '！', '—', ' '])
        && !ends_sentence(text);
    let text_follows =
        next.is_plain() && ends_sentence(next_text) && next_text.chars().count() * 2 > length * 3;
    wordy && clean && apart && (2..=LONGEST_BARE).contains(&length) && text_follows
}
