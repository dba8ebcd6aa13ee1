//! Fills an empty database: places, accounts, orders with their conversations and events, jobs.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use assistant::store::Store;
use assistant::work_orders::Kinds;
use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyPool, Transaction};

use super::life::{DAY, filed_at};
use super::orders::{Tables, Writer, id};
use super::rows::{Cell, Rows};
use super::tree::{self, CITY, Node};
use crate::statistics::Generator;
use crate::suites::progress_bar;

/// Orders of one transaction.
const AT_ONCE: usize = 2_000;
/// Jobs that wait.
const JOBS: usize = 10_000;
/// Workers, beside the dispatcher of the city.
const WORKERS: usize = 120;
/// Login of the dispatcher of the city.
pub(super) const DISPATCHER: &str = "dispatcher";

/// Opens the database beside the store, for filling and for looking up what is in it.
pub(super) async fn connect(url: &str) -> Result<AnyPool> {
    AnyPoolOptions::new()
        .max_connections(1)
        .after_connect({
            let sqlite = url.starts_with("sqlite:");
            move |connection, _| {
                Box::pin(async move {
                    if sqlite {
                        // What is lost in a power cut is filled again.
                        for pragma in
                            ["PRAGMA synchronous = OFF", "PRAGMA busy_timeout = 10000", "PRAGMA cache_size = -500000"]
                        {
                            sqlx::query(pragma).execute(&mut *connection).await?;
                        }
                    }
                    Ok(())
                })
            }
        })
        .connect(url)
        .await
        .context("cannot open the database")
}

/// Fills it with `count` orders; a database that an earlier run filled with as many stays as it is,
/// and any other that holds orders is refused.
pub(super) async fn fill(store: &Store, pool: &AnyPool, count: usize, seed: u64) -> Result<()> {
    let there: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM work_orders").fetch_one(pool).await?;
    if there > 0 {
        let ours: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM communities WHERE id = $1")
            .bind(CITY)
            .fetch_one(pool)
            .await?;
        ensure!(
            ours == 1 && there == count as i64,
            "the database holds {there} orders already: name an empty one"
        );
        return Ok(());
    }
    store.seed_communities().await?;
    let now = jiff::Timestamp::now().as_millisecond();
    let nodes = tree::nodes();
    let mut generator = Generator::new(seed);
    let mut transaction = pool.begin().await?;
    places(&mut transaction, &nodes, now).await?;
    let workers = accounts(&mut transaction, &nodes, now, &mut generator).await?;
    transaction.commit().await?;

    let kinds = Kinds::builtin();
    let mut writer = Writer::new(&nodes, &workers, &kinds, now);
    let bar = progress_bar(count, "filling")?;
    for first in (0..count).step_by(AT_ONCE) {
        let mut tables = Tables::new();
        for index in first..count.min(first + AT_ONCE) {
            let at = filed_at(index, count, now, &mut generator);
            writer.order(&mut tables, index, at, &mut generator)?;
            writer.question(&mut tables, at, &mut generator);
        }
        let mut transaction = pool.begin().await?;
        tables.insert(&mut transaction).await?;
        transaction.commit().await?;
        bar.set_position(count.min(first + AT_ONCE) as u64);
    }
    bar.finish_and_clear();
    let mut transaction = pool.begin().await?;
    jobs(&mut transaction, now, &mut generator).await?;
    waiting(&mut transaction, now).await?;
    transaction.commit().await?;
    Ok(())
}

async fn places(transaction: &mut Transaction<'_, Any>, nodes: &[Node], now: i64) -> Result<()> {
    let mut rows = Rows::new("communities", &["id", "parent_id", "kind", "name", "path", "created_at"]);
    for node in nodes {
        rows.add([
            node.id.clone().into(),
            node.parent.clone().into(),
            node.kind.into(),
            node.name.clone().into(),
            node.path.clone().into(),
            (now - 800 * DAY).into(),
        ]);
    }
    rows.insert(transaction).await
}

/// The dispatcher of the city and workers of 社区; the workers' ids by the path of their 社区.
async fn accounts(
    transaction: &mut Transaction<'_, Any>,
    nodes: &[Node],
    now: i64,
    generator: &mut Generator,
) -> Result<HashMap<String, String>> {
    let mut accounts = Rows::new("accounts", &["id", "login", "name", "password_hash", "must_change", "created_at"]);
    let mut roles = Rows::new("account_roles", &["account_id", "community_id", "role"]);
    let mut workers = HashMap::new();
    let mut add = |login: String, node: &Node, role: &str, generator: &mut Generator| {
        let account = id(now - 700 * DAY, generator);
        accounts.add([
            account.clone().into(),
            login.clone().into(),
            login.into(),
            "nobody signs in".into(),
            0.into(),
            (now - 700 * DAY).into(),
        ]);
        roles.add([account.clone().into(), node.id.clone().into(), role.into()]);
        account
    };
    add(DISPATCHER.to_owned(), &nodes[0], "dispatcher", generator);
    let communities: Vec<&Node> = nodes.iter().filter(|node| node.kind == "社区").collect();
    let team: Vec<String> = (0..WORKERS)
        .map(|index| add(format!("worker{index}"), communities[index * 3 % communities.len()], "worker", generator))
        .collect();
    for (index, community) in communities.iter().enumerate() {
        workers.insert(community.path.clone(), team[index % team.len()].clone());
    }
    accounts.insert(transaction).await?;
    roles.insert(transaction).await?;
    Ok(workers)
}

/// Alerts that wait for somebody to bring them.
async fn jobs(transaction: &mut Transaction<'_, Any>, now: i64, generator: &mut Generator) -> Result<()> {
    let mut rows = Rows::new("jobs", &["id", "kind", "payload", "run_at", "created_at", "finished_at"]);
    for index in 0..JOBS * 3 {
        let at = now - generator.below(DAY as usize) as i64;
        let payload = serde_json::json!({"kind": "alert", "event": "filed", "work_order_id": id(at, generator)});
        // Two of three are done and not forgotten yet.
        let finished = if index % 3 == 0 { Cell::NoNumber } else { (at + 2_000).into() };
        rows.add([
            id(at, generator).into(),
            "alert".into(),
            payload.to_string().into(),
            at.into(),
            at.into(),
            finished,
        ]);
    }
    rows.insert(transaction).await
}

/// Thirty residents of the newest conversations wait for a person, ten are with one.
async fn waiting(transaction: &mut Transaction<'_, Any>, now: i64) -> Result<()> {
    let newest: Vec<String> =
        sqlx::query_scalar("SELECT id FROM conversations ORDER BY created_at DESC LIMIT 40")
            .fetch_all(&mut **transaction)
            .await?;
    for (index, conversation) in newest.iter().enumerate() {
        sqlx::query(
            "UPDATE conversations SET person_asked_at = $1, holder_id = CASE WHEN $2 = 1 THEN \
             (SELECT id FROM accounts WHERE login = $3) ELSE NULL END WHERE id = $4",
        )
        .bind(now - 60_000)
        .bind(i64::from(index % 4 == 0))
        .bind(DISPATCHER)
        .bind(conversation)
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}
