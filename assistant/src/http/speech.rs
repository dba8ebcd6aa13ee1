//! Saying a text aloud, piece by piece.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::Stream;
use models::recognize::audio::wav;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::AppState;
use super::conversations::authorize;
use super::problem::{AppResult, Problem};
use super::voice::busy_or;
use crate::voice::{Manner, Piece, SPOKEN_RATE, Speaking, Speech};

/// Longest text, in characters.
const LONGEST: usize = 2000;

#[derive(Deserialize)]
pub(crate) struct SpeechRequest {
    text: String,
    voice: Option<String>,
    speed: Option<f32>,
    volume: Option<f32>,
}

pub(crate) async fn say(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(request): Json<SpeechRequest>,
) -> AppResult<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    authorize(&state, &id, &headers).await?;
    let speaking = speaking(&state)?;
    let text = check(request.text)?;
    let manner = Manner {
        voice: request.voice.unwrap_or_default(),
        speed: request.speed.unwrap_or(1.0),
        volume: request.volume.unwrap_or(1.0),
    };
    let speech = begin(&speaking, &text, &manner)?;
    let (sender, receiver) = mpsc::channel(4);
    tokio::spawn(async move {
        // Whoever no longer listens drops the stream, and with it the voice stops.
        let _ = tell(speech, &text, &sender).await;
    });
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::default()))
}

pub(super) fn speaking(state: &AppState) -> AppResult<Arc<Speaking>> {
    let speaking = state.voice.speaking().map(Arc::clone);
    speaking.ok_or_else(|| Problem::unavailable("no_voice", "这里还念不出声，请看屏幕上的字。"))
}

pub(super) fn check(text: String) -> AppResult<String> {
    if text.trim().is_empty() {
        return Err(Problem::invalid("empty_text", "没有要念的字。"));
    }
    if text.chars().count() > LONGEST {
        return Err(Problem::invalid("text_too_long", "一次最多念两千字，请分几次。"));
    }
    Ok(text)
}

pub(super) fn begin(speaking: &Speaking, text: &str, manner: &Manner) -> AppResult<Speech> {
    speaking.say(text, manner).map_err(|error| {
        let told = anyhow::anyhow!("{error}");
        busy_or(&told, Some(&error))
    })
}

/// The listener is gone.
struct Gone;

async fn tell(
    mut speech: Speech,
    text: &str,
    sender: &mpsc::Sender<Result<Event, Infallible>>,
) -> Result<(), Gone> {
    let offsets = Utf16::of(text);
    loop {
        let next = tokio::select! {
            next = speech.next() => next,
            () = sender.closed() => return Err(Gone),
        };
        match next {
            Ok(Some(piece)) => send(sender, "piece", &drawn(&piece, &offsets)).await?,
            Ok(None) => return send(sender, "done", &json!({})).await,
            Err(error) => {
                tracing::warn!(error = %error, "a text could not be said");
                let problem = Problem::unavailable("voice_failed", "声音没能做出来，请看屏幕上的字。");
                return send(sender, "error", &json!(problem)).await;
            }
        }
    }
}

/// A piece as a page plays it.
fn drawn(piece: &Piece, offsets: &Utf16) -> Value {
    let marks: Vec<Value> = piece
        .marks
        .iter()
        .map(|(text, seconds)| {
            json!({
                "from": offsets.at(text.start),
                "to": offsets.at(text.end),
                "starts": seconds.start,
                "ends": seconds.end,
            })
        })
        .collect();
    json!({
        "audio": STANDARD.encode(wav(&piece.samples, SPOKEN_RATE)),
        "seconds": piece.samples.len() as f32 / SPOKEN_RATE as f32,
        "marks": marks,
    })
}

/// Where the bytes of a text stand in the strings of a browser.
struct Utf16(Vec<usize>);

impl Utf16 {
    fn of(text: &str) -> Self {
        let mut offsets = Vec::with_capacity(text.len() + 1);
        let mut units = 0;
        for character in text.chars() {
            offsets.extend(std::iter::repeat_n(units, character.len_utf8()));
            units += character.len_utf16();
        }
        offsets.push(units);
        Self(offsets)
    }

    fn at(&self, byte: usize) -> usize {
        self.0.get(byte).or(self.0.last()).copied().unwrap_or_default()
    }
}

async fn send(
    sender: &mpsc::Sender<Result<Event, Infallible>>,
    name: &str,
    data: &Value,
) -> Result<(), Gone> {
    let event = Event::default().event(name).json_data(data).map_err(|_| Gone)?;
    sender.send(Ok(event)).await.map_err(|_| Gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_as_a_browser_counts() {
        let text = "办𠀀证a";
        let offsets = Utf16::of(text);
        let told: Vec<usize> = text.char_indices().map(|(at, _)| offsets.at(at)).collect();
        assert_eq!(told, [0, 1, 3, 4]);
        assert_eq!(offsets.at(text.len()), 5);
    }
}
