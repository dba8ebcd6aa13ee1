//! Measures Xiangyin against data: `xiangyin-eval run retrieval --data ../shared/data --out DIR`.

mod answers;
mod baseline;
mod calibration;
mod cases;
mod collections;
mod data;
mod department;
mod logistic;
mod report;
mod simulator;
mod statistics;
mod suites;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::report::Report;
use crate::suites::{Setting, Suite};

#[derive(Parser)]
#[command(name = "xiangyin-eval", about = "Measures Xiangyin against data")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run suites and write DIR/<suite>.json and DIR/<suite>.md.
    Run {
        /// Which suites.
        #[arg(required = true)]
        suites: Vec<Suite>,
        #[command(flatten)]
        setting: Setting,
        /// Folder for the results.
        #[arg(long)]
        out: PathBuf,
    },
    /// Ask the running product and judge its replies: right, cited, in time, no invented number.
    Answers(answers::Options),
    /// Fit the ranking's weights or the gate, and write them; build again afterwards.
    Calibrate {
        /// What is fitted.
        target: calibration::Target,
        #[command(flatten)]
        setting: Setting,
        /// Folder for the calibration.
        #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../knowledge/calibration"))]
        out: PathBuf,
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
        Command::Run {
            suites,
            setting,
            out,
        } => {
            std::fs::create_dir_all(&out).with_context(|| format!("making {}", out.display()))?;
            for suite in suites {
                let report: Report = suite.run(&setting)?;
                report.write(&out, suite.name())?;
            }
            Ok(())
        }
        Command::Answers(options) => answers::run(&options),
        Command::Calibrate {
            target,
            setting,
            out,
        } => calibration::calibrate(target, &setting, &out),
        Command::Train {
            target: Trained::Department,
            setting,
            out,
        } => department::train(&setting, &out),
    }
}
