//! Are questions declined that the documents do not answer, and only those?
//!
//! Of what the gate was fitted to, the half that was kept out; and every other collection, asked its own
//! questions and those of another.

mod separation;

use std::collections::BTreeMap;

use super::{LECO, Setting, progress_bar};
use crate::baseline::PlainBm25;
use crate::cases::{self, Case};
use crate::questions::{self, Collection};
use crate::report::{self, Listing, Measure, Report, Table};
use crate::shelf::{Shelf, ask};
use crate::{collections, data};
use separation::separation;

/// What the program's own part needs of the data.
pub(super) const NEEDS: &[&str] = &[data::QUESTIONS, data::OFF_TOPIC, "kb"];

/// Cases shown of each set.
const WORST: usize = 10;

/// Questions of another collection that are asked of each.
const FOREIGN: usize = 500;

/// One case with what the gate said: how likely it is covered, and whether that was too little.
struct Outcome {
    /// Name in the report, the same in every run.
    id: String,
    question: String,
    probability: f32,
    declined: bool,
}

/// The questions of one kind.
struct Group {
    name: String,
    covered: bool,
    outcomes: Vec<Outcome>,
}

pub(super) fn run(setting: &Setting) -> anyhow::Result<Report> {
    let mut report = Report::new(
        "Refusal",
        "Are questions declined that the documents do not answer, and only those? Mean and 95 % interval.",
    );
    report.condition("seed", setting.seed);
    if setting.wants(LECO) && setting.lacks_data(NEEDS).is_none() {
        let groups = fitted(setting)?;
        let text = "The starter pack's guides alone, with the statutes, without their prepared questions (plain), \
                    with those of half of them (half plain), and half of the guides (half removed; what only \
                    the others say is uncovered, though a neighbouring guide may know it too): ways of asking \
                    that the guides name, the bench, laypersons' legal questions and encyclopedic ones, each \
                    the half that was kept out of the gate's fit.";
        tell(&mut report, "Guides and statutes", text, None, groups, setting.seed);
    }
    let all = questions::all(setting)?;
    for collection in &all {
        let foreign = all.iter().find(|other| other.name != collection.name);
        of_collection(setting, collection, foreign, &mut report)?;
    }
    Ok(report)
}

/// The sets that the gate was fitted to the other half of.
fn fitted(setting: &Setting) -> anyhow::Result<Vec<Group>> {
    let mut cases = cases::guide_questions(&collections::starter()?);
    cases.extend(cases::bench()?);
    cases.extend(cases::legal(&setting.data)?);
    cases.extend(cases::off_topic(&setting.data, usize::MAX)?);
    let mut groups = Vec::new();
    for shelf in Shelf::ALL {
        let name = shelf.name();
        let library = setting.library(name, shelf.editions(&setting.data)?)?;
        let mut sets: BTreeMap<(&str, bool), Vec<&Case>> = BTreeMap::new();
        for case in cases.iter().filter(|case| case.held_out && shelf.takes(case)) {
            sets.entry((case.set.name(), shelf.covers(case))).or_default().push(case);
        }
        for ((set, covered), cases) in sets {
            let cases = setting.limited(cases);
            let bar = progress_bar(cases.len(), "asking")?;
            let mut outcomes = Vec::with_capacity(cases.len());
            for case in cases {
                let gate = ask(&library, case, 0)?.gate;
                outcomes.push(Outcome {
                    id: case.question.clone(),
                    question: case.question.clone(),
                    probability: gate.probability,
                    declined: !gate.sufficient,
                });
                bar.inc(1);
            }
            bar.finish_and_clear();
            groups.push(Group {
                name: format!("{name}, {set}, {}", if covered { "covered" } else { "uncovered" }),
                covered,
                outcomes,
            });
        }
    }
    Ok(groups)
}

/// A collection asked its own questions and those of another one.
fn of_collection(
    setting: &Setting,
    collection: &Collection,
    foreign: Option<&Collection>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let name = &collection.name;
    let library = setting.library(&collection.index(), collection.editions()?)?;
    let documents = collection.documents.iter();
    let plain = PlainBm25::of(
        (0..).zip(documents).map(|(number, one)| (number, format!("{} {}", one.title, one.text))),
    )?;
    let mut sets = vec![
        (format!("{name}, answered"), true, setting.limited(collection.answered())),
        (format!("{name}, unanswered"), false, setting.limited(collection.unanswered())),
    ];
    if let Some(foreign) = foreign {
        // The gate was fitted to some of those that are not held out.
        let mut questions = foreign.answered();
        questions.retain(|question| cases::every_second(&question.id));
        questions.truncate(FOREIGN);
        sets.push((format!("{name}, questions of {}", foreign.name), false, setting.limited(questions)));
    }
    let (mut groups, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for (name, covered, questions) in sets.into_iter().filter(|(.., questions)| !questions.is_empty()) {
        let bar = progress_bar(questions.len(), "asking")?;
        let mut outcomes = Vec::with_capacity(questions.len());
        for question in questions {
            let best = plain.scored(&question.question, 1)?.first().map_or(0.0, |(_, score)| *score);
            let gate = ask(&library, &Case::plain(&question.question), 0)?.gate;
            ours.push((f64::from(gate.probability), covered));
            theirs.push((f64::from(best), covered));
            outcomes.push(Outcome {
                id: question.id,
                question: question.question,
                probability: gate.probability,
                declined: !gate.sufficient,
            });
            bar.inc(1);
        }
        bar.finish_and_clear();
        groups.push(Group { name, covered, outcomes });
    }
    let mut table = Table::new(
        "Probability that an answered question looks better covered than one that is not: 0.5 is chance",
        ["", "of the two"],
    )
    .charted(1);
    for (name, scores) in [("gate", &ours), ("score of plain BM25's best", &theirs)] {
        if let Some(estimate) = separation(scores, setting.seed) {
            table.push(name, [Measure::from(estimate).into()]);
        }
    }
    let text = "Questions that a document answers, that none answers, and questions about something else.";
    tell(report, name, text, Some(table), groups, setting.seed);
    Ok(())
}

/// Adds a section with the share declined of each group.
fn tell(
    report: &mut Report,
    heading: &str,
    text: &str,
    separated: Option<Table>,
    groups: Vec<Group>,
    seed: u64,
) {
    let mut table = Table::new("", ["questions", "should be", "number", "declined"]);
    let mut listings = Vec::new();
    for group in groups {
        let declined: Vec<bool> = group.outcomes.iter().map(|outcome| outcome.declined).collect();
        let share = Measure::share(&group.name, &declined, seed);
        table.push(
            group.name.clone(),
            [
                if group.covered { "answered" } else { "declined" }.into(),
                declined.len().into(),
                if group.covered { share.lower() } else { share }.into(),
            ],
        );
        let names = group.outcomes.iter().map(|outcome| {
            let text = if outcome.id == outcome.question { "" } else { &outcome.question };
            (outcome.id.clone(), text.to_owned())
        });
        report.cases_of(group.name.clone(), names.collect::<Vec<_>>());
        listings.push(wrong(group));
    }
    let section = report.section(heading);
    section.text(text).table(table);
    if let Some(separated) = separated.filter(|table| !table.rows.is_empty()) {
        section.table(separated);
    }
    for listing in listings {
        section.cases(listing);
    }
}

/// What came out wrong, the surest first.
fn wrong(group: Group) -> Listing {
    let Group { name, covered, mut outcomes } = group;
    outcomes.retain(|outcome| outcome.declined == covered);
    let probability = |outcome: &Outcome| outcome.probability;
    outcomes.sort_by(|one, other| {
        let (one, other) = (probability(one), probability(other));
        if covered { one.total_cmp(&other) } else { other.total_cmp(&one) }
    });
    let what = if covered { "declined, though answered there" } else { "not declined, though not answered there" };
    let total = outcomes.len();
    let cases = outcomes.into_iter().take(WORST).map(|outcome| {
        report::Case::new(outcome.question)
            .says("probability of being covered", format!("{:.2}", outcome.probability))
    });
    Listing::of(format!("{name}: {what}; {} of {total}", total.min(WORST)), cases)
}
