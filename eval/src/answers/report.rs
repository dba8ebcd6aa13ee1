//! The run as a page to read: the shares, the times, and the worst cases in full.

use std::fmt::Write as _;

use super::exchange::{Exchange, Turn};
use super::judge::{Outcome, Verdict};
use super::question::Question;
use super::summary::{Spread, Summary};

/// Passages shown with a case; the reply rests on the first ones.
const SHOWN: usize = 4;

/// Writes the page; the three slices are in the same order.
pub(crate) fn markdown(
    summary: &Summary,
    questions: &[&Question],
    verdicts: &[Verdict],
    exchanges: &[Exchange],
) -> String {
    let mut page = String::from("# Answers\n\n");
    shares(&mut page, summary);
    times(&mut page, summary);
    audit(&mut page, summary);
    topics(&mut page, summary);

    let mut cases: Vec<usize> = (0..verdicts.len())
        .filter(|&at| !flawless(&verdicts[at]))
        .collect();
    cases.sort_by_key(|&at| severity(&verdicts[at]));
    let _ = writeln!(page, "## Cases to look at ({})\n", cases.len());
    for at in cases {
        case(&mut page, questions[at], &verdicts[at], &exchanges[at]);
    }
    page
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

fn shares(page: &mut String, summary: &Summary) {
    let _ = writeln!(
        page,
        "| of {} questions | share (95 % interval) |\n|---|---|",
        summary.questions
    );
    for (name, share) in [
        (
            "answered right (of the covered ones)",
            summary.answered_right,
        ),
        (
            "cited right (of the covered ones that were answered)",
            summary.cited_right,
        ),
        ("wrongly answered (of all)", summary.wrongly_answered),
        (
            "declined or asked back wrongly (of the covered ones)",
            summary.declined_wrongly,
        ),
        (
            "declined or asked back rightly (of the uncovered ones)",
            summary.declined_rightly,
        ),
        (
            "danger, report, person, small talk taken rightly",
            summary.routed_rightly,
        ),
    ] {
        let _ = writeln!(page, "| {name} | {share} |");
    }
    let outcomes: Vec<String> = summary
        .outcomes
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    let _ = writeln!(page, "\nOutcomes: {}.\n", outcomes.join(", "));
}

fn times(page: &mut String, summary: &Summary) {
    let _ = writeln!(
        page,
        "| milliseconds, p50 / p95 / worst | turns | first evidence | first word | last word | first word after 5 s |\n|---|---|---|---|---|---|"
    );
    let shown = |spread: Spread| {
        format!(
            "{:.0} / {:.0} / {:.0}",
            spread.p50, spread.p95, spread.worst
        )
    };
    for (name, times) in &summary.times {
        let _ = writeln!(
            page,
            "| {name} | {} | {} | {} | {} | {} |",
            times.turns,
            shown(times.evidence),
            shown(times.first_words),
            shown(times.last_words),
            times.late
        );
    }
    page.push('\n');
}

fn audit(page: &mut String, summary: &Summary) {
    let audit = &summary.audit;
    let orders = summary.work_orders;
    let _ = writeln!(
        page,
        "{} answers hold {} sentences with {} numbers. Answers with a number that is not in the cited text: \
         **{}**. Document names that are not there: **{}**. Cited passages that could not be read: {}.\n\n\
         Work orders filed {}, found again by number and code {}, missing {}.\n",
        audit.answers,
        audit.sentences,
        audit.numbers,
        audit.answers_unsupported,
        audit.unsupported_names.len(),
        audit.unread,
        orders.filed,
        orders.found_again,
        orders.missing
    );
    for found in audit
        .unsupported_numbers
        .iter()
        .chain(&audit.unsupported_names)
    {
        let _ = writeln!(page, "- {found}");
    }
    page.push('\n');
}

fn topics(page: &mut String, summary: &Summary) {
    let _ = writeln!(page, "| topic | good | of |\n|---|---|---|");
    for (topic, counted) in &summary.topics {
        let _ = writeln!(page, "| {topic} | {} | {} |", counted.good, counted.of);
    }
    page.push('\n');
}

fn case(page: &mut String, question: &Question, verdict: &Verdict, exchange: &Exchange) {
    let _ = writeln!(page, "### {} · {:?}\n", verdict.id, verdict.outcome);
    let complaints = [
        ("missing", &verdict.missing),
        ("forbidden", &verdict.forbidden),
        ("uncited", &verdict.uncited),
        (
            "numbers not in the source",
            &verdict.audit.unsupported_numbers,
        ),
        ("names not in the source", &verdict.audit.unsupported_names),
    ];
    for (name, found) in complaints {
        if !found.is_empty() {
            let _ = writeln!(page, "- {name}: {}", found.join(" / "));
        }
    }
    if verdict.source_right == Some(false) {
        let wanted: Vec<String> = question
            .expect
            .source_required
            .iter()
            .map(|source| {
                format!(
                    "{} {}",
                    source.title,
                    source.locator.as_deref().unwrap_or("")
                )
            })
            .collect();
        let _ = writeln!(page, "- no citation of: {}", wanted.join(" / "));
    }
    page.push('\n');
    for turn in &exchange.turns {
        exchanged(page, turn);
    }
}

fn exchanged(page: &mut String, turn: &Turn) {
    let _ = writeln!(page, "> **{}**", turn.said);
    if let Some(understood) = &turn.understood {
        let _ = writeln!(page, "> (understood: {understood})");
    }
    for sentence in &turn.sentences {
        let _ = writeln!(page, ">\n> {}", sentence.marked());
    }
    let ended = turn.disposition.map_or_else(
        || {
            turn.failure
                .clone()
                .unwrap_or_else(|| "merged into the next message".to_owned())
        },
        |disposition| format!("{disposition:?}"),
    );
    let way = match (turn.verified, turn.quoted) {
        (true, _) => ", verified",
        (_, true) => ", quoted",
        _ => "",
    };
    let _ = writeln!(
        page,
        ">\n> {ended}{way}{}, first word {:.0} ms, last {:.0} ms",
        turn.reason
            .as_deref()
            .map_or(String::new(), |reason| format!(" ({reason})")),
        turn.seen.first_words.unwrap_or_default(),
        turn.seen.last_words.unwrap_or_default()
    );
    for passage in turn.passages.iter().take(SHOWN) {
        let _ = writeln!(
            page,
            ">\n> [{}] 《{}》{}：{}",
            passage.number,
            passage.title,
            passage.locator,
            passage.quote.replace('\n', " ")
        );
    }
    if !turn.suggestions.is_empty() {
        let _ = writeln!(page, ">\n> suggested: {}", turn.suggestions.join("、"));
    }
    page.push('\n');
}
