//! Every number of the sentence stands in a passage, and means the same there.

use std::collections::HashSet;

use dialects::numerals::{Kind, Quantity, Value};

use super::{
    Reason,
    bounds::{bound, rate, speaks_of},
    clauses::Reading,
    words,
};

/// Units that go with 一 in ordinary speech without counting anything: 打一个电话.
const ARTICLES: &[&str] = &[
    "个", "份", "张", "种", "项", "件", "条", "套", "家", "人", "次", "步",
];

/// The first number of the sentence that the passages do not support.
pub(super) fn objection(sentence: &Reading, passages: &Reading) -> Option<Reason> {
    sentence
        .quantities
        .iter()
        .filter(|quantity| !only_orders(quantity, sentence))
        .find(|quantity| !stands(quantity, sentence, passages))
        .or_else(|| torn_pair(sentence, passages))
        .map(|quantity| match quantity.kind {
            Kind::Phone => Reason::Phone,
            Kind::Article => Reason::Article,
            Kind::Date | Kind::Time => Reason::Date,
            _ => Reason::Number(sentence.text[quantity.span.clone()].to_owned()),
        })
}

/// 第一，第二步: the sentence's own order and not a fact; 第三国 is one.
fn only_orders(quantity: &Quantity, sentence: &Reading) -> bool {
    let next = sentence.text[quantity.span.end..].chars().next();
    quantity.kind == Kind::Ordinal
        && match quantity.unit.as_deref() {
            None => next.is_none_or(|next| !next.is_alphanumeric() || next == '是'),
            Some(unit) => matches!(unit, "步" | "个"),
        }
}

/// The second of two numbers that bound the same thing, where no passage bounds it by both: 满90岁
/// 不满90岁 out of 满80岁不满90岁 and 满90岁不满100岁.
fn torn_pair<'a>(sentence: &'a Reading, passages: &Reading) -> Option<&'a Quantity> {
    let bounds_one_thing = |reading: &Reading, pair: &[Quantity]| {
        pair[0].unit == pair[1].unit
            && pair.iter().all(|one| one.kind == pair[0].kind)
            && reading.text[pair[0].span.end..pair[1].span.start]
                .chars()
                .count()
                <= 5
            && bound(&reading.text, &pair[0].span).is_some()
            && bound(&reading.text, &pair[1].span).is_some()
    };
    sentence
        .quantities
        .windows(2)
        .filter(|pair| bounds_one_thing(sentence, pair))
        .find(|pair| {
            let together = passages
                .quantities
                .windows(2)
                .any(|theirs| pair[0].agrees_with(&theirs[0]) && pair[1].agrees_with(&theirs[1]));
            let as_range = passages.quantities.iter().any(|theirs| {
                matches!((&pair[0].value, &pair[1].value, &theirs.value),
                    (Value::Number(low), Value::Number(high), Value::Range(first, last))
                        if low == first && high == last)
            });
            !together && !as_range
        })
        .map(|pair| &pair[1])
}

fn stands(quantity: &Quantity, sentence: &Reading, passages: &Reading) -> bool {
    let same: Vec<&Quantity> = passages
        .quantities
        .iter()
        .enumerate()
        .filter(|(index, _)| supports(*index, quantity, sentence, passages))
        .map(|(_, passage)| passage)
        .collect();
    if same.is_empty() {
        return is_article(quantity, sentence, passages);
    }
    // The same number with another bound or period is another rule.
    let limit = bound(&sentence.text, &quantity.span);
    let same: Vec<&Quantity> = same
        .into_iter()
        .filter(|passage| {
            let other = bound(&passages.text, &passage.span);
            !limit
                .zip(other)
                .is_some_and(|(limit, other)| limit.contradicts(other))
        })
        .collect();
    let period = rate(sentence, &quantity.span);
    let same: Vec<&Quantity> = same
        .into_iter()
        .filter(|passage| match (period, rate(passages, &passage.span)) {
            (Some(period), Some(other)) => period == other,
            (Some(period), None) => speaks_of(&passages.text, period),
            (None, _) => true,
        })
        .collect();
    !same.is_empty() && !is_swapped(quantity, &same, sentence, passages)
}

/// Whether the passage's quantity at `index` says what the sentence's does.
fn supports(index: usize, quantity: &Quantity, sentence: &Reading, passages: &Reading) -> bool {
    let passage = &passages.quantities[index];
    if quantity.agrees_with(passage) {
        return (quantity.kind == Kind::Ordinal) == (passage.kind == Kind::Ordinal);
    }
    match (&quantity.value, &passage.value) {
        (
            Value::Date {
                lunar,
                year,
                month,
                day,
            },
            Value::Date {
                lunar: their_lunar,
                year: their_year,
                month: their_month,
                day: their_day,
            },
        ) => {
            let part = |ours: Option<u16>, theirs| ours.is_none() || ours == theirs;
            lunar == their_lunar
                && part(*year, *their_year)
                && part(month.map(u16::from), their_month.map(u16::from))
                && part(day.map(u16::from), their_day.map(u16::from))
        }
        // 5元到50元 for 五元以上五十元以下.
        (Value::Range(low, high), Value::Number(first)) => {
            let second = passages.quantities.get(index + 1);
            let near = |other: &Quantity| other.span.start - passage.span.end <= 12;
            first == low
                && second.is_some_and(|second| {
                    second.value == Value::Number(*high)
                        && second.unit == quantity.unit
                        && near(second)
                })
                && (passage.unit == quantity.unit || passage.unit.is_none())
        }
        // 五元以上五十元以下 for 5元到50元.
        (Value::Number(bound), Value::Range(low, high)) if bound == low || bound == high => {
            let other = Value::Number(if bound == low { *high } else { *low });
            quantity.unit == passage.unit
                && sentence
                    .quantities
                    .iter()
                    .any(|mate| mate.unit == quantity.unit && mate.value == other)
        }
        (Value::Number(ours), Value::Number(theirs)) if ours == theirs => {
            match (&quantity.unit, &passage.unit) {
                // 年满60的: nothing else is counted, so nothing else is claimed.
                (None, Some(_)) => counts_nothing(&sentence.text[quantity.span.end..]),
                // A table's head holds the unit: 标准（元）…300.
                (Some(_), None) => {
                    let written = sentence.text[quantity.span.clone()]
                        .trim_start_matches(|letter: char| !letter.is_alphabetic());
                    counts_nothing(&passages.text[passage.span.end..])
                        && !written.is_empty()
                        && passages.text.contains(&format!("({written}"))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether what follows a bare number cannot be a unit.
fn counts_nothing(after: &str) -> bool {
    after
        .chars()
        .next()
        .is_none_or(|letter| !letter.is_alphabetic())
        || ["的", "以上", "以下", "至", "到", "或", "和", "及"]
            .iter()
            .any(|word| after.starts_with(word))
}

/// 一个 in 打一个电话 counts nothing, unless the passage counts the same thing otherwise.
fn is_article(quantity: &Quantity, sentence: &Reading, passages: &Reading) -> bool {
    let unit = quantity.unit.as_deref();
    sentence.text[quantity.span.clone()].starts_with('一')
        && matches!(&quantity.value, Value::Number(number) if number.whole() == Some(1))
        && unit.is_some_and(|unit| ARTICLES.contains(&unit))
        && !passages
            .quantities
            .iter()
            .any(|passage| passage.unit.as_deref() == unit)
}

/// Whether the number belongs to another condition in the passages: 男20周岁 where men need 22.
///
/// The words beside the number are held against those beside the same number in the passages and
/// beside other numbers of the same unit. It is swapped when they fit another number's and have
/// nothing of its own.
fn is_swapped(
    quantity: &Quantity,
    same: &[&Quantity],
    sentence: &Reading,
    passages: &Reading,
) -> bool {
    let ours = Setting::of(quantity, sentence);
    let right: Vec<Setting> = same
        .iter()
        .map(|passage| Setting::of(passage, passages))
        .collect();
    let wrong = passages.quantities.iter().filter(|passage| {
        passage.unit == quantity.unit
            && passage.kind == quantity.kind
            && passage.value != quantity.value
            && !same.iter().any(|right| right.span == passage.span)
    });
    wrong
        .map(|passage| Setting::of(passage, passages))
        .any(|wrong| right.iter().all(|right| ours.fits_only(&wrong, right)))
}

/// Byte index where the next article begins, or the text ends.
fn next_article(quantity: &Quantity, reading: &Reading) -> usize {
    reading
        .quantities
        .iter()
        .find(|other| other.kind == Kind::Article && other.span.start > quantity.span.start)
        .map_or(reading.text.len(), |other| other.span.start)
}

/// A number as a condition of another: its value, and its value with its bound.
fn condition(quantity: &Quantity, reading: &Reading) -> Vec<String> {
    let unit = quantity.unit.as_deref().unwrap_or_default();
    match &quantity.value {
        Value::Range(low, high) => vec![format!("{low}{unit}"), format!("{high}{unit}")],
        Value::Number(number) => {
            let plain = format!("{number}{unit}");
            let bounded =
                bound(&reading.text, &quantity.span).map(|bound| format!("{plain}{bound:?}"));
            std::iter::once(plain).chain(bounded).collect()
        }
        value => vec![format!("{value:?}")],
    }
}

/// What stands beside a number.
#[derive(Debug)]
struct Setting {
    /// Conditions in its clause: other numbers, and words that have an opposite.
    conditions: HashSet<String>,
    /// Pairs of characters in its clause.
    near: HashSet<[char; 2]>,
    /// Pairs of characters in its sentence up to the end of its clause.
    wide: HashSet<[char; 2]>,
}

impl Setting {
    fn of(quantity: &Quantity, reading: &Reading) -> Self {
        let clause = reading.clause_at(quantity.span.start);
        let sentence_start = reading.text[..clause.start]
            .char_indices()
            .rfind(|(_, letter)| matches!(letter, '。' | '；' | ';' | '\n'))
            .map_or(0, |(index, letter)| index + letter.len_utf8());
        // Conditions reach back to the number of the same kind before: after 满80岁的，每月100元 a
        // later 每月300元 belongs to another age.
        let conditions_start = reading
            .quantities
            .iter()
            .filter(|other| other.span.end <= clause.start && other.unit == quantity.unit)
            .map(|other| other.span.end)
            .max()
            .map_or(sentence_start, |end| end.max(sentence_start));
        let condition_range = conditions_start..clause.end;
        let numbers = reading
            .quantities
            .iter()
            .filter(|other| condition_range.contains(&other.span.start))
            .filter(|other| other.unit != quantity.unit && other.kind != Kind::Article)
            .flat_map(|other| condition(other, reading));
        let opposites = words::conditions(&reading.text[clause.clone()]).map(str::to_owned);
        let (near, wide) = if quantity.kind == Kind::Article {
            // What an article says stands behind its number.
            let end = next_article(quantity, reading);
            (quantity.span.end..end, quantity.span.end..end)
        } else {
            (clause.clone(), sentence_start..clause.end)
        };
        Self {
            conditions: numbers.chain(opposites).collect(),
            near: words::content_pairs(reading, &near),
            wide: words::content_pairs(reading, &wide),
        }
    }

    /// Whether this fits `wrong` and has nothing of `right`.
    fn fits_only(&self, wrong: &Self, right: &Self) -> bool {
        let meets =
            |ours: &HashSet<String>, theirs: &HashSet<String>, without: &HashSet<String>| {
                ours.iter()
                    .any(|one| theirs.contains(one) && !without.contains(one))
            };
        if meets(&self.conditions, &right.conditions, &wrong.conditions) {
            return false;
        }
        if meets(&self.conditions, &wrong.conditions, &right.conditions) {
            return true;
        }
        let own = self
            .near
            .iter()
            .any(|pair| right.near.contains(pair) && !wrong.near.contains(pair));
        let other = self
            .near
            .iter()
            .filter(|pair| wrong.near.contains(*pair) && !right.wide.contains(*pair))
            .count();
        !own && other >= 3
    }
}
