//! `xiangyin models`: the files of the local models.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;
use models::catalog::{Catalog, CatalogEntry};
use models::pull::{Puller, SourcePreferences, Stage, Verification};

use super::{Call, output};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Fetches what the configuration needs, or the models named
    Pull {
        /// Names from the catalogue
        names: Vec<String>,
    },
    /// Lists the catalogue and what is here
    List,
    /// Checks the files that are here against their hashes
    Verify,
}

pub(super) async fn run(call: &Call, command: Command) -> Result<ExitCode> {
    let config = call.config();
    let json = call.json;
    // Fetching and hashing block; they stay off the asynchronous threads.
    tokio::task::spawn_blocking(move || match command {
        Command::Pull { names } => pull(&config, &names, json),
        Command::List => list(&config, json),
        Command::Verify => verify(&config, json),
    })
    .await?
}

/// Fetches the file of one entry that need not be a model, and says where it lies.
pub(super) async fn pull_file(config: &Config, entry: CatalogEntry) -> Result<PathBuf> {
    let config = config.clone();
    tokio::task::spawn_blocking(move || fetch(&config, &entry)).await?
}

fn pull(config: &Config, names: &[String], json: bool) -> Result<ExitCode> {
    let catalog = Catalog::with(config.models.catalog.clone());
    let needed = config.models_in_use();
    let names = if names.is_empty() { &needed } else { names };
    let mut files = Vec::new();
    for name in names {
        let entry = entry(&catalog, name)?;
        let path = fetch(config, entry)?;
        if !json {
            output::line(format!("{}  {}", entry.id, path.display()));
        }
        files.push(serde_json::json!({"model": entry.id, "path": path}));
    }
    if json {
        output::json(&files)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn fetch(config: &Config, entry: &CatalogEntry) -> Result<PathBuf> {
    let bar = output::bytes(entry.id.clone());
    let path = puller(config).pull(entry, &mut |progress| {
        bar.set_length(progress.bytes_total.unwrap_or_default());
        bar.set_position(progress.bytes_done);
        bar.set_message(match progress.stage {
            Stage::Waiting => "等另一个程序下载".to_owned(),
            Stage::Fetching => progress.source.to_owned(),
            Stage::Checking => "校验".to_owned(),
        });
    })?;
    bar.finish_and_clear();
    Ok(path)
}

fn list(config: &Config, json: bool) -> Result<ExitCode> {
    let catalog = Catalog::with(config.models.catalog.clone());
    if json {
        output::json(&catalog.entries())?;
        return Ok(ExitCode::SUCCESS);
    }
    for entry in catalog.entries() {
        let size = entry
            .bytes()
            .map_or_else(|| "?".to_owned(), |bytes| format!("{} MB", bytes / 1_000_000));
        let used = config.models_in_use().contains(&entry.id);
        output::line(format!(
            "{} {}  {:?}  {size}  {}",
            if used { "*" } else { " " },
            entry.id,
            entry.purpose,
            entry.licence
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(config: &Config, json: bool) -> Result<ExitCode> {
    let catalog = Catalog::with(config.models.catalog.clone());
    let puller = puller(config);
    let mut sound = true;
    let mut rows = Vec::new();
    for name in config.models_in_use() {
        let entry = entry(&catalog, &name)?;
        let (state, text) = match puller.verify(entry)? {
            Verification::Verified => ("verified", "完好".to_owned()),
            Verification::Missing => ("missing", "没有，请运行 xiangyin models pull".to_owned()),
            Verification::Corrupt => ("corrupt", "损坏，请运行 xiangyin models pull 重新下载".to_owned()),
        };
        sound &= state == "verified";
        if !json {
            output::line(format!("{}  {text}", entry.id));
        }
        rows.push(serde_json::json!({"model": entry.id, "state": state}));
    }
    if json {
        output::json(&rows)?;
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn entry<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a CatalogEntry> {
    catalog
        .get(name)
        .with_context(|| format!("目录里没有模型 {name:?}；用 xiangyin models list 看有哪些"))
}

fn puller(config: &Config) -> Puller {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Puller::new(
        &config.models.dir,
        SourcePreferences {
            folder: given(&config.models.folder).map(PathBuf::from),
            mirror: given(&config.models.mirror),
            ..SourcePreferences::default()
        },
    )
}
