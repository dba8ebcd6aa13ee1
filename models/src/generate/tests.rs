//! Many requests at once on a small model: each gets what it would get alone, whoever leaves.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{
    Finish, Generate, Generation, GenerationRequest, LocalGenerator, Message, StockGenerator,
    StockOptions,
};
use crate::{GeneratorOptions, ModelError, decoder::tests::model::write_model};

/// Numbers that look drawn, the same ones every time.
fn drawn(state: &AtomicU64, below: u64) -> usize {
    let next = state
        .load(Ordering::Relaxed)
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    state.store(next, Ordering::Relaxed);
    ((next >> 33) % below) as usize
}

fn request(number: usize, max_tokens: usize) -> GenerationRequest {
    // Beginnings that some share, and repetitions to guess from.
    let text = format!(
        "{}{}",
        "abcabd".repeat(number % 7),
        "xyz".repeat(number % 5)
    );
    GenerationRequest {
        max_tokens,
        temperature: if number.is_multiple_of(3) { 0.8 } else { 0.0 },
        seed: number as u64,
        ..GenerationRequest::new(vec![Message::system("s"), Message::user(text)])
    }
}

fn load(folder: &tempfile::TempDir, options: &GeneratorOptions) -> LocalGenerator {
    let options = GeneratorOptions {
        context_length: 128,
        warm_up: vec![Message::system("s")],
        ..options.clone()
    };
    LocalGenerator::load(&folder.path().join("model"), options).unwrap()
}

fn finished(generation: Generation) -> (String, Finish) {
    generation.blocking_text().unwrap()
}

#[test]
fn everybody_gets_what_they_would_get_alone_whoever_leaves() {
    let folder = tempfile::tempdir().unwrap();
    write_model(&folder.path().join("model"), "qwen2", false);
    let alone = GeneratorOptions {
        streams: 1,
        drafting: false,
        ..GeneratorOptions::default()
    };
    let generator = load(&folder, &alone);
    let requests: Vec<_> = (0..35).map(|number| request(number, number % 25)).collect();
    let expected: Vec<_> = requests
        .iter()
        .map(|request| finished(generator.generate(request.clone()).unwrap()))
        .collect();
    drop(generator);

    let crowd = GeneratorOptions {
        streams: 4,
        queue: 5,
        ..GeneratorOptions::default()
    };
    let generator = load(&folder, &crowd);
    let state = AtomicU64::new(5);
    let mut running = std::collections::VecDeque::new();
    let mut refused = 0;
    for _ in 0..400 {
        let number = drawn(&state, requests.len() as u64);
        match generator.generate(requests[number].clone()) {
            Ok(generation) => running.push_back((number, generation)),
            Err(ModelError::Overloaded { .. }) => {
                refused += 1;
                let (number, generation) = running.pop_front().unwrap();
                let (text, finish) = finished(generation);
                assert_eq!(text, expected[number].0, "request {number}");
                assert_eq!(finish.reason, expected[number].1.reason);
                assert_eq!(finish.generated_tokens, expected[number].1.generated_tokens);
            }
            Err(error) => panic!("{error}"),
        }
        // One in four leaves, some of them in the middle of their answer.
        if drawn(&state, 4) == 0 && !running.is_empty() {
            let leaving = drawn(&state, running.len() as u64);
            running.remove(leaving);
        }
    }
    assert!(refused > 0, "the line was full at times");
    for (number, generation) in running {
        assert_eq!(finished(generation).0, expected[number].0, "{number}");
    }
    assert_eq!(generator.outlook().waiting, 0);
}

#[test]
fn closing_ends_what_is_in_work_and_in_line() {
    let folder = tempfile::tempdir().unwrap();
    write_model(&folder.path().join("model"), "qwen3", true);
    let options = GeneratorOptions {
        streams: 2,
        ..GeneratorOptions::default()
    };
    let generator = load(&folder, &options);
    let running: Vec<Generation> = (0..6)
        .map(|number| generator.generate(request(number, 60)).unwrap())
        .collect();
    drop(generator);
    for generation in running {
        let ended = generation.blocking_text();
        assert!(matches!(ended, Ok(_) | Err(ModelError::Stopped)));
    }
}

#[test]
fn an_answer_that_cannot_fit_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    write_model(&folder.path().join("model"), "qwen2", true);
    let generator = load(&folder, &GeneratorOptions::default());
    let refused = generator.generate(request(1, usize::MAX));
    assert!(matches!(refused, Err(ModelError::PromptTooLong { .. })));
    // To the last place of the context.
    let kept = request(6, 0);
    let (_, finish) = finished(generator.generate(kept).unwrap());
    let rest = 128 - finish.prompt_tokens;
    let (_, finish) = finished(generator.generate(request(6, rest)).unwrap());
    assert!(finish.generated_tokens <= rest);
}

#[test]
fn candle_s_own_model_begins_every_request_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    for family in ["qwen2", "qwen3"] {
        write_model(&path, family, false);
        let options = StockOptions {
            context_length: 128,
            ..StockOptions::default()
        };
        let stock = StockGenerator::load(&path, options).unwrap();
        let alone = finished(stock.generate(request(4, 12)).unwrap());
        assert!(alone.1.generated_tokens <= 12);
        drop(stock.generate(request(8, 12)).unwrap());
        finished(stock.generate(request(7, 5)).unwrap());
        assert_eq!(finished(stock.generate(request(4, 12)).unwrap()).0, alone.0);
        let ours = load(&folder, &GeneratorOptions::default());
        let (_, finish) = finished(ours.generate(request(4, 12)).unwrap());
        assert_eq!(finish.prompt_tokens, alone.1.prompt_tokens);
        assert!(matches!(
            stock.generate(request(1, usize::MAX)),
            Err(ModelError::PromptTooLong { .. })
        ));
    }
}
