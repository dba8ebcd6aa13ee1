//! Which department is a message for? The carried model beside a plain TF-IDF and linear SVM.

use assistant::LocalEmbedding;
use assistant::work_orders::department::{Correction, Corrections, Department, Model};
use knowledge::Embed as _;
use serde::Serialize;

use super::Setting;
use crate::department::{self, Baseline, Judged, Measures};
use crate::report::{Report, table};

#[derive(Serialize)]
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
#[derive(Serialize)]
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
    let markdown = markdown(&numbers, dev.len());
    println!("{markdown}");
    Report::new(&numbers, markdown)
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

fn markdown(numbers: &Numbers, messages: usize) -> String {
    let rows = [
        numbers.words_and_meaning.row("carried: words and meaning"),
        numbers.words_alone.row("carried: words alone"),
        numbers.baseline.row("TF-IDF + linear SVM"),
    ];
    let ours = &numbers.words_and_meaning.f1;
    let departments: Vec<Vec<String>> = ours
        .iter()
        .map(|(name, f1)| {
            let theirs = numbers.baseline.f1.get(name).copied().unwrap_or_default();
            vec![(*name).to_owned(), format!("{f1:.3}"), format!("{theirs:.3}")]
        })
        .collect();
    let learning = &numbers.learning;
    format!(
        "# Department\n\n{messages} messages of the dev set. {} of the training set's messages are \
         left out, because they or near copies of them stand in the dev set; {} remain. With them the \
         baseline would seem to reach {:.3}.\n\n{}\n{}\n\
         Corrected by the truth on one half of the dev set, {} of them teaching something, the other \
         half's macro-F1 goes from {:.3} to {:.3}, its accuracy from {:.3} to {:.3}.\n",
        numbers.copies_left_out,
        numbers.training_messages,
        numbers.baseline_with_copies.macro_f1,
        table(&Measures::HEAD, &rows),
        table(&["department", "F1", "TF-IDF + linear SVM"], &departments),
        learning.corrections,
        learning.before.macro_f1,
        learning.after.macro_f1,
        learning.before.accuracy,
        learning.after.accuracy,
    )
}
