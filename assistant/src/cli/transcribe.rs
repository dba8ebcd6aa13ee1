//! `xiangyin transcribe`: what the assistant hears in a recording.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use dialects::Variety;
use models::recognize::audio::{self, AudioLimits};

use super::{Call, output};
use crate::System;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A WAV, MP3, FLAC or Ogg Vorbis file
    file: PathBuf,
    /// The speaker's dialect, such as kunming; otherwise that of the community
    #[arg(long, value_parser = str::parse::<Variety>)]
    dialect: Option<Variety>,
    /// The speaker's community
    #[arg(long)]
    community: Option<String>,
    /// What the speaker was asked
    #[arg(long, value_name = "TEXT")]
    after: Option<String>,
}

pub(super) async fn run(call: &Call, arguments: Arguments) -> Result<ExitCode> {
    let config = call.config();
    let community = arguments.community.unwrap_or_else(|| config.conversation.community.clone());
    let bytes = std::fs::read(&arguments.file)
        .with_context(|| format!("打不开 {}，请检查文件名。", arguments.file.display()))?;
    let samples = audio::read(bytes, AudioLimits::default())
        .with_context(|| format!("{} 里没有读出声音", arguments.file.display()))?;
    let system = System::open(config).await?;
    let lineage = system.store.lineage(&community).await?;
    let hearing = system.hearing().await.context("语音识别模型没有装好，请运行 xiangyin models pull")?;
    let mut listener = hearing.listener(arguments.dialect.map(Variety::id), &lineage).await?;
    listener.said_before = arguments.after;
    let heard = hearing.hear(samples, &listener).await?;
    if call.json {
        output::json(&heard)?;
    } else if let Some(nothing) = heard.nothing {
        output::line(format!("没有听到话（{nothing}）"));
    } else {
        output::line(&heard.heard);
        if heard.standard != heard.heard {
            output::line(format!("→ {}", heard.standard));
        }
        output::note(format!("{:.1} 秒的录音，用了 {:.1} 秒", heard.seconds, heard.compute_seconds));
    }
    system.store.close().await;
    Ok(ExitCode::SUCCESS)
}
