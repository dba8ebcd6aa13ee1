//! The verdicts added up.

use std::collections::BTreeMap;

use serde::Serialize;

use super::exchange::{Exchange, Turn};
use super::judge::{Audit, Outcome, Verdict};
use super::question::{Disposition, Kind};
use super::share::{Share, percentile};

/// Milliseconds that a resident waits for the first words at most.
pub(crate) const PATIENCE: f64 = 5000.0;

/// What came of the whole run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Summary {
    pub(crate) questions: usize,
    /// Covered questions answered with every required fact, from a right source.
    pub(crate) answered_right: Share,
    /// Answered covered questions that cite a right source and leave no factual sentence uncited.
    pub(crate) cited_right: Share,
    /// Questions answered with a fact missing, something forbidden, a wrong source, or at all
    /// where nothing covers them.
    pub(crate) wrongly_answered: Share,
    /// Covered questions that were declined or asked back.
    pub(crate) declined_wrongly: Share,
    /// Uncovered questions that were declined or asked back.
    pub(crate) declined_rightly: Share,
    /// Dangers, reports, wishes for a person and small talk that were taken as such.
    pub(crate) routed_rightly: Share,
    /// How many of each outcome.
    pub(crate) outcomes: BTreeMap<String, usize>,
    /// Good outcomes by topic.
    pub(crate) topics: BTreeMap<String, Counted>,
    /// The check of every answer of the run.
    pub(crate) audit: Audit,
    pub(crate) work_orders: WorkOrders,
    /// Times by the way the words came about; `all` has every turn that a document was searched for.
    pub(crate) times: BTreeMap<String, Times>,
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Counted {
    pub(crate) good: usize,
    pub(crate) of: usize,
}

/// Work orders of the run.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct WorkOrders {
    pub(crate) filed: usize,
    /// Opened again with number and code.
    pub(crate) found_again: usize,
    /// Turns that should have filed one and did not.
    pub(crate) missing: usize,
}

/// Milliseconds from sending the message, as the client saw them.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Times {
    pub(crate) turns: usize,
    pub(crate) evidence: Spread,
    pub(crate) first_words: Spread,
    pub(crate) last_words: Spread,
    /// Turns whose first words came later than [`PATIENCE`].
    pub(crate) late: usize,
}

/// The middle and the slow end.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Spread {
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) worst: f64,
}

/// Adds up; both slices are in the order of the questions.
pub(crate) fn summarize(verdicts: &[Verdict], exchanges: &[Exchange]) -> Summary {
    let of = |kind: Kind| verdicts.iter().filter(move |verdict| verdict.kind == kind);
    let outcomes =
        |wanted: &'static [Outcome]| move |verdict: &Verdict| wanted.contains(&verdict.outcome);
    let mut summary = Summary {
        questions: verdicts.len(),
        answered_right: Share::of(of(Kind::Covered).map(outcomes(&[Outcome::Right]))),
        cited_right: Share::of(
            verdicts
                .iter()
                .filter_map(|verdict| Some(verdict.source_right? && verdict.uncited.is_empty())),
        ),
        wrongly_answered: Share::of(
            verdicts
                .iter()
                .map(|verdict| verdict.outcome.wrongly_answered()),
        ),
        declined_wrongly: Share::of(
            of(Kind::Covered).map(outcomes(&[Outcome::Declined, Outcome::AskedBack])),
        ),
        declined_rightly: Share::of(of(Kind::Uncovered).map(outcomes(&[Outcome::DeclinedRightly]))),
        routed_rightly: Share::of(of(Kind::Routed).map(outcomes(&[Outcome::RoutedRightly]))),
        outcomes: BTreeMap::new(),
        topics: BTreeMap::new(),
        audit: Audit::default(),
        work_orders: WorkOrders::default(),
        times: BTreeMap::new(),
    };
    for verdict in verdicts {
        let name = serde_json::to_value(verdict.outcome).ok();
        let name = name
            .as_ref()
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default();
        *summary.outcomes.entry(name.to_owned()).or_default() += 1;
        let topic = summary.topics.entry(verdict.topic.clone()).or_default();
        topic.good += usize::from(verdict.outcome.good());
        topic.of += 1;
        summary.audit.add(&verdict.audit);
    }
    let turns = || exchanges.iter().flat_map(|exchange| &exchange.turns);
    for turn in turns() {
        summary.work_orders.count(turn);
    }
    for (name, wanted) in [
        ("all", (|_| true) as fn(&Turn) -> bool),
        ("verified", |turn| turn.verified),
        ("written", |turn| !turn.verified && !turn.quoted),
        ("quoted", |turn| turn.quoted),
    ] {
        let chosen: Vec<&Turn> = turns()
            .filter(|turn| turn.disposition == Some(Disposition::Answered))
            .filter(|turn| !turn.passages.is_empty() && wanted(turn))
            .collect();
        if let Some(times) = Times::of(&chosen) {
            summary.times.insert(name.to_owned(), times);
        }
    }
    summary
}

impl Audit {
    fn add(&mut self, other: &Self) {
        self.answers += other.answers;
        self.sentences += other.sentences;
        self.numbers += other.numbers;
        self.answers_unsupported += other.answers_unsupported;
        self.unread += other.unread;
        self.unsupported_numbers
            .extend_from_slice(&other.unsupported_numbers);
        self.unsupported_names
            .extend_from_slice(&other.unsupported_names);
    }
}

impl WorkOrders {
    fn count(&mut self, turn: &Turn) {
        let needed = matches!(
            turn.disposition,
            Some(Disposition::Escalated | Disposition::Emergency | Disposition::Handoff)
        );
        match &turn.work_order {
            Some(order) => {
                self.filed += 1;
                self.found_again += usize::from(order.found_again);
            }
            None => self.missing += usize::from(needed),
        }
    }
}

impl Times {
    fn of(turns: &[&Turn]) -> Option<Self> {
        let spread = |seen: fn(&Turn) -> Option<f64>| {
            let mut values: Vec<f64> = turns.iter().filter_map(|turn| seen(turn)).collect();
            values.sort_by(f64::total_cmp);
            Some(Spread {
                p50: percentile(&values, 0.5)?,
                p95: percentile(&values, 0.95)?,
                worst: *values.last()?,
            })
        };
        Some(Self {
            turns: turns.len(),
            evidence: spread(|turn| turn.seen.evidence)?,
            first_words: spread(|turn| turn.seen.first_words)?,
            last_words: spread(|turn| turn.seen.last_words)?,
            late: turns
                .iter()
                .filter(|turn| turn.seen.first_words.is_none_or(|words| words > PATIENCE))
                .count(),
        })
    }
}
