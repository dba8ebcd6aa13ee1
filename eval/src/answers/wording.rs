//! Can it be followed when it is read aloud: how long replies and their sentences are.

use super::exchange::{Exchange, Turn};
use super::question::Disposition;
use crate::report::{Measure, Report, Table, Unit};

/// A sentence of more characters loses many listeners.
const LONG: usize = 40;

/// Adds the section about every answer of the run.
pub(super) fn tell(report: &mut Report, exchanges: &[Exchange], seed: u64) {
    let answers: Vec<&Turn> = exchanges
        .iter()
        .flat_map(|exchange| &exchange.turns)
        .filter(|turn| turn.disposition == Some(Disposition::Answered) && !turn.passages.is_empty())
        .collect();
    let (mut answer_lengths, mut sentence_lengths) = (Vec::new(), Vec::new());
    for answer in answers {
        let texts = answer.sentences.iter().map(|sentence| sentence.text.as_str());
        answer_lengths.push(texts.clone().map(letters).sum::<usize>() as f64);
        let sentences = texts.flat_map(|text| text.split(['。', '！', '？', '；', '：', '\n']));
        sentence_lengths.extend(sentences.map(letters).filter(|length| *length > 0).map(|length| length as f64));
    }
    if answer_lengths.is_empty() {
        return;
    }
    let spread = |values: &[f64]| {
        [0.5, 0.95].map(|part| Measure::percentile(values, part, Unit::Count, seed).into())
    };
    let long = sentence_lengths.iter().filter(|length| **length > LONG as f64).count();
    let of = sentence_lengths.len();
    report
        .section("Wording")
        .text(format!(
            "Characters without marks, of answers from documents. A sentence ends where a voice pauses long; \
             one of more than {LONG} characters is hard to follow."
        ))
        .table(
            Table::new("", ["characters", "p50", "p95"])
                .row("of an answer", spread(&answer_lengths))
                .row("of a sentence", spread(&sentence_lengths)),
        )
        .table(
            Table::new("", ["", "sentences", "share"])
                .row("long sentences", [of.into(), Measure::proportion(long, of).lower().into()]),
        );
}

/// Characters, letters and digits, no marks.
fn letters(text: &str) -> usize {
    text.chars().filter(|character| character.is_alphanumeric()).count()
}
