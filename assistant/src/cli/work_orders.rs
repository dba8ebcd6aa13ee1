//! `xiangyin work-orders`: what waits for a person.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Call, output};
use crate::store::{Store, WorkOrder};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lists the orders, newest first
    List(List),
    /// Shows one order with its history, the conversation and the evidence looked at
    Show(Show),
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only those of this community
    #[arg(long)]
    community: Option<String>,
    /// At most this many
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    /// Number of the order, such as 20261122-0001
    number: String,
    /// Shows the resident's name and telephone number unmasked
    #[arg(long)]
    reveal: bool,
}

pub(super) async fn run(call: &Call, command: Command) -> Result<ExitCode> {
    let store = Store::open(&call.config().database_url()).await?;
    match command {
        Command::List(list) => {
            let orders = store.work_orders(list.community.as_deref(), list.limit).await?;
            if call.json {
                output::json(&orders)?;
            } else if orders.is_empty() {
                output::line("还没有工单。");
            } else {
                for order in &orders {
                    let urgent = if order.urgent { " 紧急" } else { "" };
                    output::line(format!(
                        "{}  {}  {}{urgent}  {}  {}",
                        order.number,
                        when(order.created_at),
                        order.state,
                        order.kind,
                        order.question.replace('\n', " "),
                    ));
                }
            }
        }
        Command::Show(show) => {
            let order = store.work_order(&show.number, None).await?.with_context(|| {
                format!("没有工单 {}；用 xiangyin work-orders list 看有哪些", show.number)
            })?;
            if call.json {
                let mut value = serde_json::to_value(&order)?;
                if show.reveal {
                    value["contact"] = serde_json::to_value(order.contact.reveal())?;
                }
                output::json(&value)?;
            } else {
                print(&order, show.reveal);
            }
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn print(order: &WorkOrder, reveal: bool) {
    output::line(format!(
        "工单 {}  {}  {}{}",
        order.number,
        order.kind,
        order.state,
        if order.urgent { "  紧急" } else { "" }
    ));
    output::line(format!("社区：{}", order.community_id));
    output::line(format!("诉求：{}", order.question));
    if reveal {
        let contact = order.contact.reveal();
        output::line(format!(
            "联系：{} {}",
            contact.name.as_deref().unwrap_or("未留姓名"),
            contact.phone.as_deref().unwrap_or("未留电话")
        ));
    } else {
        output::line(format!("联系：{}（--reveal 看全）", order.contact));
    }
    output::line("经过：");
    for event in &order.history {
        output::line(format!("  {}  {}", when(event.at), event.text));
    }
    output::line("对话：");
    for turn in order.transcript.as_array().into_iter().flatten() {
        for (who, key) in [("居民", "resident"), ("助手", "assistant")] {
            if let Some(text) = turn[key].as_str().filter(|text| !text.is_empty()) {
                output::line(format!("  {who}：{text}"));
            }
        }
    }
    if !order.evidence.is_empty() {
        output::line("查过的资料：");
        for source in &order.evidence {
            output::line(format!("  《{}》{}：{}", source.title, source.locator, source.quote));
        }
    }
}

pub(super) fn when(milliseconds: i64) -> String {
    let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(milliseconds).map_or_else(
        |_| milliseconds.to_string(),
        |moment| moment.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string(),
    )
}
