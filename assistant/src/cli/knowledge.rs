//! `xiangyin knowledge`: documents in, and what a search finds.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use dialects::Variety;
use jiff::civil::Date;
use knowledge::{Adjustments, Score, SearchQuery};

use super::{Call, output};
use crate::System;
use crate::knowledge_base::{ImportSummary, Imported, KnowledgeBase, laws_file};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Reads files and folders (md txt html docx pdf xlsx) and publishes them
    Import(Import),
    /// Shows what a question finds, with every score
    Search(Search),
    /// Builds the index anew from the database
    Reindex,
    /// Fetches a pack of documents and imports it
    Pull(Pull),
}

#[derive(Debug, Args)]
pub(super) struct Import {
    /// Files or folders; none for the starter pack
    paths: Vec<PathBuf>,
    /// Community whose residents they are for [default: the place that each document names]
    #[arg(long)]
    community: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Search {
    /// What is asked
    query: String,
    /// Most passages
    #[arg(long, default_value_t = 5)]
    limit: usize,
    /// The resident's community
    #[arg(long)]
    community: Option<String>,
    /// Dialect of the question [default: that of the community]
    #[arg(long, value_name = "VARIETY")]
    dialect: Option<Variety>,
    /// Day on which the documents must be in force [default: today]
    #[arg(long)]
    date: Option<Date>,
}

#[derive(Debug, Args)]
pub(super) struct Pull {
    /// Which pack
    pack: Pack,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Pack {
    /// National laws in force, from a Python package
    Laws,
}

pub(super) async fn run(call: &Call, command: Command) -> Result<ExitCode> {
    let config = call.config();
    match command {
        Command::Import(import) => {
            let system = System::open(config).await?;
            let base = &system.knowledge_base;
            if let Some(community) = &import.community {
                system.store.community(community).await?;
            }
            let summary = if import.paths.is_empty() {
                base.import_starter_pack().await?
            } else {
                base.import(&import.paths, import.community.as_deref(), &tell).await?
            };
            finish(call, base, &summary).await
        }
        Command::Search(search) => search_once(call, search).await,
        Command::Reindex => {
            let system = System::open(config).await?;
            system.knowledge_base.rebuild().await?;
            follow(&system.knowledge_base).await?;
            output::note(format!(
                "索引已重建：{} 段",
                system.knowledge_base.library().passages()
            ));
            Ok(ExitCode::SUCCESS)
        }
        Command::Pull(pull) => match pull.pack {
            Pack::Laws => {
                let database = super::models::pull_file(&config, laws_file()).await?;
                let system = System::open(config).await?;
                let bar = output::bar("法规");
                let summary = system
                    .knowledge_base
                    .import_laws(&database, &|imported, done, total| {
                        bar.set_length(total as u64);
                        bar.set_position(done as u64);
                        bar.set_message(imported.title.clone().unwrap_or_default());
                    })
                    .await?;
                bar.finish_and_clear();
                finish(call, &system.knowledge_base, &summary).await
            }
        },
    }
}

/// Makes what was imported searchable and reports it; failed files make the call fail.
async fn finish(call: &Call, base: &KnowledgeBase, summary: &ImportSummary) -> Result<ExitCode> {
    follow(base).await?;
    if call.json {
        output::json(summary)?;
    } else {
        output::line(format!(
            "新发布 {} 份，没有变化 {} 份，读不了 {} 份",
            summary.published, summary.unchanged, summary.failed
        ));
    }
    Ok(if summary.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(imported: &Imported) {
    for note in &imported.notes {
        output::note(format!("{}：{note}", imported.file));
    }
}

/// Brings the index to where the store is, with a bar.
pub(super) async fn follow(base: &KnowledgeBase) -> Result<()> {
    let bar = output::bar("索引");
    base.follow(&|progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        if let Some((done, total)) = progress.embedding {
            bar.set_message(format!("向量 {done}/{total}"));
        }
    })
    .await?;
    bar.finish_and_clear();
    Ok(())
}

async fn search_once(call: &Call, search: Search) -> Result<ExitCode> {
    let system = System::open(call.config()).await?;
    system.knowledge_base.follow(&|_| ()).await?;
    let community = search
        .community
        .unwrap_or_else(|| system.config.conversation.community.clone());
    let lineage = system.store.lineage(&community).await?;
    let communities: Vec<String> = lineage.iter().map(|node| node.id.clone()).collect();
    let understood = system.understand(&search.query, search.dialect, &lineage).await?;
    if understood != search.query {
        output::note(format!("理解为：{understood}"));
    }
    let on = search.date.unwrap_or_else(|| jiff::Zoned::now().date());
    let library = std::sync::Arc::clone(system.knowledge_base.library());
    let found = tokio::task::spawn_blocking(move || {
        library.search(&SearchQuery {
            text: &understood,
            communities: &communities,
            on,
            limit: search.limit,
            spoken: false,
            as_unseen: false,
            adjustments: Adjustments::default(),
        })
    })
    .await??;
    if call.json {
        output::json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    for answer in &found.answers {
        output::line(format!(
            "标准答案 {:.2}  《{}》 {}",
            answer.score, answer.title, answer.matched_question
        ));
    }
    let place = |score: Score| {
        score
            .rank
            .map_or_else(|| "-".to_owned(), |rank| format!("{:.2}(第{rank})", score.value))
    };
    for (at, one) in found.evidence.iter().enumerate() {
        output::line(format!(
            "{}. 《{}》{}  词 {} 字 {} 义 {} 合 {:.3}  命中：{}",
            at + 1,
            one.title,
            one.passage.locator,
            place(one.scores.words),
            place(one.scores.bigrams),
            place(one.scores.dense),
            one.scores.fused,
            one.matched_words.join("、")
        ));
        output::line(format!("   {}", one.passage.text.replace('\n', " ")));
    }
    output::line(format!(
        "把握 {:.2}，{}",
        found.gate.probability,
        if found.gate.sufficient { "够回答" } else { "不够回答" }
    ));
    Ok(ExitCode::SUCCESS)
}
