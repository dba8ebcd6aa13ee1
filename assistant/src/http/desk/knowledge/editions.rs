//! Editions as they were published, and the files behind them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use knowledge::{Metadata, Warning};
use serde::Serialize;

use super::pages::{AnswerPage, OriginalPage, PassagePage};
use super::{SignedIn, gone, readable};
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::problem::{AppResult, Problem};
use crate::store::{EditionLine, Named};

#[derive(Serialize)]
pub(crate) struct EditionPage {
    id: String,
    document_id: String,
    community: Named,
    line: Option<EditionLine>,
    metadata: Metadata,
    text: String,
    passages: Vec<PassagePage>,
    answers: Vec<AnswerPage>,
    warnings: Vec<Warning>,
    source_name: String,
    original: Option<OriginalPage>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<EditionPage>> {
    let store = state.assistant.store();
    let edition = store.edition(&id).await?.ok_or_else(gone)?;
    let community = readable(&who, store, &edition.record.community_id).await?;
    let provenance = store.provenance(&id).await?.ok_or_else(gone)?;
    let lines = store.editions(&edition.record.document_id, state.assistant.today()).await?;
    let mut answers = Vec::new();
    for (_, answer) in edition.answers {
        answers.push(AnswerPage::of(&state, answer).await?);
    }
    Ok(Json(EditionPage {
        line: lines.into_iter().find(|line| line.id == id),
        document_id: edition.record.document_id,
        community: Named { id: community.id, name: community.name },
        metadata: edition.record.metadata,
        text: provenance.text,
        passages: edition.passages.into_iter().map(|passage| PassagePage::new(passage, false)).collect(),
        answers,
        warnings: serde_json::from_str(&provenance.warnings).map_err(anyhow::Error::from)?,
        source_name: provenance.source_name,
        original: provenance.original.map(OriginalPage::new),
        id,
    }))
}

/// Kinds of files that a browser shows without running anything of them.
const SHOWN: &[&str] = &["application/pdf", "image/png", "image/jpeg", "image/webp", "text/plain"];

pub(crate) async fn original(
    State(state): State<AppState>,
    who: SignedIn,
    Path(sha256): Path<String>,
) -> AppResult<Response> {
    let missing = || Problem::not_found("no_such_file", "没有这个原件。");
    if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(missing());
    }
    let store = state.assistant.store();
    let (original, nodes) = store.original_at(&sha256).await?.ok_or_else(missing)?;
    let mut allowed = false;
    for node in &nodes {
        let community = store.community(node).await?;
        allowed |= who.may(Permission::WriteKnowledge, &community.path)
            || who.may(Permission::PublishKnowledge, &community.path);
    }
    if !allowed {
        return Err(missing());
    }
    let bytes = state.editor.originals().read(&sha256).await?;
    let shown = SHOWN.iter().find(|kind| original.media_type.starts_with(**kind));
    let kind = match shown {
        Some(&"text/plain") => "text/plain; charset=utf-8",
        Some(kind) => kind,
        None => "application/octet-stream",
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // A browser's PDF viewer does not run in a sandbox; nothing else may run at all.
    let policy = match kind {
        "application/pdf" => "frame-ancestors 'self'",
        _ => "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox",
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    let way = if shown.is_some() { "inline" } else { "attachment" };
    let named = format!("{way}; filename*=UTF-8''{}", encoded(&original.name));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&named).map_err(anyhow::Error::from)?);
    Ok(response)
}

/// Percent-encoded as RFC 8187 wants a file name.
pub(super) fn encoded(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
