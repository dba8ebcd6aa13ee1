//! Conversations that wait for a person, and those that a person has taken over.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};

use super::SignedIn;
use super::recordings::RecordingPage;
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::privacy::mask_text;
use crate::store::{LiveConversation, NewMessage, OrderLine, Person, PhoneCall, PlacedConversation, Recording, now};
use crate::work_orders::wording;

/// Longest message, in characters.
const LONGEST: usize = 2000;

#[derive(Deserialize)]
pub(crate) struct Scope {
    community: Option<String>,
}

pub(crate) async fn live(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<Vec<LiveConversation>>> {
    let store = state.assistant.store();
    let scopes = match scope.community.filter(|id| !id.is_empty()) {
        Some(id) => vec![who.require_at(store, Permission::ReadOrders, &id).await?.path],
        None => who.require_scopes(Permission::ReadOrders)?,
    };
    Ok(Json(store.live_conversations(&scopes).await?))
}

/// One thing said in a conversation.
#[derive(Serialize)]
struct Said {
    who: &'static str,
    name: Option<String>,
    text: String,
    at: i64,
    /// The resident's voice, where it was kept and the account may hear it.
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<RecordingPage>,
}

#[derive(Serialize)]
pub(crate) struct ConversationPage {
    id: String,
    community_id: String,
    community_name: String,
    channel: String,
    variety: Option<String>,
    holder: Option<Person>,
    person_asked_at: Option<i64>,
    said: Vec<Said>,
    /// The call that it was, where it came by telephone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<PhoneCall>,
    work_orders: Vec<OrderLine>,
}

async fn find(
    state: &AppState,
    who: &SignedIn,
    permission: Permission,
    id: &str,
) -> AppResult<PlacedConversation> {
    let found = state
        .assistant
        .store()
        .placed_conversation(id)
        .await?
        .ok_or_else(|| Problem::not_found("no_such_conversation", "没有这段对话。"))?;
    who.require(permission, &found.place_path)?;
    Ok(found)
}

async fn page(
    state: &AppState,
    who: &SignedIn,
    id: &str,
    placed: PlacedConversation,
) -> AppResult<ConversationPage> {
    let store = state.assistant.store();
    let mut recordings: HashMap<String, Recording> = HashMap::new();
    if who.may(Permission::ReadContacts, &placed.place_path) {
        let kept = store.recordings_of(id).await?.into_iter();
        recordings.extend(kept.filter_map(|one| Some((one.turn_id.clone()?, one))));
    }
    let mut said = Vec::new();
    for turn in store.turns(id).await? {
        said.push(Said {
            who: "resident",
            name: None,
            text: mask_text(&turn.text),
            at: turn.created_at,
            recording: recordings.remove(&turn.id).map(RecordingPage::new),
        });
        if let Some(reply) = turn.reply {
            let text = reply.text();
            if !text.is_empty() {
                said.push(Said {
                    who: "assistant",
                    name: None,
                    text,
                    at: turn.finished_at.unwrap_or(turn.created_at),
                    recording: None,
                });
            }
        }
    }
    for message in store.messages(id, "").await? {
        said.push(Said {
            who: if message.author == "worker" { "worker" } else { "notice" },
            name: message.name,
            text: message.text,
            at: message.at,
            recording: None,
        });
    }
    said.sort_by_key(|one| one.at);
    let holding = store.holding(id).await?;
    Ok(ConversationPage {
        id: id.to_owned(),
        community_id: placed.community_id,
        community_name: placed.community_name,
        channel: placed.channel,
        variety: placed.variety,
        holder: holding.holder,
        person_asked_at: holding.person_asked_at,
        said,
        calls: store.calls_of(id).await?,
        work_orders: store.orders_of_conversation(id).await?,
    })
}

pub(crate) async fn show(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<ConversationPage>> {
    let placed = find(&state, &who, Permission::ReadOrders, &id).await?;
    Ok(Json(page(&state, &who, &id, placed).await?))
}

pub(crate) async fn take(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<ConversationPage>> {
    let placed = find(&state, &who, Permission::WorkOnOrders, &id).await?;
    let store = state.assistant.store();
    let told = wording::taken_over(&who.account.name);
    let wait = state.assistant.holder_wait_ms();
    let taken = store.take_over(&id, &who.account.id, &told, now(), wait).await?;
    if !taken {
        let holder = store.holding(&id).await?.holder;
        if holder.as_ref().is_none_or(|holder| holder.id != who.account.id) {
            let name = holder.map_or_else(|| "别的同事".to_owned(), |holder| holder.name);
            return Err(Problem::conflict("taken", &format!("{name}已经接了这段对话。")));
        }
    }
    state.assistant.work_orders().changed();
    Ok(Json(page(&state, &who, &id, placed).await?))
}

pub(crate) async fn give_back(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<ConversationPage>> {
    let placed = find(&state, &who, Permission::WorkOnOrders, &id).await?;
    let store = state.assistant.store();
    let given = store.give_back(&id, &who.account.id, wording::GIVEN_BACK, now()).await?;
    if !given && store.holding(&id).await?.holder.is_some() {
        return Err(Problem::conflict("not_yours", "这段对话不在您手里，不能交还。"));
    }
    state.assistant.work_orders().changed();
    Ok(Json(page(&state, &who, &id, placed).await?))
}

#[derive(Deserialize)]
pub(crate) struct MessageRequest {
    request_id: String,
    text: String,
}

pub(crate) async fn say(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(request): Body<MessageRequest>,
) -> AppResult<Json<ConversationPage>> {
    let placed = find(&state, &who, Permission::WorkOnOrders, &id).await?;
    let text = request.text.trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(Problem::invalid("text_missing", "请写点内容，两千字以内。"));
    }
    let store = state.assistant.store();
    let holder = store.holding(&id).await?.holder;
    if holder.as_ref().is_none_or(|holder| holder.id != who.account.id) {
        return Err(Problem::conflict("not_yours", "请先接管这段对话，居民才知道是真人在说话。"));
    }
    let message = NewMessage {
        conversation_id: &id,
        author: "worker",
        account_id: Some(&who.account.id),
        work_order_id: None,
        text,
        client_id: &request.request_id,
    };
    store.say(&message, now()).await?;
    state.assistant.work_orders().changed();
    Ok(Json(page(&state, &who, &id, placed).await?))
}
