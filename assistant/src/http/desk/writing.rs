//! What is written about an order: notes between workers, words to the resident, drafts.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{SignedIn, colleagues};
use super::order_page::{OrderPage, actor, find, page};
use crate::accounts::Permission;
use crate::conversation::Source;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::privacy::mask_text;
use crate::store::{AuditEntry, Contact, Mention, Present};

/// Longest note or message, in characters.
const LONGEST: usize = 2000;

fn words(text: &str) -> AppResult<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(Problem::invalid("text_missing", "请写点内容，两千字以内。"));
    }
    Ok(text)
}

#[derive(Deserialize)]
pub(crate) struct NoteRequest {
    request_id: String,
    text: String,
    #[serde(default)]
    mentions: Vec<String>,
}

pub(crate) async fn note(
    State(state): State<AppState>,
    who: SignedIn,
    Path(number): Path<String>,
    Body(request): Body<NoteRequest>,
) -> AppResult<Json<OrderPage>> {
    let order = find(&state, &who, &number).await?;
    who.require(Permission::WorkOnOrders, &order.place_path)?;
    let actor = actor(&who, &order.place_path);
    let colleagues = colleagues::of(state.assistant.store(), &order.place_path).await?;
    let mut mentions = request.mentions;
    // Whoever may not read the order reads no note on it.
    mentions.retain(|id| colleagues.iter().any(|person| person.id == *id));
    state
        .assistant
        .work_orders()
        .note(&number, words(&request.text)?, &mentions, &actor, &request.request_id)
        .await?;
    let order = find(&state, &who, &number).await?;
    Ok(Json(page(&state, &who, order).await?))
}

#[derive(Deserialize)]
pub(crate) struct MessageRequest {
    request_id: String,
    text: String,
}

pub(crate) async fn message(
    State(state): State<AppState>,
    who: SignedIn,
    Path(number): Path<String>,
    Body(request): Body<MessageRequest>,
) -> AppResult<Json<OrderPage>> {
    let order = find(&state, &who, &number).await?;
    who.require(Permission::WorkOnOrders, &order.place_path)?;
    let actor = actor(&who, &order.place_path);
    state
        .assistant
        .work_orders()
        .write_to_resident(&number, words(&request.text)?, &actor, &request.request_id)
        .await?;
    let order = find(&state, &who, &number).await?;
    Ok(Json(page(&state, &who, order).await?))
}

/// Shows how to reach the resident; who looked is kept.
pub(crate) async fn contact(
    State(state): State<AppState>,
    who: SignedIn,
    Path(number): Path<String>,
) -> AppResult<Json<Contact>> {
    let order = find(&state, &who, &number).await?;
    who.require(Permission::ReadContacts, &order.place_path)?;
    state
        .assistant
        .store()
        .record(&AuditEntry {
            actor: &who.actor(),
            action: "work_order.contact_read",
            subject: format!("work_order:{number}"),
            community_id: Some(&order.community_id),
            details: serde_json::json!({}),
        })
        .await?;
    Ok(Json(order.contact.reveal().clone()))
}

/// What the machine would answer; a person changes it and sends it.
#[derive(Serialize)]
pub(crate) struct Draft {
    text: String,
    passages: Vec<Source>,
    remark: Option<&'static str>,
}

pub(crate) async fn draft(
    State(state): State<AppState>,
    who: SignedIn,
    Path(number): Path<String>,
) -> AppResult<Json<Draft>> {
    let order = find(&state, &who, &number).await?;
    who.require(Permission::WorkOnOrders, &order.place_path)?;
    let reply = state.assistant.draft(&order.question, &order.community_id).await?;
    let text = reply.text();
    Ok(Json(Draft {
        remark: text.is_empty().then_some("资料里没有写这件事，只能由您来写。"),
        text,
        passages: reply.sources,
    }))
}

/// A verified answer to be, from a finished order.
#[derive(Serialize)]
pub(crate) struct KnowledgeDraft {
    title: String,
    question: String,
    answer: String,
    passages: Vec<Source>,
}

pub(crate) async fn knowledge_draft(
    State(state): State<AppState>,
    who: SignedIn,
    Path(number): Path<String>,
) -> AppResult<Json<KnowledgeDraft>> {
    let order = find(&state, &who, &number).await?;
    let Some(answer) = order.answer else {
        return Err(Problem::unprocessable("not_finished", "工单还没有办结，办结后才能整理成知识。"));
    };
    let question = mask_text(&order.question);
    Ok(Json(KnowledgeDraft {
        title: question.chars().take(30).collect(),
        question,
        answer: mask_text(&answer),
        passages: order.evidence,
    }))
}

#[derive(Deserialize)]
pub(crate) struct PresenceRequest {
    #[serde(default)]
    writing: bool,
}

#[derive(Serialize)]
pub(crate) struct PresencePage {
    present: Vec<Present>,
}

pub(crate) async fn come(
    State(state): State<AppState>,
    who: SignedIn,
    Path(number): Path<String>,
    Body(request): Body<PresenceRequest>,
) -> AppResult<Json<PresencePage>> {
    let order = find(&state, &who, &number).await?;
    let store = state.assistant.store();
    if store.present(&order.id, &who.account.id, Some(request.writing)).await? {
        state.assistant.work_orders().changed();
    }
    let present = store.others_present(&order.id, &who.account.id).await?;
    Ok(Json(PresencePage { present }))
}

pub(crate) async fn leave(
    State(state): State<AppState>,
    who: SignedIn,
    Path(number): Path<String>,
) -> AppResult<StatusCode> {
    let order = find(&state, &who, &number).await?;
    if state.assistant.store().present(&order.id, &who.account.id, None).await? {
        state.assistant.work_orders().changed();
    }
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn mentions(State(state): State<AppState>, who: SignedIn) -> AppResult<Json<Vec<Mention>>> {
    who.require_person()?;
    Ok(Json(state.assistant.store().mentions(&who.account.id).await?))
}

pub(crate) async fn seen(
    State(state): State<AppState>,
    who: SignedIn,
    Path(event): Path<String>,
) -> AppResult<StatusCode> {
    who.require_person()?;
    state.assistant.store().mention_seen(&event, &who.account.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
