//! What residents asked in vain.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};

use super::{SignedIn, readable};
use crate::accounts::Permission;
use crate::editor::GapPage;
use crate::http::AppState;
use crate::http::body::{Body, filled, given};
use crate::http::problem::{AppResult, Problem};
use crate::store::{Gap, GapState};

/// Gaps of one page: each is searched for.
const PAGE: usize = 20;

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shown {
    #[default]
    Open,
    Mine,
    NotOurs,
    Answered,
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    community: String,
    #[serde(default)]
    state: Shown,
    #[serde(default)]
    after: String,
}

#[derive(Default, Serialize)]
struct Counts {
    open: usize,
    mine: usize,
    not_ours: usize,
    answered: usize,
}

#[derive(Serialize)]
pub(crate) struct GapList {
    gaps: Vec<GapPage>,
    after: Option<String>,
    counts: Counts,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> AppResult<Json<GapList>> {
    let store = state.assistant.store();
    let scopes = if wanted.community.is_empty() {
        who.require_scopes(Permission::WriteKnowledge)?
    } else {
        vec![readable(&who, store, &wanted.community).await?.path]
    };
    let all = store.gaps(&scopes, None).await?;
    let mine = |gap: &Gap| {
        gap.state == GapState::Open && gap.assignee.as_ref().is_some_and(|person| person.id == who.account.id)
    };
    let shown = |gap: &Gap, state: Shown| match state {
        Shown::Open => gap.state == GapState::Open,
        Shown::Mine => mine(gap),
        Shown::NotOurs => gap.state == GapState::NotOurs,
        Shown::Answered => gap.state == GapState::Answered,
    };
    let count = |state: Shown| all.iter().filter(|gap| shown(gap, state)).count();
    let counts = Counts {
        open: count(Shown::Open),
        mine: count(Shown::Mine),
        not_ours: count(Shown::NotOurs),
        answered: count(Shown::Answered),
    };
    let offset: usize = wanted.after.parse().unwrap_or(0);
    let total = count(wanted.state);
    let mut gaps = Vec::new();
    for gap in all.into_iter().filter(|gap| shown(gap, wanted.state)).skip(offset).take(PAGE) {
        gaps.push(state.editor.gap_page(gap).await?);
    }
    let next = offset + gaps.len();
    Ok(Json(GapList { after: (next < total).then(|| next.to_string()), gaps, counts }))
}

async fn find(state: &AppState, who: &SignedIn, id: &str) -> AppResult<Gap> {
    let gap = state.assistant.store().gap(id).await?;
    let gap = gap.ok_or_else(|| Problem::not_found("no_such_gap", "没有这个问题，可能已经并到别处了。"))?;
    who.require(Permission::WriteKnowledge, &gap.path)?;
    Ok(gap)
}

#[derive(Deserialize)]
pub(crate) struct GapEdit {
    state: Option<GapState>,
    #[serde(default, deserialize_with = "given")]
    assignee: Option<Option<String>>,
    note: Option<String>,
    question: Option<String>,
}

pub(crate) async fn edit(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(edit): Body<GapEdit>,
) -> AppResult<Json<GapPage>> {
    let store = state.assistant.store();
    let mut gap = find(&state, &who, &id).await?;
    if let Some(wanted) = edit.state {
        if wanted == GapState::Merged {
            return Err(Problem::invalid("bad_state", "合并请用“并到”。"));
        }
        gap.state = wanted;
    }
    if let Some(assignee) = edit.assignee {
        gap.assignee = match assignee {
            None => None,
            Some(id) => {
                let account = store.find_account(&id).await?;
                let able = account.filter(|account| account.may(Permission::WriteKnowledge, &gap.path));
                let able = able.ok_or_else(|| {
                    Problem::unprocessable("cannot_write", "这位同事在这里没有编辑知识的权限，请换一位。")
                })?;
                Some(able.person())
            }
        };
    }
    if let Some(note) = edit.note {
        gap.note = note.trim().chars().take(1_000).collect();
    }
    if let Some(question) = filled(edit.question) {
        gap.question = question.chars().take(200).collect();
    }
    store.edit_gap(&gap, &who.actor()).await?;
    Ok(Json(state.editor.gap_page(gap).await?))
}

#[derive(Deserialize)]
pub(crate) struct Merge {
    into: String,
}

pub(crate) async fn merge(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(merge): Body<Merge>,
) -> AppResult<Json<GapPage>> {
    let from = find(&state, &who, &id).await?;
    let into = find(&state, &who, &merge.into).await?;
    if from.id == into.id {
        return Err(Problem::invalid("same_gap", "不能并到自己。"));
    }
    let store = state.assistant.store();
    store.merge_gaps(&from, &into, &who.actor()).await?;
    let into = find(&state, &who, &into.id).await?;
    Ok(Json(state.editor.gap_page(into).await?))
}
