//! Duty rosters: who is on duty where, and when.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::SignedIn;
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::{Body, filled};
use crate::http::problem::{AppResult, Problem};
use crate::store::{DutyFilter, DutyShift, NewShift};

/// Longest shift in milliseconds: 31 days.
const LONGEST: i64 = 31 * 24 * 60 * 60 * 1000;

#[derive(Deserialize)]
pub(crate) struct Period {
    community: Option<String>,
    from: Option<i64>,
    to: Option<i64>,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(period): Query<Period>,
) -> AppResult<Json<Vec<DutyShift>>> {
    let store = state.assistant.store();
    let places = match filled(period.community) {
        Some(id) => vec![signed_in.require_at(store, Permission::ReadDuty, &id).await?.path],
        None => signed_in.require_scopes(Permission::ReadDuty)?,
    };
    let filter = DutyFilter {
        places,
        from: period.from.unwrap_or(0),
        to: period.to.unwrap_or(i64::MAX),
    };
    Ok(Json(store.shifts(&filter).await?))
}

#[derive(Deserialize)]
pub(crate) struct Shift {
    community_id: String,
    account_id: String,
    starts_at: i64,
    ends_at: i64,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Body(shift): Body<Shift>,
) -> AppResult<(StatusCode, Json<DutyShift>)> {
    let store = state.assistant.store();
    let node = signed_in
        .require_at(store, Permission::ManageDuty, &shift.community_id)
        .await?;
    if shift.starts_at < 0 || shift.ends_at <= shift.starts_at || shift.ends_at - shift.starts_at > LONGEST {
        return Err(Problem::invalid(
            "bad_shift",
            "值班的结束时间要在开始时间之后，一班最长 31 天。",
        ));
    }
    let account = store.find_account(&shift.account_id).await?;
    if !account.is_some_and(|account| !account.disabled && account.may(Permission::WorkOnOrders, &node.path)) {
        return Err(Problem::invalid(
            "not_for_duty",
            "这个人在这里不能处理工单，请先给他工作人员或派单员的角色。",
        ));
    }
    let new = NewShift {
        community_id: shift.community_id,
        account_id: shift.account_id,
        starts_at: shift.starts_at,
        ends_at: shift.ends_at,
    };
    let shift = store.add_shift(&new, &signed_in.actor()).await?;
    Ok((StatusCode::CREATED, Json(shift)))
}

pub(crate) async fn remove(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> AppResult<StatusCode> {
    let store = state.assistant.store();
    let gone = || Problem::not_found("no_such_shift", "这一班已经取消了。");
    let shift = store.find_shift(&id).await?.ok_or_else(gone)?;
    signed_in
        .require_at(store, Permission::ManageDuty, &shift.community_id)
        .await?;
    if store.delete_shift(&id, &signed_in.actor()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(gone())
    }
}
