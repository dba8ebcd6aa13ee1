//! The orders in which documents are found, judged question by question.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use knowledge::{Adjustments, Evidence, Library, Score, SearchQuery};

use super::DEPTH;
use crate::collections::{COMMUNITY, TODAY};
use crate::report::{Case, Cell, Listing, Measure, Report, Table, Unit};

/// Questions shown whose answer was not found.
const SHOWN: usize = 20;

/// Name of the order that the product uses.
const FUSED: &str = "fused";

/// The rankings that are fused.
const RANKINGS: [(&str, fn(&Evidence) -> Score); 3] = [
    ("words", |evidence| evidence.scores.words),
    ("bigrams", |evidence| evidence.scores.bigrams),
    ("dense", |evidence| evidence.scores.dense),
];

/// One question's values for one ranking: recall at 5, at 10, reciprocal rank.
pub(crate) type Values = [f64; 3];

/// What the rankings of one collection came to.
pub(super) struct Judged {
    set: String,
    documents: usize,
    /// The questions as (id, text).
    questions: Vec<(String, String)>,
    /// By ranking, in the order of the questions.
    values: BTreeMap<&'static str, Vec<Values>>,
    milliseconds: Vec<f64>,
    /// Questions whose answer is not among ten, with what is first there.
    lost: Vec<Case>,
}

impl Judged {
    /// Of a collection of so many documents, nothing asked yet.
    pub(super) fn new(set: &str, documents: usize) -> Self {
        Self {
            set: set.to_owned(),
            documents,
            questions: Vec::new(),
            values: BTreeMap::new(),
            milliseconds: Vec::new(),
            lost: Vec::new(),
        }
    }

    /// Asks one question, given as (id, text), beside what plain BM25 found.
    pub(super) fn ask<T: Ord + Clone + Display>(
        &mut self,
        library: &Library,
        (id, text): (&str, &str),
        gold: &BTreeSet<T>,
        plain: &[T],
        document: impl Fn(&Evidence) -> T,
    ) -> anyhow::Result<()> {
        let result = library.search(&SearchQuery {
            text,
            communities: &[COMMUNITY.to_owned()],
            on: TODAY,
            limit: usize::MAX,
            spoken: false,
            as_unseen: false,
            adjustments: Adjustments::default(),
        })?;
        let timings = result.timings;
        self.milliseconds.push(f64::from(timings.embedding_ms + timings.ranking_ms));
        let found = &result.evidence;
        let mut note = |name, order: &[T]| {
            let values = judged(order, gold);
            self.values.entry(name).or_default().push(values);
            values
        };
        note("plain BM25", plain);
        for (name, score) in RANKINGS {
            note(name, &in_order_of(found, score, &document));
        }
        let fused: Vec<T> = found.iter().map(&document).collect();
        let [.., reciprocal] = note(FUSED, &fused);
        self.questions.push((id.to_owned(), text.to_owned()));
        if reciprocal == 0.0 {
            let wanted: Vec<String> = gold.iter().map(ToString::to_string).collect();
            let first = found.first().map_or_else(String::new, |first| {
                format!("{} {}: {}", first.title, first.passage.locator, first.passage.text)
            });
            self.lost.push(Case::new(text).says("answered by", wanted.join(", ")).says("found first", first));
        }
        Ok(())
    }

    /// Adds the collection's section.
    pub(super) fn tell(self, report: &mut Report, seed: u64) {
        let set = self.set;
        let row = |of: &dyn Fn(usize) -> Vec<f64>| {
            [0, 1, 2].map(|which| Cell::from(Measure::of_cases(&set, &of(which), seed)))
        };
        let head = ["ranking", "recall@5", "recall@10", "MRR@10"];
        let mut rankings = Table::new("", head).charted(2);
        let mut leads = Table::new("Fused ahead of", head);
        let fused = self.values.get(FUSED).cloned().unwrap_or_default();
        for (name, values) in &self.values {
            rankings.push(*name, row(&|which| values.iter().map(|one| one[which]).collect()));
            if *name != FUSED {
                let pairs = || fused.iter().zip(values);
                leads.push(*name, row(&|which| pairs().map(|(fused, other)| fused[which] - other[which]).collect()));
            }
        }
        let time = |part| Cell::from(Measure::percentile(&self.milliseconds, part, Unit::Milliseconds, seed));
        let times = Table::new("Time", ["", "p50", "p95"]).row("a search", [time(0.5), time(0.95)]);
        let section = report.section(&set);
        section.text(format!("{} questions over {} documents.", self.questions.len(), self.documents));
        section.table(rankings).table(leads).table(times);
        let lost = self.lost.len();
        section.cases(Listing::of(
            format!("Not among the best ten; {} of {lost}", lost.min(SHOWN)),
            self.lost.into_iter().take(SHOWN),
        ));
        report.cases_of(set.clone(), self.questions);
    }
}

/// The order that one of the fused rankings gives alone.
fn in_order_of<T>(
    evidence: &[Evidence],
    score: fn(&Evidence) -> Score,
    document: &impl Fn(&Evidence) -> T,
) -> Vec<T> {
    let mut ranked: Vec<(u32, &Evidence)> =
        evidence.iter().filter_map(|evidence| Some((score(evidence).rank?, evidence))).collect();
    ranked.sort_unstable_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, evidence)| document(evidence)).collect()
}

/// Recall at 5, at 10 and reciprocal rank of an order, whose repetitions do not count.
pub(crate) fn judged<T: Ord>(order: &[T], gold: &BTreeSet<T>) -> Values {
    let mut seen = BTreeSet::new();
    let distinct: Vec<&T> = order.iter().filter(|id| seen.insert(*id)).collect();
    let recall = |depth: usize| {
        let right = distinct.iter().take(depth).filter(|id| gold.contains(**id));
        right.count() as f64 / gold.len().max(1) as f64
    };
    let first = distinct.iter().take(DEPTH).position(|id| gold.contains(*id));
    [recall(5), recall(10), first.map_or(0.0, |place| 1.0 / (place + 1) as f64)]
}
