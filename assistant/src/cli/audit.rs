//! `xiangyin audit`: the trail of what was changed and looked at.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::{Call, output};
use crate::store::{AuditFilter, Store};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lists events, newest first
    List(List),
    /// Computes the chain of digests again; fails where an event was changed or is missing
    Verify,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only what was done to this, such as place:demo
    #[arg(long)]
    subject: Option<String>,
    /// Only events before this number
    #[arg(long)]
    before: Option<i64>,
    /// At most this many
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

pub(super) async fn run(call: &Call, command: Command) -> Result<ExitCode> {
    let store = Store::open(&call.config().database_url()).await?;
    let code = match command {
        Command::List(list) => {
            print(call, &store, list).await?;
            ExitCode::SUCCESS
        }
        Command::Verify => verify(call, &store).await?,
    };
    store.close().await;
    Ok(code)
}

async fn print(call: &Call, store: &Store, list: List) -> Result<()> {
    let filter = AuditFilter {
        subject: list.subject,
        before: list.before,
        limit: list.limit,
        ..AuditFilter::default()
    };
    let events = store.audit_events(&filter).await?;
    if call.json {
        return output::json(&events);
    }
    for event in events {
        let by = event.by.map_or(event.address, |person| person.name);
        output::line(format!(
            "{}  {}  {by}  {}  {}  {}",
            event.sequence,
            super::work_orders::when(event.at),
            event.action,
            event.subject,
            event.details
        ));
    }
    Ok(())
}

async fn verify(call: &Call, store: &Store) -> Result<ExitCode> {
    let verdict = store.verify_audit().await?;
    if call.json {
        output::json(&verdict)?;
    } else if let Some(sequence) = verdict.broken_at {
        output::error(&format!("审计记录从第 {sequence} 条起对不上：有人改过或删过，请保留现场并报告"));
    } else {
        output::line(format!("{} 条审计记录前后相连，没有改动。", verdict.checked));
    }
    Ok(if verdict.broken_at.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
