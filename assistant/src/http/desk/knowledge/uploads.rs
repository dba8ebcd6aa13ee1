//! Files from an administrator's machine.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::pages::DraftPage;
use super::{SignedIn, readable};
use crate::accounts::Permission;
use crate::editor::Uploaded;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};

#[derive(Deserialize)]
pub(crate) struct Named {
    community: String,
    #[serde(default)]
    name: String,
}

#[derive(Serialize)]
pub(crate) struct UploadPage {
    draft: Option<DraftPage>,
    unchanged: bool,
    document_id: Option<String>,
}

/// Longest name of a file, in characters.
const LONGEST_NAME: usize = 200;

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Query(named): Query<Named>,
    headers: HeaderMap,
    bytes: Bytes,
) -> AppResult<(StatusCode, Json<UploadPage>)> {
    let community = readable(&who, state.assistant.store(), &named.community).await?;
    who.require(Permission::WriteKnowledge, &community.path)?;
    // A path is cut to the name: what it is called there is nobody's business.
    let name = named.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|character| !character.is_control()).take(LONGEST_NAME).collect();
    if name.is_empty() || bytes.is_empty() {
        return Err(Problem::invalid("file_missing", "没有收到文件，请重新选择。"));
    }
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("application/octet-stream");
    let uploaded = state.editor.upload(&community.id, &name, media_type, bytes.to_vec(), &who.actor()).await?;
    page(&state, &who, uploaded).await
}

#[derive(Deserialize)]
pub(crate) struct Address {
    community: String,
    address: String,
}

/// A paper of the internet.
pub(crate) async fn fetch(
    State(state): State<AppState>,
    who: SignedIn,
    Body(wanted): Body<Address>,
) -> AppResult<(StatusCode, Json<UploadPage>)> {
    let community = readable(&who, state.assistant.store(), &wanted.community).await?;
    who.require(Permission::WriteKnowledge, &community.path)?;
    if !state.editor.fetches() {
        return Err(Problem::forbidden(
            "addresses_off",
            "这里没有打开按网址取文件。请存成文件再上传，或者请管理员打开 knowledge.fetch_addresses。",
        ));
    }
    let uploaded = state.editor.upload_from(&community.id, &wanted.address, &who.actor()).await?;
    page(&state, &who, uploaded).await
}

async fn page(state: &AppState, who: &SignedIn, uploaded: Uploaded) -> AppResult<(StatusCode, Json<UploadPage>)> {
    Ok(match uploaded {
        Uploaded::Draft(draft) => {
            let document_id = draft.document_id.clone();
            let draft = Some(DraftPage::new(state, who, *draft).await?);
            (StatusCode::CREATED, Json(UploadPage { draft, unchanged: false, document_id }))
        }
        Uploaded::Unchanged(id) => {
            (StatusCode::OK, Json(UploadPage { draft: None, unchanged: true, document_id: Some(id) }))
        }
    })
}
