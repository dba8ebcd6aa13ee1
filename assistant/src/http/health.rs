//! Whether the server is up, and which one it is.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::AppState;

#[derive(Serialize)]
pub(crate) struct Health {
    status: &'static str,
    version: &'static str,
    /// Tells servers over different data apart.
    instance: String,
}

pub(crate) async fn show(State(state): State<AppState>) -> Json<Health> {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        instance: state.instance.to_string(),
    })
}
