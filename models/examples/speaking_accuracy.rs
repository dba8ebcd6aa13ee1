//! How well our own recogniser understands our own voice:
//! `cargo run -p models --example speaking_accuracy -- [VOICE [SENTENCES]]`.
//!
//! Each of a hundred sentences of real replies (`data/replies.txt`, or a file with one a line) is
//! said by VOICE, recognised, and compared as it is said, for a recogniser may write 十 or 10. It prints every sentence that came back otherwise, and the shares of
//! characters and of syllables without tones that are wrong. The errors of the recogniser are
//! counted with those of the voice.
//!
//! `MODELS` in the environment is the folder of models; `ACCENT` the name of a variety in whose
//! simulated accent the voice speaks; `OUT` a folder for the sounds; `SPEED` how fast it speaks.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

mod script;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use dialects::Variety;
use dialects::reading::{self, HeardErrors, heard_errors};
use models::recognize::audio;
use models::speak::{SAMPLE_RATE, Speaker, SpeakerOptions, SpeechRequest, local_voice, resample};
use models::{
    Catalog, LocalRecognizer, ModelError, RecognitionRequest, Recognize, RecognizerOptions,
    recognize,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let sentences = match arguments.next() {
        Some(path) => fs::read_to_string(path)?,
        None => include_str!("data/replies.txt").to_owned(),
    };
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let folder = std::env::var_os("MODELS")
        .map_or_else(|| home.join(".cache/xiangyin/models"), PathBuf::from);
    let out = std::env::var_os("OUT").map(PathBuf::from);
    let speed = std::env::var("SPEED").map_or(Ok(1.0), |speed| speed.parse())?;
    let accent = std::env::var("ACCENT").map_or(Ok(None), |name| {
        name.parse::<Variety>()
            .map(Some)
            .map_err(|_| format!("no variety {name}"))
    })?;

    let catalog = Catalog::with(Vec::new());
    let entry = catalog.get("kokoro-82m-v1.0-mandarin").ok_or("no entry")?;
    let speaker = Speaker::start(local_voice(&folder, entry, 2)?, SpeakerOptions::default())?;
    let recognizer =
        LocalRecognizer::load(&folder.join("ggml-base.bin"), RecognizerOptions::default())?;
    let mut all = HeardErrors::default();
    for (number, sentence) in sentences.lines().enumerate() {
        let mut clauses = reading::read(sentence);
        if let Some(variety) = accent {
            clauses = reading::accented(&clauses, variety);
        }
        let request = SpeechRequest {
            voice: name.clone(),
            speed,
            ..SpeechRequest::new(clauses.into_iter().map(script::clause).collect())
        };
        let samples = speak(&speaker, request)?;
        if let Some(out) = &out {
            save(out, number, &samples)?;
        }
        let request =
            RecognitionRequest::new(resample(&samples, SAMPLE_RATE, recognize::SAMPLE_RATE));
        let heard = recognizer.recognize(request)?.wait()?;
        let errors = heard_errors(sentence, heard.text());
        if errors.wrong_characters > 0 {
            println!(
                "{}/{}\t{sentence}\t{}",
                errors.wrong_syllables,
                errors.wrong_characters,
                heard.text()
            );
        }
        all = all.plus(&errors);
    }
    println!(
        "{} syllables, {:.2} % wrong; {} characters, {:.2} % wrong",
        all.syllables,
        all.syllable_rate() * 100.0,
        all.characters,
        all.character_rate() * 100.0
    );
    Ok(())
}

fn speak(speaker: &Speaker, request: SpeechRequest) -> Result<Vec<f32>, ModelError> {
    let mut speaking = speaker.speak(request)?;
    let mut samples = Vec::new();
    while let Some(piece) = speaking.blocking_next_piece()? {
        samples.extend(piece.sound.samples);
    }
    Ok(samples)
}

fn save(folder: &Path, number: usize, samples: &[f32]) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(
        folder.join(format!("{number:03}.wav")),
        audio::wav(samples, SAMPLE_RATE),
    )
}
