//! The inbox's list: filters, search and pages.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Row};

use super::super::Store;
use super::super::audit::Person;
use super::queues::Queue;
use crate::work_orders::{Clocks, State};

/// In which order the list stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// What runs out first comes first.
    #[default]
    Due,
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
}

impl Sort {
    /// The value that is sorted by, and whether the greater comes first.
    fn key(self) -> (&'static str, bool) {
        match self {
            // What has no limit stands last.
            Self::Due => ("COALESCE(o.due_at, 9000000000000000)", false),
            Self::Newest => ("o.created_at", true),
            Self::Oldest => ("o.created_at", false),
        }
    }
}

/// What of the inbox is wanted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OrderFilter {
    /// The queue.
    pub queue: Queue,
    /// Only this state.
    pub state: Option<State>,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this node and those below.
    pub community: Option<String>,
    /// Only what this account does.
    pub assignee: Option<String>,
    /// Only with the clock standing so.
    pub clock: Option<String>,
    /// Only what was filed from this moment on, in milliseconds since 1970.
    #[serde(skip)]
    pub filed_from: Option<i64>,
    /// Only what was filed before this moment.
    #[serde(skip)]
    pub filed_until: Option<i64>,
    /// Words that all must stand in question, number, slots or, for digits, telephone number.
    pub q: Option<String>,
    /// In which order.
    pub sort: Sort,
    /// Where the last page ended.
    pub after: Option<String>,
    /// How many.
    pub limit: Option<u32>,
}

impl OrderFilter {
    /// Without what a form sends empty.
    #[must_use]
    pub fn without_blanks(mut self) -> Self {
        for value in [
            &mut self.kind,
            &mut self.community,
            &mut self.assignee,
            &mut self.clock,
            &mut self.q,
            &mut self.after,
        ] {
            if value.as_ref().is_some_and(|text| text.trim().is_empty()) {
                *value = None;
            }
        }
        self
    }
}

/// A line of the list.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "named as in `WorkOrder`")]
pub struct OrderLine {
    #[serde(skip)]
    pub id: String,
    pub number: String,
    pub kind: String,
    pub urgent: bool,
    pub supervised: bool,
    pub state: State,
    pub question: String,
    /// Where, as the resident said.
    pub place: Option<String>,
    pub community_id: String,
    pub community_name: String,
    pub department: Option<String>,
    pub assignee: Option<Person>,
    pub channel: String,
    pub clock_status: String,
    pub due_at: Option<i64>,
    /// Whether the limit counts working time alone.
    pub working_time: bool,
    pub waiting_for_resident: bool,
    pub reopened: i64,
    /// How many orders of other residents are part of it.
    pub merged_count: i64,
    /// Number of the order that it is part of.
    pub merged_into: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub version: i64,
}

/// A page of the list.
#[derive(Clone, Debug, Serialize)]
pub struct OrderPage {
    /// The lines.
    pub orders: Vec<OrderLine>,
    /// How many there are altogether.
    pub total: i64,
    /// Where the next page begins.
    pub next: Option<String>,
}

const LINE: &str = "o.id, o.number, o.kind, o.urgent, o.supervised, o.state, o.question, o.slots, o.community_id, \
     c.name AS community_name, o.department, o.assignee_id, a.name AS assignee_name, o.channel, \
     o.clock_status, o.due_at, o.clocks, o.waiting_for_resident, o.reopened, o.created_at, o.updated_at, o.version, \
     p.number AS merged_number, \
     (SELECT COUNT(*) FROM work_orders m WHERE m.merged_into = o.id) AS merged_count";

const BESIDE: &str = "LEFT JOIN communities c ON c.id = o.community_id \
     LEFT JOIN accounts a ON a.id = o.assignee_id LEFT JOIN work_orders p ON p.id = o.merged_into";

impl Store {
    /// A page of the orders that an account may see: at or below one of the paths `scopes`.
    pub async fn order_list(&self, account_id: &str, scopes: &[String], filter: &OrderFilter) -> Result<OrderPage> {
        let kept_total = self.kept_total(scopes, filter).await?;
        let mut conditions = self.conditions(account_id, scopes, filter).await?;
        let (key, descending) = filter.sort.key();
        let (than, direction) = if descending { ("<", "DESC") } else { (">", "ASC") };
        let matching = conditions
            .select(&format!("SELECT o.id, {key} AS sort_key FROM {}", self.indexed(filter)), self.sqlite);
        let after = if let Some(after) = &filter.after {
            let (value, id) = after.split_once('_').context("`after` is no end of a page")?;
            let value = conditions.number(value.parse()?);
            let id = conditions.text(id);
            format!("WHERE sort_key {than} {value} OR (sort_key = {value} AND id {than} {id})")
        } else {
            String::new()
        };
        let limit = filter.limit.unwrap_or(50).clamp(1, 200);
        let most = conditions.number(i64::from(limit) + 1);
        let counted = match kept_total {
            Some(total) => format!("SELECT CAST({} AS BIGINT) AS total", conditions.number(total)),
            None => "SELECT COUNT(*) AS total FROM matching".to_owned(),
        };
        // Comparing texts is dear, so what a search finds is kept for counting and for the page;
        // what an index gives is cheaper to read twice.
        let kept = if filter.q.is_some() { "MATERIALIZED" } else { "NOT MATERIALIZED" };
        let statement = format!(
            "WITH matching AS {kept} ({matching}) SELECT counted.total, page.id AS shown, page.sort_key, {LINE} \
             FROM ({counted}) counted LEFT JOIN (SELECT id, sort_key FROM matching {after} \
             ORDER BY sort_key {direction}, id {direction} LIMIT {most}) page ON 1 = 1 \
             LEFT JOIN work_orders o ON o.id = page.id {BESIDE} ORDER BY page.sort_key {direction}, page.id {direction}"
        );
        let rows = conditions.bind(sqlx::query(AssertSqlSafe(statement))).fetch_all(&self.pool).await?;
        let total = rows.first().context("a count has a row")?.try_get("total")?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in &rows {
            // Where the page is empty, the row of the total stands alone.
            if row.try_get::<Option<String>, _>("shown")?.is_some() {
                shown.push(row);
            }
        }
        let more = shown.len() > limit as usize;
        shown.truncate(limit as usize);
        let next = match shown.last() {
            Some(last) if more => {
                Some(format!("{}_{}", last.try_get::<i64, _>("sort_key")?, last.try_get::<String, _>("shown")?))
            }
            _ => None,
        };
        Ok(OrderPage {
            orders: shown.into_iter().map(line).collect::<Result<_>>()?,
            total,
            next,
        })
    }

    /// The lines of the orders for which `condition` holds, with `$1` for `value`; newest first.
    pub(in crate::store) async fn lines(&self, condition: &str, value: &str, most: u32) -> Result<Vec<OrderLine>> {
        let statement = format!("SELECT {LINE} FROM work_orders o {BESIDE} WHERE {condition} ORDER BY o.created_at DESC LIMIT $2");
        sqlx::query(AssertSqlSafe(statement))
            .bind(value)
            .bind(i64::from(most))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(line)
            .collect()
    }

    /// The line of one order.
    pub async fn order_line(&self, work_order_id: &str) -> Result<Option<OrderLine>> {
        Ok(self.lines("o.id = $1", work_order_id, 1).await?.pop())
    }

    /// How many orders each account has still to finish.
    pub async fn open_by_assignee(&self) -> Result<BTreeMap<String, i64>> {
        sqlx::query(
            "SELECT assignee_id, COUNT(*) FROM work_orders WHERE assignee_id IS NOT NULL \
             AND state IN ('待签收', '办理中', '挂起') GROUP BY assignee_id",
        )
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
    }

    /// The orders that are part of this one.
    pub async fn merged_orders(&self, work_order_id: &str) -> Result<Vec<OrderLine>> {
        self.lines("o.merged_into = $1", work_order_id, 100).await
    }

    /// The other orders of the same resident: of the same conversation.
    pub async fn orders_of_conversation(&self, conversation_id: &str) -> Result<Vec<OrderLine>> {
        self.lines("o.conversation_id = $1", conversation_id, 50).await
    }
}

fn line(row: &sqlx::any::AnyRow) -> Result<OrderLine> {
    let slots: BTreeMap<String, String> = serde_json::from_str(row.try_get("slots")?)?;
    let clocks: Clocks = serde_json::from_str(row.try_get("clocks")?)?;
    let state: String = row.try_get("state")?;
    let assignee: Option<String> = row.try_get("assignee_id")?;
    let assignee_name: Option<String> = row.try_get("assignee_name")?;
    Ok(OrderLine {
        id: row.try_get("id")?,
        number: row.try_get("number")?,
        kind: row.try_get("kind")?,
        urgent: row.try_get::<i64, _>("urgent")? != 0,
        supervised: row.try_get::<i64, _>("supervised")? != 0,
        state: State::named(&state).context("an order stands in a state that is none")?,
        question: row.try_get("question")?,
        place: slots.get("place").cloned(),
        community_id: row.try_get("community_id")?,
        community_name: row.try_get("community_name")?,
        department: row.try_get("department")?,
        assignee: assignee.zip(assignee_name).map(|(id, name)| Person { id, name }),
        channel: row.try_get("channel")?,
        clock_status: row.try_get("clock_status")?,
        due_at: row.try_get("due_at")?,
        working_time: clocks.count_working_time(),
        waiting_for_resident: row.try_get::<i64, _>("waiting_for_resident")? != 0,
        reopened: row.try_get("reopened")?,
        merged_count: row.try_get("merged_count")?,
        merged_into: row.try_get("merged_number")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        version: row.try_get("version")?,
    })
}
