//! The embedder against the reference implementation that its weights came with.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::{Path, PathBuf};
use std::process::Command;

use models::Embedder;
use models::embed::Kind;

fn cache() -> Option<PathBuf> {
    std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache/xiangyin"))
}

/// The embedder and its file, where the model was pulled.
fn embedder() -> Option<(Embedder, PathBuf)> {
    let path = cache()?.join("models/e5-small-q4.bin");
    if !path.is_file() {
        eprintln!(
            "SKIPPED: {} is not there; run `make run` once",
            path.display()
        );
        return None;
    }
    let embedder = Embedder::load(&path).expect("the pulled model loads");
    Some((embedder, path))
}

fn texts() -> Vec<&'static str> {
    include_str!("embedding_texts.txt").lines().collect()
}

/// The reference's vectors of `texts`, odd ones as queries, or nothing where the machine has no
/// Python, compiler or package source.
fn reference_vectors(model: &Path) -> Option<Vec<Vec<f32>>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let folder = cache()?.join("reference-embeddings");
    let out = tempfile::NamedTempFile::new().expect("a temporary file");
    let finished = Command::new("python3")
        .arg(tests.join("reference_embeddings.py"))
        .arg(tests.join("embedding_texts.txt"))
        .args([model, &folder, out.path()])
        .status();
    if !finished.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: the reference implementation cannot be fetched and compiled here");
        return None;
    }
    let bytes = std::fs::read(out.path()).expect("the reference's vectors");
    let numbers: Vec<f32> = bytes
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .collect();
    Some(numbers.chunks_exact(384).map(<[f32]>::to_vec).collect())
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    let dot = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}

#[test]
fn vectors_equal_the_reference_on_two_hundred_texts() {
    let Some((embedder, path)) = embedder() else {
        return;
    };
    let Some(expected) = reference_vectors(&path) else {
        return;
    };
    let texts = texts();
    assert_eq!(expected.len(), texts.len());
    let every_second =
        |first: usize| -> Vec<&str> { texts.iter().skip(first).step_by(2).copied().collect() };
    let queries = embedder
        .embed(&every_second(0), Kind::Query)
        .expect("queries");
    let passages = embedder
        .embed(&every_second(1), Kind::Passage)
        .expect("passages");
    let vectors = queries
        .iter()
        .zip(&passages)
        .flat_map(|(query, passage)| [query, passage]);

    let mut lowest = 1.0_f32;
    for ((vector, expected), text) in vectors.zip(&expected).zip(&texts) {
        let cosine = cosine(vector, expected);
        assert!(cosine >= 0.98, "{cosine} for {text:?}");
        lowest = lowest.min(cosine);
    }
    eprintln!(
        "lowest cosine to the reference over {} texts: {lowest:.6}",
        texts.len()
    );
    assert!(lowest >= 0.999, "lowest cosine {lowest}");
}

#[test]
fn a_vector_does_not_depend_on_its_company_and_has_unit_length() {
    let Some((embedder, _)) = embedder() else {
        return;
    };
    let texts = &texts()[..40];
    let together = embedder.embed(texts, Kind::Passage).expect("together");
    for (text, vector) in texts.iter().zip(&together) {
        let alone = embedder.embed(&[text], Kind::Passage).expect("alone");
        assert!(cosine(&alone[0], vector) > 0.99999, "{text:?}");
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        assert!((length - 1.0).abs() < 1e-4);
    }
}

#[test]
fn the_right_passage_is_nearest_to_its_question() {
    let Some((embedder, _)) = embedder() else {
        return;
    };
    let passages = [
        "年满八十周岁的老年人可以到户籍所在社区申领高龄津贴。",
        "公民离开常住户口所在地，到其他城市居住半年以上，可以申领居住证。",
        "禁止在楼道、门厅等公共区域停放电动自行车或者为其充电。",
    ];
    let vectors = embedder.embed(&passages, Kind::Passage).expect("passages");
    for (question, right) in [
        ("我奶奶八十三了，有没有补贴？", 0),
        ("外地人在这里住了一年，要办啥子证？", 1),
        ("电瓶车放楼梯口充电行不行", 2),
    ] {
        let question = &embedder.embed(&[question], Kind::Query).expect("question")[0];
        let nearest = (0..passages.len())
            .max_by(|one, other| {
                cosine(question, &vectors[*one]).total_cmp(&cosine(question, &vectors[*other]))
            })
            .expect("passages");
        assert_eq!(nearest, right);
    }
}

#[test]
fn a_text_longer_than_the_model_reads_is_cut_and_nothing_at_all_is_a_vector_too() {
    let Some((embedder, _)) = embedder() else {
        return;
    };
    let long = "社区服务中心为老年人提供助餐服务。".repeat(2000);
    let vectors = embedder
        .embed(&[&long, &long[..long.len() / 2], ""], Kind::Passage)
        .expect("vectors");
    assert!(cosine(&vectors[0], &vectors[1]) > 0.99999);
    assert_eq!(vectors[2].len(), 384);
    assert!(
        embedder
            .embed(&[], Kind::Query)
            .expect("no texts")
            .is_empty()
    );
}

#[test]
fn a_file_that_is_not_the_model_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = Embedder::load(folder.path().join("none.bin")).err();
    assert!(matches!(missing, Some(models::ModelError::Missing(_))));
    let path = folder.path().join("half.bin");
    let whole = cache().map(|cache| cache.join("models/e5-small-q4.bin"));
    let whole = whole.and_then(|path| std::fs::read(path).ok());
    let start = whole.as_deref().unwrap_or(b"E5S1\x01\0\0\0");
    for length in [0, 3, 8, 40, 5_000_000, 70_000_000] {
        std::fs::write(&path, &start[..length.min(start.len() - 1)]).expect("a half file");
        let refused = Embedder::load(&path).err();
        assert!(
            matches!(refused, Some(models::ModelError::Unsupported { .. })),
            "{length} bytes: {refused:?}"
        );
    }
}
