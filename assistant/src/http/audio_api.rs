//! Hearing and speaking for other programs, as `OpenAI`'s audio API has it
//! (<https://platform.openai.com/docs/api-reference/audio>), for whoever is signed in or has a key.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Multipart, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use models::recognize::audio::wav;
use serde::Deserialize;
use serde_json::json;

use super::AppState;
use super::desk::SignedIn;
use super::problem::{AppResult, Problem};
use super::speech::{begin, check, speaking};
use super::voice::{busy_or, hearing, samples};
use crate::voice::{Manner, SPOKEN_RATE};

/// What a transcription is asked with; what else the protocol knows is not needed here.
#[derive(Default)]
struct Asked {
    file: Option<Bytes>,
    prompt: Option<String>,
    format: String,
    community: Option<String>,
    variety: Option<String>,
}

/// Writes down a recording, by the words of a community (`community`, otherwise the server's own).
pub(crate) async fn transcribe(
    State(state): State<AppState>,
    _who: SignedIn,
    form: Multipart,
) -> AppResult<Response> {
    let asked = asked(form).await?;
    let hearing = hearing(&state)?;
    let file = asked.file.filter(|file| !file.is_empty());
    let file = file.ok_or_else(|| Problem::invalid("file_missing", "没有收到录音：表单里要有 file。"))?;
    let community = asked.community.unwrap_or_else(|| state.assistant.default_community().to_owned());
    let lineage = state.assistant.store().lineage(&community).await?;
    if lineage.is_empty() {
        return Err(Problem::not_found("no_such_community", "没有这个社区，请检查 community。"));
    }
    let mut listener = hearing.listener(asked.variety.as_deref(), &lineage).await?;
    listener.said_before = asked.prompt;
    let sound = samples(file).await?;
    let heard = hearing.hear(sound, &listener).await.map_err(|error| busy_or(&error, error.downcast_ref()))?;
    Ok(match asked.format.as_str() {
        "text" => format!("{}\n", heard.heard).into_response(),
        "verbose_json" => Json(json!({
            "task": "transcribe",
            "language": "chinese",
            "duration": heard.seconds,
            "text": heard.heard,
            "standard": heard.standard,
            "variety": heard.variety,
            "nothing": heard.nothing,
        }))
        .into_response(),
        "" | "json" => Json(json!({ "text": heard.heard })).into_response(),
        _ => {
            return Err(Problem::invalid(
                "bad_format",
                "response_format 只能是 json、text 或 verbose_json。",
            ));
        }
    })
}

async fn asked(mut form: Multipart) -> AppResult<Asked> {
    let broken = |_| Problem::invalid("bad_form", "表单没有收全，请重新发。");
    let mut asked = Asked::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "file" => asked.file = Some(field.bytes().await.map_err(broken)?),
            "prompt" => asked.prompt = Some(field.text().await.map_err(broken)?),
            "response_format" => asked.format = field.text().await.map_err(broken)?,
            "community" => asked.community = Some(field.text().await.map_err(broken)?),
            "variety" => asked.variety = Some(field.text().await.map_err(broken)?),
            _ => {}
        }
    }
    Ok(asked)
}

#[derive(Deserialize)]
pub(crate) struct SpeechRequest {
    input: String,
    #[serde(default)]
    voice: String,
    speed: Option<f32>,
    #[serde(default)]
    response_format: String,
}

/// Says a text: WAV, or samples of 16 bits at 24 kHz (`pcm`).
pub(crate) async fn say(
    State(state): State<AppState>,
    _who: SignedIn,
    Json(request): Json<SpeechRequest>,
) -> AppResult<Response> {
    let speaking = speaking(&state)?;
    let text = check(request.input)?;
    let manner = Manner { voice: request.voice, speed: request.speed.unwrap_or(1.0), ..Manner::default() };
    let mut speech = begin(&speaking, &text, &manner)?;
    let mut said = Vec::new();
    while let Some(piece) = speech.next().await.map_err(anyhow::Error::from)? {
        said.extend(piece.samples);
    }
    match request.response_format.as_str() {
        "" | "wav" => Ok(([(header::CONTENT_TYPE, "audio/wav")], wav(&said, SPOKEN_RATE)).into_response()),
        "pcm" => {
            // The same samples without the head of the file.
            let file = wav(&said, SPOKEN_RATE);
            let head = file.len() - 2 * said.len();
            Ok(([(header::CONTENT_TYPE, "audio/pcm")], file[head..].to_vec()).into_response())
        }
        _ => Err(Problem::invalid("bad_format", "response_format 只能是 wav 或 pcm。")),
    }
}
