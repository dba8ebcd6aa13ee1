//! Where an ambiguous form has its dialect meaning.

use std::{fmt, ops::Range, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::Problem;

/// How far 近 looks to either side, in characters.
const NEAR: usize = 6;

/// Conditions on what stands around a form, all of which must hold; none holds everywhere.
///
/// ```
/// use dialects::Context;
/// let context: Context = "后=是|要;非前=发".parse().unwrap();
/// assert!(context.holds("给要带证件", 0..3));
/// assert!(!context.holds("发给要的人", 3..6));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Context {
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    place: Place,
    /// Whether the opposite is asked for.
    negated: bool,
    /// Any of these; empty for the places that need none.
    texts: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    After,
    Before,
    Near,
    ClauseStart,
    ClauseEnd,
}

impl Context {
    /// Whether there is nothing to ask for.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Whether all conditions hold for what stands at the byte range `form` of `text`.
    ///
    /// False where the range is none of characters of the text.
    pub fn holds(&self, text: &str, form: Range<usize>) -> bool {
        match (text.get(..form.start), text.get(form.end..)) {
            (Some(before), Some(after)) => self
                .conditions
                .iter()
                .all(|condition| condition.holds(before, after)),
            _ => false,
        }
    }
}

impl Condition {
    fn holds(&self, before: &str, after: &str) -> bool {
        let any = |test: &dyn Fn(&str) -> bool| self.texts.iter().any(|text| test(text));
        let met = match self.place {
            Place::After => any(&|text| after.starts_with(text)),
            Place::Before => any(&|text| before.ends_with(text)),
            Place::Near => {
                let left = tail(before, NEAR);
                let right = head(after, NEAR);
                any(&|text| left.contains(text) || right.contains(text))
            }
            Place::ClauseStart => before.chars().next_back().is_none_or(ends_clause),
            Place::ClauseEnd => after.chars().next().is_none_or(ends_clause),
        };
        met != self.negated
    }
}

/// Whether a clause ends at this character.
pub(crate) fn ends_clause(character: char) -> bool {
    !character.is_alphanumeric()
}

/// The first characters of a text.
fn head(text: &str, characters: usize) -> &str {
    match text.char_indices().nth(characters) {
        Some((at, _)) => &text[..at],
        None => text,
    }
}

/// The last characters of a text.
fn tail(text: &str, characters: usize) -> &str {
    match text.char_indices().rev().nth(characters.saturating_sub(1)) {
        Some((at, _)) if characters > 0 => &text[at..],
        Some(_) => "",
        None => text,
    }
}

impl FromStr for Context {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let conditions = text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        Ok(Self { conditions })
    }
}

impl FromStr for Condition {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let unknown = || Problem::Condition(text.to_owned());
        let (negated, rest) = match text.strip_prefix('非') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (name, texts) = rest.split_once('=').unwrap_or((rest, ""));
        let place = match name {
            "后" => Place::After,
            "前" => Place::Before,
            "近" => Place::Near,
            "首" => Place::ClauseStart,
            "末" => Place::ClauseEnd,
            _ => return Err(unknown()),
        };
        let texts: Vec<String> = texts
            .split('|')
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect();
        let needs_texts = !matches!(place, Place::ClauseStart | Place::ClauseEnd);
        if needs_texts == texts.is_empty() {
            return Err(unknown());
        }
        Ok(Self {
            place,
            negated,
            texts,
        })
    }
}

impl fmt::Display for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, condition) in self.conditions.iter().enumerate() {
            if index > 0 {
                formatter.write_str(";")?;
            }
            let name = match condition.place {
                Place::After => "后",
                Place::Before => "前",
                Place::Near => "近",
                Place::ClauseStart => "首",
                Place::ClauseEnd => "末",
            };
            let opposite = if condition.negated { "非" } else { "" };
            write!(formatter, "{opposite}{name}")?;
            if !condition.texts.is_empty() {
                write!(formatter, "={}", condition.texts.join("|"))?;
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for Context {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}

impl From<Context> for String {
    fn from(context: Context) -> Self {
        context.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_condition_looks_at_its_place() {
        for (context, text, form, holds) in [
            ("", "随便", 0..3, true),
            ("末", "要带哪样喃？", 12..15, true),
            ("末", "喃个", 0..3, false),
            ("首", "你好，给是", 9..12, true),
            ("近=穿|双", "这双新买的孩子", 15..21, true),
            ("近=穿|双", "接孩子放学", 3..9, false),
            ("非近=学", "接孩子放学", 3..9, false),
            ("前=不;后=了", "不消了", 3..6, true),
        ] {
            let context: Context = context.parse().expect("a valid context");
            assert_eq!(context.holds(text, form), holds, "{context} in {text}");
        }
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for text in ["后", "后=", "旁=甲", "首=甲", "非", "甲"] {
            assert!(text.parse::<Context>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[非前后近首末=|;甲乙 ]{0,24}", around in ".{0,12}", at in 0..20_usize) {
            if let Ok(context) = text.parse::<Context>() {
                prop_assert_eq!(&context.to_string().parse::<Context>().expect("reads itself"), &context);
                context.holds(&around, at..at + 1);
            }
        }
    }
}
