//! Recognition by a server that speaks `OpenAI`'s protocol.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use models::recognize::Nothing;
use models::recognize::audio::{self, AudioLimits};
use models::{ModelError, RecognitionRequest, Recognize, RemoteOptions, RemoteRecognizer};

/// What a client sent.
struct Sent {
    head: String,
    body: Vec<u8>,
}

/// Answers one request, and gives back what was asked.
fn serve(status: &'static str, answer: &'static str) -> (String, JoinHandle<Sent>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}/v1/", listener.local_addr().expect("an address"));
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).expect("a line") > 0);
        }
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, length)| length.trim().parse().ok())
            .expect("a length");
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("the body");
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
            answer.len()
        )
        .expect("answered");
        Sent { head, body }
    });
    (base, server)
}

fn recognizer(base: String) -> RemoteRecognizer {
    RemoteRecognizer::new(RemoteOptions {
        base,
        model: "whisper-large-v3".into(),
        key: Some("secret".into()),
        timeout: Duration::from_secs(20),
        most_at_once: 1,
    })
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
    let heard = recognizer(base)
        .recognize(request())
        .and_then(|pending| pending.wait())
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
    let heard = recognizer(base)
        .recognize(request())
        .and_then(|pending| pending.wait())
        .expect("an answer");
    assert_eq!((heard.text(), heard.nothing), ("", Some(Nothing::Invented)));
}

#[test]
fn a_server_that_fails_is_named() {
    let (base, _server) = serve("401 Unauthorized", r#"{"error": "no key"}"#);
    let failed = recognizer(base)
        .recognize(request())
        .and_then(|pending| pending.wait());
    let Err(ModelError::Server { address, reason }) = failed else {
        panic!("{failed:?}");
    };
    assert!(
        address.ends_with("/v1/audio/transcriptions") && reason.contains("401"),
        "{reason}"
    );
}
