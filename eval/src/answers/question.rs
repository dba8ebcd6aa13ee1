//! The questions of the bench: their format, and what is wrong with a file that does not follow it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

/// One question with what a good reply to its last message is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// Unique name.
    pub(crate) id: String,
    /// What it is about, for the table by topic.
    pub(crate) topic: String,
    /// The knowledge that must be loaded to answer it.
    pub(crate) pack: Pack,
    /// What the resident says, in order; each is answered before the next is said.
    pub(crate) turns: Vec<Said>,
    pub(crate) expect: Expectation,
}

/// Knowledge that a question needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Pack {
    /// The starter pack.
    Starter,
    /// The statute pack.
    Statutes,
    /// None: nothing that is loaded covers it, or no document is needed.
    None,
}

/// What is said before a reply is waited for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Said {
    /// One message.
    Once(String),
    /// Several messages, one right after the other.
    InARow(Vec<String>),
}

impl Said {
    /// The messages in order.
    pub(crate) fn messages(&self) -> Vec<&str> {
        match self {
            Self::Once(text) => vec![text],
            Self::InARow(texts) => texts.iter().map(String::as_str).collect(),
        }
    }
}

/// A good reply to the last message.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    /// How the turn may end.
    pub(crate) dispositions: Vec<Disposition>,
    /// What must be said: of each list of patterns, one.
    #[serde(default)]
    pub(crate) facts_required: Vec<Vec<String>>,
    /// What would be wrong.
    #[serde(default)]
    pub(crate) facts_forbidden: Vec<String>,
    /// Where it stands: one of these must be cited.
    #[serde(default)]
    pub(crate) source_required: Vec<SourcePattern>,
}

/// A place in a document.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourcePattern {
    /// Part of the document's title.
    pub(crate) title: String,
    /// Part of the locator or a heading, such as 第十二条.
    #[serde(default)]
    pub(crate) locator: Option<String>,
}

/// How a turn ends, as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Disposition {
    Answered,
    Clarify,
    Escalated,
    Emergency,
    Handoff,
}

/// What a question tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// The knowledge covers it: it should be answered, with its source.
    Covered,
    /// The knowledge does not cover it: it should be declined.
    Uncovered,
    /// It is no question for the knowledge: danger, a report, a wish for a person, small talk.
    Routed,
}

impl Question {
    /// What is asked, where one message says it all.
    pub(crate) fn said_at_once(&self) -> Option<String> {
        match self.turns.as_slice() {
            [Said::Once(text)] => Some(text.clone()),
            _ => None,
        }
    }

    /// Everything that the resident says.
    pub(crate) fn said(&self) -> String {
        let messages: Vec<&str> = self.turns.iter().flat_map(Said::messages).collect();
        messages.join(" / ")
    }

    pub(crate) fn kind(&self) -> Kind {
        if !self.expect.source_required.is_empty() {
            Kind::Covered
        } else if !self.expect.dispositions.contains(&Disposition::Answered)
            && self.expect.dispositions.contains(&Disposition::Clarify)
        {
            Kind::Uncovered
        } else {
            Kind::Routed
        }
    }

    fn check(&self) -> Result<()> {
        let expect = &self.expect;
        let messages: Vec<&str> = self.turns.iter().flat_map(Said::messages).collect();
        let patterns = || {
            let required = expect.facts_required.iter().flatten();
            required.chain(&expect.facts_forbidden)
        };
        if self.id.trim().is_empty() {
            bail!("`id` is empty: give every question a name of its own");
        }
        if messages.is_empty() || messages.iter().any(|text| text.trim().is_empty()) {
            bail!("`turns` needs at least one message, and no message may be empty");
        }
        if self.turns.iter().any(|said| said.messages().is_empty()) {
            bail!("a list of messages in `turns` is empty");
        }
        if expect.dispositions.is_empty() {
            bail!(
                "`expect.dispositions` is empty: name at least one way in which the turn may end"
            );
        }
        if expect.facts_required.iter().any(Vec::is_empty) {
            bail!(
                "a list in `expect.facts_required` is empty: name at least one way to say the fact"
            );
        }
        if let Some(pattern) = patterns().find(|pattern| {
            pattern
                .chars()
                .all(|one| "…#".contains(one) || one.is_whitespace())
        }) {
            bail!("the pattern {pattern:?} has no words of its own and would match anything");
        }
        if self.kind() == Kind::Covered {
            if !expect.dispositions.contains(&Disposition::Answered) {
                bail!(
                    "`expect.source_required` names a source, so `answered` must be an allowed disposition"
                );
            }
            if expect.facts_required.is_empty() {
                bail!(
                    "`expect.facts_required` is empty: without a fact no answer to it can be wrong"
                );
            }
            if expect
                .source_required
                .iter()
                .any(|source| source.title.trim().is_empty())
            {
                bail!("a source in `expect.source_required` has an empty `title`");
            }
            if self.pack == Pack::None {
                bail!(
                    "it names a source, so `pack` must say what holds it: `starter` or `statutes`"
                );
            }
        }
        Ok(())
    }
}

/// Reads a file with one question a line; empty lines and lines that begin with `//` are skipped.
pub(crate) fn read(path: &Path) -> Result<Vec<Question>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the questions {}", path.display()))?;
    parse(&text).with_context(|| {
        format!(
            "{} does not fit the format of eval/README.md",
            path.display()
        )
    })
}

fn parse(text: &str) -> Result<Vec<Question>> {
    let mut known = BTreeSet::new();
    let mut questions = Vec::new();
    for (line, written) in (1..).zip(text.lines()) {
        if written.trim().is_empty() || written.trim_start().starts_with("//") {
            continue;
        }
        let question: Question = serde_json::from_str(written)
            .with_context(|| format!("line {line} is not a question"))?;
        question
            .check()
            .with_context(|| format!("line {line}, question {:?}", question.id))?;
        if !known.insert(question.id.clone()) {
            bail!("line {line}: the id {:?} stands twice", question.id);
        }
        questions.push(question);
    }
    if questions.is_empty() {
        bail!("there is no question in it");
    }
    Ok(questions)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"{"id":"a","topic":"户籍","pack":"starter","turns":["居住证咋办",["那","多少钱"]],"expect":{"dispositions":["answered"],"facts_required":[["不收"]],"source_required":[{"title":"居住证"}]}}"#;

    #[test]
    fn a_sound_file_is_read_and_a_broken_one_says_where_and_why() {
        let read = parse(&format!("// remark\n\n{SOUND}\n")).unwrap();
        assert_eq!(read[0].turns.iter().flat_map(Said::messages).count(), 3);
        assert_eq!(read[0].kind(), Kind::Covered);

        let twice = format!("{SOUND}\n{SOUND}");
        for (text, expected) in [
            (twice.as_str(), "stands twice"),
            ("{}", "line 1 is not a question"),
            ("// only a remark", "no question"),
            (
                &SOUND.replace(r#"["不收"]"#, r#"["…"]"#),
                "would match anything",
            ),
            (
                &SOUND.replace(r#"[["不收"]]"#, "[]"),
                "no answer to it can be wrong",
            ),
            (
                &SOUND.replace("\"answered\"", "\"clarify\""),
                "must be an allowed disposition",
            ),
            (&SOUND.replace("居住证咋办", " "), "no message may be empty"),
            (
                &SOUND.replace("\"pack\":\"starter\"", "\"pack\":\"none\""),
                "what holds it",
            ),
        ] {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn the_questions_of_this_repository_are_sound_and_in_their_own_words() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let questions = read(&root.join("data/answers.jsonl")).unwrap();
        assert!(questions.len() >= 60, "{}", questions.len());
        let guides = root.join("../knowledge/starter/guides");
        let mut prepared = BTreeSet::new();
        for entry in std::fs::read_dir(guides).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for line in text.lines() {
                let line = line.trim_start_matches("### ").trim_start_matches("  - ");
                prepared.extend(line.split('｜').map(|part| part.trim().to_owned()));
            }
        }
        let copied = questions
            .iter()
            .filter(|question| {
                let mut messages = question.turns.iter().flat_map(Said::messages);
                messages.any(|message| prepared.contains(message))
            })
            .count();
        assert!(
            copied * 5 <= questions.len(),
            "{copied} of {}",
            questions.len()
        );
    }
}
