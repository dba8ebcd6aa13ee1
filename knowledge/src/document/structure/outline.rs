//! The structure of a document: which line is a heading, which begins an article.

use std::ops::Range;

use crate::document::line::{Line, Mark};

use super::articles::{Articles, article_name, division, ends_article, is_law_heading};
use super::headings::{Rank, heading};
use super::marker::{Marker, Style, marker};

/// Headings marked as such from which on a line without mark is none.
const FEWEST_MARKED: usize = 2;

/// A run of lines under one path of headings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// The headings above it, outermost first.
    pub(crate) headings: Vec<String>,
    /// How deep the last of them ranks; larger is deeper.
    pub(crate) rank: Rank,
    /// Its lines, the heading itself not among them.
    pub(crate) lines: Range<usize>,
    /// The number and first words of a paragraph that is a part of its own: 二、参保人员享受……
    pub(crate) label: Option<String>,
    /// What it is.
    pub(crate) kind: Kind,
}

impl Section {
    /// Whether it may share a passage with its neighbours where it is small: a part below the
    /// main headings that is no question with its answer.
    pub(crate) fn is_minor(&self) -> bool {
        let question = self
            .headings
            .last()
            .is_some_and(|heading| heading.ends_with(['？', '?']));
        matches!(self.kind, Kind::Text | Kind::Opening)
            && (self.label.is_some() || (self.rank.is_minor() && !question))
    }

    /// The headings that it shares with its neighbours.
    pub(crate) fn parents(&self) -> &[String] {
        let own = usize::from(self.label.is_none());
        &self.headings[..self.headings.len().saturating_sub(own)]
    }

    /// What it is called.
    pub(crate) fn name(&self) -> Option<&str> {
        self.label
            .as_deref()
            .or_else(|| self.headings.last().map(String::as_str))
    }
}

/// What a section is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What stands before the first heading.
    Opening,
    /// An article of a law, with its name: 第一百三十三条之一.
    Article(String),
    /// Text under a heading.
    Text,
    /// What stands behind the last article: signature, distribution.
    Closing,
}

/// Cuts lines into sections. Every line that is neither heading nor title is in exactly one.
pub(crate) fn sections(lines: &[Line], title: &str) -> Vec<Section> {
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
