//! A word of a dialect and what it means.

use serde::{Deserialize, Serialize};

use super::Context;
use crate::error::{Error, Problem};

/// The columns of a lexicon file, in their order.
const COLUMNS: [&str; 8] = [
    "form",
    "spellings",
    "gloss",
    "class",
    "register",
    "context",
    "share",
    "source",
];

/// One meaning of a form of a dialect. A form with several meanings has several entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The usual spelling in simplified characters.
    pub form: String,
    /// Other spellings that people type or a recogniser writes for it.
    #[serde(default)]
    pub spellings: Vec<String>,
    /// Standard Mandarin that can stand in its place; empty for a particle that is dropped.
    pub gloss: String,
    /// What sort of word it is.
    pub class: Class,
    /// Who says it.
    #[serde(default)]
    pub register: Register,
    /// Where it has this meaning.
    #[serde(default)]
    pub context: Context,
    /// How often, where the context holds, it has this meaning rather than being standard text;
    /// between 0 and 1.
    pub share: f32,
    /// Where the entry comes from.
    #[serde(default)]
    pub source: String,
}

impl Entry {
    /// A word that a community adds: it nearly always means this, wherever it stands.
    pub fn new(form: impl Into<String>, gloss: impl Into<String>) -> Self {
        Self {
            form: form.into(),
            spellings: Vec::new(),
            gloss: gloss.into(),
            class: Class::Phrase,
            register: Register::Everyday,
            context: Context::default(),
            share: 0.97,
            source: String::new(),
        }
    }

    /// Form and spellings.
    pub fn writings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.form.as_str()).chain(self.spellings.iter().map(String::as_str))
    }
}

/// The sort of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// 名
    Noun,
    /// 动
    Verb,
    /// 形
    Adjective,
    /// 副
    Adverb,
    /// 代
    Pronoun,
    /// 疑问
    Question,
    /// 数
    Numeral,
    /// 量
    Measure,
    /// 介
    Preposition,
    /// 连
    Conjunction,
    /// 助
    Auxiliary,
    /// 语气
    Particle,
    /// 叹
    Interjection,
    /// 短语
    Phrase,
}

/// Who says a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Register {
    /// 常: everybody.
    #[default]
    Everyday,
    /// 老: old people.
    Old,
    /// 俗: coarse; understood, never said.
    Coarse,
    /// 书: written.
    Written,
}

/// Reads a lexicon file, line by line; a bad line does not spoil the rest.
///
/// The first line is the header; lines that begin with `#` are comments.
pub fn read_entries(text: &str) -> impl Iterator<Item = Result<Entry, Error>> {
    text.lines()
        .enumerate()
        .skip(1)
        .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
        .map(|(index, line)| {
            read_entry(line).map_err(|problem| Error::Line {
                line: index + 1,
                problem,
            })
        })
}

fn read_entry(line: &str) -> Result<Entry, Problem> {
    let columns: Vec<&str> = line
        .trim_end_matches('\r')
        .split('\t')
        .map(str::trim)
        .collect();
    let [
        form,
        spellings,
        gloss,
        class,
        register,
        context,
        share,
        source,
    ] = columns[..]
    else {
        return Err(Problem::Columns {
            found: columns.len(),
            expected: COLUMNS.len(),
        });
    };
    for (name, column) in [(COLUMNS[0], form), (COLUMNS[2], gloss)] {
        if column.is_empty() {
            return Err(Problem::Empty(name));
        }
    }
    Ok(Entry {
        form: form.to_owned(),
        spellings: spellings
            .split('、')
            .map(str::trim)
            .filter(|spelling| !spelling.is_empty())
            .map(str::to_owned)
            .collect(),
        gloss: if gloss == "-" { "" } else { gloss }.to_owned(),
        class: read_class(class)?,
        register: read_register(register)?,
        context: context.parse()?,
        share: read_share(share)?,
        source: source.to_owned(),
    })
}

/// A number between 0 and 1.
pub(crate) fn read_share(text: &str) -> Result<f32, Problem> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| Problem::Share(text.to_owned()))
}

fn read_class(text: &str) -> Result<Class, Problem> {
    Ok(match text {
        "名" => Class::Noun,
        "动" => Class::Verb,
        "形" => Class::Adjective,
        "副" => Class::Adverb,
        "代" => Class::Pronoun,
        "疑问" => Class::Question,
        "数" => Class::Numeral,
        "量" => Class::Measure,
        "介" => Class::Preposition,
        "连" => Class::Conjunction,
        "助" => Class::Auxiliary,
        "语气" => Class::Particle,
        "叹" => Class::Interjection,
        "短语" => Class::Phrase,
        _ => return Err(Problem::Class(text.to_owned())),
    })
}

fn read_register(text: &str) -> Result<Register, Problem> {
    Ok(match text {
        "常" => Register::Everyday,
        "老" => Register::Old,
        "俗" => Register::Coarse,
        "书" => Register::Written,
        _ => return Err(Problem::Register(text.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str = "form\tspellings\tgloss\tclass\tregister\tcontext\tshare\tsource\n";

    #[test]
    fn a_bad_line_is_named_and_the_rest_is_read() {
        let file = format!(
            "{HEADER}咋个\t杂个、咋过\t怎么\t疑问\t常\t\t0.98\town\n\
             # 注\n\
             喃\t\t-\t语气\t常\t末\t0.9\town\n\
             克\t\t去\t动\t常\t后=哪\t1.5\town\n\
             克\t\t去\t动\n"
        );
        let read: Vec<_> = read_entries(&file).collect();
        assert_eq!(read.len(), 4);
        let first = read[0].as_ref().expect("a good line");
        assert_eq!(
            first.writings().collect::<Vec<_>>(),
            ["咋个", "杂个", "咋过"]
        );
        assert_eq!(read[1].as_ref().expect("a good line").gloss, "");
        assert_eq!(
            read[2].as_ref().expect_err("a bad share").to_string(),
            "line 5: \"1.5\" is no number between 0 and 1"
        );
        assert_eq!(
            read[3].as_ref().expect_err("too short").to_string(),
            "line 6: 4 columns instead of 8"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([咋个、末=\t\r0-9.\n#-]|名|常|后=){0,80}") {
            for entry in read_entries(&format!("{HEADER}{text}")).flatten() {
                prop_assert!(!entry.form.is_empty());
                prop_assert!((0.0..=1.0).contains(&entry.share));
            }
        }
    }
}
