//! What a resident may see of a work order, and add to it, with number and lookup code.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};

use super::AppState;
use super::problem::{AppResult, Problem};
use crate::store::{Contact, OrderKind, WorkOrderEvent};

#[derive(Deserialize)]
pub(crate) struct Lookup {
    #[serde(default)]
    code: String,
}

#[derive(Serialize)]
pub(crate) struct OrderPage {
    number: String,
    kind: OrderKind,
    state: String,
    urgent: bool,
    question: String,
    created_at: i64,
    updated_at: i64,
    history: Vec<WorkOrderEvent>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Path(number): Path<String>,
    Query(lookup): Query<Lookup>,
) -> AppResult<Json<OrderPage>> {
    let order = state
        .assistant
        .store()
        .work_order(&number, Some(&lookup.code))
        .await?
        .ok_or_else(no_such_order)?;
    Ok(Json(OrderPage {
        number: order.number,
        kind: order.kind,
        state: order.state,
        urgent: order.urgent,
        question: order.question,
        created_at: order.created_at,
        updated_at: order.updated_at,
        history: order.history,
    }))
}

#[derive(Deserialize)]
pub(crate) struct Addition {
    lookup_code: String,
    phone: Option<String>,
    name: Option<String>,
    note: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Added {
    number: String,
    state: String,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    Path(number): Path<String>,
    Json(addition): Json<Addition>,
) -> AppResult<Json<Added>> {
    let given = |text: Option<String>| {
        text.map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let contact = Contact {
        phone: given(addition.phone),
        name: given(addition.name),
    };
    let note = given(addition.note);
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
    let store = state.assistant.store();
    let added = store
        .add_to_order(&number, &addition.lookup_code, &contact, note.as_deref())
        .await?;
    if !added {
        return Err(no_such_order());
    }
    let order = store.work_order(&number, None).await?.ok_or_else(no_such_order)?;
    Ok(Json(Added {
        number: order.number,
        state: order.state,
    }))
}

fn no_such_order() -> Problem {
    Problem::not_found("no_such_work_order", "没有查到这张工单，请核对工单号和查询码。")
}
