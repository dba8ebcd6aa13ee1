//! What a resident may see of a work order and do about it, with number and lookup code.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};

use super::AppState;
use super::body::{Body, filled};
use super::problem::{AppResult, Problem};
use crate::store::{Addition, Contact, WorkOrder, WorkOrderEvent, new_id};
use crate::work_orders::{Satisfaction, State as OrderState, Survey};

#[derive(Deserialize)]
pub(crate) struct Lookup {
    code: Option<String>,
    phone: Option<String>,
}

/// An event in the words for residents.
#[derive(Serialize)]
struct EventPage {
    kind: String,
    text: String,
    at: i64,
}

impl From<WorkOrderEvent> for EventPage {
    fn from(event: WorkOrderEvent) -> Self {
        Self {
            kind: event.kind,
            text: event.text,
            at: event.at,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct OrderPage {
    number: String,
    kind: String,
    state: OrderState,
    urgent: bool,
    question: String,
    created_at: i64,
    updated_at: i64,
    due_at: Option<i64>,
    /// What the resident was told about the end.
    answer: Option<String>,
    /// Whether the resident is asked how it went.
    asks_verdict: bool,
    /// Whether the resident may have it opened again.
    may_reopen: bool,
    history: Vec<EventPage>,
}

/// The order that code or telephone number open.
async fn find(state: &AppState, number: &str, code: Option<&str>, phone: Option<&str>) -> AppResult<WorkOrder> {
    let store = state.assistant.store();
    let order = match (code, phone) {
        (Some(code), _) => store.work_order(number, Some(code)).await?,
        (None, Some(phone)) => store.work_order_by_phone(number, phone).await?,
        (None, None) => None,
    };
    order.ok_or_else(no_such_order)
}

async fn page(state: &AppState, order: WorkOrder) -> AppResult<Json<OrderPage>> {
    // What is part of another order stands where that does.
    let main = match &order.merged_into {
        Some(id) => state.assistant.store().work_order_by_id(id).await?,
        None => None,
    };
    let shown = main.as_ref().unwrap_or(&order);
    let answer = shown.answer.clone().filter(|_| !shown.state.is_open());
    Ok(Json(OrderPage {
        state: shown.state,
        updated_at: shown.updated_at,
        due_at: shown.due_at.filter(|_| shown.state.is_open()),
        answer,
        asks_verdict: shown.state == OrderState::FollowUp,
        may_reopen: matches!(shown.state, OrderState::FollowUp | OrderState::Archived),
        number: order.number,
        kind: order.kind,
        urgent: order.urgent,
        question: order.question,
        created_at: order.created_at,
        history: order
            .history
            .into_iter()
            .filter(|event| event.open)
            .map(EventPage::from)
            .collect(),
    }))
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Path(number): Path<String>,
    Query(lookup): Query<Lookup>,
) -> AppResult<Json<OrderPage>> {
    let order = find(&state, &number, lookup.code.as_deref(), lookup.phone.as_deref()).await?;
    page(&state, order).await
}

#[derive(Deserialize)]
pub(crate) struct AdditionRequest {
    lookup_code: String,
    phone: Option<String>,
    name: Option<String>,
    note: Option<String>,
    request_id: Option<String>,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    Path(number): Path<String>,
    Body(request): Body<AdditionRequest>,
) -> AppResult<Json<OrderPage>> {
    let contact = Contact {
        phone: filled(request.phone),
        name: filled(request.name),
    };
    let note = filled(request.note);
    let fits = |text: &Option<String>, most: usize| {
        text.as_ref().is_none_or(|text| text.chars().count() <= most)
    };
    if !fits(&contact.phone, 30) || !fits(&contact.name, 30) || !fits(&note, 1000) {
        return Err(Problem::invalid("too_long", "写得太长了，请写短一点再提交。"));
    }
    if let Some(phone) = &contact.phone
        && phone.chars().filter(char::is_ascii_digit).count() < 7
    {
        return Err(Problem::invalid("not_a_phone_number", "电话号码好像不完整，请核对一下。"));
    }
    find(&state, &number, Some(&request.lookup_code), None).await?;
    let addition = Addition {
        contact,
        note,
        ..Addition::default()
    };
    let request_id = request.request_id.unwrap_or_else(new_id);
    let order = state
        .assistant
        .work_orders()
        .add(&number, Some(&request.lookup_code), &addition, &request_id)
        .await?;
    page(&state, order).await
}

#[derive(Deserialize)]
pub(crate) struct Verdict {
    lookup_code: String,
    solved: bool,
    satisfaction: Option<Satisfaction>,
    note: Option<String>,
    request_id: Option<String>,
}

pub(crate) async fn judge(
    State(state): State<AppState>,
    Path(number): Path<String>,
    Body(verdict): Body<Verdict>,
) -> AppResult<Json<OrderPage>> {
    let survey = Survey {
        contacted: true,
        solved: Some(verdict.solved),
        satisfaction: verdict.satisfaction,
        note: filled(verdict.note).map(|note| note.chars().take(500).collect()),
    };
    find(&state, &number, Some(&verdict.lookup_code), None).await?;
    let request_id = verdict.request_id.unwrap_or_else(new_id);
    let order = state.assistant.work_orders().judge(&number, &survey, &request_id).await?;
    page(&state, order).await
}

#[derive(Deserialize)]
pub(crate) struct Reopening {
    lookup_code: String,
    reason: String,
    request_id: Option<String>,
}

pub(crate) async fn reopen(
    State(state): State<AppState>,
    Path(number): Path<String>,
    Body(request): Body<Reopening>,
) -> AppResult<Json<OrderPage>> {
    let reason: String = request.reason.trim().chars().take(500).collect();
    if reason.is_empty() {
        return Err(Problem::invalid("reason_missing", "请说一下哪里还没解决。"));
    }
    find(&state, &number, Some(&request.lookup_code), None).await?;
    let request_id = request.request_id.unwrap_or_else(new_id);
    let order = state.assistant.work_orders().reopen(&number, &reason, &request_id).await?;
    page(&state, order).await
}

fn no_such_order() -> Problem {
    Problem::not_found("no_such_work_order", "没有查到这张工单，请核对工单号和查询码。")
}
