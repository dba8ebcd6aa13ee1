//! The recogniser with the real model: nothing from silence and noise, something from speech.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::f32::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use models::recognize::audio::{self, AudioLimits, Resampler};
use models::recognize::voice::{Earshot, EndpointOptions, Heard, Listener};
use models::recognize::{Nothing, SAMPLE_RATE};
use models::{LocalRecognizer, ModelError, RecognitionRequest, Recognize, RecognizerOptions};

/// A recording of read Mandarin, which is not part of the repository.
const CLIP: &str = "cmn/kaldi-asr-aishell-sample__BAC009S0150W0009.wav";
const SAID: &str = "上海孙中山故居纪念馆";

static RECOGNIZER: LazyLock<Option<LocalRecognizer>> = LazyLock::new(|| {
    let home = std::env::var_os("HOME")?;
    let path = Path::new(&home).join(".cache/xiangyin/models/ggml-base.bin");
    if !path.is_file() {
        eprintln!(
            "SKIPPED: {} is not there; run `make run` once",
            path.display()
        );
        return None;
    }
    Some(LocalRecognizer::load(&path, RecognizerOptions::default()).expect("the model loads"))
});

/// The recording, where there is one.
fn clip() -> Option<Vec<f32>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/audio")
        .join(CLIP);
    let Ok(file) = fs::read(&path) else {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    };
    Some(audio::read(file, AudioLimits::default()).expect("a sound file"))
}

fn recognize(recognizer: &LocalRecognizer, request: RecognitionRequest) -> models::Recognition {
    recognizer
        .recognize(request)
        .and_then(models::recognize::PendingRecognition::wait)
        .expect("recognised")
}

/// The same noise every time.
fn noise(seconds: usize, loudness: f32) -> Vec<f32> {
    let mut state = 1_u32;
    (0..seconds * SAMPLE_RATE as usize)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as f32 / (1 << 23) as f32 - 1.0) * loudness
        })
        .collect()
}

/// A tune of plucked strings.
fn music(seconds: usize) -> Vec<f32> {
    let scale = [262.0, 294.0, 330.0, 392.0, 440.0, 523.0];
    (0..seconds * SAMPLE_RATE as usize)
        .map(|place| {
            let time = place as f32 / SAMPLE_RATE as f32;
            let beat = (time * 2.5) as usize;
            let since = time * 2.5 - beat as f32;
            let pitch = scale[beat * 7 % scale.len()];
            let string = (1..5)
                .map(|overtone| (TAU * pitch * overtone as f32 * time).sin() / overtone as f32);
            string.sum::<f32>() * (-3.0 * since).exp() * 0.2
        })
        .collect()
}

#[test]
fn silence_noise_and_music_give_nothing() {
    let Some(recognizer) = &*RECOGNIZER else {
        return;
    };
    let silence = recognize(recognizer, RecognitionRequest::new(vec![0.0; 48_000]));
    assert_eq!(silence.nothing, Some(Nothing::Silence));
    for (name, samples) in [
        ("faint noise", noise(5, 0.003)),
        ("loud noise", noise(5, 0.3)),
        ("music", music(8)),
        ("no sound at all", Vec::new()),
    ] {
        let heard = recognize(recognizer, RecognitionRequest::new(samples));
        assert!(
            heard.readings.is_empty() && heard.nothing.is_some(),
            "{name}: {heard:?}"
        );
    }
}

#[test]
fn speech_gives_its_text_with_certainties_that_cover_it() {
    let (Some(recognizer), Some(samples)) = (&*RECOGNIZER, clip()) else {
        return;
    };
    let request = RecognitionRequest {
        prompt_terms: vec!["孙中山故居".into()],
        alternatives: 4,
        ..RecognitionRequest::new(samples)
    };
    let heard = recognize(recognizer, request);
    let wanted: Vec<char> = SAID.chars().collect();
    let right = heard
        .text()
        .chars()
        .filter(|character| wanted.contains(character))
        .count();
    // The model may write some of it in traditional characters.
    assert!(right >= 6, "{heard:?}");
    for reading in &heard.readings {
        let mut place = 0;
        for (bytes, certainty) in &reading.certainty {
            assert_eq!(bytes.start, place, "{reading:?}");
            assert!(reading.text.is_char_boundary(bytes.end));
            assert!((0.0..=1.0 + 1e-4).contains(certainty), "{reading:?}");
            place = bytes.end;
        }
        assert_eq!(place, reading.text.len());
    }
}

#[test]
fn a_listener_finds_the_sentence_in_a_telephone_line() {
    let Some(samples) = clip() else {
        return;
    };
    // Every second sample, as if it came by telephone; what is above 4 kHz was filtered before.
    let mut narrow = Vec::new();
    let mut halver = Resampler::new(2 * SAMPLE_RATE).expect("a rate");
    halver.push(&samples, &mut narrow);
    let silence = vec![0.0; SAMPLE_RATE as usize / 2];
    let line = [&silence[..], &narrow, &silence, &silence, &silence].concat();

    let mut listener = Listener::new(Earshot::default(), EndpointOptions::default());
    let mut resampler = Resampler::new(SAMPLE_RATE / 2).expect("a rate");
    let mut heard = Vec::new();
    for packet in line.chunks(160) {
        let mut wide = Vec::new();
        resampler.push(packet, &mut wide);
        heard.extend(listener.push(&wide));
    }
    let ended: Vec<_> = heard
        .iter()
        .filter_map(|heard| match heard {
            Heard::SpeechEnded { clip, .. } => Some(clip),
            _ => None,
        })
        .collect();
    assert_eq!(heard.first(), Some(&Heard::SpeechStarted));
    assert_eq!(ended.len(), 1, "{:?}", heard.len());
    assert!(
        ended[0].duration().as_secs_f32() > 1.5,
        "{:?}",
        ended[0].duration()
    );
}

#[test]
fn a_file_that_is_no_model_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join("model.bin");
    let missing = LocalRecognizer::load(&path, RecognizerOptions::default());
    assert!(matches!(missing, Err(ModelError::Missing(_))));
    fs::write(&path, b"GGUF and more").expect("written");
    let wrong = LocalRecognizer::load(&path, RecognizerOptions::default());
    assert!(matches!(wrong, Err(ModelError::Unsupported { .. })));
}
