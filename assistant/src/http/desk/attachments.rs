//! Photos, papers and recordings of an order.

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

/// A kind of file: its name, the names that browsers give it, and the bytes by which it is known, each
/// with its place.
struct Kind {
    name: &'static str,
    also: &'static [&'static str],
    marks: &'static [&'static [(usize, &'static [u8])]],
}

const fn kind(name: &'static str, marks: &'static [&'static [(usize, &'static [u8])]]) -> Kind {
    Kind { name, also: &[], marks }
}

const KINDS: &[Kind] = &[
    kind("image/jpeg", &[&[(0, b"\xFF\xD8\xFF")]]),
    kind("image/png", &[&[(0, b"\x89PNG\r\n\x1a\n")]]),
    kind("image/webp", &[&[(0, b"RIFF"), (8, b"WEBP")]]),
    kind("application/pdf", &[&[(0, b"%PDF")]]),
    Kind {
        name: "audio/mpeg",
        also: &["audio/mp3"],
        marks: &[&[(0, b"ID3")], &[(0, b"\xFF\xFB")], &[(0, b"\xFF\xF3")], &[(0, b"\xFF\xF2")]],
    },
    Kind {
        name: "audio/mp4",
        also: &["audio/x-m4a", "audio/m4a"],
        marks: &[&[(4, b"ftyp")]],
    },
    Kind {
        name: "audio/aac",
        also: &["audio/x-aac"],
        marks: &[&[(0, b"\xFF\xF1")], &[(0, b"\xFF\xF9")]],
    },
    Kind {
        name: "audio/wav",
        also: &["audio/x-wav", "audio/wave", "audio/vnd.wave"],
        marks: &[&[(0, b"RIFF"), (8, b"WAVE")]],
    },
    Kind {
        name: "audio/ogg",
        also: &["application/ogg", "audio/opus"],
        marks: &[&[(0, b"OggS")]],
    },
    kind("audio/webm", &[&[(0, b"\x1A\x45\xDF\xA3")]]),
    Kind {
        name: "audio/flac",
        also: &["audio/x-flac"],
        marks: &[&[(0, b"fLaC")]],
    },
];

/// The kind that a file is, where it is what it is called: a page that runs scripts is never kept.
fn kind_of(said: &str, bytes: &[u8]) -> Option<&'static str> {
    // A browser may add what the sound is coded with.
    let said = said.split(';').next().unwrap_or_default().trim();
    let stands = |(place, mark): &(usize, &[u8])| bytes.get(*place..).is_some_and(|rest| rest.starts_with(mark));
    KINDS
        .iter()
        .filter(|kind| kind.name == said || kind.also.contains(&said))
        .find(|kind| kind.marks.iter().any(|marks| marks.iter().all(stands)))
        .map(|kind| kind.name)
}

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
    let Some(media_type) = kind_of(said, &bytes) else {
        return Err(Problem::invalid(
            "file_not_taken",
            "只能上传照片（JPG、PNG、WebP）、PDF 或录音（MP3、M4A、AAC、WAV、OGG、WebM、FLAC）。",
        ));
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
        name: if name.is_empty() { "附件" } else { &name },
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
