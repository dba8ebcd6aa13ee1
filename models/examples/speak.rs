//! Speaks the lines of standard input and says what it took:
//! `cargo run -p models --example speak -- OUT [VOICE [SPEED [RATE]]] < LINES`.
//!
//! Into the folder OUT go WAV files of RATE samples a second. VOICE is one of the catalogue's, or
//! `espeak` for espeak-ng. `MODELS` in the environment is the folder of models.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

mod script;

use std::error::Error;
use std::fs;
use std::io::{self, BufRead};
use std::path::PathBuf;
use std::time::Instant;

use dialects::reading::read;
use models::Catalog;
use models::recognize::audio::wav;
use models::speak::{
    EspeakVoice, SAMPLE_RATE, Speaker, SpeakerOptions, SpeechRequest, Voice, local_voice, resample,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let name = arguments.next().unwrap_or_default();
    let speed: f32 = arguments.next().map_or(Ok(1.0), |speed| speed.parse())?;
    let rate: u32 = arguments
        .next()
        .map_or(Ok(SAMPLE_RATE), |rate| rate.parse())?;
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let folder = std::env::var_os("MODELS")
        .map_or_else(|| home.join(".cache/xiangyin/models"), PathBuf::from);
    fs::create_dir_all(&out)?;

    let begun = Instant::now();
    let voice: Box<dyn Voice> = if name == "espeak" {
        Box::new(EspeakVoice::new("espeak-ng")?)
    } else {
        let catalog = Catalog::with(Vec::new());
        let entry = catalog.get("kokoro-82m-v1.0-mandarin").ok_or("no entry")?;
        local_voice(&folder, entry, 2)?
    };
    let speaker = Speaker::start(voice, SpeakerOptions::default())?;
    println!(
        "loaded in {:.2} s: {}",
        begun.elapsed().as_secs_f32(),
        speaker.names().join(" ")
    );
    let (mut computed, mut spoken, mut first) = (0.0, 0.0, Vec::new());
    for (number, line) in io::stdin().lock().lines().enumerate() {
        let line = line?;
        let begun = Instant::now();
        let mut speaking = speaker.speak(SpeechRequest {
            voice: name.clone(),
            speed,
            ..SpeechRequest::new(read(&line).into_iter().map(script::clause).collect())
        })?;
        let mut samples = Vec::new();
        let mut waited = None;
        while let Some(piece) = speaking.blocking_next_piece()? {
            waited.get_or_insert_with(|| begun.elapsed().as_secs_f32());
            if number == 0 {
                for mark in &piece.marks {
                    let seconds = &mark.seconds;
                    let text = &line[mark.text.clone()];
                    println!("{:.2}–{:.2} {text}", seconds.start, seconds.end);
                }
            }
            samples.extend(piece.sound.samples);
        }
        computed += begun.elapsed().as_secs_f32();
        spoken += samples.len() as f32 / SAMPLE_RATE as f32;
        first.extend(waited);
        let file = out.join(format!("{number:03}.wav"));
        fs::write(file, wav(&resample(&samples, SAMPLE_RATE, rate), rate))?;
    }
    first.sort_by(f32::total_cmp);
    let share = |share: usize| {
        first
            .get(first.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "{spoken:.1} s of speech in {computed:.1} s: {:.2} s a second; first sound after {:.2} s (95 %: {:.2} s)",
        computed / spoken,
        share(50),
        share(95)
    );
    Ok(())
}
