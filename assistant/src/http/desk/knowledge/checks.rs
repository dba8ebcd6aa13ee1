//! Questions with what their answer must be.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{SignedIn, gone, readable};
use crate::accounts::Permission;
use crate::editor::{CheckRun, read_table, write_table};
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::store::{Check, CheckRunLine, NewCheck};

#[derive(Deserialize)]
pub(crate) struct Scope {
    community: String,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<Vec<Check>>> {
    let store = state.assistant.store();
    let community = readable(&who, store, &scope.community).await?;
    Ok(Json(store.checks(&community.path).await?))
}

/// Refuses what could never pass.
async fn checked(state: &AppState, who: &SignedIn, new: &mut NewCheck) -> AppResult<()> {
    let store = state.assistant.store();
    who.require_at(store, Permission::WriteKnowledge, &new.community_id).await?;
    new.question = new.question.trim().into();
    if new.question.is_empty() || new.question.chars().count() > 200 {
        return Err(Problem::invalid("question_missing", "请写一个问题（200 字以内）。"));
    }
    if let Some(id) = &new.expect.document_id
        && new.expect.title.is_none()
    {
        new.expect.title = store.document(id).await?.map(|document| document.title);
    }
    Ok(())
}

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Body(mut new): Body<NewCheck>,
) -> AppResult<(StatusCode, Json<Check>)> {
    checked(&state, &who, &mut new).await?;
    let store = state.assistant.store();
    let id = store.add_check(&new, &who.actor()).await?;
    let check = store.check(&id).await?.ok_or_else(missing)?;
    Ok((StatusCode::CREATED, Json(check)))
}

fn missing() -> Problem {
    Problem::not_found("no_such_check", "没有这条检查，可能已经删了。")
}

async fn find(state: &AppState, who: &SignedIn, id: &str) -> AppResult<Check> {
    let store = state.assistant.store();
    let check = store.check(id).await?.ok_or_else(missing)?;
    who.require_at(store, Permission::WriteKnowledge, &check.community.id).await?;
    Ok(check)
}

pub(crate) async fn edit(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(mut new): Body<NewCheck>,
) -> AppResult<Json<Check>> {
    find(&state, &who, &id).await?;
    checked(&state, &who, &mut new).await?;
    let store = state.assistant.store();
    store.edit_check(&id, &new).await?;
    Ok(Json(store.check(&id).await?.ok_or_else(missing)?))
}

pub(crate) async fn remove(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<StatusCode> {
    find(&state, &who, &id).await?;
    state.assistant.store().remove_check(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(crate) struct RunWanted {
    community_id: String,
    draft: Option<String>,
}

pub(crate) async fn run(
    State(state): State<AppState>,
    who: SignedIn,
    Body(wanted): Body<RunWanted>,
) -> AppResult<Json<CheckRun>> {
    let store = state.assistant.store();
    let community = readable(&who, store, &wanted.community_id).await?;
    let draft = match &wanted.draft {
        Some(id) => Some(store.draft(id).await?.ok_or_else(gone)?),
        None => None,
    };
    let run = state
        .editor
        .run_kept_checks(&community.id, &community.path, draft.as_ref(), &who.actor())
        .await?;
    Ok(Json(run))
}

pub(crate) async fn runs(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<Vec<CheckRunLine>>> {
    let store = state.assistant.store();
    let community = readable(&who, store, &scope.community).await?;
    Ok(Json(store.check_runs(&community.id).await?))
}

#[derive(Deserialize)]
pub(crate) struct Batch {
    community: String,
    #[serde(default)]
    keep: u8,
}

/// Runs the checks of a table; with `keep=1` they stay.
pub(crate) async fn batch(
    State(state): State<AppState>,
    who: SignedIn,
    Query(batch): Query<Batch>,
    bytes: Bytes,
) -> AppResult<Json<CheckRun>> {
    let store = state.assistant.store();
    let community = readable(&who, store, &batch.community).await?;
    who.require(Permission::WriteKnowledge, &community.path)?;
    let wanted = read_table(&bytes, &community.id)?;
    let mut checks = Vec::new();
    for new in wanted {
        let id = store.add_check(&new, &who.actor()).await?;
        checks.extend(store.check(&id).await?);
    }
    let ids: Vec<String> = checks.iter().map(|check| check.id.clone()).collect();
    let run = state.editor.run_checks(checks, None).await;
    if batch.keep == 0 {
        for id in ids {
            store.remove_check(&id).await?;
        }
    }
    Ok(Json(run?))
}

pub(crate) async fn table(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Response> {
    let store = state.assistant.store();
    let community = readable(&who, store, &scope.community).await?;
    let mut bytes = b"\xEF\xBB\xBF".to_vec();
    bytes.extend(write_table(&store.checks(&community.path).await?)?);
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"checks.csv\""));
    Ok(response)
}
