//! The inbox's list: queues, filters, search, and how much each queue holds.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyArguments;
use sqlx::{Any, AssertSqlSafe, Row};

use super::super::Store;
use super::super::audit::Person;
use crate::work_orders::State;

/// A part of the inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// What the account itself has to do.
    Mine,
    /// 待受理
    ToAccept,
    /// 待派单
    ToDispatch,
    /// 待签收
    ToSign,
    /// 办理中
    InProgress,
    /// 挂起
    Suspended,
    /// 待审核
    ToReview,
    /// 待回访
    ToFollowUp,
    /// The clock has run out or soon will.
    Overdue,
    /// Urgent and not finished.
    Urgent,
    /// The account was named in a note and has not looked.
    Mentions,
    /// All that somebody has still to work on.
    #[default]
    Open,
    /// 已归档 and 合并.
    Archived,
    /// Everything.
    All,
}

impl Queue {
    /// The condition on `o`, with `$1` for the account.
    fn condition(self) -> &'static str {
        match self {
            Self::Mine => "o.assignee_id = $1 AND o.state IN ('待签收', '办理中', '挂起')",
            Self::ToAccept => "o.state = '待受理'",
            Self::ToDispatch => "o.state = '待派单'",
            Self::ToSign => "o.state = '待签收'",
            Self::InProgress => "o.state = '办理中'",
            Self::Suspended => "o.state = '挂起'",
            Self::ToReview => "o.state = '待审核'",
            Self::ToFollowUp => "o.state = '待回访'",
            Self::Overdue => {
                "o.clock_status IN ('warning', 'overdue') AND \
                 o.state IN ('待受理', '待派单', '待签收', '办理中', '挂起', '待审核')"
            }
            Self::Urgent => "o.urgent = 1 AND o.state IN ('待受理', '待派单', '待签收', '办理中', '挂起', '待审核')",
            Self::Mentions => {
                "EXISTS (SELECT 1 FROM mentions m JOIN work_order_events e ON e.id = m.event_id \
                 WHERE e.work_order_id = o.id AND m.account_id = $1 AND m.seen_at IS NULL)"
            }
            Self::Open => "o.state IN ('待受理', '待派单', '待签收', '办理中', '挂起', '待审核')",
            Self::Archived => "o.state IN ('已归档', '合并')",
            Self::All => "1 = 1",
        }
    }
}

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

/// How many orders each queue holds.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "named as in `Queue`")]
pub struct QueueCounts {
    pub mine: i64,
    pub to_accept: i64,
    pub to_dispatch: i64,
    pub to_sign: i64,
    pub in_progress: i64,
    pub suspended: i64,
    pub to_review: i64,
    pub to_follow_up: i64,
    pub overdue: i64,
    pub urgent: i64,
    pub mentions: i64,
    /// Residents who wait for a person.
    pub live: i64,
}

/// Conditions with their values, in the order of their numbers.
struct Conditions {
    sql: Vec<String>,
    values: Vec<Value>,
}

enum Value {
    Text(String),
    Number(i64),
}

impl Conditions {
    /// With `$1` for the account.
    fn new(account_id: &str) -> Self {
        Self {
            // The type of a parameter must be known even where no condition uses it.
            sql: vec!["CAST($1 AS TEXT) IS NOT NULL".to_owned()],
            values: vec![Value::Text(account_id.to_owned())],
        }
    }

    fn add(&mut self, sql: impl Into<String>) {
        self.sql.push(sql.into());
    }

    fn value(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn text(&mut self, text: impl Into<String>) -> String {
        self.value(Value::Text(text.into()))
    }

    /// Only what lies at or below one of these paths.
    fn within(&mut self, scopes: &[String]) {
        let mut any = Vec::new();
        for scope in scopes {
            // A subtree is a range: the slash's successor ends it.
            let from = self.text(scope.clone());
            let until = self.text(format!("{}0", scope.trim_end_matches('/')));
            any.push(format!("(o.place_path >= {from} AND o.place_path < {until})"));
        }
        self.add(if any.is_empty() { "1 = 0".to_owned() } else { format!("({})", any.join(" OR ")) });
    }

    fn search(&mut self, words: &str) {
        for word in words.split_whitespace() {
            let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let pattern = self.text(format!("%{escaped}%"));
            let digits = word.chars().all(|character| character.is_ascii_digit()) && word.len() >= 4;
            let contact = if digits { format!(" OR o.contact LIKE {pattern} ESCAPE '\\'") } else { String::new() };
            self.add(format!(
                "(o.question LIKE {pattern} ESCAPE '\\' OR o.number LIKE {pattern} ESCAPE '\\' \
                 OR o.slots LIKE {pattern} ESCAPE '\\'{contact})"
            ));
        }
    }

    fn bind<'q>(
        self,
        mut query: sqlx::query::Query<'q, Any, AnyArguments>,
    ) -> sqlx::query::Query<'q, Any, AnyArguments> {
        for value in self.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        query
    }
}

const LINE: &str = "o.id, o.number, o.kind, o.urgent, o.supervised, o.state, o.question, o.slots, o.community_id, \
     c.name AS community_name, o.department, o.assignee_id, a.name AS assignee_name, o.channel, \
     o.clock_status, o.due_at, o.waiting_for_resident, o.reopened, o.created_at, o.updated_at, o.version, \
     p.number AS merged_number, \
     (SELECT COUNT(*) FROM work_orders m WHERE m.merged_into = o.id) AS merged_count \
     FROM work_orders o JOIN communities c ON c.id = o.community_id \
     LEFT JOIN accounts a ON a.id = o.assignee_id LEFT JOIN work_orders p ON p.id = o.merged_into";

impl Store {
    /// A page of the orders that an account may see: at or below one of the paths `scopes`.
    pub async fn order_list(&self, account_id: &str, scopes: &[String], filter: &OrderFilter) -> Result<OrderPage> {
        let conditions = self.conditions(account_id, scopes, filter).await?;
        let counted = format!("SELECT COUNT(*) FROM work_orders o WHERE {}", conditions.sql.join(" AND "));
        let total: i64 = conditions
            .bind(sqlx::query(AssertSqlSafe(counted)))
            .fetch_one(&self.pool)
            .await?
            .try_get(0)?;
        let mut conditions = self.conditions(account_id, scopes, filter).await?;
        let (key, descending) = filter.sort.key();
        let (than, direction) = if descending { ("<", "DESC") } else { (">", "ASC") };
        if let Some(after) = &filter.after {
            let (value, id) = after.split_once('_').context("`after` is no end of a page")?;
            let value = conditions.value(Value::Number(value.parse()?));
            let id = conditions.text(id);
            conditions.add(format!("({key} {than} {value} OR ({key} = {value} AND o.id {than} {id}))"));
        }
        let limit = filter.limit.unwrap_or(50).clamp(1, 200);
        let most = conditions.value(Value::Number(i64::from(limit) + 1));
        let statement = format!(
            "SELECT {key} AS sort_key, {LINE} WHERE {} ORDER BY {key} {direction}, o.id {direction} LIMIT {most}",
            conditions.sql.join(" AND ")
        );
        let rows = conditions
            .bind(sqlx::query(AssertSqlSafe(statement)))
            .fetch_all(&self.pool)
            .await?;
        let more = rows.len() > limit as usize;
        let rows = &rows[..rows.len().min(limit as usize)];
        let next = match rows.last() {
            Some(last) if more => {
                Some(format!("{}_{}", last.try_get::<i64, _>("sort_key")?, last.try_get::<String, _>("id")?))
            }
            _ => None,
        };
        Ok(OrderPage {
            orders: rows.iter().map(line).collect::<Result<_>>()?,
            total,
            next,
        })
    }

    async fn conditions(&self, account_id: &str, scopes: &[String], filter: &OrderFilter) -> Result<Conditions> {
        let mut conditions = Conditions::new(account_id);
        conditions.add(filter.queue.condition());
        conditions.within(scopes);
        if let Some(community) = &filter.community {
            let path: Option<String> = sqlx::query_scalar("SELECT path FROM communities WHERE id = $1")
                .bind(community)
                .fetch_optional(&self.pool)
                .await?;
            conditions.within(&path.into_iter().collect::<Vec<_>>());
        }
        for (column, value) in [
            ("o.kind", &filter.kind),
            ("o.assignee_id", &filter.assignee),
            ("o.clock_status", &filter.clock),
        ] {
            if let Some(value) = value {
                let value = conditions.text(value);
                conditions.add(format!("{column} = {value}"));
            }
        }
        if let Some(state) = filter.state {
            let value = conditions.text(state.name());
            conditions.add(format!("o.state = {value}"));
        }
        if let Some(words) = &filter.q {
            conditions.search(words);
        }
        Ok(conditions)
    }

    /// How many orders each queue holds for an account.
    pub async fn queue_counts(&self, account_id: &str, scopes: &[String]) -> Result<QueueCounts> {
        let mut conditions = Conditions::new(account_id);
        conditions.add(format!("({} OR o.state = '待回访')", Queue::Open.condition()));
        conditions.within(scopes);
        let columns: Vec<String> = [
            Queue::Mine,
            Queue::ToAccept,
            Queue::ToDispatch,
            Queue::ToSign,
            Queue::InProgress,
            Queue::Suspended,
            Queue::ToReview,
            Queue::ToFollowUp,
            Queue::Overdue,
            Queue::Urgent,
        ]
        .into_iter()
        .map(|queue| format!("COUNT(CASE WHEN {} THEN 1 END)", queue.condition()))
        .collect();
        let statement = format!(
            "SELECT {} FROM work_orders o WHERE {}",
            columns.join(", "),
            conditions.sql.join(" AND ")
        );
        let row = conditions
            .bind(sqlx::query(AssertSqlSafe(statement)))
            .fetch_one(&self.pool)
            .await?;
        let mentions = sqlx::query_scalar("SELECT COUNT(*) FROM mentions WHERE account_id = $1 AND seen_at IS NULL")
            .bind(account_id)
            .fetch_one(&self.pool)
            .await?;
        Ok(QueueCounts {
            mine: row.try_get(0)?,
            to_accept: row.try_get(1)?,
            to_dispatch: row.try_get(2)?,
            to_sign: row.try_get(3)?,
            in_progress: row.try_get(4)?,
            suspended: row.try_get(5)?,
            to_review: row.try_get(6)?,
            to_follow_up: row.try_get(7)?,
            overdue: row.try_get(8)?,
            urgent: row.try_get(9)?,
            mentions,
            live: self.waiting_conversations(scopes).await?,
        })
    }

    /// The lines of the orders for which `condition` holds, with `$1` for `value`; newest first.
    pub(in crate::store) async fn lines(&self, condition: &str, value: &str, most: u32) -> Result<Vec<OrderLine>> {
        let statement = format!("SELECT {LINE} WHERE {condition} ORDER BY o.created_at DESC LIMIT $2");
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
    let slots: std::collections::BTreeMap<String, String> = serde_json::from_str(row.try_get("slots")?)?;
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
        waiting_for_resident: row.try_get::<i64, _>("waiting_for_resident")? != 0,
        reopened: row.try_get("reopened")?,
        merged_count: row.try_get("merged_count")?,
        merged_into: row.try_get("merged_number")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        version: row.try_get("version")?,
    })
}
