//! A sentence with its numbers taken out, so that sentences which differ by numbers only are alike.

use std::ops::Range;

use dialects::numerals::{Kind, Quantity, quantities};

use crate::difference::Pairs;
use crate::edition::Passage;
use crate::prepared::Meaning;

/// What counts something that a rule depends on; 项, 条 and 种 only number what is said.
const UNITS: [&str; 25] = [
    "工作日",
    "日",
    "个月",
    "月",
    "年",
    "学年",
    "周",
    "岁",
    "小时",
    "分钟",
    "次",
    "人",
    "户",
    "份",
    "张",
    "倍",
    "百分点",
    "平方米",
    "立方米",
    "公里",
    "米",
    "公斤",
    "分贝",
    "只",
    "元",
];

/// Sentences that say when a paper was made, and not what holds.
const ABOUT_THE_PAPER: [&str; 12] = [
    "施行", "发布", "印发", "公布", "修订", "修正", "通过", "批准", "废止", "实施", "日期", "更新",
];

/// A number with what it counts.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) quantity: Quantity,
    /// As it is written.
    pub(super) written: String,
    /// What stands before it in its clause.
    pub(super) what: String,
}

impl Fact {
    /// Whether both are of one sort, so that they can be held against each other.
    pub(super) fn is_of_the_sort_of(&self, other: &Self) -> bool {
        self.quantity.kind == other.quantity.kind && self.quantity.unit == other.quantity.unit
    }
}

/// A sentence that says something with numbers.
pub(super) struct Statement {
    /// Its pairs of characters, each number reduced to one sign.
    pub(super) pairs: Pairs,
    /// Letters beside the numbers.
    pub(super) letters: usize,
    pub(super) meaning: Meaning,
    pub(super) facts: Vec<Fact>,
}

impl Statement {
    /// The sentences of a passage that say something with numbers.
    pub(super) fn all(passage: &Passage) -> Vec<Self> {
        let text = &passage.text;
        sentences(text)
            .filter_map(|sentence| Self::of(&text[sentence]))
            .collect()
    }

    fn of(sentence: &str) -> Option<Self> {
        let found: Vec<Quantity> = quantities(sentence).into_iter().filter(is_rule).collect();
        let only_dates = found.iter().all(|quantity| quantity.kind == Kind::Date);
        let about_the_paper = || ABOUT_THE_PAPER.iter().any(|word| sentence.contains(word));
        if found.is_empty() || (only_dates && about_the_paper()) {
            return None;
        }
        let mut masked = String::with_capacity(sentence.len());
        let mut letters = 0;
        let mut at = 0;
        for quantity in &found {
            let between = &sentence[at..quantity.span.start];
            letters += between
                .chars()
                .filter(|letter| letter.is_alphabetic())
                .count();
            masked.push_str(between);
            masked.push('N');
            masked.push_str(quantity.unit.as_deref().unwrap_or_default());
            at = quantity.span.end;
        }
        letters += sentence[at..]
            .chars()
            .filter(|letter| letter.is_alphabetic())
            .count();
        masked.push_str(&sentence[at..]);
        let facts = found.into_iter().map(|quantity| Fact {
            written: sentence[quantity.span.clone()].to_owned(),
            what: before(sentence, quantity.span.start),
            quantity,
        });
        Some(Self {
            pairs: Pairs::of(&masked),
            letters,
            meaning: Meaning::of(&masked),
            facts: facts.collect(),
        })
    }

    /// Whether both hold the same sorts of numbers in the same order.
    pub(super) fn is_built_like(&self, other: &Self) -> bool {
        self.facts.len() == other.facts.len()
            && self
                .facts
                .iter()
                .zip(&other.facts)
                .all(|(one, other)| one.is_of_the_sort_of(other))
    }
}

/// Whether a number says what holds: not the number of an article, a house or a paper.
fn is_rule(quantity: &Quantity) -> bool {
    let unit = quantity.unit.as_deref();
    match quantity.kind {
        Kind::Money | Kind::Share | Kind::Phone | Kind::Time | Kind::Date => true,
        Kind::Count => unit.is_some_and(|unit| UNITS.contains(&unit)),
        Kind::Identifier | Kind::Article | Kind::Ordinal => false,
    }
}

/// Sentences, and rows of tables as wholes: 年龄：80岁；标准：每月100元 is one statement.
fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let is_row = line.matches('：').count() >= 2 && line.contains('；');
        let ends =
            |letter: char| matches!(letter, '。' | '！' | '？') || (letter == '；' && !is_row);
        let mut from = start;
        for sentence in line.split_inclusive(ends) {
            lines.push(from..from + sentence.len());
            from += sentence.len();
        }
        start += line.len();
    }
    lines.into_iter()
}

/// Most characters of what stands before a number that are shown.
const MOST_BEFORE: usize = 16;

fn before(sentence: &str, end: usize) -> String {
    let clause = sentence[..end].rsplit(['，', '。', '；', '：', '、', ',', ';']);
    let clause = clause
        .map(str::trim)
        .find(|clause| !clause.is_empty())
        .unwrap_or_default();
    let skipped = clause.chars().count().saturating_sub(MOST_BEFORE);
    clause.chars().skip(skipped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Origin;

    #[test]
    fn numbers_are_taken_out_and_rows_stay_whole() {
        let text =
            "年满80周岁的，每月补贴100元。本办法自2024年1月1日起施行。\n年龄：90岁；标准：200元";
        let statements = Statement::all(&Passage {
            ordinal: 0,
            headings: Vec::new(),
            locator: String::new(),
            text: text.to_owned(),
            span: 0..text.len(),
            origin: Origin::Page(1),
        });
        let facts: Vec<Vec<&str>> = statements
            .iter()
            .map(|statement| {
                statement
                    .facts
                    .iter()
                    .map(|fact| fact.written.as_str())
                    .collect()
            })
            .collect();
        assert_eq!(facts, [["80周岁", "100元"], ["90岁", "200元"]]);
        assert_eq!(statements[0].facts[1].what, "每月补贴");
    }
}
