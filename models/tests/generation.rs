//! Writing with a real model: streaming, sources, cancelling, refusing, reading nothing twice.
//!
//! The model files are those of the catalogue in the user's cache; without them the tests skip.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::PathBuf;

use models::{
    Finish, FinishReason, Generate, Generation, GenerationRequest, GeneratorOptions,
    LocalGenerator, Message, ModelError,
};

const SMALL: &str = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf";
const DEFAULT: &str = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf";

const INSTRUCTIONS: &str = "你是社区服务助手，回答老年居民的问题。只用下面编号的资料，不用别的知识。\
    每句话写完都标出处，如[1]。用短句和大白话，先说结论，最多三句。";

const PASSAGES: &str = "资料：\n\
    [1] 申领居住证，应当向居住地公安派出所提交本人居民身份证、本人相片以及居住地住址证明。\
    公安派出所自受理之日起15日内发放居住证。\n\
    [2] 社区图书室每周三上午开放，凭身份证借书，每次最多借两本。\n";

fn cached(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os("HOME")?)
        .join(".cache/xiangyin/models")
        .join(name);
    path.is_file().then_some(path)
}

/// The first of these models that is here, loaded; `None`, said aloud, where none is.
fn generator(names: &[&str], queue: usize) -> Option<LocalGenerator> {
    generator_with(
        names,
        &GeneratorOptions {
            streams: 1,
            queue,
            ..GeneratorOptions::default()
        },
    )
}

fn generator_with(names: &[&str], options: &GeneratorOptions) -> Option<LocalGenerator> {
    let Some(path) = names.iter().find_map(|name| cached(name)) else {
        eprintln!("SKIPPED: no model file {names:?} in the cache; run `xiangyin models pull`");
        return None;
    };
    let options = GeneratorOptions {
        context_length: 1024,
        warm_up: vec![Message::system(INSTRUCTIONS)],
        ..options.clone()
    };
    Some(LocalGenerator::load(&path, options).expect("the cached model loads"))
}

fn request(question: &str, max_tokens: usize) -> GenerationRequest {
    let ending = "回答（每句末尾写出处编号，如[1]）：";
    let user = Message::user(format!("{PASSAGES}\n问题：{question}\n{ending}"));
    let mut request = GenerationRequest::new(vec![Message::system(INSTRUCTIONS), user]);
    request.max_tokens = max_tokens;
    request
}

fn finished(generation: Generation) -> (String, Finish) {
    generation.blocking_text().expect("the generation finishes")
}

#[test]
fn an_answer_streams_in_chinese_and_names_its_source() {
    let Some(generator) = generator(&[DEFAULT], 4) else {
        return;
    };
    let mut generation = generator
        .generate(request("办居住证要带什么？", 120))
        .unwrap();
    let mut pieces = Vec::new();
    while let Some(piece) = generation.blocking_next_piece().unwrap() {
        pieces.push(piece);
    }
    let text = pieces.concat();
    assert!(pieces.len() > 10, "{pieces:?}");
    assert!(text.contains("身份证"), "{text}");
    assert!(text.contains("[1]"), "{text}");
    assert!(!text.contains("[2]") && !text.contains("图书"), "{text}");
    let finish = generation.finish().expect("it says how it ended");
    assert_eq!(finish.reason, FinishReason::EndOfTurn, "{text}");
    assert!(
        finish.reused_tokens >= generator.outlook().kept_tokens,
        "{finish:?}"
    );
}

#[test]
fn a_choice_is_one_of_those_offered_and_shares_what_was_read() {
    let Some(generator) = generator(&[DEFAULT], 4) else {
        return;
    };
    let asked = |question: &str| {
        let user = format!("{PASSAGES}\n问题：{question}\n资料有没有写明答案？只回答“有”或“没有”。");
        let messages = vec![Message::system(INSTRUCTIONS), Message::user(user)];
        finished(generator.generate(GenerationRequest::choosing(messages, &["有", "没有"])).unwrap())
    };
    let (text, there) = asked("办居住证要带什么？");
    assert_eq!(text, "有");
    let (_, missing) = asked("出国签证怎么面签？");
    assert!(there.log_odds > missing.log_odds, "{there:?} {missing:?}");
    // Who writes next has read the passages.
    let (_, writing) = finished(generator.generate(request("出国签证怎么面签？", 4)).unwrap());
    assert!(writing.reused_tokens > missing.prompt_tokens / 2, "{writing:?}");
}

#[test]
fn what_was_read_before_is_not_read_again_and_changes_nothing() {
    let Some(generator) = generator(&[SMALL, DEFAULT], 4) else {
        return;
    };
    let kept = generator.outlook().kept_tokens;
    assert!(kept > 20);
    let first = finished(
        generator
            .generate(request("办居住证要带什么？", 24))
            .unwrap(),
    );
    assert_eq!(first.1.reused_tokens, kept);
    let again = finished(
        generator
            .generate(request("办居住证要带什么？", 24))
            .unwrap(),
    );
    assert_eq!(again.0, first.0);
    assert_eq!(again.1.reused_tokens, again.1.prompt_tokens - 1);

    // The same passages with another question share all but the question.
    let other = finished(generator.generate(request("图书室几点开？", 8)).unwrap());
    assert!(other.1.reused_tokens > kept + 60, "{:?}", other.1);

    // Another chat altogether costs the passages, but never the warm-up messages.
    let stranger = GenerationRequest {
        max_tokens: 4,
        ..GenerationRequest::new(vec![Message::user("你好")])
    };
    assert_eq!(
        finished(generator.generate(stranger).unwrap())
            .1
            .reused_tokens,
        1
    );
    let back = finished(
        generator
            .generate(request("办居住证要带什么？", 24))
            .unwrap(),
    );
    assert_eq!(back.0, first.0);
    assert_eq!(back.1.reused_tokens, kept);
}

#[test]
fn the_line_is_bounded_and_leaving_it_frees_the_place() {
    let Some(generator) = generator(&[SMALL, DEFAULT], 1) else {
        return;
    };
    let mut endless = request("请把资料详细解释一遍。", 400);
    endless.temperature = 1.0;
    let mut running = generator.generate(endless.clone()).unwrap();
    assert!(
        running.blocking_next_piece().unwrap().is_some(),
        "it is being written"
    );
    let waiting = generator.generate(endless.clone()).unwrap();
    assert!(matches!(
        generator.generate(endless),
        Err(ModelError::Overloaded { waiting: 1 })
    ));
    let busy = generator.outlook();
    assert_eq!(busy.waiting, 2);
    assert!(busy.first_token(300) > busy.ahead);

    drop(waiting);
    assert_eq!(generator.outlook().waiting, 1);
    let next = generator
        .generate(request("办居住证要带什么？", 4))
        .unwrap();
    drop(running);
    assert_eq!(finished(next).1.generated_tokens, 4);
    assert_eq!(generator.outlook().waiting, 0);
}

#[test]
fn stop_texts_length_and_context_end_an_answer() {
    let Some(generator) = generator(&[SMALL, DEFAULT], 2) else {
        return;
    };
    let (whole, _) = finished(
        generator
            .generate(request("办居住证要带什么？", 24))
            .unwrap(),
    );
    let stop = whole.chars().skip(4).take(2).collect::<String>();
    let mut stopping = request("办居住证要带什么？", 24);
    stopping.stop = vec![stop.clone()];
    let (text, finish) = finished(generator.generate(stopping).unwrap());
    assert_eq!(finish.reason, FinishReason::StopText);
    assert_eq!(Some(text.as_str()), whole.split(&stop).next());

    let (_, finish) = finished(
        generator
            .generate(request("办居住证要带什么？", 3))
            .unwrap(),
    );
    assert_eq!(
        (finish.reason, finish.generated_tokens),
        (FinishReason::MaxTokens, 3)
    );
    assert!(matches!(
        generator.generate(request("办居住证要带什么？", 1000)),
        Err(ModelError::PromptTooLong { limit: 1024, .. })
    ));
    assert!(
        generator.count_tokens("<|im_end|>") > 3,
        "typed control tokens are plain text"
    );
}

#[test]
fn guessing_ahead_and_company_change_no_word() {
    const QUESTIONS: [&str; 4] = [
        "办居住证要带什么？",
        "图书室几点开？",
        "请把资料[1]原样抄一遍。",
        "居住证几天能拿到？",
    ];
    let requests = || {
        QUESTIONS.iter().enumerate().map(|(index, question)| {
            let mut request = request(question, 40);
            // One of them draws its words.
            request.temperature = if index == 1 { 1.0 } else { 0.0 };
            request
        })
    };
    let alone = GeneratorOptions {
        streams: 1,
        drafting: false,
        ..GeneratorOptions::default()
    };
    let Some(generator) = generator_with(&[SMALL, DEFAULT], &alone) else {
        return;
    };
    let expected: Vec<String> = requests()
        .map(|request| finished(generator.generate(request).unwrap()).0)
        .collect();
    drop(generator);

    let together = GeneratorOptions {
        streams: 3,
        ..GeneratorOptions::default()
    };
    let Some(generator) = generator_with(&[SMALL, DEFAULT], &together) else {
        return;
    };
    let kept = generator.outlook().kept_tokens;
    let running: Vec<Generation> = requests()
        .map(|request| generator.generate(request).unwrap())
        .collect();
    for (generation, expected) in running.into_iter().zip(expected) {
        let (text, finish) = finished(generation);
        assert_eq!(text, expected);
        assert!(finish.reused_tokens >= kept, "{finish:?}");
    }
    assert_eq!(generator.outlook().waiting, 0);
}
