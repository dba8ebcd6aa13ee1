//! What a recogniser wrote of spoken questions, put right by sound: `data/heard.jsonl`.

use std::path::Path;
use std::sync::Arc;

use dialects::{Corrector, Heard, script};
use serde::Deserialize;

use super::interpreter::Vocabulary;
use crate::data;
use crate::report::{Better, Cell, Report, Table, Unit};
use crate::suites::Setting;
use crate::suites::recognition::score::{Count, character_errors, pooled, terms_heard};

/// A question and what was written of it.
#[derive(Deserialize)]
struct Written {
    said: String,
    /// Whether the weights were fitted to it.
    fitted: bool,
    heard: String,
    /// Stretches of bytes and how sure the recogniser was of them.
    certainty: Vec<(usize, usize, f32)>,
    alternatives: Vec<String>,
}

impl Written {
    /// As the product passes it on: where simplifying changed its length, the doubts point nowhere.
    fn heard(&self) -> Heard {
        let text = script::to_simplified(&self.heard).into_text();
        let kept = text.len() == self.heard.len();
        let certainty = self.certainty.iter().filter(|_| kept);
        Heard {
            probabilities: certainty.map(|&(from, to, sure)| (from..to, sure)).collect(),
            alternatives: self.alternatives.iter().map(|one| script::to_simplified(one).into_text()).collect(),
            ..Heard::spoken(text)
        }
    }
}

/// The errors of one part of the questions.
struct Part {
    name: &'static str,
    errors: [Vec<Count>; 2],
    terms: [Vec<Count>; 2],
    /// Characters that were right before.
    spoiled: usize,
}

/// Before and after, as a section of the report.
pub(super) fn tell(setting: &Setting, vocabulary: &Vocabulary, report: &mut Report) -> anyhow::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/heard.jsonl");
    let all: Vec<Written> = data::lines(&path)?;
    let terms = vocabulary.terms.iter().map(String::as_str);
    let corrector = Corrector::new(terms, None, &[], Arc::clone(&vocabulary.model));
    let mut parts = ["fitted to", "not fitted to"].map(|name| Part {
        name,
        errors: [Vec::new(), Vec::new()],
        terms: [Vec::new(), Vec::new()],
        spoiled: 0,
    });
    for written in &all {
        let part = &mut parts[usize::from(!written.fitted)];
        let heard = written.heard();
        let right = corrector.correct(&heard).text.into_text();
        let texts = [heard.text.as_str(), right.as_str()];
        let [before, after] = texts.map(|text| character_errors(&written.said, text));
        part.spoiled += (after.count - before.count).max(0.0) as usize;
        part.errors[0].push(before);
        part.errors[1].push(after);
        for (counts, text) in part.terms.iter_mut().zip(texts) {
            counts.push(terms_heard(&vocabulary.terms, &written.said, text));
        }
    }
    let mut table = Table::new(
        "",
        ["questions", "number", "errors before", "errors after", "terms before", "terms after", "characters spoiled"],
    );
    for part in &parts {
        let measured = |counts: &[Count], better| {
            pooled(part.name, counts, Unit::Share, better, setting.seed).map_or(Cell::Nothing, Cell::from)
        };
        table.push(
            part.name,
            [
                part.errors[0].len().into(),
                measured(&part.errors[0], Better::Lower),
                measured(&part.errors[1], Better::Lower),
                measured(&part.terms[0], Better::Higher),
                measured(&part.terms[1], Better::Higher),
                part.spoiled.into(),
            ],
        );
    }
    let section = report.section("Heard by Whisper");
    section.text(
        "Questions said by the product's voices (clean, over the telephone, in noise) and written down by Whisper \
         base with its doubts, put right by sound. Character errors and terms of the starter pack that came through.",
    );
    section.table(table);
    Ok(())
}
