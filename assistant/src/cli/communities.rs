//! `xiangyin communities`: the tree of places and what is local to each.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use dialects::Variety;

use super::{Call, output};
use crate::store::{Actor, Store};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lists the places
    List,
    /// Adds a place below another
    Add(Add),
    /// Sets what is local: 社区服务站电话 and the like, the greeting, the dialect, sites that may embed the widget
    Set(Set),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// Short id for addresses and the widget, such as huangjiazhuang
    id: String,
    /// Name as residents say it
    #[arg(long)]
    name: String,
    /// Id of the place above
    #[arg(long, default_value = "cn")]
    parent: String,
    /// 省, 市, 区, 街道, 社区 or 网格
    #[arg(long, default_value = "社区")]
    kind: String,
}

#[derive(Debug, Args)]
pub(super) struct Set {
    /// Id of the place
    id: String,
    /// One local fact, such as 派出所地址=幸福路1号; an empty value takes it back
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = super::assignment)]
    fields: Vec<(String, String)>,
    /// What a conversation opens with; empty for the usual words
    #[arg(long)]
    greeting: Option<String>,
    /// Dialect of the residents, such as kunming; empty for that of the place above
    #[arg(long)]
    variety: Option<String>,
    /// A site that may embed the widget, such as `https://example.org`
    #[arg(long = "allow", value_name = "ORIGIN")]
    allow: Vec<String>,
    /// A site that may no longer
    #[arg(long = "forbid", value_name = "ORIGIN")]
    forbid: Vec<String>,
}

pub(super) async fn run(call: &Call, command: Command) -> Result<ExitCode> {
    let store = Store::open(&call.config().database_url()).await?;
    store.seed_communities().await?;
    match command {
        Command::List => {
            let communities = store.communities().await?;
            if call.json {
                output::json(&communities)?;
            } else {
                for community in communities {
                    let parent = community.parent_id.unwrap_or_default();
                    output::line(format!(
                        "{}  {}  {}  {parent}",
                        community.id, community.kind, community.name
                    ));
                    for (name, value) in community.fields {
                        output::line(format!("    {name}={value}"));
                    }
                }
            }
        }
        Command::Add(add) => {
            store
                .add_community(&add.id, &add.parent, &add.kind, &add.name, &Actor::console())
                .await?;
            output::line(format!("已添加 {}（{}）", add.name, add.id));
        }
        Command::Set(set) => {
            let mut community = store.community(&set.id).await?;
            for (name, value) in set.fields {
                if value.trim().is_empty() {
                    community.fields.remove(&name);
                } else {
                    community.fields.insert(name, value);
                }
            }
            if let Some(greeting) = set.greeting {
                community.greeting = Some(greeting).filter(|text| !text.trim().is_empty());
            }
            if let Some(variety) = set.variety {
                let variety = variety.trim();
                community.variety = match variety {
                    "" => None,
                    _ => Some(variety.parse::<Variety>()?.id().to_owned()),
                };
            }
            community
                .allowed_origins
                .retain(|origin| !set.forbid.contains(origin));
            for origin in set.allow {
                let origin = origin.trim_end_matches('/').to_owned();
                if !community.allowed_origins.contains(&origin) {
                    community.allowed_origins.push(origin);
                }
            }
            store.update_community(&community, &Actor::console()).await?;
            output::json(&community)?;
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}
