//! Standard questions said in an accent and written down by a recogniser of Putonghua.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dialects::{Corrector, Heard, LanguageModel, Variety};
use knowledge::{IndexedEdition, Library};

use super::{ratio, search};
use crate::cases::Case;
use crate::data::{self, Article};
use crate::report::{Case as Shown, Cell, Listing, Measure, Report, Table, Unit};
use crate::simulator::{Accent, Characters};
use crate::statistics::Generator;
use crate::suites::{Setting, progress_bar, retrieval};

/// Whose accents.
const VARIETIES: [Variety; 4] =
    [Variety::Kunming, Variety::Chengdu, Variety::Hefei, Variety::Luxi];

/// Questions drawn.
const QUESTIONS: usize = 300;

/// Articles that the language model is trained on.
const LEARNED: usize = 10_000;

/// Share of the characters that are misheard.
const MISHEARD: f64 = 0.25;

/// Passages that each question is judged on.
const DEPTH: usize = 10;

/// Cases listed for each variety.
const LISTED: usize = 25;

/// The set of cases, as the report names it.
const SET: &str = "accents";

/// Recall at ten of the questions, clean and in each accent.
pub(super) struct Numbers {
    questions: Vec<String>,
    articles: usize,
    terms: usize,
    clean: Measure,
    varieties: BTreeMap<&'static str, Hearing>,
}

/// One accent.
struct Hearing {
    misheard: Measure,
    corrected: Measure,
    /// Corrected less misheard, question by question.
    gained: Measure,
    /// Misheard and corrected over clean.
    kept_misheard: f64,
    kept_corrected: f64,
    characters: Restored,
    cases: Vec<Misheard>,
}

/// What became of the characters.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_field_names, reason = "those of the restored that were restored")]
struct Restored {
    all: usize,
    /// Written wrongly by the recogniser.
    misheard: usize,
    /// Of those put right.
    restored: usize,
    /// Of those replaced by another wrong one.
    replaced: usize,
    /// Right ones made wrong.
    spoiled: usize,
}

/// One question in one accent.
struct Misheard {
    question: String,
    heard: String,
    corrected: String,
    /// Recall at ten: clean, misheard, corrected.
    recall: [f64; 3],
}

/// Asks a sample of the legal questions of all articles: clean, misheard and put right.
pub(super) fn measure(setting: &Setting, starter: &[IndexedEdition]) -> anyhow::Result<Numbers> {
    let (library, cases) = retrieval::cases(setting)?;
    let mut cases: Vec<Case> = cases.into_iter().filter(|case| !case.gold.is_empty()).collect();
    Generator::new(setting.seed).shuffle(&mut cases);
    cases.truncate(QUESTIONS);
    let mut articles = data::articles(&setting.data)?;
    Generator::new(setting.seed).shuffle(&mut articles);
    let characters = Characters::of(articles.iter().map(|article| article.text.as_str()));
    let learned = articles.iter().take(LEARNED).map(|article| article.text.as_str());
    let model = Arc::new(LanguageModel::train(learned));
    let terms = terms(&articles, starter);

    let bar = progress_bar(cases.len() * (1 + 2 * VARIETIES.len()), "accents")?;
    let mut clean = Vec::with_capacity(cases.len());
    for case in &cases {
        clean.push(recall(&library, &case.question, false, case)?);
        bar.inc(1);
    }
    let mut varieties = BTreeMap::new();
    for variety in VARIETIES {
        let accent = Accent::new(variety, &characters);
        let corrector =
            Corrector::new(terms.iter().copied(), Some(variety), &[], Arc::clone(&model));
        let mut generator = Generator::new(setting.seed);
        let mut misheard = Vec::with_capacity(cases.len());
        for (case, clean) in cases.iter().zip(&clean) {
            let heard = accent.heard(&case.question, MISHEARD, &mut generator);
            let corrected = corrector.correct(&Heard::spoken(heard.as_str())).text.into_text();
            let recall = [
                *clean,
                recall(&library, &heard, false, case)?,
                recall(&library, &corrected, true, case)?,
            ];
            bar.inc(2);
            misheard.push(Misheard {
                question: case.question.clone(),
                heard,
                corrected,
                recall,
            });
        }
        varieties.insert(variety.id(), Hearing::of(misheard, setting.seed));
    }
    bar.finish_and_clear();
    Ok(Numbers {
        questions: cases.iter().map(|case| case.question.clone()).collect(),
        articles: library.passages(),
        terms: terms.len(),
        clean: Measure::of_cases(SET, &clean, setting.seed),
        varieties,
    })
}

/// The names of laws and the titles of guides.
fn terms<'a>(articles: &'a [Article], starter: &'a [IndexedEdition]) -> BTreeSet<&'a str> {
    let laws = articles.iter().map(|article| data::split_name(&article.name).0);
    laws.chain(starter.iter().map(|edition| edition.metadata.title.as_str())).collect()
}

/// Share of the places that answer a question which are among the best ten for a text.
fn recall(library: &Library, text: &str, spoken: bool, case: &Case) -> anyhow::Result<f64> {
    let found = search(library, text, spoken, DEPTH)?;
    let reached = case.gold.iter().filter(|place| found.iter().any(|evidence| place.holds(evidence)));
    Ok(ratio(reached.count() as f64, case.gold.len() as f64))
}

impl Hearing {
    fn of(mut cases: Vec<Misheard>, seed: u64) -> Self {
        let estimate = |value: fn(&[f64; 3]) -> f64| {
            Measure::of_cases(SET, &cases.iter().map(|case| value(&case.recall)).collect::<Vec<_>>(), seed)
        };
        let clean = estimate(|recall| recall[0]);
        let misheard = estimate(|recall| recall[1]);
        let corrected = estimate(|recall| recall[2]);
        let gained = estimate(|recall| recall[2] - recall[1]);
        let characters = cases.iter().fold(Restored::default(), Restored::with);
        cases.sort_by(|one, other| {
            let lost = |case: &Misheard| case.recall[0] - case.recall[2];
            lost(other).total_cmp(&lost(one))
        });
        Self {
            kept_misheard: ratio(misheard.value, clean.value),
            kept_corrected: ratio(corrected.value, clean.value),
            misheard,
            corrected,
            gained,
            characters,
            cases,
        }
    }
}

impl Restored {
    /// With the characters of one more case, which are as many in each of its texts.
    fn with(mut self, case: &Misheard) -> Self {
        let heard = case.heard.chars().zip(case.corrected.chars());
        for (meant, (heard, corrected)) in case.question.chars().zip(heard) {
            let wrong = heard != meant;
            self.all += 1;
            self.misheard += usize::from(wrong);
            self.restored += usize::from(wrong && corrected == meant);
            self.replaced += usize::from(wrong && corrected != meant && corrected != heard);
            self.spoiled += usize::from(!wrong && corrected != meant);
        }
        self
    }

    /// A share of the characters.
    fn share(part: usize, whole: usize) -> Measure {
        Measure::new(ratio(part as f64, whole as f64), Unit::Share)
    }
}

impl Numbers {
    /// As a section of the report.
    pub(super) fn tell(&self, report: &mut Report) {
        let head = [
            "variety", "misheard", "corrected", "corrected − misheard", "misheard / clean",
            "corrected / clean", "characters misheard", "of them restored", "replaced wrongly",
            "right ones spoiled",
        ];
        let mut table = Table::new("Recall at ten", head).charted(1).charted(2);
        for (name, hearing) in &self.varieties {
            let Restored { all, misheard, restored, replaced, spoiled } = hearing.characters;
            let kept = |value| Cell::from(Measure::new(value, Unit::Score));
            table.push(
                *name,
                [
                    hearing.misheard.clone().into(),
                    hearing.corrected.clone().into(),
                    hearing.gained.clone().into(),
                    kept(hearing.kept_misheard),
                    kept(hearing.kept_corrected),
                    Restored::share(misheard, all).neither().into(),
                    Restored::share(restored, misheard).into(),
                    Restored::share(replaced, misheard).lower().into(),
                    Restored::share(spoiled, all - misheard).lower().into(),
                ],
            );
        }
        let ids = self.questions.iter().map(|question| (question.clone(), String::new()));
        report.cases_of(SET, ids);
        let section = report.section("Sound");
        section.text(format!(
            "{} legal questions over {} articles, {} terms: recall at ten is {} as they were asked. Said \
             in an accent (simulated), misheard and put right:",
            self.questions.len(),
            self.articles,
            self.terms,
            self.clean.shown(),
        ));
        section.table(table);
        for (name, hearing) in &self.varieties {
            let lost = hearing.cases.iter().take(LISTED).map(Misheard::shown);
            section.cases(Listing::of(format!("{name}: lost most"), lost));
        }
    }
}

impl Misheard {
    /// As a case of the report.
    fn shown(&self) -> Shown {
        let [clean, misheard, corrected] = self.recall;
        Shown::new(&self.question)
            .says("recall", format!("{clean:.2}"))
            .says(&format!("misheard {misheard:.2}"), &self.heard)
            .says(&format!("corrected {corrected:.2}"), &self.corrected)
    }
}
