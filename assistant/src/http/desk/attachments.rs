//! Photos and papers of an order.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::SignedIn;
use super::order_page::{AttachmentPage, actor, find};
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::problem::{AppResult, Problem};
use crate::store::NewAttachment;

/// Largest file, in bytes.
pub(super) const LARGEST: usize = 10 * 1024 * 1024;

/// Kinds of files, with the bytes that each begins with.
const KINDS: &[(&str, &[&[u8]])] = &[
    ("image/jpeg", &[b"\xFF\xD8\xFF"]),
    ("image/png", &[b"\x89PNG\r\n\x1a\n"]),
    ("image/webp", &[b"RIFF"]),
    ("application/pdf", &[b"%PDF"]),
];

#[derive(Deserialize)]
pub(crate) struct Named {
    #[serde(default)]
    stage: Stage,
    #[serde(default)]
    name: String,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Before,
    After,
    #[default]
    Other,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Path(number): Path<String>,
    Query(named): Query<Named>,
    headers: HeaderMap,
    bytes: Bytes,
) -> AppResult<(StatusCode, Json<AttachmentPage>)> {
    let order = find(&state, &who, &number).await?;
    who.require(Permission::WorkOnOrders, &order.place_path)?;
    let said = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    // What it is, not what it is called: a page that runs scripts is never kept.
    let kind = KINDS
        .iter()
        .find(|(kind, heads)| *kind == said && heads.iter().any(|head| bytes.starts_with(head)));
    let Some((media_type, _)) = kind else {
        return Err(Problem::invalid("file_not_taken", "只能上传照片（JPG、PNG、WebP）或 PDF。"));
    };
    let name: String = named.name.chars().filter(|character| !character.is_control()).take(120).collect();
    let size = bytes.len() as i64;
    let sha256 = state.desk.attachments.keep(bytes.to_vec()).await?;
    let new = NewAttachment {
        stage: match named.stage {
            Stage::Before => "before",
            Stage::After => "after",
            Stage::Other => "other",
        },
        name: if name.is_empty() { "照片" } else { &name },
        media_type,
        size,
        sha256: &sha256,
    };
    let actor = actor(&who, &order.place_path);
    let attachment = state
        .assistant
        .store()
        .attach(&number, &new, actor.account_id(), Timestamp::now().as_millisecond())
        .await?;
    state.assistant.work_orders().changed();
    Ok((StatusCode::CREATED, Json(AttachmentPage::new(&number, attachment))))
}

pub(crate) async fn show(
    State(state): State<AppState>,
    who: SignedIn,
    Path((number, id)): Path<(String, String)>,
) -> AppResult<Response> {
    let order = find(&state, &who, &number).await?;
    let attachment = state
        .assistant
        .store()
        .attachments(&order.id)
        .await?
        .into_iter()
        .find(|attachment| attachment.id == id)
        .ok_or_else(|| Problem::not_found("no_such_attachment", "没有这个附件。"))?;
    let bytes = state.desk.attachments.read(&attachment.sha256).await?;
    let kind = HeaderValue::from_str(&attachment.media_type).map_err(anyhow::Error::from)?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    Ok(response)
}
