//! Hearing and writing by a server that speaks `OpenAI`'s protocol.

#[path = "support/openai.rs"]
mod openai;

use std::time::Duration;

use models::recognize::Nothing;
use models::recognize::audio::{self, AudioLimits};
use models::{
    FinishReason, Generate, GenerationRequest, Message, ModelError, RecognitionRequest, Recognize,
    RemoteGenerator, RemoteRecognizer, ServerOptions,
};
use openai::{Sent, serve};
use serde_json::{Value, json};

fn options(base: &str, model: &str) -> ServerOptions {
    ServerOptions {
        base: base.to_owned(),
        model: model.to_owned(),
        key: Some("secret".into()),
        timeout: Duration::from_secs(20),
        most_at_once: 1,
    }
}

fn recognizer(base: &str) -> RemoteRecognizer {
    RemoteRecognizer::new(options(base, "whisper-large-v3"))
}

fn request() -> RecognitionRequest {
    let samples: Vec<f32> = (0..8000)
        .map(|place| (place as f32 * 0.1).sin() * 0.3)
        .collect();
    RecognitionRequest {
        prompt_terms: vec!["居住证".into(), "高龄津贴".into()],
        bias_terms: vec!["高龄津贴".into(), "低保".into()],
        said_before: Some("请问您要办什么？".into()),
        ..RecognitionRequest::new(samples)
    }
}

/// The parts of a form by name.
fn parts(sent: &Sent) -> Vec<(String, Vec<u8>)> {
    let (_, boundary) = sent.head.split_once("boundary=").expect("a boundary");
    let boundary = format!("--{}", boundary.lines().next().expect("a line"));
    let mut parts = Vec::new();
    let mut rest = &sent.body[..];
    while let Some(after) = rest.strip_prefix(format!("{boundary}\r\n").as_bytes()) {
        let end = after
            .windows(boundary.len())
            .position(|window| window == boundary.as_bytes())
            .expect("an end");
        let part = &after[..end - 2];
        let blank = part
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .expect("a head");
        let head = String::from_utf8_lossy(&part[..blank]).into_owned();
        let name = head.split('"').nth(1).expect("a name").to_owned();
        parts.push((name, part[blank + 4..].to_vec()));
        rest = &after[end..];
    }
    assert_eq!(rest, format!("{boundary}--\r\n").as_bytes());
    parts
}

#[test]
fn the_sound_and_the_terms_arrive_and_the_text_comes_back() {
    let (base, server) = serve(
        "200 OK",
        r#"{"text": " 我要办高龄津贴 ", "segments": [{"avg_logprob": -0.25, "no_speech_prob": 0.01}]}"#,
    );
    let heard = recognizer(&base)
        .recognize(request())
        .and_then(models::recognize::PendingRecognition::wait)
        .expect("an answer");
    assert_eq!(heard.text(), "我要办高龄津贴");
    assert!((heard.readings[0].average_log_probability + 0.25).abs() < 1e-6);

    let sent = server.join().expect("the server");
    assert!(sent.head.starts_with("POST /v1/audio/transcriptions "));
    assert!(
        sent.head
            .to_lowercase()
            .contains("authorization: bearer secret")
    );
    let parts = parts(&sent);
    let part = |name: &str| {
        let (_, content) = parts.iter().find(|(known, _)| known == name).expect(name);
        content.clone()
    };
    assert_eq!(part("model"), b"whisper-large-v3");
    assert_eq!(part("language"), b"zh");
    assert_eq!(
        String::from_utf8(part("prompt")).expect("text"),
        "居住证、高龄津贴、低保。请问您要办什么？"
    );
    let samples = audio::read(part("file"), AudioLimits::default()).expect("a sound file");
    assert_eq!(samples.len(), 8000);
}

#[test]
fn what_a_server_makes_up_over_silence_is_not_kept() {
    let (base, _server) = serve("200 OK", r#"{"text": "谢谢观看"}"#);
    let heard = recognizer(&base)
        .recognize(request())
        .and_then(models::recognize::PendingRecognition::wait)
        .expect("an answer");
    assert_eq!((heard.text(), heard.nothing), ("", Some(Nothing::Invented)));
}

#[test]
fn a_server_that_fails_is_named() {
    let (base, _server) = serve("401 Unauthorized", r#"{"error": "no key"}"#);
    let failed = recognizer(&base)
        .recognize(request())
        .and_then(models::recognize::PendingRecognition::wait);
    let Err(ModelError::Server { address, reason }) = failed else {
        panic!("{failed:?}");
    };
    assert!(
        address.ends_with("/v1/audio/transcriptions") && reason.contains("401"),
        "{reason}"
    );
}

fn generator(base: &str) -> RemoteGenerator {
    RemoteGenerator::new(options(base, "qwen2.5-7b"))
}

fn question() -> GenerationRequest {
    GenerationRequest {
        max_tokens: 80,
        stop: vec!["\n\n".to_owned()],
        ..GenerationRequest::new(vec![
            Message::system("只根据材料回答。"),
            Message::user("居住证几天能拿到？"),
        ])
    }
}

/// What a server streams; lines that keep the connection open and unknown fields among it.
fn streamed(events: &[Value]) -> String {
    let mut stream = ": keep-alive\n\n".to_owned();
    for event in events {
        stream.push_str(&format!("event: message\ndata: {event}\n\n"));
    }
    stream
}

#[test]
fn a_server_s_text_arrives_in_pieces_and_its_figures_are_learned() {
    let piece = |text: &str| json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]});
    let stream = streamed(&[
        json!({"choices": [{"delta": {"role": "assistant", "content": null}}]}),
        piece("十五"),
        piece("日内。"),
        json!({"choices": [{"delta": {}, "finish_reason": "stop"}]}),
        json!({"choices": [], "usage": {"prompt_tokens": 240, "completion_tokens": 9}}),
    ]) + "data: [DONE]\n\n";
    let (base, server) = serve("200 OK", stream);
    let generator = generator(&base);
    let before = generator.outlook();
    let mut generation = generator.generate(question()).expect("a place");
    let mut pieces = Vec::new();
    while let Some(piece) = generation.blocking_next_piece().expect("a piece") {
        pieces.push(piece);
    }
    assert_eq!(pieces, ["十五", "日内。"]);
    let finish = generation.finish().expect("its end");
    assert_eq!(finish.reason, FinishReason::EndOfTurn);
    assert_eq!((finish.prompt_tokens, finish.generated_tokens), (240, 9));
    assert!((generator.outlook().reading_rate - before.reading_rate).abs() > f64::EPSILON);

    let sent = server.join().expect("the server");
    assert!(sent.head.starts_with("POST /v1/chat/completions "));
    let asked: Value = serde_json::from_slice(&sent.body).expect("JSON");
    assert_eq!(asked["model"], "qwen2.5-7b");
    assert_eq!(asked["messages"][1]["content"], "居住证几天能拿到？");
    assert_eq!(asked["stop"], json!(["\n\n"]));
    assert_eq!(asked["stream"], true);
}

#[test]
fn a_server_chooses_by_the_odds_that_it_tells_or_by_what_it_says() {
    let asked = || {
        GenerationRequest::choosing(vec![Message::user("资料里有没有答案？")], &["有", "没有"])
    };
    let chosen = |event: Value| {
        let end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}]});
        let (base, server) = serve("200 OK", streamed(&[event, end]));
        let answer = generator(&base).generate(asked()).expect("a place").blocking_text();
        let sent: Value = serde_json::from_slice(&server.join().expect("the server").body).expect("JSON");
        assert_eq!((&sent["logprobs"], &sent["max_tokens"]), (&json!(true), &json!(1)));
        answer.map(|(text, finish)| (text, finish.log_odds))
    };
    let alternatives = json!([
        {"token": "没", "logprob": -0.5}, {"token": "有", "logprob": -1.5}, {"token": "无", "logprob": -4.0},
    ]);
    let scored = json!({"choices": [{
        "delta": {"content": "没"},
        "logprobs": {"content": [{"token": "没", "logprob": -0.5, "top_logprobs": alternatives}]},
    }]});
    assert_eq!(chosen(scored).expect("a choice"), ("没有".to_owned(), Some(-1.0)));
    let silent = json!({"choices": [{"delta": {"content": "有"}, "logprobs": null}]});
    assert_eq!(chosen(silent).expect("a choice"), ("有".to_owned(), None));
    let neither = json!({"choices": [{"delta": {"content": "好的"}}]});
    assert!(matches!(chosen(neither), Err(ModelError::Server { .. })));
}

#[test]
fn an_answer_that_breaks_off_is_an_error_after_its_pieces() {
    let begun = json!({"choices": [{"delta": {"content": "十五"}}]});
    let (base, _server) = serve("200 OK", streamed(&[begun]));
    let mut generation = generator(&base).generate(question()).expect("a place");
    assert_eq!(
        generation.blocking_next_piece().expect("a piece").as_deref(),
        Some("十五")
    );
    assert!(matches!(
        generation.blocking_next_piece(),
        Err(ModelError::Server { .. })
    ));
}

#[test]
fn what_a_server_refuses_is_told_in_its_own_words() {
    for (status, answer) in [
        ("404 Not Found", json!({"error": {"message": "no such model"}}).to_string()),
        ("200 OK", streamed(&[json!({"error": {"message": "no such model"}})])),
    ] {
        let (base, _server) = serve(status, answer);
        let failed = generator(&base)
            .generate(question())
            .and_then(models::Generation::blocking_text);
        let Err(ModelError::Server { reason, .. }) = failed else {
            panic!("{failed:?}");
        };
        assert!(reason.contains("no such model"), "{reason}");
    }
}
