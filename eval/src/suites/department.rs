//! Which department is a message for? The carried model beside a plain TF-IDF and linear SVM.

use assistant::LocalEmbedding;
use assistant::work_orders::department::{Correction, Corrections, Department, Model};
use knowledge::Embed as _;

use super::Setting;
use crate::department::{self, Baseline, Judged, Measures};
use crate::report::{Measure, Report, Table, Unit};

/// The sets of cases, as the report names them.
const MESSAGES: &str = "messages";
const SECOND_HALF: &str = "second half of the messages";

struct Numbers {
    /// Training messages that are copies of dev messages, and left out.
    copies_left_out: usize,
    training_messages: usize,
    words_and_meaning: Measures,
    words_alone: Measures,
    baseline: Measures,
    /// The baseline where the copies stay in: it has learned most answers by heart.
    baseline_with_copies: Measures,
    learning: Learning,
    seed: u64,
}

/// The first half of the dev set corrected as a dispatcher would, the second half asked before and
/// after.
struct Learning {
    corrections: usize,
    before: Measures,
    after: Measures,
}

pub(super) fn run(setting: &Setting) -> anyhow::Result<Report> {
    let model = Model::carried();
    let dev = department::held_out(&setting.data)?;
    let embedder = LocalEmbedding::load(&setting.embedding_model)?;
    anyhow::ensure!(embedder.model() == model.embedding, "trained on vectors of {}", model.embedding);
    let essences: Vec<String> = dev.iter().map(|(text, _)| model.essence(text)).collect();
    let vectors = department::of_texts(&embedder, &essences, &setting.indexes.join("department"))?;

    let all = department::training(&setting.data)?;
    let messages = department::without_copies(all.clone(), &dev);
    let of_baseline = |baseline: &Baseline| {
        let judged = dev.iter().map(|(text, truth)| {
            Judged::plain(baseline.best(&department::words(text)), *truth)
        });
        Measures::of(&judged.collect::<Vec<_>>())
    };
    let numbers = Numbers {
        copies_left_out: all.len() - messages.len(),
        training_messages: messages.len(),
        words_and_meaning: asked(&Corrections::default(), &dev, Some(&vectors)),
        words_alone: asked(&Corrections::default(), &dev, None),
        baseline: of_baseline(&Baseline::fit(&messages, setting.seed)),
        baseline_with_copies: of_baseline(&Baseline::fit(&all, setting.seed)),
        learning: learning(&dev, &vectors),
        seed: setting.seed,
    };
    Ok(report(&numbers, dev.len()))
}

fn asked(
    corrections: &Corrections,
    texts: &[(String, Department)],
    vectors: Option<&[Vec<f32>]>,
) -> Measures {
    let judged = texts.iter().enumerate().map(|(number, (text, truth))| {
        let vector = vectors.map(|vectors| vectors[number].as_slice());
        let suggestions = corrections.suggest(Model::carried(), text, vector);
        let named = suggestions.iter().map(|one| (one.department, one.confidence));
        Judged::of(named, *truth)
    });
    Measures::of(&judged.collect::<Vec<_>>())
}

fn learning(dev: &[(String, Department)], vectors: &[Vec<f32>]) -> Learning {
    // Every second one, because the file is sorted by subject in places.
    let half = |rest: usize| (0..dev.len()).filter(move |number| number % 2 == rest);
    let past: Vec<Correction> = half(0)
        .map(|number| Correction {
            text: dev[number].0.clone(),
            vector: Some(vectors[number].clone()),
            department: dev[number].1,
        })
        .collect();
    let corrections = Corrections::replay(Model::carried(), &past);
    let texts: Vec<(String, Department)> = half(1).map(|number| dev[number].clone()).collect();
    let vectors: Vec<Vec<f32>> = half(1).map(|number| vectors[number].clone()).collect();
    Learning {
        corrections: corrections.lessons(),
        before: asked(&Corrections::default(), &texts, Some(&vectors)),
        after: asked(&corrections, &texts, Some(&vectors)),
    }
}

fn report(numbers: &Numbers, messages: usize) -> Report {
    let mut report = Report::new(
        "Department",
        format!(
            "Which department is a citizen's message for? {} of the training set's messages are left \
             out, because they or near copies of them stand in the dev set. With them the baseline would \
             seem to reach a macro-F1 of {:.3}.",
            numbers.copies_left_out, numbers.baseline_with_copies.macro_f1
        ),
    );
    report.condition("messages", messages);
    report.condition("training messages", numbers.training_messages);
    report.condition("seed", numbers.seed);
    let ids = (0..messages).map(|number| (format!("message {}", number + 1), String::new()));
    report.cases_of(MESSAGES, ids);
    let classifiers = Table::new("", Measures::HEAD)
        .row("carried: words and meaning", numbers.words_and_meaning.row(MESSAGES, numbers.seed))
        .row("carried: words alone", numbers.words_alone.row(MESSAGES, numbers.seed))
        .row("TF-IDF + linear SVM", numbers.baseline.row(MESSAGES, numbers.seed))
        .charted(1);
    let mut departments = Table::new("F1 by department", ["department", "carried", "TF-IDF + linear SVM"]);
    for (name, f1) in &numbers.words_and_meaning.f1 {
        let theirs = numbers.baseline.f1.get(name).copied().unwrap_or_default();
        departments.push(*name, [*f1, theirs].map(|f1| Measure::new(f1, Unit::Score).into()));
    }
    report.section("Classifiers").table(classifiers).table(departments);
    let learning = &numbers.learning;
    let half = (0..learning.before.right.len()).map(|number| (format!("message {}", 2 * number + 2), String::new()));
    report.cases_of(SECOND_HALF, half);
    report
        .section("Learning")
        .text(format!(
            "Corrected by the truth on one half of the dev set, {} of them teaching something; the other \
             half before and after.",
            learning.corrections
        ))
        .table(
            Table::new("", Measures::HEAD)
                .row("before", learning.before.row(SECOND_HALF, numbers.seed))
                .row("after", learning.after.row(SECOND_HALF, numbers.seed)),
        );
    report
}
