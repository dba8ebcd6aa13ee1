//! What is being written.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use knowledge::Metadata;
use knowledge::document::RevisedPassage;
use serde::{Deserialize, Serialize};

use super::pages::{AnswerPage, DraftPage};
use super::{SignedIn, gone, readable};
use crate::accounts::Permission;
use crate::editor::{CheckRun, Editor, Wanted, may};
use crate::http::AppState;
use crate::http::body::{Body, filled};
use crate::http::problem::{AppResult, Problem};
use crate::privacy::mask_text;
use crate::store::{Community, DocumentKind, Draft, DraftChange, DraftState, Publication};

#[derive(Deserialize)]
pub(crate) struct Begin {
    kind: DocumentKind,
    community_id: String,
    title: Option<String>,
    text: Option<String>,
    question: Option<String>,
    answer: Option<String>,
    /// Number of a finished work order.
    order: Option<String>,
    passage: Option<PassageName>,
    gap: Option<String>,
}

#[derive(Deserialize)]
struct PassageName {
    edition: String,
    ordinal: u32,
}

pub(crate) async fn begin(
    State(state): State<AppState>,
    who: SignedIn,
    Body(begin): Body<Begin>,
) -> AppResult<(StatusCode, Json<DraftPage>)> {
    let store = state.assistant.store();
    let community = who.require_at(store, Permission::WriteKnowledge, &begin.community_id).await?;
    let draft = match begin.kind {
        DocumentKind::Document => {
            let Some(text) = filled(begin.text) else {
                return Err(Problem::invalid("text_missing", "请先粘贴或写上正文。"));
            };
            let title = filled(begin.title).unwrap_or_default();
            state.editor.paste(&community.id, &title, &text, &who.actor()).await?
        }
        DocumentKind::Answer => {
            let mut question = filled(begin.question).unwrap_or_default();
            let mut answer = filled(begin.answer).unwrap_or_default();
            let mut sources = Vec::new();
            if let Some(number) = filled(begin.order) {
                let order = super::super::order_page::find(&state, &who, &number).await?;
                if question.is_empty() {
                    question = mask_text(&order.question);
                }
                if answer.is_empty() {
                    answer = order.answer.as_deref().map(mask_text).unwrap_or_default();
                }
            }
            if let Some(passage) = begin.passage {
                let edition = store.edition(&passage.edition).await?.ok_or_else(gone)?;
                let found = edition.passages.into_iter().find(|one| one.ordinal == passage.ordinal);
                let found = found.ok_or_else(gone)?;
                if answer.is_empty() {
                    answer = found.text;
                }
                sources.push(knowledge::SourceRef { edition_id: passage.edition, ordinal: passage.ordinal });
            }
            let gap = match filled(begin.gap) {
                Some(id) => store.gap(&id).await?,
                None => None,
            };
            if let Some(gap) = &gap
                && question.is_empty()
            {
                question = mask_text(&gap.question);
            }
            let answer = knowledge::PreparedAnswer {
                questions: vec![if question.is_empty() { "（请写问题）".to_owned() } else { question }],
                answer,
                passage: 0,
                spoken: None,
                sources,
            };
            state.editor.begin_answer(&community.id, answer, gap.map(|gap| gap.id), &who.actor()).await?
        }
    };
    Ok((StatusCode::CREATED, Json(DraftPage::new(&state, &who, draft).await?)))
}

async fn find(state: &AppState, who: &SignedIn, id: &str) -> AppResult<(Draft, Community)> {
    let store = state.assistant.store();
    let draft = store.draft(id).await?.ok_or_else(gone)?;
    let community = readable(who, store, &draft.community_id).await?;
    Ok((draft, community))
}

pub(crate) async fn show(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<DraftPage>> {
    let (draft, _) = find(&state, &who, &id).await?;
    Ok(Json(DraftPage::new(&state, &who, draft).await?))
}

#[derive(Deserialize)]
struct PassageWanted {
    from: Option<u32>,
    #[serde(default)]
    headings: Vec<String>,
    #[serde(default)]
    locator: String,
    text: String,
}

#[derive(Deserialize)]
pub(crate) struct Writing {
    version: i64,
    community_id: String,
    metadata: Metadata,
    #[serde(default)]
    passages: Vec<PassageWanted>,
    #[serde(default)]
    answers: Vec<AnswerPage>,
}

pub(crate) async fn write(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(writing): Body<Writing>,
) -> AppResult<Json<DraftPage>> {
    let store = state.assistant.store();
    let (draft, community) = find(&state, &who, &id).await?;
    who.require(Permission::WriteKnowledge, &community.path)?;
    if writing.community_id != draft.community_id {
        who.require_at(store, Permission::WriteKnowledge, &writing.community_id).await?;
    }
    if writing.version != draft.version {
        return Err(changed(&state, &draft).await?);
    }
    let wanted = Wanted {
        community_id: writing.community_id,
        metadata: writing.metadata,
        passages: writing
            .passages
            .into_iter()
            .map(|passage| RevisedPassage {
                from: passage.from,
                headings: passage.headings,
                locator: passage.locator,
                text: passage.text,
            })
            .collect(),
        answers: writing.answers.into_iter().map(AnswerPage::into_answer).collect(),
    };
    let place = wanted.community_id.clone();
    let content = Editor::revised(&draft, wanted)?;
    let change = store.write_draft(&id, writing.version, &place, &content, &who.actor()).await?;
    answered(&state, &who, change).await
}

async fn answered(state: &AppState, who: &SignedIn, change: DraftChange) -> AppResult<Json<DraftPage>> {
    match change {
        DraftChange::Changed(draft) => Ok(Json(DraftPage::new(state, who, *draft).await?)),
        DraftChange::Stale(draft) => Err(changed(state, &draft).await?),
        DraftChange::Gone => Err(gone()),
    }
}

/// Who was quicker, so that nobody's work is overwritten.
async fn changed(state: &AppState, draft: &Draft) -> AppResult<Problem> {
    let by = match &draft.updated_by {
        Some(id) => state.assistant.store().find_account(id).await?.map(|account| account.name),
        None => None,
    };
    let who = by.unwrap_or_else(|| "别人".to_owned());
    Ok(Problem::conflict(
        "changed_meanwhile",
        &format!("{who}刚刚改过这份草稿。您的改动还在页面上：请打开新的一版，对照着把您的改动加进去。"),
    ))
}

#[derive(Deserialize)]
pub(crate) struct AtVersion {
    version: i64,
}

pub(crate) async fn discard(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(at): Query<AtVersion>,
) -> AppResult<StatusCode> {
    let (draft, community) = find(&state, &who, &id).await?;
    who.require(Permission::WriteKnowledge, &community.path)?;
    match state.assistant.store().discard_draft(&draft.id, at.version, &who.actor()).await? {
        DraftChange::Stale(draft) => Err(changed(&state, &draft).await?),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    Submit,
    TakeBack,
    SendBack,
    Approve,
    Publish,
}

#[derive(Deserialize)]
pub(crate) struct StepWanted {
    version: i64,
    #[serde(rename = "move")]
    step: Step,
    note: Option<String>,
    publish_on: Option<Date>,
}

#[derive(Serialize)]
pub(crate) struct StepPage {
    draft: Option<DraftPage>,
    edition: Option<String>,
    document_id: Option<String>,
}

pub(crate) async fn make_move(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(wanted): Body<StepWanted>,
) -> AppResult<Json<StepPage>> {
    let store = state.assistant.store();
    let (draft, community) = find(&state, &who, &id).await?;
    let four_eyes = store.four_eyes(&community.path).await?;
    let allowed = may(
        &draft,
        Some(&who.account.id),
        who.may(Permission::WriteKnowledge, &community.path),
        who.may(Permission::PublishKnowledge, &community.path),
        four_eyes,
    );
    if wanted.version != draft.version {
        return Err(changed(&state, &draft).await?);
    }
    let note = filled(wanted.note);
    let refuse = |told: &str| Err(Problem::forbidden("not_allowed", told));
    let next = match wanted.step {
        Step::Submit if !allowed.submit => return refuse("现在不能提交：草稿已经提交过，或者您没有编辑的权限。"),
        Step::Submit => DraftState::InReview,
        Step::TakeBack if !allowed.write => return refuse("您没有编辑的权限。"),
        Step::TakeBack => DraftState::Draft,
        Step::SendBack if !who.may(Permission::PublishKnowledge, &community.path) => {
            return refuse("退回要由审核员或管理员来做。");
        }
        Step::SendBack if note.is_none() => {
            return Err(Problem::invalid("note_missing", "请写一句要改什么，编辑才知道。"));
        }
        Step::SendBack => DraftState::Draft,
        Step::Approve | Step::Publish => {
            if let Some(why) = allowed.why_not_publish {
                let code = if who.may(Permission::PublishKnowledge, &community.path) { "four_eyes" } else { "not_allowed" };
                return Err(Problem::forbidden(code, why));
            }
            if wanted.publish_on.is_none_or(|day| day <= state.assistant.today()) {
                return publish(&state, &who, &draft, note.as_deref()).await;
            }
            DraftState::Scheduled
        }
    };
    let day = wanted.publish_on.filter(|_| next == DraftState::Scheduled);
    let change =
        store.move_draft(&id, wanted.version, next, day, note.as_deref(), &who.actor()).await?;
    let Json(page) = answered(&state, &who, change).await?;
    Ok(Json(StepPage { draft: Some(page), edition: None, document_id: draft.document_id }))
}

async fn publish(state: &AppState, who: &SignedIn, draft: &Draft, note: Option<&str>) -> AppResult<Json<StepPage>> {
    match state.editor.publish(draft, note, &who.actor()).await? {
        Publication::Published { document_id, edition_id } => Ok(Json(StepPage {
            draft: None,
            edition: Some(edition_id),
            document_id: Some(document_id),
        })),
        Publication::Stale(draft) => Err(changed(state, &draft).await?),
        Publication::TitleTaken => {
            Err(Problem::conflict("title_taken", "这个地方已有另一份同名文件，请改一下标题。"))
        }
        Publication::Gone => Err(gone()),
    }
}

#[derive(Serialize)]
pub(crate) struct PreviewPage {
    checks: CheckRun,
}

/// The checks of the scope, without and with this draft.
pub(crate) async fn preview(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<PreviewPage>> {
    let (draft, community) = find(&state, &who, &id).await?;
    let checks =
        state.editor.run_kept_checks(&community.id, &community.path, Some(&draft), &who.actor()).await?;
    Ok(Json(PreviewPage { checks }))
}

/// Ways of asking that residents used, for a person to accept one by one.
pub(crate) async fn aliases(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<crate::editor::Aliases>> {
    let (draft, community) = find(&state, &who, &id).await?;
    who.require(Permission::WriteKnowledge, &community.path)?;
    Ok(Json(state.editor.aliases(&draft).await?))
}
