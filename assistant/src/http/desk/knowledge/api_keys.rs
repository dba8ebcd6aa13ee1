//! Keys by which other programs use the API.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::SignedIn;
use crate::accounts::{Permission, SessionToken, token_digest};
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::desk::session::API_KEY_PREFIX;
use crate::http::problem::{AppResult, Problem};
use crate::store::{ApiKey, NewApiKey};

#[derive(Deserialize)]
pub(crate) struct Scope {
    community: String,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<Vec<ApiKey>>> {
    let store = state.assistant.store();
    let community = who.require_at(store, Permission::ManageAccounts, &scope.community).await?;
    Ok(Json(store.api_keys(&community.id).await?))
}

#[derive(Deserialize)]
pub(crate) struct KeyWanted {
    community_id: String,
    name: String,
    permissions: Vec<Permission>,
    expires_on: Option<Date>,
}

#[derive(Serialize)]
pub(crate) struct NewKeyPage {
    key: ApiKey,
    /// Shown once and kept nowhere.
    token: String,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Body(wanted): Body<KeyWanted>,
) -> AppResult<(StatusCode, Json<NewKeyPage>)> {
    let store = state.assistant.store();
    who.require_person()?;
    let community = who.require_at(store, Permission::ManageAccounts, &wanted.community_id).await?;
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Problem::invalid("name_missing", "请写这把密钥给谁用（60 字以内）。"));
    }
    if wanted.permissions.is_empty() {
        return Err(Problem::invalid("permissions_missing", "请至少选一项权限。"));
    }
    // Whoever manages accounts can make one that may do anything.
    if wanted.permissions.contains(&Permission::ManageAccounts) {
        return Err(Problem::forbidden("not_allowed", "密钥不能管账号，请去掉这项权限。"));
    }
    if let Some(beyond) = wanted.permissions.iter().find(|one| !who.may(**one, &community.path)) {
        let told = format!("您自己没有“{beyond:?}”这项权限，不能给密钥。");
        return Err(Problem::forbidden("not_allowed", &told));
    }
    let token = format!("{API_KEY_PREFIX}{}", SessionToken::new().reveal());
    let digest = token_digest(&token);
    let new = NewApiKey {
        community_id: &community.id,
        name,
        permissions: &wanted.permissions,
        expires_on: wanted.expires_on,
        token_sha256: &digest,
    };
    let id = store.add_api_key(&new, &who.actor()).await?;
    let key = store.api_key(&id).await?.ok_or_else(missing)?;
    Ok((StatusCode::CREATED, Json(NewKeyPage { key, token })))
}

fn missing() -> Problem {
    Problem::not_found("no_such_key", "没有这把密钥，可能已经删了。")
}

pub(crate) async fn remove(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<StatusCode> {
    let store = state.assistant.store();
    let key = store.api_key(&id).await?.ok_or_else(missing)?;
    who.require_at(store, Permission::ManageAccounts, &key.community.id).await?;
    store.remove_api_key(&key, &who.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}
