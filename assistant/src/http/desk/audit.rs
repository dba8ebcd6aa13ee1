//! The audit trail, for those who may read it.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::SignedIn;
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::filled;
use crate::http::problem::AppResult;
use crate::store::{AuditEvent, AuditFilter, ROOT};

/// Events of a page, where the caller names no number, and at most.
const PAGE: (u32, u32) = (100, 500);

#[derive(Deserialize)]
pub(crate) struct Wanted {
    subject: Option<String>,
    account: Option<String>,
    before: Option<i64>,
    limit: Option<u32>,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(wanted): Query<Wanted>,
) -> AppResult<Json<Vec<AuditEvent>>> {
    let scopes = signed_in.require_scopes(Permission::ReadAudit)?;
    let everything = scopes.iter().any(|path| path.strip_suffix('/') == Some(ROOT));
    let filter = AuditFilter {
        subject: filled(wanted.subject),
        account_id: filled(wanted.account),
        before: wanted.before,
        places: (!everything).then_some(scopes),
        limit: wanted.limit.unwrap_or(PAGE.0).min(PAGE.1),
    };
    Ok(Json(state.assistant.store().audit_events(&filter).await?))
}
