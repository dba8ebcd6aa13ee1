//! The desk: what workers and administrators see and do, behind a sign-in.
//!
//! The path of each file mirrors the address below `/api/desk`. A handler takes [`SignedIn`] and
//! asks it whether the account may do this at that node.

mod accounts;
mod audit;
mod duty;
mod me;
mod places;
mod session;
mod sign_in;

use std::path::Path;

use anyhow::Result;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::routing::{delete, get, patch, post, put};
use tower_http::set_header::SetResponseHeaderLayer;

use super::{AppState, origin};
use crate::accounts::Passwords;
use crate::first_sign_in::FirstSignIn;

pub(crate) use session::SignedIn;

/// Passwords that are computed at the same time: each takes a processor and 19 MiB.
const PASSWORDS_AT_ONCE: usize = 2;

/// What the desk's handlers need beside the assistant.
pub(crate) struct Desk {
    pub(crate) passwords: Passwords,
    pub(crate) first_sign_in: FirstSignIn,
    pub(crate) behind_proxy: bool,
}

impl Desk {
    pub(crate) fn new(data_dir: &Path, behind_proxy: bool) -> Result<Self> {
        Ok(Self {
            passwords: Passwords::new(PASSWORDS_AT_ONCE)?,
            first_sign_in: FirstSignIn::new(data_dir),
            behind_proxy,
        })
    }
}

/// Everything below `/api/desk` but the sign-in.
pub(crate) fn router() -> Router<AppState> {
    guarded(
        Router::new()
            .route("/api/desk/sign-out", post(sign_in::sign_out))
            .route("/api/desk/me", get(me::show))
            .route("/api/desk/me/password", put(me::change_password))
            .route("/api/desk/me/sessions", get(me::sessions))
            .route("/api/desk/me/sessions/{id}", delete(me::end_session))
            .route("/api/desk/accounts", get(accounts::list).post(accounts::add))
            .route("/api/desk/accounts/{id}", patch(accounts::edit))
            .route("/api/desk/accounts/{id}/password", post(accounts::reset_password))
            .route("/api/desk/places", get(places::list).post(places::add))
            .route("/api/desk/places/{id}", patch(places::edit))
            .route("/api/desk/places/{id}/hours", get(places::hours))
            .route(
                "/api/desk/places/{id}/days/{day}",
                put(places::put_day).delete(places::delete_day),
            )
            .route("/api/desk/duty", get(duty::list).post(duty::add))
            .route("/api/desk/duty/{id}", delete(duty::remove))
            .route("/api/desk/audit", get(audit::list)),
    )
}

/// The sign-in, whose rate is limited by address.
pub(crate) fn sign_in_router() -> Router<AppState> {
    guarded(Router::new().route("/api/desk/sign-in", post(sign_in::sign_in)))
}

/// Nothing of the desk is kept by a browser or a proxy, and no foreign page writes.
fn guarded(router: Router<AppState>) -> Router<AppState> {
    router
        .layer(middleware::from_fn(origin::refuse_foreign_writes))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
}
