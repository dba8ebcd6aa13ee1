//! Several things asked in one breath: 护照多少天能下来，能管几年. Each is looked for by itself; where the documents
//! answer each in words of their own, the resident hears them all.

use std::collections::BTreeSet;

use anyhow::Result;

use super::assistant::Assistant;
use super::follow_up;
use super::look::Looked;
use super::policy::is_question;
use super::respond::Running;
use super::turn::{Composition, Sentence, Source};

/// Most questions that are answered at once; who asks more is answered as a whole.
const MOST: usize = 3;

/// One of the questions of a turn.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    /// As it was said, with what was told before it.
    said: String,
    /// With the matter of the first one, where it leans on that.
    full: String,
}

/// The questions of a turn that asks more than one; empty where it asks one.
fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut told = String::new();
    let clauses = text.split(['，', ',', '。', '？', '?', '；', ';', '！', '!', ' ']);
    for clause in clauses.map(str::trim).filter(|clause| !clause.is_empty()) {
        // 您好; 麻烦问一下: what comes before the first matter is no part of the question.
        if parts.is_empty() && follow_up::matter(clause).chars().count() <= 1 {
            continue;
        }
        if !is_question(clause) {
            told.push_str(clause);
            told.push('，');
            continue;
        }
        let said = std::mem::take(&mut told) + clause;
        let first = parts.first().map(|part| part.full.as_str());
        let full = follow_up::complete(&said, first).unwrap_or_else(|| said.clone());
        parts.push(Part { said, full });
    }
    // What is told at the end may bear on every question.
    if told.is_empty() && (2..=MOST).contains(&parts.len()) { parts } else { Vec::new() }
}

/// What answers all the questions of a turn.
#[derive(Debug, Default)]
pub(super) struct Together {
    pub(super) composition: Composition,
    pub(super) sentences: Vec<Sentence>,
    pub(super) sources: Vec<Source>,
    /// What is read aloud, where that differs.
    pub(super) spoken: Option<String>,
}

impl Together {
    /// Puts one answer after another, the sources numbered through.
    fn of(answers: &[(Looked, Vec<Sentence>)]) -> Self {
        let mut together = Self::default();
        let mut aloud = String::new();
        let mut differs = false;
        let mut verified = true;
        for (looked, sentences) in answers {
            let spoken = looked.verified_aloud();
            differs |= spoken.is_some();
            verified &= looked.verified().is_some();
            aloud += &spoken.unwrap_or_else(|| sentences.iter().map(|one| one.text.as_str()).collect());
            for sentence in sentences {
                let citations = sentence.citations.iter().filter_map(|number| {
                    looked.sources.iter().find(|source| source.number == *number).map(|source| together.number(source))
                });
                let citations = citations.collect();
                together.sentences.push(Sentence { text: sentence.text.clone(), citations });
            }
        }
        together.composition = if verified { Composition::Verified } else { Composition::Quoted };
        together.spoken = differs.then_some(aloud);
        together
    }

    /// The number of a source here, which joins the others if it is new.
    fn number(&mut self, source: &Source) -> u32 {
        let same = |known: &&Source| (&known.edition, known.passage) == (&source.edition, source.passage);
        if let Some(known) = self.sources.iter().find(same) {
            return known.number;
        }
        let number = self.sources.len() as u32 + 1;
        self.sources.push(Source { number, ..source.clone() });
        number
    }
}

impl Assistant {
    /// Answers each question of a turn that asks several; `None` where it asks one, or one of them has no answer
    /// of its own.
    pub(super) async fn answer_each(
        &self,
        running: &Running<'_>,
        question: &str,
        whole: &Looked,
    ) -> Result<Option<Together>> {
        let parts = parts(question);
        if parts.is_empty() || whole.is_prepared() {
            return Ok(None);
        }
        let mut found: Vec<(Looked, Vec<Sentence>)> = Vec::new();
        for part in &parts {
            let looked = self.look(running, &part.full).await?;
            let same_matter =
                found.first().is_none_or(|(first, _)| looked.first_document() == first.first_document());
            let Some(said) = own_words(&looked).filter(|_| same_matter || looked.names_title(&part.said)) else {
                return Ok(None);
            };
            found.push((looked, said));
        }
        let texts: BTreeSet<&str> =
            found.iter().filter_map(|(_, said)| said.first()).map(|sentence| sentence.text.as_str()).collect();
        // One answer to all of them is what the whole turn finds too.
        Ok((texts.len() == found.len()).then(|| Together::of(&found)))
    }
}

/// What the documents say for residents, where they do.
fn own_words(looked: &Looked) -> Option<Vec<Sentence>> {
    looked.verified().or_else(|| {
        let speaks = looked.found.gate.sufficient && looked.speaks_for_itself();
        speaks.then(|| looked.quotes().into_iter().take(1).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Vec<String> {
        parts(text).into_iter().map(|part| part.full).collect()
    }

    #[test]
    fn a_turn_is_taken_apart_only_where_it_asks_more_than_once() {
        assert_eq!(asked("护照多少天能下来，能管几年"), ["护照多少天能下来", "护照能管几年"]);
        assert_eq!(asked("你好，请问居住证怎么办？要带哪些材料？"), ["请问居住证怎么办", "居住证要带哪些材料"]);
        for text in [
            "居住证怎么办？",
            "我租房子住，能办居住证吗",
            "水管爆了，怎么办",
            "低保怎么办，要什么材料，我是外地户口",
            "居住证怎么办，多少钱，多久，在哪里，要带什么",
            "，，",
        ] {
            assert!(parts(text).is_empty(), "{text}: {:?}", parts(text));
        }
    }
}
