//! Who may be named in a note on an order: everybody who may read it there, by name alone.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::SignedIn;
use super::order_page::find;
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::problem::AppResult;
use crate::store::{Person, Store};

#[derive(Deserialize)]
pub(crate) struct Which {
    order: String,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(which): Query<Which>,
) -> AppResult<Json<Vec<Person>>> {
    let order = find(&state, &who, &which.order).await?;
    who.require(Permission::WorkOnOrders, &order.place_path)?;
    Ok(Json(of(state.assistant.store(), &order.place_path).await?))
}

/// Those with a role at this node or above by which they read its orders.
pub(super) async fn of(store: &Store, place_path: &str) -> AppResult<Vec<Person>> {
    let accounts = store.accounts().await?;
    Ok(accounts
        .into_iter()
        .filter(|account| !account.disabled && account.may(Permission::ReadOrders, place_path))
        .map(|account| Person { id: account.id, name: account.name })
        .collect())
}
