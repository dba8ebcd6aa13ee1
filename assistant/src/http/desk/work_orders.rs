//! The inbox: its queues and list, an order's page, orders filed by staff, corrections.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::SignedIn;
use super::order_page::{OrderPage, actor, find, page};
use crate::accounts::Permission;
use crate::conversation::Report;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::store::{Contact, OrderEdit, OrderFilter, OrderPage as ListPage, QueueCounts};

/// Longest description of a matter, in characters.
const LONGEST: usize = 2000;

#[derive(Deserialize)]
pub(crate) struct Scope {
    community: Option<String>,
}

/// The paths that an account may read, narrowed to a node where one is named.
async fn scopes(state: &AppState, who: &SignedIn, community: Option<&str>) -> AppResult<Vec<String>> {
    match community {
        Some(id) if !id.is_empty() => {
            let node = who.require_at(state.assistant.store(), Permission::ReadOrders, id).await?;
            Ok(vec![node.path])
        }
        _ => who.require_scopes(Permission::ReadOrders),
    }
}

pub(crate) async fn queues(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<QueueCounts>> {
    let scopes = scopes(&state, &who, scope.community.as_deref()).await?;
    Ok(Json(state.assistant.store().queue_counts(&who.account.id, &scopes).await?))
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(filter): Query<OrderFilter>,
) -> AppResult<Json<ListPage>> {
    let scopes = who.require_scopes(Permission::ReadOrders)?;
    let filter = filter.without_blanks();
    Ok(Json(state.assistant.store().order_list(&who.account.id, &scopes, &filter).await?))
}

pub(crate) async fn show(
    State(state): State<AppState>,
    who: SignedIn,
    Path(number): Path<String>,
) -> AppResult<Json<OrderPage>> {
    let order = find(&state, &who, &number).await?;
    Ok(Json(page(&state, &who, order).await?))
}

/// A matter that a resident told staff, at the counter or on the telephone.
#[derive(Deserialize)]
pub(crate) struct NewOrder {
    request_id: String,
    community_id: String,
    kind: String,
    question: String,
    #[serde(default)]
    urgent: bool,
    #[serde(default)]
    slots: BTreeMap<String, String>,
    #[serde(default)]
    contact: Contact,
    #[serde(default)]
    channel: Counter,
}

/// The way it came to staff.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Counter {
    #[default]
    Counter,
    Phone,
}

/// The order that was filed, with the code that opens it for the resident.
#[derive(Serialize)]
pub(crate) struct Filed {
    lookup_code: String,
    #[serde(flatten)]
    order: OrderPage,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Body(new): Body<NewOrder>,
) -> AppResult<(StatusCode, Json<Filed>)> {
    let store = state.assistant.store();
    let node = who.require_at(store, Permission::WorkOnOrders, &new.community_id).await?;
    let question = new.question.trim();
    if question.is_empty() || question.chars().count() > LONGEST {
        return Err(Problem::invalid("question_missing", "请写下居民要办的事，两千字以内。"));
    }
    if state.assistant.work_orders().kinds().get(&new.kind).is_none() {
        return Err(Problem::invalid("no_such_kind", "没有这种工单类型，请刷新页面再选。"));
    }
    let filed = state
        .assistant
        .report_by_staff(Report {
            request_id: new.request_id,
            community_id: node.id,
            channel: match new.channel {
                Counter::Counter => "counter",
                Counter::Phone => "phone_desk",
            },
            kind: new.kind,
            question: question.to_owned(),
            urgent: new.urgent,
            slots: new.slots,
            contact: new.contact,
        })
        .await?;
    let order = find(&state, &who, &filed.number).await?;
    let page = Filed {
        lookup_code: filed.lookup_code,
        order: page(&state, &who, order).await?,
    };
    Ok((StatusCode::CREATED, Json(page)))
}

#[derive(Deserialize)]
pub(crate) struct EditRequest {
    request_id: String,
    version: i64,
    #[serde(flatten)]
    edit: OrderEdit,
}

pub(crate) async fn edit(
    State(state): State<AppState>,
    who: SignedIn,
    Path(number): Path<String>,
    Body(request): Body<EditRequest>,
) -> AppResult<Json<OrderPage>> {
    let order = find(&state, &who, &number).await?;
    who.require(Permission::DispatchOrders, &order.place_path)?;
    let work_orders = state.assistant.work_orders();
    if let Some(kind) = &request.edit.kind
        && work_orders.kinds().get(kind).is_none()
    {
        return Err(Problem::invalid("no_such_kind", "没有这种工单类型，请刷新页面再选。"));
    }
    if let Some(community) = &request.edit.community_id {
        who.require_at(state.assistant.store(), Permission::ReadOrders, community).await?;
    }
    let actor = actor(&who, &order.place_path);
    let moved = work_orders
        .edit(&number, &request.edit, &actor, &request.request_id, Some(request.version))
        .await?;
    if request.edit.department.is_some() {
        state.assistant.learn_department(&moved.order).await?;
    }
    Ok(Json(page(&state, &who, moved.order).await?))
}
