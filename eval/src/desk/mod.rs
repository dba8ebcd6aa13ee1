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
use serde::Serialize;

use self::facts::Facts;
use self::stopwatch::{BUDGET_MS, Measurement, Stopwatch};
use crate::report::{Report, table};

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

#[derive(Serialize)]
struct Numbers<'a> {
    database: &'static str,
    orders: i64,
    open_orders: i64,
    events: i64,
    places: usize,
    filled_in_s: f64,
    repetitions: usize,
    budget_ms: f64,
    /// Calls whose 95th percentile is above the budget.
    over_budget: Vec<&'a str>,
    slowest_p95_ms: f64,
    measurements: &'a [Measurement],
    seed: u64,
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

    let slow: Vec<&Measurement> = watch.measurements.iter().filter(|one| one.is_slow()).collect();
    let numbers = Numbers {
        database: if sqlite { "SQLite" } else { "PostgreSQL" },
        orders: facts.orders,
        open_orders: facts.open_orders,
        events: facts.events,
        places: tree::nodes().len(),
        filled_in_s,
        repetitions: options.repetitions,
        budget_ms: BUDGET_MS,
        over_budget: slow.iter().map(|one| one.call.as_str()).collect(),
        slowest_p95_ms: watch.measurements.iter().map(|one| one.p95).fold(0.0, f64::max),
        measurements: &watch.measurements,
        seed: options.seed,
    };
    let text = markdown(&numbers, &slow);
    std::io::stdout().write_all(text.as_bytes())?;
    Report::new(&numbers, text)?.write(&options.out, if sqlite { "desk-sqlite" } else { "desk-postgres" })
}

fn markdown(numbers: &Numbers<'_>, slow: &[&Measurement]) -> String {
    let rows: Vec<Vec<String>> = numbers
        .measurements
        .iter()
        .map(|one| {
            let time = |ms: f64| if ms > BUDGET_MS { format!("**{ms:.1}**") } else { format!("{ms:.1}") };
            vec![one.part.to_owned(), one.call.clone(), one.found.to_string(), time(one.p50), time(one.p95), time(one.max)]
        })
        .collect();
    let verdict = match slow {
        [] => format!("No call takes longer than {BUDGET_MS} ms at the 95th percentile.\n"),
        slow => {
            let names: Vec<String> =
                slow.iter().map(|one| format!("- {}: {} ({:.0} ms)\n", one.part, one.call, one.p95)).collect();
            format!("{} calls take longer than {BUDGET_MS} ms at the 95th percentile:\n\n{}", slow.len(), names.concat())
        }
    };
    format!(
        "# The desk on {}\n\n{} orders ({} open), {} events, {} places; filled in {:.0} s; {} repetitions; milliseconds.\n\n{verdict}\n{}",
        numbers.database,
        numbers.orders,
        numbers.open_orders,
        numbers.events,
        numbers.places,
        numbers.filled_in_s,
        numbers.repetitions,
        table(&["part", "call", "found", "p50", "p95", "max"], &rows),
    )
}
