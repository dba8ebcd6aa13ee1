//! A work order as the desk shows it, with all that helps to finish it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::SignedIn;
use crate::accounts::Permission;
use crate::conversation::Source;
use crate::http::AppState;
use crate::http::problem::{AppResult, Problem};
use crate::privacy::mask_text;
use crate::store::{Attachment, MoveError, OrderLine, Person, Present, WorkOrder, WorkOrderEvent};
use crate::work_orders::department::Suggestion;
use crate::work_orders::{Actor, MoveName, Need, Refusal, State, Survey, allowed, status_name};
use crate::working_time::Clock;

/// A move that the account may make now.
#[derive(Serialize)]
struct AllowedMove {
    #[serde(rename = "move")]
    name: MoveName,
    label: &'static str,
    needs: &'static [Need],
}

/// One of the two clocks.
#[derive(Serialize)]
struct ClockPage {
    name: &'static str,
    label: &'static str,
    status: &'static str,
    started_at: i64,
    due_at: Option<i64>,
    limit: String,
}

/// A file with the address of its bytes.
#[derive(Serialize)]
pub(super) struct AttachmentPage {
    #[serde(flatten)]
    attachment: Attachment,
    url: String,
}

impl AttachmentPage {
    pub(super) fn new(number: &str, attachment: Attachment) -> Self {
        Self {
            url: format!("/api/desk/work-orders/{number}/attachments/{}", attachment.id),
            attachment,
        }
    }
}

/// The whole page.
#[derive(Serialize)]
pub(super) struct OrderPage {
    #[serde(flatten)]
    line: OrderLine,
    reason: crate::conversation::Reason,
    slots: BTreeMap<String, String>,
    contact: String,
    may_reveal: bool,
    conversation_id: String,
    holder: Option<Person>,
    person_asked_at: Option<i64>,
    evidence: Vec<Source>,
    history: Vec<WorkOrderEvent>,
    attachments: Vec<AttachmentPage>,
    clocks: Vec<ClockPage>,
    suggestions: Vec<Suggestion>,
    merged: Vec<OrderLine>,
    others: Vec<OrderLine>,
    similar: Vec<OrderLine>,
    outcome: Option<String>,
    answer: Option<String>,
    survey: Option<Survey>,
    moves: Vec<AllowedMove>,
    may_edit: bool,
    /// Whether the account may write to the resident and to colleagues, add files and take over.
    may_write: bool,
    present: Vec<Present>,
}

/// Events that hold what residents said.
const THEIR_WORDS: [&str; 4] = ["added", "contact", "follow_up", "reopen"];

/// Residents' numbers stand in the contact, where every look at them is written down.
fn masked(mut event: WorkOrderEvent) -> WorkOrderEvent {
    if THEIR_WORDS.contains(&event.kind.as_str()) {
        event.text = mask_text(&event.text);
    }
    event
}

/// The order of this number, where the account may read it.
pub(super) async fn find(state: &AppState, who: &SignedIn, number: &str) -> AppResult<WorkOrder> {
    let order = state
        .assistant
        .store()
        .work_order(number, None)
        .await?
        .ok_or_else(no_such_order)?;
    who.require(Permission::ReadOrders, &order.place_path)?;
    Ok(order)
}

/// The account as the rules see it at an order's place.
pub(super) fn actor(who: &SignedIn, place_path: &str) -> Actor {
    Actor::Staff {
        account_id: who.account.id.clone(),
        address: who.address.clone(),
        dispatches: who.may(Permission::DispatchOrders, place_path),
        works: who.may(Permission::WorkOnOrders, place_path),
        reviews: who.may(Permission::ReviewOrders, place_path),
    }
}

/// The page of an order for an account.
pub(super) async fn page(state: &AppState, who: &SignedIn, order: WorkOrder) -> AppResult<OrderPage> {
    let work_orders = state.assistant.work_orders();
    let store = state.assistant.store();
    let line = store.order_line(&order.id).await?.ok_or_else(no_such_order)?;
    let actor = actor(who, &order.place_path);
    let holding = store.holding(&order.conversation_id).await?;
    let time = work_orders.time_at(&order.community_id).await?;
    let now = jiff::Timestamp::now();
    let clock = |name: &'static str, label: &'static str, clock: &Clock| ClockPage {
        name,
        label,
        status: status_name(Some(clock.status(&time, now, crate::work_orders::WARN_AT))),
        started_at: clock.started_at().as_millisecond(),
        due_at: clock.due(&time).map(jiff::Timestamp::as_millisecond),
        limit: String::from(clock.limit()),
    };
    let clocks = [
        order.clocks.respond.as_ref().map(|one| clock("respond", "签收时限", one)),
        order.clocks.finish.as_ref().map(|one| clock("finish", "办结时限", one)),
    ];
    let similar = if order.state.is_open() {
        let report = format!("{}{}", line.place.as_deref().unwrap_or_default(), order.question);
        work_orders
            .similar(&order.community_id, &order.kind, &report, Some(&order.number))
            .await?
    } else {
        Vec::new()
    };
    let mut others = store.orders_of_conversation(&order.conversation_id).await?;
    others.retain(|other| other.number != order.number);
    let attachments = store.attachments(&order.id).await?;
    let suggestions = state.assistant.departments(&order.question).await?;
    Ok(OrderPage {
        reason: order.reason,
        contact: order.contact.to_string(),
        may_reveal: who.may(Permission::ReadContacts, &order.place_path),
        holder: holding.holder,
        person_asked_at: holding.person_asked_at,
        attachments: attachments
            .into_iter()
            .map(|attachment| AttachmentPage::new(&order.number, attachment))
            .collect(),
        clocks: clocks.into_iter().flatten().collect(),
        suggestions: suggestions.into_iter().take(3).collect(),
        merged: store.merged_orders(&order.id).await?,
        others,
        similar,
        moves: allowed(&order.standing(work_orders.kinds()), &actor)
            .into_iter()
            .map(|name| AllowedMove {
                name,
                label: name.label(),
                needs: name.needs(),
            })
            .collect(),
        may_edit: who.may(Permission::DispatchOrders, &order.place_path) && order.state != State::Archived,
        may_write: who.may(Permission::WorkOnOrders, &order.place_path),
        present: store.others_present(&order.id, &who.account.id).await?,
        slots: order.slots,
        conversation_id: order.conversation_id,
        evidence: order.evidence,
        history: order.history.into_iter().map(masked).collect(),
        outcome: order.outcome,
        answer: order.answer,
        survey: order.survey,
        line,
    })
}

pub(super) fn no_such_order() -> Problem {
    Problem::not_found("no_such_work_order", "没有这张工单，请核对工单号。")
}

impl From<MoveError> for Problem {
    fn from(error: MoveError) -> Self {
        let text = error.to_string();
        match error {
            MoveError::NoSuchOrder => no_such_order(),
            MoveError::ChangedMeanwhile { .. } => Self::conflict("changed_meanwhile", &text),
            MoveError::Refused(Refusal::NotAllowed(_)) => Self::forbidden("not_allowed", &text),
            MoveError::Refused(Refusal::NotPossible(_)) => Self::unprocessable("move_refused", &text),
            MoveError::Store(error) => error.into(),
        }
    }
}
