//! Dialect questions and their standard forms, asked of the starter pack.

use std::collections::BTreeMap;

use dialects::{Variety, script};
use knowledge::{IndexedEdition, Library};

use super::interpreter::{Channel, Interpreter, Vocabulary};
use super::question::Question;
use super::{ratio, search};
use crate::cases::Place;
use crate::report::{Case, Listing, Measure, Report, Table, Unit};
use crate::suites::{Setting, progress_bar};

/// Passages that each question is judged on.
const DEPTH: usize = 5;

/// The line of all varieties together.
const ALL: &str = "all";

/// Recall at five of one variety's questions, and of all.
pub(super) struct Numbers {
    varieties: BTreeMap<&'static str, Recall>,
    /// The questions by set, as (id, text).
    cases: BTreeMap<String, Vec<(String, String)>>,
    /// Questions whose standard form reaches the passage and whose dialect form does not.
    lost: Vec<Lost>,
}

/// Share of the questions with a named passage among the best five.
struct Recall {
    questions: usize,
    /// The standard forms.
    standard: Measure,
    /// The dialect forms, of speakers whose variety is known.
    known: Measure,
    /// The dialect forms, of anybody.
    unknown: Measure,
    /// The dialect forms, in simplified characters and otherwise as they are.
    off: Measure,
    /// Known less standard, question by question.
    known_less_standard: Measure,
    /// Known over standard.
    kept: f64,
    /// Unknown over standard.
    kept_unknown: f64,
    /// Share with a named passage in the first place: standard, known, unknown, off.
    at_first: [Measure; 4],
}

/// A question that dialect loses.
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
    let varieties = hits.into_iter().map(|(name, hits)| (name, Recall::of(&case_set(name), &hits, setting.seed)));
    let mut cases: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for question in questions {
        for group in [question.variety.id(), ALL] {
            cases.entry(group).or_default().push((question.id.clone(), question.text.clone()));
        }
    }
    Ok(Numbers {
        cases: cases.into_iter().map(|(group, cases)| (case_set(group), cases)).collect(),
        varieties: varieties.collect(),
        lost,
    })
}

/// The set of cases of a group, as the report names it.
fn case_set(group: &str) -> String {
    format!("dialect questions, {group}")
}

/// Where among the best passages the first right one is.
fn place(library: &Library, text: &str, gold: &[Place]) -> anyhow::Result<Option<usize>> {
    let found = search(library, text, false, DEPTH)?;
    Ok(found.iter().position(|evidence| gold.iter().any(|place| place.holds(evidence))))
}

impl Recall {
    fn of(set: &str, hits: &[Hits], seed: u64) -> Self {
        let estimate = |value: &dyn Fn(&Hits) -> f64| {
            Measure::of_cases(set, &hits.iter().map(value).collect::<Vec<_>>(), seed)
        };
        let [standard, known, unknown, off] =
            [0, 1, 2, 3].map(|way| estimate(&|hits| hits.among_five[way]));
        Self {
            questions: hits.len(),
            kept: ratio(known.value, standard.value),
            kept_unknown: ratio(unknown.value, standard.value),
            standard,
            known,
            unknown,
            off,
            known_less_standard: estimate(&|hits| hits.among_five[1] - hits.among_five[0]),
            at_first: [0, 1, 2, 3].map(|way| estimate(&|hits| hits.at_first[way])),
        }
    }
}

impl Numbers {
    /// As a section of the report.
    pub(super) fn tell(&self, report: &mut Report) {
        let head = [
            "variety", "questions", "standard form", "variety known", "variety unknown", "dialects off",
            "known − standard", "known / standard", "unknown / standard",
        ];
        let mut among_five =
            Table::new("With a named passage among the best five of the starter pack", head).charted(3);
        let head = ["variety", "standard form", "variety known", "variety unknown", "dialects off"];
        let mut at_first = Table::new("With a named passage in the first place", head);
        for (name, recall) in &self.varieties {
            let share = |measure: &Measure| measure.clone().in_unit(Unit::Share).into();
            let kept = |value| Measure::new(value, Unit::Score).into();
            among_five.push(
                *name,
                [
                    recall.questions.into(),
                    share(&recall.standard),
                    share(&recall.known),
                    share(&recall.unknown),
                    share(&recall.off),
                    share(&recall.known_less_standard),
                    kept(recall.kept),
                    kept(recall.kept_unknown),
                ],
            );
            at_first.push(*name, recall.at_first.each_ref().map(share));
        }
        for (set, cases) in &self.cases {
            report.cases_of(set.clone(), cases.iter().cloned());
        }
        let lost = self.lost.iter().map(|lost| {
            Case::new(format!("{} {}", lost.id, lost.text))
                .says("standard form", &lost.standard)
                .says("understood", &lost.understood)
                .says("changes", &lost.changes)
                .says("found", lost.found.as_deref().unwrap_or("nothing"))
                .says("with dialects off", if lost.reached_off { "reached" } else { "not reached either" })
        });
        let section = report.section("Understanding");
        section.table(among_five).table(at_first);
        section.cases(Listing::of(
            "Reached by the standard form, not by the dialect form with its variety known",
            lost,
        ));
    }
}
