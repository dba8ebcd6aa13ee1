//! Everything that must survive: one schema on SQLite (WAL) and PostgreSQL.

mod accounts;
mod alert_targets;
mod api_keys;
mod audit;
mod calls;
mod canned_replies;
mod checks;
mod communities;
mod conflicts;
mod conversations;
mod dialect;
mod document_list;
mod documents;
mod drafts;
mod duty;
mod editions;
mod figures;
mod gaps;
mod holding;
mod jobs;
mod knowledge;
mod live;
mod local_words;
mod messages;
mod outreach;
mod packs;
mod places;
mod publication;
mod recordings;
mod search_rules;
mod sessions;
mod tallies;
mod work_orders;

use std::path::Path;

use anyhow::{Context, Result};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyPool, Transaction};

pub use accounts::{Account, AccountEdit, Attempt, NewAccount};
pub use audit::{Actor, AuditEntry, AuditEvent, AuditFilter, AuditVerdict, Person};
pub use alert_targets::AlertTarget;
pub use api_keys::{ApiKey, NewApiKey};
pub use calls::{NewCall, PhoneCall};
pub use canned_replies::CannedReply;
pub use checks::{Check, CheckRunLine, Expectation, ExpectedEnd, LastResult, NewCheck};
pub use communities::Community;
pub(crate) use communities::ROOT;
pub use conflicts::{Conflict, ConflictKind, Differing, PassageRef};
pub use conversations::{Conversation, StartedTurn};
pub use document_list::{DocumentCounts, DocumentFilter, DocumentLine, DraftLine, Shown};
pub use documents::{DocumentRecord, EditionLine, InForce, Named, Provenance};
pub use drafts::{DocumentKind, Draft, DraftChange, DraftContent, DraftState, NewDraft, Original};
pub use duty::{DutyFilter, DutyShift, NewShift};
pub use figures::{Span, Split, Tally};
pub use gaps::{FinishedOrder, Gap, GapExample, GapState, OpenTurn};
pub use holding::OwedWord;
pub use jobs::{ClaimedJob, Job, NewJob};
pub use knowledge::{EditionRecord, EditionStatus, KeptEdition, LogEntry, NewEdition, Saved};
pub use live::{LiveConversation, PlacedConversation};
pub use local_words::LocalWord;
pub use messages::{Holding, Message, NewMessage};
pub use outreach::{
    Added, ClaimedNumber, DueFollowUp, FinishedCall, NumberPage, OptOut, OptOutSource,
};
pub use packs::PackDocument;
pub use places::{LocalDay, PlaceChoices};
pub use publication::Publication;
pub use recordings::{NewRecording, Recording};
pub(crate) use places::check_place_id;
pub use search_rules::{NewSearchRule, RuleEffect, SearchRule};
pub use sessions::{Session, session_id};
pub use work_orders::{
    Addition, Attachment, Changed, Contact, Mention, MoveError, Moved, NewAttachment, NewWorkOrder, OrderEdit,
    OrderFilter, OrderKind, OrderLine, OrderPage, Present, Queue as OrderQueue, QueueCounts, Sort, WorkOrder,
    WorkOrderEvent,
};

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    sqlite: bool,
}

impl Store {
    /// Opens the database, creates it where it is missing and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let sqlite = url.starts_with("sqlite:");
        let options: AnyConnectOptions = if sqlite {
            let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
            if let Some(folder) = Path::new(path).parent() {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("cannot create {}", folder.display()))?;
            }
            format!("sqlite://{path}?mode=rwc").parse()?
        } else {
            url.parse()?
        };
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if sqlite {
                        // FULL: an acknowledged work order outlives a power cut, not only a crash.
                        for pragma in [
                            "PRAGMA journal_mode = WAL",
                            "PRAGMA synchronous = FULL",
                            "PRAGMA busy_timeout = 10000",
                            "PRAGMA foreign_keys = ON",
                        ] {
                            sqlx::query(pragma).execute(&mut *connection).await?;
                        }
                    } else {
                        // A plan made without the values takes every place for one of few orders.
                        sqlx::query("SET plan_cache_mode = force_custom_plan").execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .context("cannot open the database")?;
        sqlx::migrate!()
            .run(&pool)
            .await
            .context("the database could not be brought up to date")?;
        dialect::apply(&pool, sqlite)
            .await
            .context("the database could not be brought up to date")?;
        let store = Self { pool, sqlite };
        store.fill_paths().await?;
        // The places of the tallies are paths.
        tallies::lay(&store.pool, sqlite)
            .await
            .context("the database could not be brought up to date")?;
        Ok(store)
    }

    /// A transaction that will write: it takes its turn at the start instead of failing at the end.
    async fn write(&self) -> Result<Transaction<'_, Any>> {
        let begin = if self.sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
        Ok(self.pool.begin_with(begin).await?)
    }

    /// Waits until nobody else is changing the row that `sql` selects by `id` (`… FOR UPDATE`);
    /// SQLite has one writer at a time anyway.
    async fn hold(
        &self,
        transaction: &mut Transaction<'_, Any>,
        sql: &'static str,
        id: &str,
    ) -> Result<()> {
        if !self.sqlite {
            sqlx::query(sql).bind(id).fetch_optional(&mut **transaction).await?;
        }
        Ok(())
    }

    /// Writes a consistent copy of a SQLite database to `path` while others go on working.
    pub async fn copy_to(&self, path: &Path) -> Result<()> {
        anyhow::ensure!(
            self.sqlite,
            "the database is PostgreSQL: back it up with pg_dump, and the originals folder with it"
        );
        sqlx::query("VACUUM INTO $1")
            .bind(path.display().to_string())
            .execute(&self.pool)
            .await
            .context("the database could not be copied")?;
        Ok(())
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A new id whose order is the order of creation.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Milliseconds since 1970.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
