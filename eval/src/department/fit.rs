//! Fits the model: terms chosen and weighed, vectors weighed, and how sure the two may be.

use std::collections::{BTreeMap, BTreeSet};

use assistant::work_orders::department::features::{self, KINDS, Table};
use assistant::work_orders::department::{Department, Linear, Model, Sureness};

use super::baseline::Baseline;
use super::data::{Message, families};
use super::measures::{Judged, Measures};
use super::solver::{Row, separate_all};
use crate::report::{Table as Shown, table};
use crate::statistics::Generator;

/// Messages that a word must stand in to be known.
pub(super) const LEAST_WORD: u32 = 2;

/// Messages that a term of each kind must stand in to be known: words, runs of characters, opening
/// words.
const LEAST: [u32; KINDS] = [LEAST_WORD, 3, 2];

/// Terms that are kept: every word, and of the others those with the largest weights. With seven
/// classes a term takes 12 bytes.
const TERMS: usize = 75_000;

/// Words at the beginning of a message that are asked about on their own as well, because they are
/// like a short order; in the training set they are about the title.
const OPENING: usize = 10;

/// Cost of a message on the wrong side, for terms and for vectors; by cross-validation.
const COSTS: (f32, f32) = (0.5, 1.0);

/// How far the sizes of the classes are evened out, 0 to 1.
const BALANCE: f32 = 1.0;

/// Parts that cross-validation divides the messages into.
const FOLDS: usize = 5;

/// What a model that had not seen a message said to it.
#[derive(Clone)]
struct Answer {
    words: Vec<f32>,
    meaning: Vec<f32>,
    /// What the words of the opening alone say.
    opening: Vec<f32>,
    department: Department,
}

/// Fits a model to messages and the vectors of their essences, prints what it does on messages that
/// it has not seen, and makes its probabilities come true on those.
pub(crate) fn fit(messages: &[Message], vectors: &[Vec<f32>], embedding: &str, seed: u64) -> Model {
    let departments: Vec<Department> = messages
        .iter()
        .map(|message| message.department)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let fold_of = folds(messages, seed);
    let mut answers = Vec::new();
    let mut plain = Vec::new();
    for fold in 0..FOLDS {
        eprintln!("part {} of {FOLDS}", fold + 1);
        let (seen, unseen): (Vec<usize>, Vec<usize>) =
            (0..messages.len()).partition(|number| fold_of[*number] != fold);
        let chosen = |numbers: &[usize]| -> Vec<Message> {
            numbers.iter().map(|number| messages[*number].clone()).collect()
        };
        let seen_vectors: Vec<&[f32]> = seen.iter().map(|number| vectors[*number].as_slice()).collect();
        let seen = chosen(&seen);
        let model = fit_once(&seen, &seen_vectors, &departments, embedding, seed);
        let baseline = Baseline::fit(&seen, seed);
        for number in unseen {
            let message = &messages[number];
            let (words, meaning) =
                model.scores(&model.read_words(&message.words, Some(&vectors[number])));
            let (opening, _) = model.scores(&model.read_words(opening(message), None));
            plain.push(Judged::plain(baseline.best(&message.words), message.department));
            answers.push(Answer {
                words,
                meaning: meaning.unwrap_or_default(),
                opening,
                department: message.department,
            });
        }
    }
    let sureness = sureness(&answers, &departments);
    print(&answers, &plain, &departments, sureness);
    let all: Vec<&[f32]> = vectors.iter().map(Vec::as_slice).collect();
    let mut model = fit_once(messages, &all, &departments, embedding, seed);
    model.sureness = sureness;
    model
}

/// The part that each message belongs to; near copies stay together.
fn folds(messages: &[Message], seed: u64) -> Vec<usize> {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, family) in families(messages).into_iter().enumerate() {
        members.entry(family).or_default().push(number);
    }
    let mut members: Vec<Vec<usize>> = members.into_values().collect();
    Generator::new(seed).shuffle(&mut members);
    let mut sizes = [0; FOLDS];
    let mut fold_of = vec![0; messages.len()];
    for family in members {
        let fold = (0..FOLDS).min_by_key(|fold| sizes[*fold]).unwrap_or(0);
        sizes[fold] += family.len();
        for number in family {
            fold_of[number] = fold;
        }
    }
    fold_of
}

/// A model whose probabilities have not been looked at.
fn fit_once(
    messages: &[Message],
    vectors: &[&[f32]],
    departments: &[Department],
    embedding: &str,
    seed: u64,
) -> Model {
    let class_of: Vec<usize> = messages
        .iter()
        .map(|message| departments.iter().position(|one| *one == message.department).unwrap_or(0))
        .collect();
    let separate = |rows: &[Row], width: usize, cost: f32| {
        separate_all(rows, width, &class_of, departments.len(), cost, BALANCE, seed)
    };

    let (all, is_word) = all_terms(messages);
    let (weights, _) = separate(&rows(messages, &all), all.len(), COSTS.0);
    let importance = |place: usize| weights.iter().map(|class| class[place].abs()).fold(0.0, f32::max);
    let mut others: Vec<usize> = (0..all.len()).filter(|place| !is_word[*place]).collect();
    others.sort_by(|a, b| importance(*b).total_cmp(&importance(*a)));
    let words = all.len() - others.len();
    others.truncate(TERMS.saturating_sub(words));
    let mut keep = is_word;
    for place in others {
        keep[place] = true;
    }
    let table = all.only(|place| keep[place]);
    let (weights, biases) = separate(&rows(messages, &table), table.len(), COSTS.0);

    let width = vectors.first().map_or(0, |vector| vector.len());
    let centre: Vec<f32> = (0..width)
        .map(|place| vectors.iter().map(|vector| vector[place]).sum::<f32>() / vectors.len() as f32)
        .collect();
    let mut model = Model {
        departments: departments.to_vec(),
        table,
        words: Linear::of(&weights, biases),
        embedding: embedding.to_owned(),
        centre,
        meaning: Linear::of(&vec![vec![0.0; width]; departments.len()], vec![0.0; departments.len()]),
        sureness: Sureness {
            words_alone: 1.0,
            words: 1.0,
            meaning: 1.0,
        },
    };
    let rows: Vec<Row> = vectors
        .iter()
        .map(|vector| {
            let meaning = model.read_words(&[], Some(vector)).meaning.unwrap_or_default();
            (0..).zip(meaning).collect()
        })
        .collect();
    let (weights, biases) = separate(&rows, width, COSTS.1);
    model.meaning = Linear::of(&weights, biases);
    model
}

/// Every term that stands in enough messages, and which of them are words.
fn all_terms(messages: &[Message]) -> (Table, Vec<bool>) {
    let mut words = BTreeMap::new();
    for message in messages {
        count(&mut words, message.words.iter().map(|word| features::word_hash(word)).collect());
    }
    words.retain(|_, count| *count >= LEAST_WORD);
    let mut counts: [BTreeMap<u32, u32>; KINDS] = Default::default();
    for message in messages {
        let terms = features::terms(&message.words, |hash| words.contains_key(&hash));
        for (counts, terms) in counts.iter_mut().zip(terms) {
            count(counts, terms);
        }
    }
    let mut all = BTreeMap::new();
    for (mut counts, least) in counts.into_iter().zip(LEAST) {
        counts.retain(|_, count| *count >= least);
        all.append(&mut counts);
    }
    let is_word = all.keys().map(|hash| words.contains_key(hash)).collect();
    (Table::of(&all, messages.len()), is_word)
}

fn count(counts: &mut BTreeMap<u32, u32>, mut terms: Vec<u32>) {
    terms.sort_unstable();
    terms.dedup();
    for term in terms {
        *counts.entry(term).or_default() += 1;
    }
}

fn rows(messages: &[Message], table: &Table) -> Vec<Row> {
    let row = |message: &Message| {
        let terms = features::terms(&message.words, |hash| table.knows(hash));
        table.weigh(&terms)
    };
    messages.iter().map(row).collect()
}

fn opening(message: &Message) -> &[String] {
    &message.words[..message.words.len().min(OPENING)]
}

/// The factors under which what happened was likeliest.
fn sureness(answers: &[Answer], departments: &[Department]) -> Sureness {
    let (words_alone, _) = least(|words, _| surprise(answers, departments, words, 0.0));
    let (words, meaning) = least(|words, meaning| surprise(answers, departments, words, meaning));
    Sureness {
        words_alone,
        words,
        meaning,
    }
}

/// How unlikely what happened was with these factors.
fn surprise(answers: &[Answer], departments: &[Department], words: f32, meaning: f32) -> f64 {
    let one = |answer: &Answer| {
        let judged = judge(answer, departments, words, meaning);
        -f64::from(judged.of_truth.max(1e-9)).ln()
    };
    answers.iter().map(one).sum()
}

/// The two numbers, 0 or more, at which a smooth function is smallest, to two digits.
fn least(function: impl Fn(f32, f32) -> f64) -> (f32, f32) {
    let mut best = (1.0, 1.0);
    let mut value = function(best.0, best.1);
    let mut step = 1.0_f32;
    while step > 0.02 {
        let around = [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)];
        let moved = around.map(|(x, y)| ((best.0 + x).max(0.0), (best.1 + y).max(0.0)));
        let values = moved.map(|(x, y)| function(x, y));
        let lowest = (0..4).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(0);
        if values[lowest] < value {
            (best, value) = (moved[lowest], values[lowest]);
        } else {
            step /= 2.0;
        }
    }
    best
}

/// What an answer comes to with these factors.
fn judge(answer: &Answer, departments: &[Department], words: f32, meaning: f32) -> Judged {
    let both = answer.words.iter().zip(&answer.meaning);
    let scores: Vec<f32> = both.map(|(of_words, of_meaning)| words * of_words + meaning * of_meaning).collect();
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
    let total: f32 = powers.iter().sum();
    let probabilities = departments.iter().copied().zip(powers.iter().map(|power| power / total));
    Judged::of(probabilities, answer.department)
}

fn print(answers: &[Answer], plain: &[Judged], departments: &[Department], sureness: Sureness) {
    let measured = |words: f32, meaning: f32| {
        let judged: Vec<Judged> =
            answers.iter().map(|answer| judge(answer, departments, words, meaning)).collect();
        Measures::of(&judged)
    };
    let openings: Vec<Answer> = answers
        .iter()
        .map(|answer| Answer {
            words: answer.opening.clone(),
            ..answer.clone()
        })
        .collect();
    let measured_openings: Vec<Judged> = openings
        .iter()
        .map(|answer| judge(answer, departments, sureness.words_alone, 0.0))
        .collect();
    let (_, meaning_alone) = least(|_, meaning| surprise(answers, departments, 0.0, meaning));
    let mut shown = Shown::new("", Measures::HEAD);
    for (name, measures) in [
        ("TF-IDF + linear SVM", Measures::of(plain)),
        ("words", measured(sureness.words_alone, 0.0)),
        ("words of the opening", Measures::of(&measured_openings)),
        ("meaning", measured(0.0, meaning_alone)),
        ("words and meaning", measured(sureness.words, sureness.meaning)),
    ] {
        shown.push(name, measures.row("training messages", 1));
    }
    println!("Cross-validation in {FOLDS} parts, near copies kept together:\n");
    println!("{}", table(&shown));
}
