//! Calls on the telephone: the newest of a place.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::SignedIn;
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::problem::AppResult;
use crate::store::PhoneCall;

/// Calls of one page.
const MOST: u32 = 100;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    community: Option<String>,
    /// Only calls that began before this moment, in milliseconds since 1970.
    before: Option<i64>,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> AppResult<Json<Vec<PhoneCall>>> {
    let store = state.assistant.store();
    let places = match wanted.community.filter(|id| !id.is_empty()) {
        Some(id) => vec![who.require_at(store, Permission::ReadOrders, &id).await?.path],
        None => who.require_scopes(Permission::ReadOrders)?,
    };
    Ok(Json(store.calls(&places, wanted.before.unwrap_or(i64::MAX), MOST).await?))
}
