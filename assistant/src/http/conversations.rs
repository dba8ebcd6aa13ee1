//! Conversations: open, fetch again, rate.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use dialects::Variety;
use serde::{Deserialize, Serialize};

use super::problem::{AppResult, Problem};
use super::{AppState, origin};
use crate::conversation::{
    Composition, Disposition, FiledWorkOrder, Rating, Reason, Sentence, Source, Turn,
};
use crate::store::{Conversation, Message};

#[derive(Deserialize)]
pub(crate) struct OpenRequest {
    community: Option<String>,
    #[serde(default)]
    channel: Channel,
    /// Dialect that the resident chose, by id or name; that of the community if left out.
    variety: Option<String>,
}

/// The way a resident comes.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Channel {
    #[default]
    Widget,
    Web,
    Kiosk,
    Cli,
}

impl Channel {
    fn name(self) -> &'static str {
        match self {
            Self::Widget => "widget",
            Self::Web => "web",
            Self::Kiosk => "kiosk",
            Self::Cli => "cli",
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Opened {
    id: String,
    token: String,
    greeting: String,
}

pub(crate) async fn open(
    State(state): State<AppState>,
    headers: HeaderMap,
    Json(request): Json<OpenRequest>,
) -> AppResult<(StatusCode, Json<Opened>)> {
    let id = request
        .community
        .unwrap_or_else(|| state.assistant.default_community().to_owned());
    let Some(community) = state.assistant.store().find_community(&id).await? else {
        return Err(Problem::not_found("no_such_community", "没有这个社区，请检查网页里的 data-community。"));
    };
    if !origin::may_open(&community, &headers) {
        return Err(Problem::forbidden(
            "site_not_allowed",
            "这个网站还没有获准使用本社区的助手，请社区管理员把网站地址加到允许名单里。",
        ));
    }
    let variety = variety(request.variety.as_deref())?;
    let opened = state.assistant.open(&id, request.channel.name(), variety).await?;
    Ok((
        StatusCode::CREATED,
        Json(Opened {
            id: opened.conversation.id,
            token: opened.token,
            greeting: opened.greeting,
        }),
    ))
}

/// A turn as the page draws it after a reload.
#[derive(Serialize)]
pub(crate) struct TurnPage {
    id: String,
    ordinal: u32,
    client_id: String,
    text: String,
    disposition: Option<Disposition>,
    reason: Option<Reason>,
    sentences: Vec<Sentence>,
    passages: Vec<Source>,
    work_order: Option<FiledWorkOrder>,
    suggestions: Vec<String>,
    understood: Option<String>,
    verified: bool,
    quoted: bool,
    rating: Option<Rating>,
    created_at: i64,
}

impl From<Turn> for TurnPage {
    fn from(turn: Turn) -> Self {
        let mut page = Self {
            id: turn.id,
            ordinal: turn.ordinal,
            client_id: turn.client_id,
            text: turn.text,
            disposition: None,
            reason: None,
            sentences: Vec::new(),
            passages: Vec::new(),
            work_order: None,
            suggestions: Vec::new(),
            understood: None,
            verified: false,
            quoted: false,
            rating: turn.rating,
            created_at: turn.created_at,
        };
        if let Some(reply) = turn.reply {
            page.disposition = Some(reply.disposition);
            page.reason = reply.reason;
            page.sentences = reply.sentences;
            page.passages = reply.sources;
            page.work_order = reply.work_order;
            page.suggestions = reply.suggestions;
            page.understood = reply.understood;
            page.verified = reply.composition == Composition::Verified;
            page.quoted = reply.composition == Composition::Quoted;
        }
        page
    }
}

#[derive(Serialize)]
pub(crate) struct ConversationPage {
    id: String,
    community: String,
    created_at: i64,
    turns: Vec<TurnPage>,
    /// What people and the community said beside the replies.
    messages: Vec<Message>,
    /// Name of the person who speaks with the resident; none: the machine answers.
    holder: Option<String>,
    /// Whether the resident waits for a person.
    waiting: bool,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> AppResult<Json<ConversationPage>> {
    let conversation = authorize(&state, &id, &headers).await?;
    let store = state.assistant.store();
    let turns = store.turns(&id).await?;
    let messages = store.messages(&id, "").await?;
    let holding = store.holding(&id).await?;
    Ok(Json(ConversationPage {
        id,
        community: conversation.community_id,
        created_at: conversation.created_at,
        turns: turns.into_iter().map(TurnPage::from).collect(),
        messages,
        holder: holding.holder.map(|holder| holder.name),
        waiting: holding.person_asked_at.is_some(),
    }))
}

/// The dialect that is meant; an empty name is none.
fn variety(name: Option<&str>) -> AppResult<Option<Variety>> {
    let named = name.filter(|name| !name.is_empty()).map(str::parse);
    named
        .transpose()
        .map_err(|_| Problem::invalid("no_such_variety", "没有这种方言，请换一种，或者不选。"))
}

#[derive(Deserialize)]
pub(crate) struct VarietyRequest {
    /// Id or name; none for that of the community.
    variety: Option<String>,
}

pub(crate) async fn choose_variety(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(request): Json<VarietyRequest>,
) -> AppResult<StatusCode> {
    authorize(&state, &id, &headers).await?;
    let chosen = variety(request.variety.as_deref())?.map(Variety::id);
    state.assistant.store().choose_variety(&id, chosen).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(crate) struct RatingRequest {
    rating: Option<Rating>,
    reason: Option<String>,
}

pub(crate) async fn rate(
    State(state): State<AppState>,
    Path((id, turn)): Path<(String, String)>,
    headers: HeaderMap,
    Json(request): Json<RatingRequest>,
) -> AppResult<StatusCode> {
    authorize(&state, &id, &headers).await?;
    let rated = state
        .assistant
        .store()
        .rate_turn(&id, &turn, request.rating, request.reason.as_deref())
        .await?;
    if rated {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("no_such_turn", "没有这条对话，请刷新页面再试。"))
    }
}

/// The conversation that the bearer token opens.
pub(crate) async fn authorize(
    state: &AppState,
    id: &str,
    headers: &HeaderMap,
) -> AppResult<Conversation> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    with_token(state, id, token).await
}

/// The conversation that this token opens.
pub(crate) async fn with_token(state: &AppState, id: &str, token: &str) -> AppResult<Conversation> {
    state
        .assistant
        .store()
        .conversation(id, token)
        .await?
        .ok_or_else(|| Problem::not_found("no_such_conversation", "这段对话打不开了，请开始新的对话。"))
}
