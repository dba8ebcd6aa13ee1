//! `xiangyin ask`: one question, with the running server where there is one.

mod remote;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use futures::StreamExt;
use serde_json::{Value, json};

use super::{Call, output};
use crate::System;
use crate::config::Config;
use crate::conversation::{Reply, Say, Sentence, Source, TurnEvent, Writer};
use crate::store::new_id;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What is asked
    #[arg(required = true)]
    question: Vec<String>,
    /// The resident's community
    #[arg(long)]
    community: Option<String>,
    /// Answers in this process even where a server is running
    #[arg(long)]
    local: bool,
}

pub(super) async fn run(call: &Call, arguments: Arguments) -> Result<ExitCode> {
    let config = call.config();
    let question = arguments.question.join(" ");
    let community = arguments
        .community
        .unwrap_or_else(|| config.conversation.community.clone());
    let json = call.json;
    let show = move |sentence: &Sentence| {
        if !json {
            print(sentence);
        }
    };
    let server = if arguments.local {
        None
    } else {
        let config = config.clone();
        tokio::task::spawn_blocking(move || remote::find(&config)).await?
    };
    let reply = match server {
        Some(base) => {
            let (question, community) = (question.clone(), community.clone());
            tokio::task::spawn_blocking(move || remote::ask(&base, &community, &question, &show)).await??
        }
        None => here(config, &community, &question, &show).await?,
    };
    if call.json {
        output::json(&written(&reply))?;
    } else {
        foot(&reply);
    }
    Ok(ExitCode::SUCCESS)
}

async fn here(
    config: Config,
    community: &str,
    question: &str,
    show: &(dyn Fn(&Sentence) + Sync),
) -> Result<Reply> {
    let system = System::open(config).await?;
    if system.store.published_editions().await? == 0 {
        system.knowledge_base.import_starter_pack().await?;
    }
    super::knowledge::follow(&system.knowledge_base).await?;
    let writer = Writer::default();
    if system.config.has_writer() {
        let loading = (system.engines.clone(), Arc::clone(&writer));
        tokio::task::spawn_blocking(move || loading.0.load_writer(&loading.1)).await??;
    }
    let assistant = Arc::new(system.assistant(writer).await?);
    let opened = assistant.open(community, "cli", None).await?;
    let mut events = assistant
        .say(Say {
            heard: None,
            utterance: None,
            conversation: opened.conversation,
            client_id: new_id(),
            text: question.to_owned(),
        })
        .await?;
    while let Some(event) = events.next().await {
        match event {
            TurnEvent::Sentence(sentence) => show(&sentence),
            TurnEvent::Finished(reply) => return Ok(*reply),
            TurnEvent::Failed(detail) => bail!("{detail}"),
            TurnEvent::Accepted { .. } | TurnEvent::Evidence(_) | TurnEvent::Aloud(_) | TurnEvent::Progress(_) => {}
        }
    }
    Err(anyhow::anyhow!("no reply came")).context("没能得到回答，请再试一次")
}

fn print(sentence: &Sentence) {
    let marks: String = sentence
        .citations
        .iter()
        .map(|number| format!("[{number}]"))
        .collect();
    output::line(format!("{}{marks}", sentence.text));
}

/// Sources, what may be asked next and the times, after the answer.
fn foot(reply: &Reply) {
    let cited: Vec<&Source> = reply
        .sources
        .iter()
        .filter(|source| cites(reply, source.number))
        .collect();
    if !cited.is_empty() {
        output::line("\n出处：");
        for source in cited {
            output::line(format!(
                "[{}] 《{}》{}（{}）",
                source.number, source.title, source.locator, source.place
            ));
            output::line(format!("    {}", source.quote.replace('\n', "\n    ")));
        }
    }
    if !reply.suggestions.is_empty() {
        output::line(format!("\n相关：{}", reply.suggestions.join("  ")));
    }
    let times: Vec<String> = reply
        .timings_ms
        .iter()
        .map(|(step, milliseconds)| format!("{step} {milliseconds} ms"))
        .collect();
    output::note(format!("\n{:?} · {}", reply.disposition, times.join(" · ")));
}

fn cites(reply: &Reply, number: u32) -> bool {
    reply
        .sentences
        .iter()
        .any(|sentence| sentence.citations.contains(&number))
}

/// The reply for programs: each citation carries its document, edition, locator and quote.
fn written(reply: &Reply) -> Value {
    let citation = |number: &u32| {
        reply
            .sources
            .iter()
            .find(|source| source.number == *number)
            .map(|source| {
                json!({
                    "document": source.title,
                    "document_id": source.document,
                    "edition": source.edition,
                    "passage": source.passage,
                    "locator": source.locator,
                    "quote": source.quote,
                    "place": source.place,
                })
            })
    };
    let sentences: Vec<Value> = reply
        .sentences
        .iter()
        .map(|sentence| {
            json!({
                "text": sentence.text,
                "citations": sentence.citations.iter().filter_map(citation).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "disposition": reply.disposition,
        "reason": reply.reason,
        "composition": reply.composition,
        "understood": reply.understood,
        "sentences": sentences,
        "work_order": reply.work_order,
        "suggestions": reply.suggestions,
        "evidence_probability": reply.evidence_probability,
        "timings_ms": reply.timings_ms,
    })
}
