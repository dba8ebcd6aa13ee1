//! `xiangyin words`: what a community adds to the lexicons.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use super::{Call, output};
use crate::store::{Actor, LocalWord, Store};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lists the words of every community
    List,
    /// Adds a dialect word with its meaning, or a term that residents are likely to say
    Add {
        /// As residents say it
        form: String,
        /// What it means in standard Mandarin; left out for a term that is standard itself
        #[arg(default_value = "")]
        gloss: String,
        /// Community; the word holds there and below
        #[arg(long)]
        community: Option<String>,
    },
    /// Takes a word back
    Remove {
        /// The word
        form: String,
        /// Its community
        #[arg(long)]
        community: Option<String>,
    },
}

pub(super) async fn run(call: &Call, command: Command) -> Result<ExitCode> {
    let config = call.config();
    let store = Store::open(&config.database_url()).await?;
    store.seed_communities().await?;
    let place = |community: Option<String>| {
        community.unwrap_or_else(|| config.conversation.community.clone())
    };
    match command {
        Command::List => {
            let words = store.local_words().await?;
            if call.json {
                output::json(&words)?;
            } else {
                for word in words {
                    output::line(format!("{}  {}  {}", word.community_id, word.form, word.gloss));
                }
            }
        }
        Command::Add {
            form,
            gloss,
            community,
        } => {
            let word = LocalWord {
                community_id: place(community),
                form,
                gloss,
            };
            store.add_local_word(&word, &Actor::console()).await?;
            output::line(format!("已添加 {}", word.form));
        }
        Command::Remove { form, community } => {
            let removed = store.remove_local_word(&place(community), &form, &Actor::console()).await?;
            output::line(match removed {
                0 => format!("没有这个词：{form}"),
                _ => format!("已删除 {form}"),
            });
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}
