//! Replies that are written once and used often.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::SignedIn;
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::store::CannedReply;

#[derive(Deserialize)]
pub(crate) struct Scope {
    community: Option<String>,
}

/// With a community named, its own and those of the nodes above; otherwise those of the nodes where
/// the account holds a role and above.
pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<Vec<CannedReply>>> {
    let store = state.assistant.store();
    let places = match scope.community.filter(|id| !id.is_empty()) {
        Some(id) => {
            who.require_at(store, Permission::ReadOrders, &id).await?;
            vec![id]
        }
        None => who.account.roles.iter().map(|held| held.community_id.clone()).collect(),
    };
    let mut nodes = Vec::new();
    for place in places {
        for node in store.lineage(&place).await? {
            if !nodes.contains(&node.id) {
                nodes.push(node.id);
            }
        }
    }
    Ok(Json(store.canned_replies(&nodes).await?))
}

#[derive(Deserialize)]
pub(crate) struct NewReply {
    community_id: String,
    title: String,
    text: String,
}

fn checked<'a>(title: &'a str, text: &'a str) -> AppResult<(&'a str, &'a str)> {
    let (title, text) = (title.trim(), text.trim());
    let fits = !title.is_empty() && title.chars().count() <= 60 && !text.is_empty() && text.chars().count() <= 2000;
    if fits {
        Ok((title, text))
    } else {
        Err(Problem::invalid("reply_missing", "请写标题（60 字以内）和内容（两千字以内）。"))
    }
}

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Body(new): Body<NewReply>,
) -> AppResult<(StatusCode, Json<CannedReply>)> {
    let store = state.assistant.store();
    who.require_at(store, Permission::WriteReplies, &new.community_id).await?;
    let (title, text) = checked(&new.title, &new.text)?;
    let reply = store.add_canned_reply(&new.community_id, title, text).await?;
    Ok((StatusCode::CREATED, Json(reply)))
}

async fn find(state: &AppState, who: &SignedIn, id: &str) -> AppResult<CannedReply> {
    let store = state.assistant.store();
    let reply = store
        .canned_reply(id)
        .await?
        .ok_or_else(|| Problem::not_found("no_such_reply", "没有这条常用语，可能已经删了。"))?;
    who.require_at(store, Permission::WriteReplies, &reply.community_id).await?;
    Ok(reply)
}

#[derive(Deserialize)]
pub(crate) struct ReplyEdit {
    title: Option<String>,
    text: Option<String>,
}

pub(crate) async fn edit(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(edit): Body<ReplyEdit>,
) -> AppResult<Json<CannedReply>> {
    let reply = find(&state, &who, &id).await?;
    let title = edit.title.unwrap_or(reply.title);
    let text = edit.text.unwrap_or(reply.text);
    let (title, text) = checked(&title, &text)?;
    state.assistant.store().edit_canned_reply(&id, title, text).await?;
    Ok(Json(CannedReply {
        id,
        community_id: reply.community_id,
        title: title.to_owned(),
        text: text.to_owned(),
    }))
}

pub(crate) async fn remove(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<StatusCode> {
    find(&state, &who, &id).await?;
    state.assistant.store().delete_canned_reply(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
