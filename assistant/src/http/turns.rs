//! One turn: a message in, the reply as server-sent events out.

use std::convert::Infallible;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::AppState;
use super::conversations::authorize;
use super::problem::{AppResult, Problem};
use crate::conversation::{Composition, Reason, Say, TurnEvent};

/// Longest message, in characters.
const LONGEST: usize = 2000;

#[derive(Deserialize)]
pub(crate) struct TurnRequest {
    text: String,
    /// Named by the resident's side, so that a repeated request is the same turn.
    client_id: Option<String>,
    /// Name of the utterance that it was heard in; a turn with one counts as spoken.
    utterance: Option<String>,
}

pub(crate) async fn say(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(request): Json<TurnRequest>,
) -> AppResult<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let conversation = authorize(&state, &id, &headers).await?;
    let text = request.text.trim();
    if text.is_empty() {
        return Err(Problem::invalid("empty_message", "您还没有写内容，写好再发。"));
    }
    if text.chars().count() > LONGEST {
        return Err(Problem::invalid(
            "message_too_long",
            "一次最多两千字，请分几次发。",
        ));
    }
    let spoken = |utterance: &String| state.voice.utterances.spoken(&id, utterance, text);
    let heard = request.utterance.as_ref().map(spoken);
    let events = state
        .assistant
        .say(Say {
            conversation,
            client_id: request.client_id.unwrap_or_else(crate::store::new_id),
            text: text.to_owned(),
            heard,
            utterance: request.utterance,
        })
        .await?;
    let events = events.flat_map(|event| stream::iter(write(event))).map(Ok);
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

fn write(event: TurnEvent) -> Vec<Event> {
    match event {
        TurnEvent::Accepted { id, ordinal, text } => {
            vec![named("turn", &json!({"id": id, "ordinal": ordinal, "text": text}))]
        }
        TurnEvent::Evidence(sources) => vec![named("evidence", &json!({"passages": sources}))],
        TurnEvent::Progress(stage) => vec![named("progress", &stage)],
        TurnEvent::Aloud(text) => vec![named("aloud", &json!({"text": text}))],
        TurnEvent::Sentence(sentence) => vec![named("sentence", &sentence)],
        TurnEvent::Finished(reply) if reply.reason == Some(Reason::Merged) => {
            vec![named("merged", &json!({"into": null}))]
        }
        TurnEvent::Finished(reply) => vec![
            named(
                "disposition",
                &json!({
                    "disposition": reply.disposition,
                    "reason": reply.reason,
                    "composition": reply.composition,
                    "verified": reply.composition == Composition::Verified,
                    "quoted": reply.composition == Composition::Quoted,
                    "understood": reply.understood,
                    "work_order": reply.work_order,
                    "suggestions": reply.suggestions,
                    "evidence_probability": reply.evidence_probability,
                }),
            ),
            named("done", &json!({"timings_ms": reply.timings_ms})),
        ],
        TurnEvent::Failed(detail) => vec![named("error", &Problem::interrupted(&detail))],
    }
}

fn named<T: Serialize>(name: &str, data: &T) -> Event {
    Event::default()
        .event(name)
        .json_data(data)
        .unwrap_or_else(|_| Event::default().event("error"))
}
