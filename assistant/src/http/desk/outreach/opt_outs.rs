//! Who must not be called.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Scope;
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::{Body, filled};
use crate::http::desk::SignedIn;
use crate::http::problem::{AppResult, Problem};
use crate::outreach::callable;
use crate::phone::Number;
use crate::store::{OptOut, OptOutSource};

/// Entries of one list.
const MOST: u32 = 500;
/// Longest reason, in characters.
const LONGEST: usize = 200;

#[derive(Serialize)]
pub(crate) struct OptOutList {
    opt_outs: Vec<OptOut>,
    /// Whether who asks may take somebody off the list.
    may_remove: bool,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<OptOutList>> {
    let store = state.assistant.store();
    let node = who.require_at(store, Permission::DispatchOrders, &scope.community).await?;
    let may_remove = who.may(Permission::ManagePlaces, &node.path);
    Ok(Json(OptOutList { opt_outs: store.opt_outs(&[node.path], MOST).await?, may_remove }))
}

#[derive(Deserialize)]
pub(crate) struct NewOptOut {
    community_id: String,
    number: String,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Body(new): Body<NewOptOut>,
) -> AppResult<StatusCode> {
    let store = state.assistant.store();
    let node = who.require_at(store, Permission::DispatchOrders, &new.community_id).await?;
    let number = callable(&new.number).map_err(|problem| Problem::invalid("bad_number", problem))?;
    store.add_opt_out(&node.id, &Number::new(number), OptOutSource::Staff, &who.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(crate) struct Removal {
    reason: String,
}

pub(crate) async fn remove(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(removal): Body<Removal>,
) -> AppResult<StatusCode> {
    let store = state.assistant.store();
    let gone = || Problem::not_found("no_such_opt_out", "名单里已经没有这个号码了。");
    let found = store.opt_out(&id).await?.ok_or_else(gone)?;
    who.require(Permission::ManagePlaces, &found.place_path)?;
    let reason = filled(Some(removal.reason))
        .filter(|reason| reason.chars().count() <= LONGEST)
        .ok_or_else(|| Problem::invalid("no_reason", "请写明为什么又可以打了，最多 200 个字。"))?;
    if store.remove_opt_out(&found, &reason, &who.actor()).await? { Ok(StatusCode::NO_CONTENT) } else { Err(gone()) }
}
