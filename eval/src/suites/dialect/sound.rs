//! Standard questions said in an accent and written down by a recogniser of Putonghua.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dialects::{Corrector, Heard, LanguageModel, Variety};
use knowledge::{IndexedEdition, Library};
use serde::Serialize;

use super::{ratio, search};
use crate::cases::Case;
use crate::data::{self, Article};
use crate::report::table;
use crate::simulator::{Accent, Characters};
use crate::statistics::{Estimate, Generator};
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

/// Recall at ten of the questions, clean and in each accent.
#[derive(Serialize)]
pub(super) struct Numbers {
    questions: usize,
    articles: usize,
    terms: usize,
    clean: Estimate,
    varieties: BTreeMap<&'static str, Hearing>,
}

/// One accent.
#[derive(Serialize)]
struct Hearing {
    misheard: Estimate,
    corrected: Estimate,
    /// Corrected less misheard, question by question.
    gained: Estimate,
    /// Misheard and corrected over clean.
    kept_misheard: f64,
    kept_corrected: f64,
    characters: Restored,
    cases: Vec<Misheard>,
}

/// What became of the characters.
#[derive(Clone, Copy, Default, Serialize)]
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
#[derive(Serialize)]
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
        questions: cases.len(),
        articles: library.passages(),
        terms: terms.len(),
        clean: Estimate::of(&clean, setting.seed),
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
            Estimate::of(&cases.iter().map(|case| value(&case.recall)).collect::<Vec<_>>(), seed)
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
            misheard,
            corrected,
            gained,
            kept_misheard: ratio(misheard.mean, clean.mean),
            kept_corrected: ratio(corrected.mean, clean.mean),
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

    /// A share of the characters in percent.
    fn percent(part: usize, whole: usize) -> String {
        format!("{:.1} %", 100.0 * ratio(part as f64, whole as f64))
    }
}

impl Numbers {
    /// As a section of the report.
    pub(super) fn shown(&self) -> String {
        let head = [
            "variety", "misheard", "corrected", "corrected − misheard", "misheard / clean",
            "corrected / clean", "characters misheard", "of them restored", "replaced wrongly",
            "right ones spoiled",
        ];
        let rows: Vec<Vec<String>> = self
            .varieties
            .iter()
            .map(|(name, hearing)| {
                let Restored { all, misheard, restored, replaced, spoiled } = hearing.characters;
                vec![
                    (*name).to_owned(),
                    hearing.misheard.shown(),
                    hearing.corrected.shown(),
                    hearing.gained.shown(),
                    format!("{:.3}", hearing.kept_misheard),
                    format!("{:.3}", hearing.kept_corrected),
                    Restored::percent(misheard, all),
                    Restored::percent(restored, misheard),
                    Restored::percent(replaced, misheard),
                    Restored::percent(spoiled, all - misheard),
                ]
            })
            .collect();
        let lists: Vec<String> = self
            .varieties
            .iter()
            .map(|(name, hearing)| {
                let cases: Vec<String> = hearing.cases.iter().take(LISTED).map(Misheard::shown).collect();
                format!("{name}:\n\n{}", cases.join("\n"))
            })
            .collect();
        format!(
            "## Sound\n\n{} legal questions over {} articles, {} terms: recall at ten is {} as they \
             were asked. Said in an accent (simulated), misheard and put right:\n\n{}\nWhat lost most.\
             \n\n{}",
            self.questions,
            self.articles,
            self.terms,
            self.clean.shown(),
            table(&head, &rows),
            lists.join("\n\n"),
        )
    }
}

impl Misheard {
    /// As a line of the report.
    fn shown(&self) -> String {
        let [clean, misheard, corrected] = self.recall;
        format!(
            "- {clean:.2} {}\n  - misheard {misheard:.2}: {}\n  - corrected {corrected:.2}: {}",
            self.question, self.heard, self.corrected,
        )
    }
}
