//! Speaking: what a listener gets, piece by piece, from a voice of the test, from a server, from
//! espeak-ng, and from Kokoro where its files are.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

#[path = "support/openai.rs"]
mod openai;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use models::{
    ModelError, ServerOptions,
    recognize::audio::wav,
    speak::{
        Clause, EspeakVoice, KokoroVoice, Pause, RemoteVoice, SAMPLE_RATE, Sound, SoundCache,
        Speaker, SpeakerOptions, SpeechRequest, Syllable, Voice, Word,
    },
};
use openai::serve;

/// 您好，请带身份证。
fn greeting() -> Vec<Clause> {
    vec![
        clause(
            "您好请问",
            &[("nin", 2), ("hao", 3), ("qing", 3), ("wen", 4)],
            0,
            Pause::Comma,
        ),
        clause(
            "请带身份证",
            &[
                ("qing", 3),
                ("dai", 4),
                ("shen", 1),
                ("fen", 4),
                ("zheng", 4),
            ],
            15,
            Pause::Stop,
        ),
    ]
}

fn clause(text: &str, syllables: &[(&str, u8)], from: usize, pause: Pause) -> Clause {
    let words = syllables
        .iter()
        .enumerate()
        .map(|(at, (pinyin, tone))| Word {
            syllables: vec![Syllable {
                pinyin: (*pinyin).to_owned(),
                tone: *tone,
                rhotic: false,
                range: from + at * 3..from + at * 3 + 3,
            }],
        })
        .collect();
    Clause {
        text: text.to_owned(),
        words,
        pause,
    }
}

/// Says a tenth of a second for each syllable, and tells what it was asked.
struct Humming {
    asked: Arc<Mutex<Vec<String>>>,
    /// Waited for before each piece, where there is one.
    gate: Option<mpsc::Receiver<()>>,
}

impl Voice for Humming {
    fn names(&self) -> Vec<String> {
        vec!["hum".to_owned()]
    }

    fn say(&mut self, clauses: &[Clause], _name: &str, speed: f32) -> Result<Sound, ModelError> {
        if let Some(gate) = &self.gate {
            let _ = gate.recv();
        }
        let text: String = clauses.iter().map(|clause| clause.text.as_str()).collect();
        self.asked.lock().expect("unbroken").push(text);
        let count: usize = clauses
            .iter()
            .map(|clause| clause.syllables().count())
            .sum();
        let length = (count as f32 * 0.1 * SAMPLE_RATE as f32 / speed) as usize;
        let sound = Sound {
            samples: vec![0.5; length],
            times: Vec::new(),
        };
        Ok(sound.with_estimated_times(clauses))
    }
}

#[test]
fn pieces_come_in_order_with_their_marks_and_cost_nothing_the_second_time() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let voice = Humming {
        asked: Arc::clone(&asked),
        gate: None,
    };
    let speaker = Speaker::start(voice, SpeakerOptions::default()).expect("a speaker");
    for round in 0..2 {
        let mut speaking = speaker
            .speak(SpeechRequest::new(greeting()))
            .expect("speech");
        let first = speaking
            .blocking_next_piece()
            .expect("a piece")
            .expect("the first");
        assert_eq!(first.kept, round == 1);
        assert_eq!(first.marks.len(), 4);
        assert_eq!(first.marks[1].text, 3..6);
        let second = speaking
            .blocking_next_piece()
            .expect("a piece")
            .expect("the second");
        assert_eq!(second.marks[0].text, 15..18);
        assert!(
            second
                .marks
                .iter()
                .all(|mark| mark.seconds.end <= second.sound.seconds() + 0.01)
        );
        assert!(speaking.blocking_next_piece().expect("an end").is_none());
    }
    assert_eq!(*asked.lock().expect("unbroken"), ["您好请问", "请带身份证"]);
    let mut faster = speaker
        .speak(SpeechRequest {
            speed: 2.0,
            volume: 3.0,
            ..SpeechRequest::new(greeting())
        })
        .expect("speech");
    let piece = faster
        .blocking_next_piece()
        .expect("a piece")
        .expect("the first");
    assert!((piece.sound.seconds() - 0.2).abs() < 0.01);
    assert!(
        piece
            .sound
            .samples
            .iter()
            .all(|sample| (0.9..=1.0).contains(sample))
    );
}

#[test]
fn what_is_private_is_not_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = SoundCache::in_memory(1 << 20)
        .with_folder(folder.path(), 1 << 20)
        .expect("a cache");
    let voice = Humming {
        asked: Arc::default(),
        gate: None,
    };
    let options = SpeakerOptions {
        cache: Arc::new(cache),
        ..SpeakerOptions::default()
    };
    let speaker = Speaker::start(voice, options).expect("a speaker");
    let files = || {
        std::fs::read_dir(folder.path())
            .expect("the folder")
            .count()
    };
    for (private, kept) in [(true, 0), (true, 0), (false, 2)] {
        let mut speaking = speaker
            .speak(SpeechRequest {
                private,
                ..SpeechRequest::new(greeting())
            })
            .expect("speech");
        while let Some(piece) = speaking.blocking_next_piece().expect("a piece") {
            assert!(!piece.kept);
        }
        assert_eq!(files(), kept);
    }
}

#[test]
fn an_interrupted_answer_is_not_spoken_to_its_end() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (open, gate) = mpsc::channel();
    let voice = Humming {
        asked: Arc::clone(&asked),
        gate: Some(gate),
    };
    let speaker = Speaker::start(voice, SpeakerOptions::default()).expect("a speaker");
    let mut speaking = speaker
        .speak(SpeechRequest::new(greeting()))
        .expect("speech");
    open.send(()).expect("a voice");
    assert!(speaking.blocking_next_piece().expect("a piece").is_some());
    drop(speaking);
    let mut next = speaker
        .speak(SpeechRequest::new(vec![clause(
            "好",
            &[("hao", 3)],
            0,
            Pause::Stop,
        )]))
        .expect("speech");
    // The second piece may have begun before the listener left; the voice says no more than that.
    open.send(()).expect("a voice");
    open.send(()).expect("a voice");
    assert!(next.blocking_next_piece().expect("a piece").is_some());
    assert_eq!(
        asked.lock().expect("unbroken").last().map(String::as_str),
        Some("好")
    );
}

#[test]
fn whoever_runs_out_of_sound_first_is_spoken_to_next() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (open, gate) = mpsc::channel();
    let voice = Humming {
        asked: Arc::clone(&asked),
        gate: Some(gate),
    };
    let speaker = Speaker::start(voice, SpeakerOptions::default()).expect("a speaker");
    let say = |text: &str, beforehand| {
        let clauses = vec![clause(text, &[("hao", 3)], 0, Pause::Stop)];
        let request = SpeechRequest {
            beforehand,
            ..SpeechRequest::new(clauses)
        };
        speaker.speak(request).expect("speech")
    };
    let mut long = speaker
        .speak(SpeechRequest::new(greeting()))
        .expect("speech");
    let mut prepared = say("备", true);
    let mut short = say("好", false);
    for _ in 0..4 {
        open.send(()).expect("a voice");
    }
    for speaking in [&mut long, &mut prepared, &mut short] {
        while speaking.blocking_next_piece().expect("a piece").is_some() {}
    }
    let asked = asked.lock().expect("unbroken");
    assert_eq!(*asked, ["您好请问", "好", "请带身份证", "备"]);
}

#[test]
fn a_full_line_refuses_but_what_is_kept_is_still_said() {
    let (open, gate) = mpsc::channel();
    let voice = Humming {
        asked: Arc::default(),
        gate: Some(gate),
    };
    let options = SpeakerOptions {
        capacity: 0,
        cache: Arc::new(SoundCache::in_memory(1 << 20)),
        ..SpeakerOptions::default()
    };
    let full = Speaker::start(voice, options.clone()).expect("a speaker");
    assert!(matches!(
        full.speak(SpeechRequest::new(greeting())),
        Err(ModelError::Overloaded { .. })
    ));
    let other = Humming {
        asked: Arc::default(),
        gate: None,
    };
    let filling = Speaker::start(
        other,
        SpeakerOptions {
            capacity: 1,
            ..options
        },
    )
    .expect("a speaker");
    let mut speaking = filling
        .speak(SpeechRequest::new(greeting()))
        .expect("speech");
    while speaking.blocking_next_piece().expect("a piece").is_some() {}
    let mut kept = full.speak(SpeechRequest::new(greeting())).expect("kept");
    assert!(
        kept.blocking_next_piece()
            .expect("a piece")
            .expect("the first")
            .kept
    );
    drop(open);
}

fn voice_at(base: String) -> RemoteVoice {
    let options = ServerOptions {
        base,
        model: "tts-1".to_owned(),
        key: Some("secret".to_owned()),
        timeout: Duration::from_secs(20),
        most_at_once: 1,
    };
    RemoteVoice::new(options, vec!["alloy".to_owned()])
}

#[test]
fn a_server_is_asked_as_openai_s_and_its_sound_brought_to_one_rate() {
    let (base, server) = serve("200 OK", wav(&vec![0.25; 16_000], 16_000));
    let mut voice = voice_at(base);
    let sound = voice.say(&greeting(), "nobody", 1.5).expect("sound");
    assert_eq!(sound.samples.len(), SAMPLE_RATE as usize);
    assert_eq!(sound.times.len(), 9);
    let sent = server.join().expect("what was asked");
    assert!(sent.head.starts_with("POST /v1/audio/speech "));
    let head = sent.head.to_lowercase();
    assert!(head.contains("authorization: bearer secret"), "{head}");
    let asked = String::from_utf8(sent.body).expect("text");
    for part in [
        "\"input\":\"您好请问，请带身份证。\"",
        "\"voice\":\"alloy\"",
        "\"speed\":1.5",
        "\"response_format\":\"wav\"",
    ] {
        assert!(asked.contains(part), "{asked}");
    }
}

#[test]
fn a_server_that_fails_is_named() {
    let (base, server) = serve("503 Service Unavailable", Vec::new());
    let error = voice_at(base)
        .say(&greeting(), "", 1.0)
        .expect_err("no sound");
    assert!(error.to_string().contains("503"), "{error}");
    server.join().expect("what was asked");
}

#[test]
fn espeak_speaks_where_it_is_installed() {
    let Ok(mut voice) = EspeakVoice::new("espeak-ng") else {
        eprintln!("SKIPPED: there is no espeak-ng");
        return;
    };
    let sound = voice.say(&greeting(), "cmn", 1.0).expect("sound");
    assert!((1.0..6.0).contains(&sound.seconds()), "{}", sound.seconds());
    assert_eq!(sound.times.len(), 9);
    assert!(EspeakVoice::new("no-such-program").is_err());
}

#[test]
fn kokoro_says_each_syllable_in_its_time() {
    let folder = std::env::var_os("XIANGYIN_MODELS").map_or_else(
        || {
            let home = std::env::var_os("HOME").unwrap_or_default();
            PathBuf::from(home).join(".cache/xiangyin/models")
        },
        PathBuf::from,
    );
    let model = folder.join("kokoro-82m-v1.0-int8.onnx");
    if !model.exists() {
        eprintln!("SKIPPED: there is no {}", model.display());
        return;
    }
    let mut voice = KokoroVoice::load(
        &model,
        &[&folder.join("zf_xiaobei.bin")],
        &folder.join("libonnxruntime.so"),
        2,
    )
    .expect("a voice");
    let sound = voice.say(&greeting(), "", 1.0).expect("sound");
    assert!((1.5..5.0).contains(&sound.seconds()), "{}", sound.seconds());
    assert_eq!(sound.times.len(), 9);
    assert!(
        sound
            .times
            .windows(2)
            .all(|pair| pair[0].end <= pair[1].start + 0.001)
    );
    assert!(
        sound
            .times
            .iter()
            .all(|time| time.start < time.end && time.end <= sound.seconds())
    );
    let loudest = sound
        .samples
        .iter()
        .fold(0.0_f32, |most, sample| most.max(sample.abs()));
    assert!(loudest > 0.1, "{loudest}");
    let slow = voice.say(&greeting(), "", 0.7).expect("sound");
    assert!(slow.seconds() > sound.seconds() * 1.2);
}
