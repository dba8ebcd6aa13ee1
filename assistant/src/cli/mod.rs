//! The command line.

mod accounts;
mod ask;
mod audit;
mod backup;
mod communities;
mod knowledge;
mod models;
mod output;
mod say;
mod serve;
mod settings;
mod transcribe;
mod words;
mod work_orders;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Config, Settings};

/// Xiangyin 乡音: a community's assistant that answers from its documents, around the clock.
#[derive(Debug, Parser)]
#[command(name = "xiangyin", version, propagate_version = true)]
struct Cli {
    /// Configuration file [default: xiangyin.toml in this folder, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Sets one value for this call, such as --set http.listen=127.0.0.1:9000
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,

    /// Prints JSON for programs
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers residents on the page and the widget
    Serve,
    /// Asks one question and prints the answer with its sources
    Ask(ask::Arguments),
    /// The model files
    #[command(subcommand)]
    Models(models::Command),
    /// The documents that answers come from
    #[command(subcommand)]
    Knowledge(knowledge::Command),
    /// What a person must finish
    #[command(subcommand)]
    WorkOrders(work_orders::Command),
    /// The places that residents belong to, and what is local to them
    #[command(subcommand)]
    Communities(communities::Command),
    /// Who works here, and what each may do where
    #[command(subcommand)]
    Accounts(accounts::Command),
    /// The trail of what was changed and looked at
    #[command(subcommand)]
    Audit(audit::Command),
    /// Dialect words and terms of a community
    #[command(subcommand)]
    Words(words::Command),
    /// Writes what the assistant hears in a recording
    Transcribe(transcribe::Arguments),
    /// Reads a text aloud into a WAV file
    Say(say::Arguments),
    /// Writes the database and the files that it names into one file
    Backup(backup::BackupArguments),
    /// Brings a backup back
    Restore(backup::RestoreArguments),
    /// Prints the configuration in force and where each value comes from
    Config,
}

/// What every command gets.
struct Call {
    settings: Settings,
    json: bool,
}

impl Call {
    fn config(&self) -> Config {
        self.settings.config.clone()
    }
}

/// Runs the program.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match start(cli) {
        Ok(code) => code,
        Err(error) => {
            output::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn start(cli: Cli) -> Result<ExitCode> {
    let settings = Settings::load(cli.config.as_deref(), std::env::vars(), &cli.set)?;
    let call = Call {
        settings,
        json: cli.json,
    };
    log(&call.settings.config.log, matches!(cli.command, Command::Serve))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve => serve::run(&call).await,
            Command::Ask(arguments) => ask::run(&call, arguments).await,
            Command::Models(command) => models::run(&call, command).await,
            Command::Knowledge(command) => knowledge::run(&call, command).await,
            Command::WorkOrders(command) => work_orders::run(&call, command).await,
            Command::Communities(command) => communities::run(&call, command).await,
            Command::Accounts(command) => accounts::run(&call, command).await,
            Command::Audit(command) => audit::run(&call, command).await,
            Command::Words(command) => words::run(&call, command).await,
            Command::Transcribe(arguments) => transcribe::run(&call, arguments).await,
            Command::Say(arguments) => say::run(&call, arguments).await,
            Command::Backup(arguments) => backup::backup(&call, &arguments).await,
            Command::Restore(arguments) => backup::restore(&call, &arguments),
            Command::Config => settings::run(&call),
        }
    })
}

/// A server tells what it does; a command only what goes wrong.
fn log(settings: &crate::config::Log, serving: bool) -> Result<()> {
    let filter = if serving {
        // The SIP stack writes whole messages, with callers' numbers, at `info`.
        EnvFilter::try_new(format!("rsipstack=warn,{}", settings.filter))?
    } else {
        EnvFilter::new("error")
    };
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if settings.json {
        registry.with(layer.json()).init();
    } else {
        registry.with(layer.with_target(false)).init();
    }
    Ok(())
}

fn assignment(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(key, value)| (key.trim().to_owned(), value.to_owned()))
        .ok_or_else(|| "write it as key=value, such as http.listen=127.0.0.1:9000".to_owned())
}
