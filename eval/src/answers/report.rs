//! The run as a report: the shares, the grounding, the times, and the worst cases in full.

use super::exchange::{Exchange, Turn};
use super::judge::{Outcome, Verdict};
use super::question::Question;
use super::summary::{Summary, Times};
use crate::report::{Case, Cell, Listing, Measure, Report, Table, Unit};

/// Passages shown with a case; the reply rests on the first ones.
const SHOWN: usize = 4;

/// Makes the report; the three slices are in the same order.
pub(crate) fn report(
    summary: &Summary,
    questions: &[&Question],
    verdicts: &[Verdict],
    exchanges: &[Exchange],
    seed: u64,
) -> Report {
    let mut report = Report::new(
        "Answers",
        "The running product is asked what residents ask, over HTTP and the event stream, one question \
         at a time; replies are judged by required and forbidden facts, sources and how they end.",
    );
    shares(&mut report, summary, questions, seed);
    grounding(&mut report, summary);
    times(&mut report, summary, seed);
    super::wording::tell(&mut report, exchanges, seed);
    topics(&mut report, summary);

    let mut bad: Vec<usize> = (0..verdicts.len()).filter(|&at| !flawless(&verdicts[at])).collect();
    bad.sort_by_key(|&at| severity(&verdicts[at]));
    let cases = bad.into_iter().map(|at| case(questions[at], &verdicts[at], &exchanges[at]));
    report.section("Cases").cases(Listing::of("Not flawless, the worst first", cases));
    report
}

fn flawless(verdict: &Verdict) -> bool {
    verdict.outcome.good() && verdict.uncited.is_empty() && verdict.audit.answers_unsupported == 0
}

/// The order in which a reader should see them.
fn severity(verdict: &Verdict) -> u8 {
    if verdict.audit.answers_unsupported > 0 {
        return 0;
    }
    match verdict.outcome {
        Outcome::Wrong => 1,
        Outcome::AnsweredUncovered => 2,
        Outcome::Misrouted => 3,
        Outcome::Incomplete => 4,
        Outcome::Failed => 5,
        Outcome::Declined => 6,
        Outcome::AskedBack => 7,
        _ => 8,
    }
}

fn shares(report: &mut Report, summary: &Summary, questions: &[&Question], seed: u64) {
    let mut table = Table::new("", ["", "of the questions", "questions", "share"]);
    for share in summary.shares.iter().filter(|share| !share.cases.is_empty()) {
        let holds: Vec<bool> = share.cases.iter().map(|(_, holds)| *holds).collect();
        let measure = Measure::share(share.of, &holds, seed);
        let measure = if share.bad { measure.lower() } else { measure };
        table.push(share.name, [share.of.into(), share.cases.len().into(), measure.into()]);
        let text = |id: &str| {
            let question = questions.iter().find(|question| question.id == id);
            question.map_or_else(String::new, |question| question.said())
        };
        report.cases_of(share.of, share.cases.iter().map(|(id, _)| (id.clone(), text(id))));
    }
    let outcomes: Vec<String> =
        summary.outcomes.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let section = report.section("Quality");
    section.table(table.charted(3)).text(format!("Outcomes: {}.", outcomes.join(", ")));
}

fn grounding(report: &mut Report, summary: &Summary) {
    let (audit, orders) = (&summary.audit, summary.work_orders);
    let bad = |count, of| Cell::from(Measure::proportion(count, of).lower());
    let table = Table::new("Every answer of the run, not the judged turn alone", ["", "checked", "share"])
        .row(
            "answers with a number that is not in the cited text",
            [audit.answers.into(), bad(audit.answers_unsupported, audit.answers)],
        )
        .row(
            "numbers that are not in the cited text",
            [audit.numbers.into(), bad(audit.unsupported_numbers.len(), audit.numbers)],
        )
        .row(
            "sentences with a document's name that is not there",
            [audit.sentences.into(), bad(audit.unsupported_names.len(), audit.sentences)],
        )
        .row(
            "work orders found again by number and code",
            [orders.filed.into(), Measure::proportion(orders.found_again, orders.filed).into()],
        )
        .row(
            "work orders missing",
            [(orders.filed + orders.missing).into(), bad(orders.missing, orders.filed + orders.missing)],
        );
    let found = audit.unsupported_numbers.iter().chain(&audit.unsupported_names);
    let section = report.section("Grounding");
    section.table(table);
    if audit.unread > 0 {
        section.text(format!("Cited passages whose full text could not be read: {}.", audit.unread));
    }
    section.cases(Listing::of("Not in the cited text", found.map(Case::new)));
}

fn times(report: &mut Report, summary: &Summary, seed: u64) {
    let head = ["way", "turns", "evidence p50", "p95", "first word p50", "p95", "last word p50", "p95", "late"];
    let mut table = Table::new(
        "Times as the client saw them; late is a first word after 5 s. Verified: a prepared answer. Written: \
         by the language model. Quoted: a passage in its own words.",
        head,
    )
    .charted(5);
    for (name, times) in &summary.times {
        let Times { turns, evidence, first_words, last_words, late } = times;
        let spread = |values: &[f64]| {
            [0.5, 0.95].map(|part| Cell::from(Measure::percentile(values, part, Unit::Milliseconds, seed)))
        };
        let mut cells = vec![Cell::from(*turns)];
        cells.extend([evidence, first_words, last_words].into_iter().flat_map(|values| spread(values)));
        cells.push(Measure::proportion(*late, *turns).lower().into());
        table.push(*name, cells);
    }
    report.section("Latency").table(table);
}

fn topics(report: &mut Report, summary: &Summary) {
    let mut table = Table::new("", ["topic", "questions", "good"]);
    for (topic, counted) in &summary.topics {
        let good = Measure::proportion(counted.good, counted.of);
        table.push(topic, [counted.of.into(), good.into()]);
    }
    report.section("Topics").table(table);
}

fn case(question: &Question, verdict: &Verdict, exchange: &Exchange) -> Case {
    let mut case = Case::new(format!("{} · {:?}", verdict.id, verdict.outcome));
    let complaints = [
        ("missing", &verdict.missing),
        ("forbidden", &verdict.forbidden),
        ("uncited", &verdict.uncited),
        ("numbers not in the source", &verdict.audit.unsupported_numbers),
        ("names not in the source", &verdict.audit.unsupported_names),
    ];
    for (name, found) in complaints {
        case = case.says(name, found.join(" / "));
    }
    if verdict.source_right == Some(false) {
        let wanted = question.expect.source_required.iter().map(|source| {
            format!("{} {}", source.title, source.locator.as_deref().unwrap_or("")).trim().to_owned()
        });
        case = case.says("no citation of", wanted.collect::<Vec<_>>().join(" / "));
    }
    exchange.turns.iter().fold(case, exchanged)
}

fn exchanged(case: Case, turn: &Turn) -> Case {
    let sentences: Vec<String> = turn.sentences.iter().map(super::exchange::Sentence::marked).collect();
    let ended = turn.disposition.map_or_else(
        || turn.failure.clone().unwrap_or_else(|| "merged into the next message".to_owned()),
        |disposition| format!("{disposition:?}"),
    );
    let way = match (turn.verified, turn.quoted) {
        (true, _) => ", verified",
        (_, true) => ", quoted",
        _ => "",
    };
    let reason = turn.reason.as_deref().map_or(String::new(), |reason| format!(" ({reason})"));
    let passages = turn.passages.iter().take(SHOWN).map(|passage| {
        let quote = passage.quote.replace('\n', " ");
        format!("[{}] 《{}》{}：{quote}", passage.number, passage.title, passage.locator)
    });
    case.says("asked", &turn.said)
        .says("understood", turn.understood.clone().unwrap_or_default())
        .says("replied", sentences.join("\n"))
        .says(
            "ended",
            format!(
                "{ended}{way}{reason}, first word {:.0} ms, last {:.0} ms",
                turn.seen.first_words.unwrap_or_default(),
                turn.seen.last_words.unwrap_or_default()
            ),
        )
        .says("passages", passages.collect::<Vec<_>>().join("\n"))
        .says("suggested", turn.suggestions.join("、"))
}
