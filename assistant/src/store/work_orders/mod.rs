//! Work orders: what a person finishes because the assistant could not.

mod clockwork;
mod conditions;
mod desk;
mod filing;
mod list;
mod moves;
mod queues;
mod resident;
mod total;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sqlx::{Any, Row, Transaction};

use super::audit::Person;
use super::{Store, new_id};
use crate::conversation::{Reason, Source};
use crate::privacy::Private;
use crate::work_orders::{Clocks, Reading, Satisfaction, State, Survey};

pub use desk::{Attachment, Mention, NewAttachment, OrderEdit, Present};
pub(super) use filing::file;
pub use list::{OrderFilter, OrderLine, OrderPage, Sort};
pub use moves::{Changed, MoveError, Moved};
pub use queues::{Queue, QueueCounts};
pub use resident::Addition;
pub(super) use resident::order_of_message;

/// What the assistant files a work order as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OrderKind {
    /// Something is broken.
    #[serde(rename = "报修")]
    Repair,
    /// Somebody does wrong.
    #[serde(rename = "投诉")]
    Complaint,
    /// Somebody needs help.
    #[serde(rename = "求助")]
    Help,
    /// Somebody wants to know.
    #[serde(rename = "咨询")]
    Inquiry,
    /// Somebody proposes something.
    #[serde(rename = "建议")]
    Suggestion,
}

impl OrderKind {
    /// Its name on screen, in the store and among the kinds of the site.
    pub fn name(self) -> &'static str {
        match self {
            Self::Repair => "报修",
            Self::Complaint => "投诉",
            Self::Help => "求助",
            Self::Inquiry => "咨询",
            Self::Suggestion => "建议",
        }
    }
}

/// How a worker reaches the resident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Telephone number as given.
    pub phone: Option<String>,
    /// Name as given.
    pub name: Option<String>,
}

/// A work order to be filed with the reply that announces it.
#[derive(Clone, Debug)]
pub struct NewWorkOrder {
    /// Name of its kind.
    pub kind: String,
    /// Whether it alerts at once.
    pub urgent: bool,
    /// Why the assistant could not finish the matter itself.
    pub reason: Reason,
    /// The resident's community.
    pub community_id: String,
    /// The conversation it came from.
    pub conversation_id: String,
    /// What the resident wants, in their own words.
    pub question: String,
    /// What is known about it, by the ids of the slots.
    pub slots: BTreeMap<String, String>,
    /// The passages looked at.
    pub evidence: Vec<Source>,
    /// How to reach the resident, where they said so.
    pub contact: Contact,
    /// Who deals with such matters, with the classifier's confidence.
    pub department: Option<(String, f64)>,
    /// How long it may take.
    pub clocks: Clocks,
    /// Where the clocks stand.
    pub reading: Reading,
}

/// A work order as it is kept.
#[derive(Clone, Debug, Serialize)]
pub struct WorkOrder {
    /// Its id.
    #[serde(skip)]
    pub id: String,
    /// Its number, such as 20261122-0007.
    pub number: String,
    /// Name of its kind.
    pub kind: String,
    /// Whether it alerts at once.
    pub urgent: bool,
    /// Whether somebody above watches it (督办).
    pub supervised: bool,
    /// Where it stands.
    pub state: State,
    /// Why the assistant could not finish the matter itself.
    pub reason: Reason,
    /// The resident's community.
    pub community_id: String,
    /// Path of that community, from the root down.
    #[serde(skip)]
    pub place_path: String,
    /// The conversation it came from.
    pub conversation_id: String,
    /// The way it came.
    pub channel: String,
    /// What the resident wants, in their own words.
    pub question: String,
    /// What is known about it, by the ids of the slots.
    pub slots: BTreeMap<String, String>,
    /// Who deals with such matters.
    pub department: Option<String>,
    /// How sure the classifier is of that, from 0 to 1; `None` where a person chose.
    pub department_confidence: Option<f64>,
    /// Account of who does it.
    pub assignee_id: Option<String>,
    /// How often it went back as wrongly dispatched.
    pub returned: u32,
    /// How often it began again.
    pub reopened: u32,
    /// Whether it rests until the resident answers.
    pub waiting_for_resident: bool,
    /// Id of the order that it is part of.
    #[serde(skip)]
    pub merged_into: Option<String>,
    /// Where it stood before it was merged.
    pub state_before: Option<State>,
    /// How it ended.
    pub outcome: Option<String>,
    /// What the resident was told about that.
    pub answer: Option<String>,
    /// What the resident said to that.
    pub survey: Option<Survey>,
    /// The clocks.
    pub clocks: Clocks,
    /// Where they stand.
    pub clock_status: String,
    /// When the limit runs out, in milliseconds since 1970.
    pub due_at: Option<i64>,
    /// Who said what before it was filed.
    pub transcript: serde_json::Value,
    /// The passages looked at.
    pub evidence: Vec<Source>,
    /// How to reach the resident; masked wherever it is shown or logged.
    pub contact: Private<Contact>,
    /// What happened to it, oldest first.
    pub history: Vec<WorkOrderEvent>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub updated_at: i64,
    /// Counts the changes.
    pub version: i64,
}

/// Something that happened to a work order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkOrderEvent {
    /// Its id.
    pub id: String,
    /// `filed`, `contact`, `added`, `note`, `message`, `edited`, `attached`, a clock's status or the
    /// name of a move.
    pub kind: String,
    /// What a person reads about it.
    pub text: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// The account that did it, with its name.
    pub by: Option<Person>,
    /// State before it.
    pub from_state: Option<State>,
    /// State after it.
    pub to_state: Option<State>,
    /// Whether the resident reads it.
    pub open: bool,
}

/// An event to be written.
#[derive(Debug)]
struct NewEvent<'a> {
    kind: &'a str,
    text: &'a str,
    open: bool,
    account_id: Option<&'a str>,
    from_state: Option<State>,
    to_state: Option<State>,
    request_id: Option<&'a str>,
}

impl<'a> NewEvent<'a> {
    fn open(kind: &'a str, text: &'a str) -> Self {
        Self {
            kind,
            text,
            open: true,
            account_id: None,
            from_state: None,
            to_state: None,
            request_id: None,
        }
    }
}

/// Writes an event of an order and returns its id.
async fn happened(
    transaction: &mut Transaction<'_, Any>,
    work_order_id: &str,
    event: NewEvent<'_>,
    at: i64,
) -> Result<String> {
    let id = new_id();
    sqlx::query(
        "INSERT INTO work_order_events (id, work_order_id, kind, body, at, account_id, from_state, \
         to_state, open, request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&id)
    .bind(work_order_id)
    .bind(event.kind)
    .bind(event.text)
    .bind(at)
    .bind(event.account_id)
    .bind(event.from_state.map(State::name))
    .bind(event.to_state.map(State::name))
    .bind(i64::from(event.open))
    .bind(event.request_id)
    .execute(&mut **transaction)
    .await?;
    Ok(id)
}

/// The order of this number, without its history, locked for change where the database locks rows.
async fn lock(
    store: &Store,
    transaction: &mut Transaction<'_, Any>,
    number: &str,
) -> Result<Option<WorkOrder>> {
    let statement = if store.sqlite {
        "SELECT * FROM work_orders WHERE number = $1"
    } else {
        "SELECT * FROM work_orders WHERE number = $1 FOR UPDATE"
    };
    let row = sqlx::query(statement)
        .bind(number)
        .fetch_optional(&mut **transaction)
        .await?;
    row.as_ref().map(read).transpose()
}

impl Store {
    /// The work orders, newest first, of one community or of all.
    pub async fn work_orders(&self, community: Option<&str>, limit: u32) -> Result<Vec<WorkOrder>> {
        let rows = sqlx::query(
            "SELECT * FROM work_orders WHERE $1 = '' OR community_id = $1 \
             ORDER BY created_at DESC, id DESC LIMIT $2",
        )
        .bind(community.unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let mut orders = Vec::with_capacity(rows.len());
        for row in &rows {
            orders.push(self.with_history(read(row)?).await?);
        }
        Ok(orders)
    }

    /// The order with this number; with a lookup code only where that is right.
    pub async fn work_order(&self, number: &str, code: Option<&str>) -> Result<Option<WorkOrder>> {
        let row = sqlx::query("SELECT * FROM work_orders WHERE number = $1")
            .bind(number)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        if let Some(code) = code
            && row.try_get::<String, _>("lookup_code")? != code
        {
            return Ok(None);
        }
        Ok(Some(self.with_history(read(&row)?).await?))
    }

    /// The order with this id.
    pub async fn work_order_by_id(&self, id: &str) -> Result<Option<WorkOrder>> {
        let row = sqlx::query("SELECT * FROM work_orders WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(self.with_history(read(&row)?).await?))
    }

    async fn with_history(&self, mut order: WorkOrder) -> Result<WorkOrder> {
        order.history = sqlx::query(
            "SELECT e.*, a.name AS account_name FROM work_order_events e \
             LEFT JOIN accounts a ON a.id = e.account_id \
             WHERE e.work_order_id = $1 ORDER BY e.at, e.id",
        )
        .bind(&order.id)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(read_event)
        .collect::<Result<_>>()?;
        Ok(order)
    }
}

fn read_event(row: &sqlx::any::AnyRow) -> Result<WorkOrderEvent> {
    let state = |column: &str| -> Result<Option<State>> {
        let name: Option<String> = row.try_get(column)?;
        Ok(name.as_deref().and_then(State::named))
    };
    let account: Option<String> = row.try_get("account_id")?;
    let name: Option<String> = row.try_get("account_name")?;
    Ok(WorkOrderEvent {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        text: row.try_get("body")?,
        at: row.try_get("at")?,
        by: account.zip(name).map(|(id, name)| Person { id, name }),
        from_state: state("from_state")?,
        to_state: state("to_state")?,
        open: row.try_get::<i64, _>("open")? != 0,
    })
}

fn read(row: &sqlx::any::AnyRow) -> Result<WorkOrder> {
    let state = |name: String| {
        State::named(&name).with_context(|| format!("the kept state {name:?} is none of a work order"))
    };
    let flag = |column: &str| -> Result<bool> { Ok(row.try_get::<i64, _>(column)? != 0) };
    let before: Option<String> = row.try_get("state_before")?;
    let contacted: Option<i64> = row.try_get("contacted")?;
    let solved: Option<i64> = row.try_get("solved")?;
    let satisfaction: Option<String> = row.try_get("satisfaction")?;
    Ok(WorkOrder {
        id: row.try_get("id")?,
        number: row.try_get("number")?,
        kind: row.try_get("kind")?,
        urgent: flag("urgent")?,
        supervised: flag("supervised")?,
        state: state(row.try_get("state")?)?,
        reason: serde_json::from_str(row.try_get("reason")?)?,
        community_id: row.try_get("community_id")?,
        place_path: row.try_get("place_path")?,
        conversation_id: row.try_get("conversation_id")?,
        channel: row.try_get("channel")?,
        question: row.try_get("question")?,
        slots: serde_json::from_str(row.try_get("slots")?)?,
        department: row.try_get("department")?,
        department_confidence: row.try_get("department_confidence")?,
        assignee_id: row.try_get("assignee_id")?,
        returned: row.try_get::<i64, _>("returned")? as u32,
        reopened: row.try_get::<i64, _>("reopened")? as u32,
        waiting_for_resident: flag("waiting_for_resident")?,
        merged_into: row.try_get("merged_into")?,
        state_before: before.map(state).transpose()?,
        outcome: row.try_get("outcome")?,
        answer: row.try_get("answer")?,
        survey: contacted.map(|contacted| Survey {
            contacted: contacted != 0,
            solved: solved.map(|solved| solved != 0),
            satisfaction: satisfaction.as_deref().and_then(Satisfaction::named),
            note: None,
        }),
        clocks: serde_json::from_str(row.try_get("clocks")?)?,
        clock_status: row.try_get("clock_status")?,
        due_at: row.try_get("due_at")?,
        transcript: serde_json::from_str(row.try_get("transcript")?)?,
        evidence: serde_json::from_str(row.try_get("evidence")?)?,
        contact: Private::new(serde_json::from_str(row.try_get("contact")?)?),
        history: Vec::new(),
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        version: row.try_get("version")?,
    })
}
