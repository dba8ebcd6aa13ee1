//! Documents of a place in one file.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{SignedIn, readable};
use crate::accounts::Permission;
use crate::editor::PackSummary;
use crate::http::AppState;
use crate::http::problem::{AppResult, Problem};

#[derive(Deserialize)]
pub(crate) struct Wanted {
    community: String,
    /// Ids with commas between them.
    #[serde(default)]
    documents: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    version: String,
}

pub(crate) async fn export(
    State(state): State<AppState>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> AppResult<Response> {
    let community = readable(&who, state.assistant.store(), &wanted.community).await?;
    let ids: Vec<String> = wanted.documents.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let ids = (!ids.is_empty()).then_some(ids);
    let name = match wanted.name.trim() {
        "" => format!("{}知识包", community.name),
        name => name.chars().filter(|one| !one.is_control()).take(60).collect(),
    };
    let version = match wanted.version.trim() {
        "" => state.assistant.today().to_string(),
        version => version.chars().filter(|one| !one.is_control()).take(30).collect(),
    };
    let bytes = state.editor.export_pack(&community, ids.as_deref(), &name, &version).await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    let file = super::editions::encoded(&format!("{name}-{version}.xiangyin-pack.zip"));
    let named = format!("attachment; filename*=UTF-8''{file}");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&named).map_err(anyhow::Error::from)?);
    Ok(response)
}

#[derive(Deserialize)]
pub(crate) struct Place {
    community: String,
}

pub(crate) async fn import(
    State(state): State<AppState>,
    who: SignedIn,
    Query(place): Query<Place>,
    bytes: Bytes,
) -> AppResult<Json<PackSummary>> {
    let store = state.assistant.store();
    // A pack is published as it comes, so four eyes are those of whoever made it and of this account.
    let community = who.require_at(store, Permission::PublishKnowledge, &place.community).await?;
    if bytes.is_empty() {
        return Err(Problem::invalid("file_missing", "没有收到文件，请重新选择。"));
    }
    Ok(Json(state.editor.import_pack(&community, bytes.to_vec(), &who.actor()).await?))
}
