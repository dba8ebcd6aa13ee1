//! Measures Xiangyin against data: `xiangyin-eval run --data DIR --out DIR`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of the command line")]

mod answers;
mod baseline;
mod calibration;
mod cases;
mod collections;
mod compare;
mod data;
mod department;
mod desk;
mod load;
mod logistic;
mod machine;
mod peers;
mod publish;
mod questions;
mod report;
mod run;
mod shelf;
mod simulator;
mod statistics;
mod suites;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::suites::Setting;

#[derive(Parser)]
#[command(name = "xiangyin-eval", about = "Measures Xiangyin against data")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one, for the length of the program")]
enum Command {
    /// Run suites and write their reports as JSON, Markdown and a page.
    Run(run::Options),
    /// What changed from one run to another, and whether it is more than noise.
    Compare(compare::Options),
    /// Write the tables of a run as one document, without cases.
    Publish(publish::Options),
    /// Fill a store with 100,000 orders and time what the desk asks of it.
    Desk(desk::Options),
    /// Send realistic residents to a running server and count who is answered in time.
    Load(load::Options),
    /// Fit the ranking's weights, the gate or the writer's part in it, and write them; build again afterwards.
    Calibrate {
        /// What is fitted.
        target: calibration::Target,
        #[command(flatten)]
        setting: Setting,
        /// The writing model's file.
        #[arg(long, default_value_os_t = suites::cache().join("models/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"))]
        writing_model: PathBuf,
        /// Folder for the calibration; where the program takes it from if left out.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Train a model that the program carries, and write its file; build again afterwards.
    Train {
        /// What is trained.
        target: Trained,
        #[command(flatten)]
        setting: Setting,
        /// The model's file.
        #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../assistant/data/department.bin"))]
        out: PathBuf,
    },
}

/// A model that is trained.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Trained {
    /// Which department a message is for.
    Department,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Run(options) => run::run(options),
        Command::Compare(options) => compare::run(&options),
        Command::Publish(options) => publish::run(&options),
        Command::Desk(options) => desk::run(&options),
        Command::Load(options) => load::run(&options),
        Command::Calibrate {
            target,
            setting,
            writing_model,
            out,
        } => calibration::calibrate(target, &setting, &writing_model, out.as_deref()),
        Command::Train {
            target: Trained::Department,
            setting,
            out,
        } => department::train(&setting, &out),
    }
}
