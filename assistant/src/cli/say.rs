//! `xiangyin say`: a text as the assistant reads it aloud.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use models::recognize::audio::wav;
use serde::Serialize;

use super::{Call, output};
use crate::engines::Engines;
use crate::voice::{Manner, SPOKEN_RATE};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What to say
    text: String,
    /// The WAV file to write
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// Name of the voice
    #[arg(long, default_value = "")]
    voice: String,
    /// How fast, 0.5 to 2
    #[arg(long, default_value_t = 1.0)]
    speed: f32,
}

#[derive(Serialize)]
struct Said {
    seconds: f32,
    first_sound_seconds: f32,
    compute_seconds: f32,
}

pub(super) async fn run(call: &Call, arguments: Arguments) -> Result<ExitCode> {
    let engines = Engines::new(call.config());
    let speaking = tokio::task::spawn_blocking(move || engines.speaking()).await??;
    let manner = Manner { voice: arguments.voice, speed: arguments.speed, ..Manner::default() };
    let began = Instant::now();
    let mut speech = speaking.say(&arguments.text, &manner)?;
    let (mut samples, mut first) = (Vec::new(), None);
    while let Some(piece) = speech.next().await? {
        first.get_or_insert_with(|| began.elapsed().as_secs_f32());
        samples.extend(piece.samples);
    }
    let said = Said {
        seconds: samples.len() as f32 / SPOKEN_RATE as f32,
        first_sound_seconds: first.unwrap_or_default(),
        compute_seconds: began.elapsed().as_secs_f32(),
    };
    std::fs::write(&arguments.out, wav(&samples, SPOKEN_RATE))
        .with_context(|| format!("写不了 {}", arguments.out.display()))?;
    if call.json {
        output::json(&said)?;
    } else {
        output::note(format!(
            "{:.1} 秒的声音，第一声等了 {:.2} 秒，一共用了 {:.1} 秒",
            said.seconds, said.first_sound_seconds, said.compute_seconds
        ));
    }
    Ok(ExitCode::SUCCESS)
}
