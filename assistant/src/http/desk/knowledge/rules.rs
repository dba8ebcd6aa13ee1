//! Passages that answer a question, or that never do.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::{SignedIn, gone, readable};
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::{Body, filled};
use crate::http::problem::{AppResult, Problem};
use crate::store::{NewSearchRule, RuleEffect, SearchRule};

#[derive(Deserialize)]
pub(crate) struct Scope {
    community: String,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<Vec<SearchRule>>> {
    let store = state.assistant.store();
    let community = readable(&who, store, &scope.community).await?;
    Ok(Json(store.search_rules(&community.id).await?))
}

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Body(mut new): Body<NewSearchRule>,
) -> AppResult<(StatusCode, Json<SearchRule>)> {
    let store = state.assistant.store();
    who.require_at(store, Permission::PublishKnowledge, &new.community_id).await?;
    new.question = filled(new.question);
    if new.effect == RuleEffect::Pin && new.question.is_none() {
        return Err(Problem::invalid("question_missing", "置顶要写明是对哪个问题。"));
    }
    if store.passages_at(&new.document_id, &new.locator).await?.is_empty() {
        return Err(gone());
    }
    let id = store.add_search_rule(&new, &who.actor()).await?;
    let rule = store.search_rule(&id).await?.ok_or_else(gone)?;
    Ok((StatusCode::CREATED, Json(rule)))
}

pub(crate) async fn remove(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<StatusCode> {
    let store = state.assistant.store();
    let missing = || Problem::not_found("no_such_rule", "没有这条规则，可能已经删了。");
    let rule = store.search_rule(&id).await?.ok_or_else(missing)?;
    who.require_at(store, Permission::PublishKnowledge, &rule.community.id).await?;
    store.remove_search_rule(&rule, &who.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}
