//! `load`: realistic residents against a running server: how many are answered in time, where it bends.
//!
//! Residents come by a day's profile, squeezed into the run; each has a channel, questions, time to
//! think and little patience. Everything that is drawn follows from the seed; what the server makes
//! of it does not.

mod crowd;
mod figures;
mod process;
mod profile;
mod resident;
mod topics;
mod wire;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::answers::{Server, Start};
use crate::report::text;
use crowd::{Crowd, Rate};
use figures::Seen;
use process::Process;
use topics::Topics;
use wire::Wire;

/// Send realistic residents to a running server and count who is answered in time.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A running server, such as `http://127.0.0.1:8311`; `own` for one of our own on this machine.
    #[arg(long, default_value = "own")]
    server: String,
    /// The binary `xiangyin` for a server of our own; else the one beside this program.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// A prepared data directory; a server of our own works on a copy of it.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// A setting of our own server, as in `xiangyin --set`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Process id of a server that runs on this machine, to watch its memory.
    #[arg(long)]
    process: Option<u32>,
    /// Community whose residents come.
    #[arg(long, default_value = "demo")]
    community: String,
    /// Minutes that a whole day's coming and going is squeezed into.
    #[arg(long, default_value_t = 5.0)]
    minutes: f64,
    /// Residents a minute, on average over the day.
    #[arg(long, default_value_t = 6.0)]
    rate: f64,
    /// A folder of recordings (wav); one resident in ten speaks where the server hears.
    #[arg(long)]
    recordings: Option<PathBuf>,
    /// Afterwards, raise the rate step by step until the first word comes too late.
    #[arg(long)]
    knee: bool,
    /// Minutes of each step.
    #[arg(long, default_value_t = 1.0)]
    step_minutes: f64,
    /// What an hour of this machine costs, in yuan. The default is about what a rented machine of two
    /// cores and eight gigabytes costs by the hour; put in your own.
    #[arg(long, default_value_t = 0.5)]
    price: f64,
    /// Seed of everything that is drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for load.json, load.md, load.html and server.log.
    #[arg(long)]
    out: PathBuf,
}

/// Steps are so many times the one before.
const STEP: f64 = 1.5;

/// Most steps; a server that bears them all bears more than one machine's residents.
const STEPS: usize = 12;

/// Sends the residents and writes the report.
pub(crate) fn run(options: &Options) -> Result<()> {
    let out = &options.out;
    std::fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let own = match options.server.as_str() {
        "own" => Some(Server::start(&Start {
            binary: options.binary.as_deref(),
            data_dir: options.data_dir.as_deref(),
            statutes: false,
            settings: &options.settings,
            log: &out.join("server.log"),
        })?),
        _ => None,
    };
    let base = own.as_ref().map_or(options.server.as_str(), Server::base);
    let topics = Topics::read(options.recordings.as_deref())?;
    let crowd = Crowd {
        wire: Wire::to(base)?,
        community: &options.community,
        topics: &topics,
    };
    let process = options.process.or_else(|| own.as_ref().map(Server::process)).map(Process::new);

    let length = Duration::from_secs_f64(options.minutes.max(0.1) * 60.0);
    let day = watched(&crowd, process.as_ref(), Rate::Day(options.rate), length, options.seed);
    let mut steps: Vec<(f64, Seen)> = Vec::new();
    if options.knee {
        let step = Duration::from_secs_f64(options.step_minutes.max(0.1) * 60.0);
        let mut rate = options.rate;
        for number in 0..STEPS as u64 {
            let seen = watched(&crowd, process.as_ref(), Rate::Steady(rate), step, options.seed + 1 + number);
            let late = seen.is_late();
            steps.push((rate, seen));
            if late {
                break;
            }
            rate *= STEP;
        }
    }
    let mut report = figures::report(&day, &steps, options.price);
    report.condition("residents a minute", options.rate);
    report.condition("minutes for a day", options.minutes);
    report.condition("price of a machine hour", format!("{:.2} ¥", options.price));
    report.condition("seed", options.seed);
    report.condition("server", if own.is_some() { "its own, on this machine, which the residents share" } else { base });
    for condition in crate::machine::conditions() {
        report.condition(&condition.name, condition.value);
    }
    crate::answers::say(&text(&report));
    report.write(out, "load")
}

/// Lets residents come for `length` and watches the server's process meanwhile.
fn watched(crowd: &Crowd<'_>, process: Option<&Process>, rate: Rate, length: Duration, seed: u64) -> Seen {
    crate::answers::say(&format!("{rate}, {:.0} s", length.as_secs_f64()));
    std::thread::scope(|scope| {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let watching = process.map(|process| scope.spawn(move || process.watch(&stopped)));
        let turns = crowd.come(rate, length, seed);
        drop(stop);
        let samples = watching.and_then(|thread| thread.join().ok()).unwrap_or_default();
        Seen::new(turns, samples, length)
    })
}
