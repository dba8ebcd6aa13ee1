//! Who may be given an order: of the grid first, then of the nodes above, on duty before off duty.

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::SignedIn;
use super::order_page::find;
use crate::accounts::{Permission, Role, is_within};
use crate::http::AppState;
use crate::http::problem::AppResult;
use crate::store::now;

#[derive(Deserialize)]
pub(crate) struct Which {
    order: String,
}

#[derive(Serialize)]
pub(crate) struct Assignee {
    id: String,
    name: String,
    /// Orders that they have still to finish.
    open: i64,
    on_duty: bool,
    /// Name of the node whose worker they are.
    role_place: String,
    #[serde(skip)]
    depth: usize,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(which): Query<Which>,
) -> AppResult<Json<Vec<Assignee>>> {
    let order = find(&state, &who, &which.order).await?;
    who.require(Permission::DispatchOrders, &order.place_path)?;
    let store = state.assistant.store();
    let on_duty = store.on_duty(&order.place_path, now()).await?;
    let open = store.open_by_assignee().await?;
    let mut found = Vec::new();
    for account in store.accounts().await? {
        if account.disabled || !account.may(Permission::WorkOnOrders, &order.place_path) {
            continue;
        }
        // Administrators may do everything, but are not who orders go to.
        let Some(held) = account
            .roles
            .iter()
            .filter(|held| held.role != Role::Administrator && is_within(&order.place_path, &held.path))
            .max_by_key(|held| held.path.len())
        else {
            continue;
        };
        found.push(Assignee {
            open: open.get(&account.id).copied().unwrap_or(0),
            on_duty: on_duty.iter().any(|person| person.id == account.id),
            role_place: held.community_name.clone(),
            depth: held.path.len(),
            name: account.name,
            id: account.id,
        });
    }
    found.sort_by_key(|one| (!one.on_duty, std::cmp::Reverse(one.depth), one.open));
    Ok(Json(found))
}
