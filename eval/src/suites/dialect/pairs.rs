//! Sentences of dialect beside their standard Mandarin: how much nearer rewriting brings them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use dialects::{Normalizer, Variety, script};
use serde::Deserialize;

use super::interpreter::{Vocabulary, listed};
use super::ratio;
use crate::data;
use crate::report::{Case, Listing, Measure, Report, Table, Unit};
use crate::statistics::Generator;
use crate::suites::Setting;

/// Sentences drawn of the large set.
const DRAWN: usize = 2000;

/// Sentences listed of each set.
const LISTED: usize = 40;

/// A sentence of dialect beside its standard form.
struct Pair {
    variety: Variety,
    dialect: String,
    standard: String,
}

/// One set's character errors against the standard sides.
pub(super) struct Numbers {
    set: &'static str,
    /// The dialect sides.
    cases: Vec<String>,
    /// Mean of the sentences' error rates, in simplified characters.
    before: Measure,
    after: Measure,
    /// After less before, sentence by sentence.
    change: Measure,
    /// Errors of all sentences over their characters.
    pooled_before: f64,
    pooled_after: f64,
    /// Share of the sentences that came nearer, and that went farther away.
    nearer: f64,
    farther: f64,
    /// Those that went farther away, the worst first.
    worst: Vec<Case>,
}

/// Rewrites every set.
pub(super) fn measure(setting: &Setting, vocabulary: &Vocabulary) -> anyhow::Result<Vec<Numbers>> {
    let folder = setting.data.join("dialect");
    let mut corpus = cantonese_corpus(&folder.join("yue/yue_zh_parallel_dev.jsonl.gz"))?;
    Generator::new(setting.seed).shuffle(&mut corpus);
    corpus.truncate(DRAWN);
    let sets = [
        ("Cantonese treebank", treebank(&folder.join("ud_hk_dev.tsv"))?),
        ("Cantonese corpus", corpus),
        ("Wu speech", wu_speech(&setting.data.join("audio/manifest.tsv"))?),
    ];
    Ok(sets
        .into_iter()
        .map(|(set, pairs)| judged(set, &pairs, vocabulary, setting.seed))
        .collect())
}

fn treebank(path: &Path) -> anyhow::Result<Vec<Pair>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let rows = text.lines().skip(1).filter_map(|line| {
        let mut columns = line.split('\t').skip(3);
        Some(Pair {
            variety: Variety::Guangzhou,
            dialect: columns.next()?.to_owned(),
            standard: columns.next()?.to_owned(),
        })
    });
    Ok(rows.collect())
}

fn cantonese_corpus(path: &Path) -> anyhow::Result<Vec<Pair>> {
    #[derive(Deserialize)]
    struct Line {
        yue: String,
        zh: String,
    }
    let pairs = data::lines(path)?.into_iter().map(|line: Line| Pair {
        variety: Variety::Guangzhou,
        dialect: line.yue,
        standard: line.zh,
    });
    Ok(pairs.collect())
}

/// Transcripts of Wu whose note gives a Mandarin translation.
fn wu_speech(path: &Path) -> anyhow::Result<Vec<Pair>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let rows = text.lines().filter_map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let (transcript, note) = (columns.get(7)?, columns.get(11)?);
        let standard = note.strip_prefix("MANDARIN: ")?.split(" | ").next()?;
        let wu = columns.get(5)?.starts_with("wuu") && !transcript.is_empty();
        wu.then(|| Pair {
            variety: if note.contains("Suzhou") { Variety::Suzhou } else { Variety::Shanghai },
            dialect: (*transcript).to_owned(),
            standard: standard.to_owned(),
        })
    });
    Ok(rows.collect())
}

fn judged(set: &'static str, pairs: &[Pair], vocabulary: &Vocabulary, seed: u64) -> Numbers {
    let normalizer = |variety| Normalizer::new(Some(variety), &[], Arc::clone(&vocabulary.model));
    let speakers = [Variety::Guangzhou, Variety::Shanghai, Variety::Suzhou]
        .map(|variety| (variety, normalizer(variety)));
    let (mut before, mut after, mut worst) = (Vec::new(), Vec::new(), Vec::new());
    let mut cases = Vec::new();
    let (mut errors_before, mut errors_after, mut length) = (0, 0, 0);
    for pair in pairs {
        let Some((_, normalizer)) = speakers.iter().find(|(variety, _)| *variety == pair.variety) else {
            continue;
        };
        let simplified = script::to_simplified(&pair.dialect);
        let normalized = normalizer.normalize(simplified.text());
        let standard = characters(script::to_simplified(&pair.standard).text());
        let were = errors(&characters(simplified.text()), &standard);
        let are = errors(&characters(normalized.text.text()), &standard);
        let rate = |errors: usize| ratio(errors as f64, standard.len() as f64);
        cases.push(pair.dialect.clone());
        before.push(rate(were));
        after.push(rate(are));
        errors_before += were;
        errors_after += are;
        length += standard.len();
        if are > were {
            let case = Case::new(simplified.text())
                .says("more errors", (are - were).to_string())
                .says("became", normalized.text.text())
                .says("standard", &pair.standard)
                .says("changes", listed(&normalized.changes));
            worst.push((are - were, case));
        }
    }
    worst.sort_by_key(|(more, _)| std::cmp::Reverse(*more));
    let change: Vec<f64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
    let share = |holds: fn(&f64) -> bool| {
        ratio(change.iter().filter(|one| holds(one)).count() as f64, change.len() as f64)
    };
    Numbers {
        set,
        before: Measure::of_cases(set, &before, seed).lower(),
        after: Measure::of_cases(set, &after, seed).lower(),
        pooled_before: ratio(errors_before as f64, length as f64),
        pooled_after: ratio(errors_after as f64, length as f64),
        nearer: share(|change| *change < 0.0),
        farther: share(|change| *change > 0.0),
        change: Measure::of_cases(set, &change, seed).lower(),
        cases,
        worst: worst.into_iter().map(|(_, case)| case).take(LISTED).collect(),
    }
}

/// What counts of a text: characters, letters and digits, no marks.
fn characters(text: &str) -> Vec<char> {
    text.chars().filter(|character| character.is_alphanumeric()).collect()
}

/// Characters to replace, insert or drop (Levenshtein).
fn errors(written: &[char], meant: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=meant.len()).collect();
    for (line, one) in written.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in meant.iter().enumerate() {
            let replaced = diagonal + usize::from(one != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[meant.len()]
}

/// As a section of the report.
pub(super) fn tell(sets: &[Numbers], report: &mut Report) {
    let head = [
        "set", "pairs", "before", "after", "after − before", "pooled before", "pooled after", "nearer",
        "farther",
    ];
    let mut table = Table::new("", head).charted(2).charted(3);
    for numbers in sets {
        let pooled = |value| Measure::new(value, Unit::Score).lower().into();
        let share = |value| Measure::new(value, Unit::Share);
        table.push(
            numbers.set,
            [
                numbers.cases.len().into(),
                numbers.before.clone().into(),
                numbers.after.clone().into(),
                numbers.change.clone().into(),
                pooled(numbers.pooled_before),
                pooled(numbers.pooled_after),
                share(numbers.nearer).into(),
                share(numbers.farther).lower().into(),
            ],
        );
        let cases = numbers.cases.iter().enumerate();
        report.cases_of(numbers.set, cases.map(|(number, text)| (format!("{}", number + 1), text.clone())));
    }
    let section = report.section("Pairs");
    section.text(
        "Character error rate to the standard side without marks, before and after normalisation; mean of \
         the sentences and 95 % interval.",
    );
    section.table(table);
    for numbers in sets {
        let heading = format!("{}: went farther away, the worst first", numbers.set);
        section.cases(Listing::of(heading, numbers.worst.iter().cloned()));
    }
}
