//! Suite `desk`: a store of a city's two years is filled, and what the desk asks of it is timed.

mod calls;
mod facts;
mod fill;
mod life;
mod orders;
mod rows;
mod stopwatch;
mod tree;
mod words;

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use assistant::store::Store;

use self::facts::Facts;
use self::stopwatch::{BUDGET_MS, Measurement, Stopwatch};
use crate::report::{Measure, Report, Table, Unit, text};

/// Fill a store with a city's orders and time what the desk asks of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// An empty database, such as `sqlite:/tmp/desk.db` or `postgres://…`; a temporary one of
    /// SQLite if left out. One that an earlier run filled is measured as it is.
    #[arg(long)]
    database: Option<String>,
    /// How many orders.
    #[arg(long, default_value_t = 100_000)]
    orders: usize,
    /// How often each call is timed.
    #[arg(long, default_value_t = 20)]
    repetitions: usize,
    /// Seed of everything that is drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for desk-sqlite.json or desk-postgres.json, and the same as Markdown.
    #[arg(long)]
    out: PathBuf,
}

/// Fills, measures and writes the report.
pub(crate) fn run(options: &Options) -> Result<()> {
    std::fs::create_dir_all(&options.out).with_context(|| format!("making {}", options.out.display()))?;
    let folder = tempfile::tempdir()?;
    let url = options
        .database
        .clone()
        .unwrap_or_else(|| format!("sqlite:{}", folder.path().join("desk.db").display()));
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(measure(options, &url))
}

async fn measure(options: &Options, url: &str) -> Result<()> {
    let sqlite = url.starts_with("sqlite:");
    let store = Store::open(url).await?;
    let pool = fill::connect(url).await?;
    let start = Instant::now();
    fill::fill(&store, &pool, options.orders, options.seed).await?;
    let filled_in_s = start.elapsed().as_secs_f64();
    if !sqlite {
        // What PostgreSQL does by itself some minutes after so many rows have come.
        sqlx::query("VACUUM ANALYZE").execute(&pool).await?;
    }
    let facts = Facts::look_up(&pool).await?;
    pool.close().await;

    let mut watch = Stopwatch::new(options.repetitions);
    calls::lists(&store, &facts, &mut watch).await?;
    calls::searches(&store, &facts, &mut watch).await?;
    calls::figures(&store, &facts, &mut watch).await?;
    calls::order_page(&store, &facts, &mut watch).await?;
    calls::clockwork(&store, &facts, &mut watch).await?;
    store.close().await;

    let database = if sqlite { "SQLite" } else { "PostgreSQL" };
    let mut report = report(database, &watch.measurements);
    report.condition("orders", facts.orders);
    report.condition("open orders", facts.open_orders);
    report.condition("events", facts.events);
    report.condition("places", tree::nodes().len());
    report.condition("filled in", format!("{filled_in_s:.0} s"));
    report.condition("repetitions", options.repetitions);
    report.condition("seed", options.seed);
    std::io::stdout().write_all(text(&report).as_bytes())?;
    report.write(&options.out, if sqlite { "desk-sqlite" } else { "desk-postgres" })
}

fn report(database: &str, measurements: &[Measurement]) -> Report {
    let mut report = Report::new(
        format!("The desk on {database}"),
        "How long each call of the store takes that the desk's pages and the program's clockwork make.",
    );
    let slow: Vec<String> = measurements
        .iter()
        .filter(|one| one.is_slow())
        .map(|one| format!("{}: {} ({:.0} ms)", one.part, one.call, one.p95))
        .collect();
    let verdict = if slow.is_empty() {
        format!("No call takes longer than {BUDGET_MS} ms at the 95th percentile.")
    } else {
        format!(
            "{} calls take longer than {BUDGET_MS} ms at the 95th percentile: {}.",
            slow.len(),
            slow.join("; ")
        )
    };
    let mut table = Table::new("", ["call", "found", "p50", "p95", "slowest"]);
    for one in measurements {
        let time = |value| Measure::new(value, Unit::Milliseconds).lower().into();
        let found = one.found.to_string();
        table.push(
            format!("{}: {}", one.part, one.call),
            [found.into(), time(one.p50), time(one.p95), time(one.max)],
        );
    }
    report.section("Calls").text(verdict).table(table);
    report
}
