//! Passages that do not go together.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};

use super::{SignedIn, gone, readable};
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::store::{Conflict, ConflictKind, Named, PassageRef};

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shown {
    #[default]
    Open,
    Dismissed,
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    community: String,
    #[serde(default)]
    state: Shown,
}

#[derive(Serialize)]
struct Value {
    text: String,
    what: String,
}

#[derive(Serialize)]
struct Side {
    edition: String,
    document_id: String,
    title: String,
    community: Named,
    ordinal: u32,
    locator: String,
    text: String,
    values: Vec<Value>,
    effective_on: Option<jiff::civil::Date>,
}

#[derive(Serialize)]
pub(crate) struct ConflictPage {
    id: String,
    kind: ConflictKind,
    similarity: f64,
    at: i64,
    state: Shown,
    note: String,
    left: Side,
    right: Side,
}

async fn page(state: &AppState, conflict: Conflict) -> AppResult<Option<ConflictPage>> {
    let values = |left: bool| {
        let one = |fact: &crate::store::Differing| Value {
            text: if left { fact.left.clone() } else { fact.right.clone() },
            what: fact.what.clone(),
        };
        conflict.differing.iter().map(one).collect::<Vec<_>>()
    };
    let left = side(state, &conflict.left, values(true)).await?;
    let right = side(state, &conflict.right, values(false)).await?;
    Ok(left.zip(right).map(|(left, right)| ConflictPage {
        id: conflict.id.clone(),
        kind: conflict.kind,
        similarity: conflict.similarity,
        at: conflict.at,
        state: if conflict.dismissed { Shown::Dismissed } else { Shown::Open },
        note: conflict.note.clone(),
        left,
        right,
    }))
}

async fn side(state: &AppState, place: &PassageRef, values: Vec<Value>) -> AppResult<Option<Side>> {
    let store = state.assistant.store();
    let Some(edition) = store.edition(&place.edition).await? else { return Ok(None) };
    let record = edition.record;
    let community = store.community(&record.community_id).await?;
    let passage = edition.passages.into_iter().find(|passage| passage.ordinal == place.ordinal);
    Ok(passage.map(|passage| Side {
        edition: place.edition.clone(),
        document_id: record.document_id,
        effective_on: record.metadata.effective_on.or(record.metadata.version_date),
        title: record.metadata.title,
        community: Named { id: community.id, name: community.name },
        ordinal: place.ordinal,
        locator: passage.locator,
        text: passage.text,
        values,
    }))
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> AppResult<Json<Vec<ConflictPage>>> {
    let store = state.assistant.store();
    let scopes = if wanted.community.is_empty() {
        who.require_scopes(Permission::WriteKnowledge)?
    } else {
        vec![readable(&who, store, &wanted.community).await?.path]
    };
    let dismissed = wanted.state == Shown::Dismissed;
    let mut pages = Vec::new();
    for conflict in store.conflicts(&scopes, dismissed, state.assistant.today()).await? {
        pages.extend(page(&state, conflict).await?);
    }
    Ok(Json(pages))
}

#[derive(Deserialize)]
pub(crate) struct Judgement {
    state: Shown,
    #[serde(default)]
    note: String,
}

pub(crate) async fn judge(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(judgement): Body<Judgement>,
) -> AppResult<Json<ConflictPage>> {
    let store = state.assistant.store();
    let conflict = store.conflict(&id).await?.ok_or_else(gone)?;
    let mut able = false;
    for place in [&conflict.left, &conflict.right] {
        let edition = store.edition(&place.edition).await?.ok_or_else(gone)?;
        let community = store.community(&edition.record.community_id).await?;
        able |= who.may(Permission::WriteKnowledge, &community.path);
    }
    if !able {
        return Err(super::super::session::not_allowed());
    }
    let note = judgement.note.trim();
    if judgement.state == Shown::Dismissed && note.is_empty() {
        return Err(Problem::invalid("note_missing", "请写一句为什么不算冲突，以后别人看得明白。"));
    }
    store.judge_conflict(&id, judgement.state == Shown::Dismissed, note, &who.actor()).await?;
    let conflict = store.conflict(&id).await?.ok_or_else(gone)?;
    Ok(Json(page(&state, conflict).await?.ok_or_else(gone)?))
}
