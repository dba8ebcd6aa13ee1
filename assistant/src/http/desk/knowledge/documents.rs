//! Documents with their editions.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pages::DraftPage;
use super::{SignedIn, gone, readable};
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::store::{
    AuditFilter, DocumentCounts, DocumentFilter, DocumentKind, DocumentLine, DocumentRecord, EditionLine,
    Person, Publication, Shown,
};

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    community: String,
    #[serde(default)]
    q: String,
    kind: Option<DocumentKind>,
    #[serde(default)]
    show: Shown,
    #[serde(default)]
    category: String,
    #[serde(default)]
    after: String,
    limit: Option<u32>,
}

#[derive(Serialize)]
pub(crate) struct DocumentList {
    documents: Vec<DocumentLine>,
    total: i64,
    after: Option<String>,
    counts: DocumentCounts,
    categories: Vec<String>,
}

/// Most documents of one page.
const MOST: u32 = 200;

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> AppResult<Json<DocumentList>> {
    let store = state.assistant.store();
    let scopes = if wanted.community.is_empty() {
        who.require_scopes(Permission::WriteKnowledge)?
    } else {
        vec![readable(&who, store, &wanted.community).await?.path]
    };
    let offset: u32 = wanted.after.parse().unwrap_or(0);
    let filter = DocumentFilter {
        scopes,
        shown: wanted.show,
        text: wanted.q,
        kind: wanted.kind,
        category: wanted.category,
        today: state.assistant.today(),
        soon: state.editor.soon(),
        offset,
        limit: wanted.limit.unwrap_or(50).clamp(1, MOST),
    };
    let (documents, total) = store.documents(&filter).await?;
    let next = offset + documents.len() as u32;
    Ok(Json(DocumentList {
        after: (i64::from(next) < total).then(|| next.to_string()),
        counts: store.document_counts(&filter).await?,
        categories: store.document_categories(&filter.scopes).await?,
        documents,
        total,
    }))
}

#[derive(Serialize)]
struct MayDocument {
    write: bool,
    publish: bool,
}

#[derive(Serialize)]
pub(crate) struct DocumentPage {
    document: DocumentLine,
    editions: Vec<EditionLine>,
    draft: Option<DraftPage>,
    may: MayDocument,
}

async fn find(state: &AppState, id: &str) -> AppResult<DocumentRecord> {
    state.assistant.store().document(id).await?.ok_or_else(gone)
}

async fn page(state: &AppState, who: &SignedIn, id: &str) -> AppResult<Json<DocumentPage>> {
    let store = state.assistant.store();
    let today = state.assistant.today();
    let line = store.document_line(id, today, state.editor.soon()).await?.ok_or_else(gone)?;
    let community = readable(who, store, &line.community.id).await?;
    let draft = match &line.draft {
        Some(draft) => match store.draft(&draft.id).await? {
            Some(draft) => Some(DraftPage::new(state, who, draft).await?),
            None => None,
        },
        None => None,
    };
    Ok(Json(DocumentPage {
        editions: store.editions(id, today).await?,
        draft,
        may: MayDocument {
            write: who.may(Permission::WriteKnowledge, &community.path),
            publish: who.may(Permission::PublishKnowledge, &community.path),
        },
        document: line,
    }))
}

pub(crate) async fn show(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<DocumentPage>> {
    page(&state, &who, &id).await
}

pub(crate) async fn open_draft(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<DraftPage>> {
    let store = state.assistant.store();
    let today = state.assistant.today();
    let line = store.document_line(&id, today, today).await?.ok_or_else(gone)?;
    who.require_at(store, Permission::WriteKnowledge, &line.community.id).await?;
    let draft = state.editor.open_draft(&id, &who.actor()).await?.ok_or_else(gone)?;
    Ok(Json(DraftPage::new(&state, &who, draft).await?))
}

#[derive(Deserialize)]
pub(crate) struct Withdrawal {
    #[serde(default)]
    reason: String,
}

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;

fn reason(text: &str) -> AppResult<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_REASON {
        return Err(Problem::invalid("reason_missing", "请写一句原因（500 字以内），以后查得到。"));
    }
    Ok(text)
}

pub(crate) async fn withdraw(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(withdrawal): Body<Withdrawal>,
) -> AppResult<Json<DocumentPage>> {
    let record = find(&state, &id).await?;
    who.require_at(state.assistant.store(), Permission::PublishKnowledge, &record.community_id).await?;
    state.editor.withdraw(&id, reason(&withdrawal.reason)?, &who.actor()).await?;
    page(&state, &who, &id).await
}

#[derive(Deserialize)]
pub(crate) struct RollBack {
    edition: String,
    #[serde(default)]
    reason: String,
}

pub(crate) async fn roll_back(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(wanted): Body<RollBack>,
) -> AppResult<Json<DocumentPage>> {
    let store = state.assistant.store();
    let record = find(&state, &id).await?;
    who.require_at(store, Permission::PublishKnowledge, &record.community_id).await?;
    let editions = store.editions(&id, state.assistant.today()).await?;
    if !editions.iter().any(|edition| edition.id == wanted.edition) {
        return Err(Problem::not_found("no_such_edition", "这份文件没有这个版本，请刷新页面。"));
    }
    let done = state.editor.roll_back(&id, &wanted.edition, reason(&wanted.reason)?, &who.actor()).await?;
    match done {
        Publication::Published { .. } => page(&state, &who, &id).await,
        Publication::TitleTaken => {
            Err(Problem::conflict("title_taken", "这个地方已有另一份同名文件，请先改名。"))
        }
        Publication::Stale(_) | Publication::Gone => Err(gone()),
    }
}

#[derive(Serialize)]
pub(crate) struct HistoryLine {
    at: i64,
    by: Option<Person>,
    action: String,
    detail: Value,
}

pub(crate) async fn history(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<Vec<HistoryLine>>> {
    let store = state.assistant.store();
    let today = state.assistant.today();
    let line = store.document_line(&id, today, today).await?.ok_or_else(gone)?;
    readable(&who, store, &line.community.id).await?;
    let filter = AuditFilter { subject: Some(format!("document:{id}")), limit: 200, ..AuditFilter::default() };
    let events = store.audit_events(&filter).await?;
    let line = |event: crate::store::AuditEvent| HistoryLine {
        at: event.at,
        by: event.by,
        action: event.action,
        detail: event.details,
    };
    Ok(Json(events.into_iter().map(line).collect()))
}

#[derive(Deserialize)]
pub(crate) struct Place {
    community: String,
}

/// Who may write knowledge at a node.
pub(crate) async fn editors(
    State(state): State<AppState>,
    who: SignedIn,
    Query(place): Query<Place>,
) -> AppResult<Json<Vec<Person>>> {
    let store = state.assistant.store();
    let community = readable(&who, store, &place.community).await?;
    let accounts = store.accounts().await?.into_iter();
    let able = accounts.filter(|account| !account.disabled && account.may(Permission::WriteKnowledge, &community.path));
    Ok(Json(able.map(|account| account.person()).collect()))
}
