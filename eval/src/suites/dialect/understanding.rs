//! Dialect questions and their standard forms, asked of the starter pack.

use std::collections::BTreeMap;

use dialects::{Variety, script};
use knowledge::{IndexedEdition, Library};
use serde::Serialize;

use super::interpreter::{Channel, Interpreter, Vocabulary};
use super::question::Question;
use super::{ratio, search};
use crate::cases::Place;
use crate::report::table;
use crate::statistics::Estimate;
use crate::suites::{Setting, progress_bar};

/// Passages that each question is judged on.
const DEPTH: usize = 5;

/// The line of all varieties together.
const ALL: &str = "all";

/// Recall at five of one variety's questions, and of all.
#[derive(Serialize)]
pub(super) struct Numbers {
    varieties: BTreeMap<&'static str, Recall>,
    /// Questions whose standard form reaches the passage and whose dialect form does not.
    lost: Vec<Lost>,
}

/// Share of the questions with a named passage among the best five.
#[derive(Serialize)]
struct Recall {
    questions: usize,
    /// The standard forms.
    standard: Estimate,
    /// The dialect forms, of speakers whose variety is known.
    known: Estimate,
    /// The dialect forms, of anybody.
    unknown: Estimate,
    /// The dialect forms, in simplified characters and otherwise as they are.
    off: Estimate,
    /// Known less standard, question by question.
    known_less_standard: Estimate,
    /// Known over standard.
    kept: f64,
    /// Unknown over standard.
    kept_unknown: f64,
    /// Share with a named passage in the first place: standard, known, unknown, off.
    at_first: [Estimate; 4],
}

/// A question that dialect loses.
#[derive(Serialize)]
struct Lost {
    id: String,
    text: String,
    standard: String,
    understood: String,
    changes: String,
    /// Whether the dialect form reaches it with `dialects` off: then the changes do harm.
    reached_off: bool,
    /// What was found instead.
    found: Option<String>,
}

/// One question's hits: standard, known, unknown, off; among the best five and in the first place.
#[derive(Clone, Copy, Default)]
struct Hits {
    among_five: [f64; 4],
    at_first: [f64; 4],
}

/// Asks every question in every way.
pub(super) fn measure(
    setting: &Setting,
    starter: &[IndexedEdition],
    questions: &[Question],
    vocabulary: &Vocabulary,
) -> anyhow::Result<Numbers> {
    let library = setting.library("starter", starter.to_vec())?;
    let anybody = Interpreter::new(None, vocabulary);
    let mut speakers: BTreeMap<Variety, Interpreter> = BTreeMap::new();
    let mut hits: BTreeMap<&'static str, Vec<Hits>> = BTreeMap::new();
    let mut lost = Vec::new();
    let bar = progress_bar(questions.len(), "dialect questions")?;
    for question in questions {
        let gold = question.gold(starter)?;
        let speaker = speakers
            .entry(question.variety)
            .or_insert_with(|| Interpreter::new(Some(question.variety), vocabulary));
        let known = speaker.understand(&question.text, Channel::Spoken);
        let unknown = anybody.understand(&question.text, Channel::Spoken);
        let off = script::to_simplified(&question.text);
        let mut reached = Hits::default();
        let ways = [question.standard.as_str(), &known.text, &unknown.text, off.text()];
        for (way, text) in ways.into_iter().enumerate() {
            let place = place(&library, text, &gold)?;
            reached.among_five[way] = f64::from(u8::from(place.is_some()));
            reached.at_first[way] = f64::from(u8::from(place == Some(0)));
        }
        if reached.among_five[0] > reached.among_five[1] {
            lost.push(Lost {
                id: question.id.clone(),
                text: question.text.clone(),
                standard: question.standard.clone(),
                changes: known.changes(),
                reached_off: reached.among_five[3] > 0.0,
                found: search(&library, &known.text, false, 1)?
                    .first()
                    .map(|best| format!("{} {}", best.title, best.passage.locator)),
                understood: known.text,
            });
        }
        for group in [question.variety.id(), ALL] {
            hits.entry(group).or_default().push(reached);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let varieties = hits.into_iter().map(|(name, hits)| (name, Recall::of(&hits, setting.seed)));
    Ok(Numbers {
        varieties: varieties.collect(),
        lost,
    })
}

/// Where among the best passages the first right one is.
fn place(library: &Library, text: &str, gold: &[Place]) -> anyhow::Result<Option<usize>> {
    let found = search(library, text, false, DEPTH)?;
    Ok(found.iter().position(|evidence| gold.iter().any(|place| place.holds(evidence))))
}

impl Recall {
    fn of(hits: &[Hits], seed: u64) -> Self {
        let estimate = |value: &dyn Fn(&Hits) -> f64| {
            Estimate::of(&hits.iter().map(value).collect::<Vec<_>>(), seed)
        };
        let [standard, known, unknown, off] =
            [0, 1, 2, 3].map(|way| estimate(&|hits| hits.among_five[way]));
        Self {
            questions: hits.len(),
            standard,
            known,
            unknown,
            off,
            known_less_standard: estimate(&|hits| hits.among_five[1] - hits.among_five[0]),
            kept: ratio(known.mean, standard.mean),
            kept_unknown: ratio(unknown.mean, standard.mean),
            at_first: [0, 1, 2, 3].map(|way| estimate(&|hits| hits.at_first[way])),
        }
    }
}

impl Numbers {
    /// As a section of the report.
    pub(super) fn shown(&self) -> String {
        let head = [
            "variety", "questions", "standard form", "variety known", "variety unknown", "dialects off",
            "known − standard", "known / standard", "unknown / standard",
        ];
        let rows: Vec<Vec<String>> = self
            .varieties
            .iter()
            .map(|(name, recall)| {
                vec![
                    (*name).to_owned(),
                    recall.questions.to_string(),
                    recall.standard.shown(),
                    recall.known.shown(),
                    recall.unknown.shown(),
                    recall.off.shown(),
                    recall.known_less_standard.shown(),
                    format!("{:.3}", recall.kept),
                    format!("{:.3}", recall.kept_unknown),
                ]
            })
            .collect();
        let head_at_first =
            ["variety", "standard form", "variety known", "variety unknown", "dialects off"];
        let rows_at_first: Vec<Vec<String>> = self
            .varieties
            .iter()
            .map(|(name, recall)| {
                let shares = recall.at_first.iter().map(Estimate::shown);
                [(*name).to_owned()].into_iter().chain(shares).collect()
            })
            .collect();
        let lost: Vec<String> = self
            .lost
            .iter()
            .map(|lost| {
                format!(
                    "- {} {}{}\n  - standard form: {}\n  - understood: {}\n  - changes: {}\n  - found: {}",
                    lost.id,
                    lost.text,
                    if lost.reached_off { " (reached with dialects off)" } else { "" },
                    lost.standard,
                    lost.understood,
                    lost.changes,
                    lost.found.as_deref().unwrap_or("nothing"),
                )
            })
            .collect();
        format!(
            "## Understanding\n\nShare of the questions with a named passage among the best five of \
             the starter pack; mean and 95 % interval.\n\n{}\nWith a named passage in the first \
             place:\n\n{}\nReached by the standard form, not by \
             the dialect form with its variety known:\n\n{}",
            table(&head, &rows),
            table(&head_at_first, &rows_at_first),
            lost.join("\n"),
        )
    }
}
