//! Recordings of residents who agreed to them: heard, corrected, marked for training, taken away.

use std::io::{Cursor, Write};

use anyhow::Context as _;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::SignedIn;
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::{Body, filled};
use crate::http::problem::{AppResult, Problem};
use crate::privacy::mask_text;
use crate::store::Recording;

/// Recordings of one list.
const MOST: u32 = 200;
/// Recordings of one export: twenty hours at four seconds.
const MOST_EXPORTED: u32 = 18_000;
/// Longest text of what was said, in characters.
const LONGEST: usize = 1000;

/// A recording with the address of its sound.
#[derive(Serialize)]
pub(crate) struct RecordingPage {
    #[serde(flatten)]
    recording: Recording,
    url: String,
}

impl RecordingPage {
    pub(super) fn new(mut recording: Recording) -> Self {
        recording.heard = mask_text(&recording.heard);
        Self { url: format!("/api/desk/recordings/{}/audio", recording.id), recording }
    }
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    community: String,
    #[serde(default)]
    training: bool,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> AppResult<Json<Vec<RecordingPage>>> {
    let store = state.assistant.store();
    let node = who.require_at(store, Permission::ReadContacts, &wanted.community).await?;
    let found = store.recordings(&[node.path], wanted.training, MOST).await?;
    Ok(Json(found.into_iter().map(RecordingPage::new).collect()))
}

async fn find(state: &AppState, who: &SignedIn, permission: Permission, id: &str) -> AppResult<Recording> {
    let found = state.assistant.store().recording(id).await?;
    let found = found.ok_or_else(|| Problem::not_found("no_such_recording", "没有这段录音，可能已经到期删掉了。"))?;
    who.require(permission, &found.place_path)?;
    Ok(found)
}

pub(crate) async fn audio(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Response> {
    let recording = find(&state, &who, Permission::ReadContacts, &id).await?;
    let store = state.assistant.store();
    let sound = state.voice.recordings.read(&recording.id).await?;
    store.note_listening(&recording.id, &recording.community_id, false, &who.actor()).await?;
    Ok(([(header::CONTENT_TYPE, "audio/wav")], sound).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Correction {
    corrected: Option<String>,
    training: bool,
}

pub(crate) async fn correct(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(correction): Body<Correction>,
) -> AppResult<StatusCode> {
    let recording = find(&state, &who, Permission::WorkOnOrders, &id).await?;
    let corrected = filled(correction.corrected);
    if corrected.as_ref().is_some_and(|text| text.chars().count() > LONGEST) {
        return Err(Problem::invalid("text_too_long", "一段录音最多写一千字。"));
    }
    let store = state.assistant.store();
    store.correct_recording(&recording, corrected.as_deref(), correction.training, &who.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What may be trained on, as a ZIP: `manifest.jsonl` with a line a recording, and the sounds.
pub(crate) async fn export(
    State(state): State<AppState>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> AppResult<Response> {
    let store = state.assistant.store();
    let node = who.require_at(store, Permission::ManagePlaces, &wanted.community).await?;
    let found = store.recordings(std::slice::from_ref(&node.path), true, MOST_EXPORTED).await?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut manifest = Vec::new();
    for recording in &found {
        let audio = format!("audio/{}.wav", recording.id);
        let sound = state.voice.recordings.read(&recording.id).await?;
        archive.start_file(&audio, SimpleFileOptions::default()).context("the archive")?;
        archive.write_all(&sound).context("the archive")?;
        let line = json!({
            "audio": audio,
            "text": recording.corrected.as_ref().unwrap_or(&recording.heard),
            "heard": recording.heard,
            "variety": recording.variety,
            "seconds": recording.milliseconds as f64 / 1000.0,
        });
        writeln!(manifest, "{line}").context("the archive")?;
    }
    archive.start_file("manifest.jsonl", SimpleFileOptions::default()).context("the archive")?;
    archive.write_all(&manifest).context("the archive")?;
    let bytes = archive.finish().context("the archive")?.into_inner();
    store.note_listening("training", &node.id, true, &who.actor()).await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"recordings.zip\""));
    Ok(response)
}
