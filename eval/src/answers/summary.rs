//! The verdicts added up.

use std::collections::BTreeMap;

use super::exchange::{Exchange, Turn};
use super::judge::{Audit, Outcome, Verdict};
use super::question::{Disposition, Kind};

/// Milliseconds that a resident waits for the first words at most.
pub(crate) const PATIENCE: f64 = 5000.0;

/// What came of the whole run.
pub(crate) struct Summary {
    pub(crate) shares: Vec<Share>,
    /// How many of each outcome.
    pub(crate) outcomes: BTreeMap<String, usize>,
    /// Good outcomes by topic.
    pub(crate) topics: BTreeMap<String, Counted>,
    /// The check of every answer of the run.
    pub(crate) audit: Audit,
    pub(crate) work_orders: WorkOrders,
    /// Times by the way the words came about; `all` has every turn that a document was searched for.
    pub(crate) times: BTreeMap<&'static str, Times>,
}

/// A share of the questions that it is about.
pub(crate) struct Share {
    pub(crate) name: &'static str,
    /// The questions that it is about, as the report names the set.
    pub(crate) of: &'static str,
    /// Whether less is better.
    pub(crate) bad: bool,
    /// Question and whether it holds there.
    pub(crate) cases: Vec<(String, bool)>,
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) good: usize,
    pub(crate) of: usize,
}

/// Work orders of the run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WorkOrders {
    pub(crate) filed: usize,
    /// Opened again with number and code.
    pub(crate) found_again: usize,
    /// Turns that should have filed one and did not.
    pub(crate) missing: usize,
}

/// Milliseconds from sending the message, as the client saw them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    pub(crate) turns: usize,
    pub(crate) evidence: Vec<f64>,
    pub(crate) first_words: Vec<f64>,
    pub(crate) last_words: Vec<f64>,
    /// Turns whose first words came later than [`PATIENCE`].
    pub(crate) late: usize,
}

/// Adds up; both slices are in the order of the questions.
pub(crate) fn summarize(verdicts: &[Verdict], exchanges: &[Exchange]) -> Summary {
    let mut summary = Summary {
        shares: shares(verdicts),
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
        if !chosen.is_empty() {
            summary.times.insert(name, Times::of(&chosen));
        }
    }
    summary
}

fn shares(verdicts: &[Verdict]) -> Vec<Share> {
    let share = |name, of, bad, holds: &dyn Fn(&Verdict) -> Option<bool>| Share {
        name,
        of,
        bad,
        cases: verdicts.iter().filter_map(|verdict| Some((verdict.id.clone(), holds(verdict)?))).collect(),
    };
    let among = |kind: Kind, outcomes: &'static [Outcome]| {
        move |verdict: &Verdict| (verdict.kind == kind).then(|| outcomes.contains(&verdict.outcome))
    };
    vec![
        share("answered right", "covered", false, &among(Kind::Covered, &[Outcome::Right])),
        share("cited right", "covered and answered", false, &|verdict| {
            Some(verdict.source_right? && verdict.uncited.is_empty())
        }),
        share("wrongly answered", "all", true, &|verdict| Some(verdict.outcome.wrongly_answered())),
        share(
            "declined or asked back wrongly",
            "covered",
            true,
            &among(Kind::Covered, &[Outcome::Declined, Outcome::AskedBack]),
        ),
        share(
            "declined or asked back rightly",
            "uncovered",
            false,
            &among(Kind::Uncovered, &[Outcome::DeclinedRightly]),
        ),
        share(
            "danger, report, person, small talk taken rightly",
            "routed",
            false,
            &among(Kind::Routed, &[Outcome::RoutedRightly]),
        ),
    ]
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
    fn of(turns: &[&Turn]) -> Self {
        let values = |seen: fn(&Turn) -> Option<f64>| turns.iter().filter_map(|turn| seen(turn)).collect();
        let late = |turn: &&&Turn| turn.seen.first_words.is_none_or(|words| words > PATIENCE);
        Self {
            turns: turns.len(),
            evidence: values(|turn| turn.seen.evidence),
            first_words: values(|turn| turn.seen.first_words),
            last_words: values(|turn| turn.seen.last_words),
            late: turns.iter().filter(late).count(),
        }
    }
}
