//! The desk: what workers and administrators see and do, behind a sign-in.
//!
//! The path of each file mirrors the address below `/api/desk`. A handler takes [`SignedIn`] and
//! asks it whether the account may do this at that node.

mod accounts;
mod alert_targets;
mod assignees;
mod attachments;
mod audit;
mod calls;
mod canned_replies;
mod colleagues;
mod conversations;
mod duty;
mod events;
mod figures;
mod knowledge;
mod me;
mod moves;
mod order_page;
mod outreach;
mod places;
mod recordings;
mod session;
mod sign_in;
mod words;
mod work_orders;
mod writing;

use std::path::Path;

use anyhow::Result;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::routing::{delete, get, patch, post, put};
use tower_http::set_header::SetResponseHeaderLayer;

use super::{AppState, origin};
use crate::accounts::Passwords;
use crate::alerts::Deliverer;
use crate::attachments::Attachments;
use crate::first_sign_in::FirstSignIn;

pub(crate) use session::SignedIn;

/// Passwords that are computed at the same time: each takes a processor and 19 MiB.
const PASSWORDS_AT_ONCE: usize = 2;

/// What the desk's handlers need beside the assistant.
pub(crate) struct Desk {
    pub(crate) passwords: Passwords,
    pub(crate) first_sign_in: FirstSignIn,
    pub(crate) behind_proxy: bool,
    pub(crate) attachments: Attachments,
    pub(crate) deliverer: Deliverer,
}

impl Desk {
    pub(crate) fn new(data_dir: &Path, behind_proxy: bool, deliverer: Deliverer) -> Result<Self> {
        Ok(Self {
            passwords: Passwords::new(PASSWORDS_AT_ONCE)?,
            first_sign_in: FirstSignIn::new(data_dir),
            behind_proxy,
            attachments: Attachments::new(&data_dir.join("attachments")),
            deliverer,
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
            .route("/api/desk/audit", get(audit::list))
            .merge(orders())
            .merge(outreach::router())
            .merge(knowledge::router()),
    )
}

/// The inbox.
fn orders() -> Router<AppState> {
    Router::new()
        .route("/api/desk/queues", get(work_orders::queues))
        .route("/api/desk/work-orders", get(work_orders::list).post(work_orders::add))
        .route("/api/desk/work-orders.csv", get(figures::orders_csv))
        .route("/api/desk/work-orders/moves", post(moves::make_many))
        .route("/api/desk/work-orders/{number}", get(work_orders::show).patch(work_orders::edit))
        .route("/api/desk/work-orders/{number}/moves", post(moves::make_one))
        .route("/api/desk/work-orders/{number}/notes", post(writing::note))
        .route("/api/desk/work-orders/{number}/messages", post(writing::message))
        .route("/api/desk/work-orders/{number}/contact", post(writing::contact))
        .route("/api/desk/work-orders/{number}/draft", post(writing::draft))
        .route("/api/desk/work-orders/{number}/knowledge-draft", post(writing::knowledge_draft))
        .route(
            "/api/desk/work-orders/{number}/presence",
            put(writing::come).delete(writing::leave),
        )
        .route(
            "/api/desk/work-orders/{number}/attachments",
            post(attachments::add).layer(DefaultBodyLimit::max(attachments::LARGEST)),
        )
        .route("/api/desk/work-orders/{number}/attachments/{id}", get(attachments::show))
        .route("/api/desk/assignees", get(assignees::list))
        .route("/api/desk/colleagues", get(colleagues::list))
        .route("/api/desk/mentions", get(writing::mentions))
        .route("/api/desk/mentions/{event}", put(writing::seen))
        .route("/api/desk/conversations/live", get(conversations::live))
        .route("/api/desk/conversations/{id}", get(conversations::show))
        .route("/api/desk/conversations/{id}/take", post(conversations::take))
        .route("/api/desk/conversations/{id}/give-back", post(conversations::give_back))
        .route("/api/desk/conversations/{id}/messages", post(conversations::say))
        .route("/api/desk/calls", get(calls::list))
        .route("/api/desk/recordings", get(recordings::list))
        .route("/api/desk/recordings/export", get(recordings::export))
        .route("/api/desk/recordings/{id}", patch(recordings::correct))
        .route("/api/desk/recordings/{id}/audio", get(recordings::audio))
        .route("/api/desk/canned-replies", get(canned_replies::list).post(canned_replies::add))
        .route(
            "/api/desk/canned-replies/{id}",
            patch(canned_replies::edit).delete(canned_replies::remove),
        )
        .route("/api/desk/alert-targets", get(alert_targets::list).post(alert_targets::add))
        .route("/api/desk/alert-targets/{id}", delete(alert_targets::remove))
        .route("/api/desk/alert-targets/{id}/test", post(alert_targets::test))
        .route("/api/desk/figures", get(figures::show))
        .route("/api/desk/figures.csv", get(figures::show_csv))
        .route("/api/desk/heat-map", get(figures::heat_map))
        .route("/api/desk/words", get(words::list).post(words::add).delete(words::remove))
        .route("/api/desk/words/unknown", get(words::unknown))
        .route("/api/desk/words/understand", post(words::understand))
        .route("/api/desk/events", get(events::stream))
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
