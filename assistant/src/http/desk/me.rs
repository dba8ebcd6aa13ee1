//! Who is signed in: what the account may reach, its password, its sessions.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::places::Place;
use super::session::AnySession;
use super::sign_in::password_of;
use super::SignedIn;
use crate::accounts::{PasswordProblem, check_password, reach};
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::store::{Account, Session, now, session_id};
use crate::work_orders::department::Department;
use crate::work_orders::{Kinds, Slot};

/// Who is signed in, and what the page needs to know at the start.
#[derive(Serialize)]
pub(crate) struct Me {
    account: Account,
    /// Nodes at which and below which the account holds any role.
    places: Vec<Place>,
    #[serde(flatten)]
    settings: DeskSettings,
}

impl Me {
    pub(super) async fn of(state: &AppState, account: Account) -> anyhow::Result<Self> {
        let store = state.assistant.store();
        Ok(Self {
            places: Place::below(store, &reach(&account.roles)).await?,
            account,
            settings: desk_settings(state.assistant.work_orders().kinds(), state.editor.fetches()),
        })
    }
}

/// What is the same for everybody at the desk.
#[derive(Serialize)]
pub(crate) struct DeskSettings {
    kinds: Vec<KindPage>,
    departments: Vec<&'static str>,
    outcomes: Vec<String>,
    /// Whether papers may be fetched from the internet.
    fetches_addresses: bool,
}

/// A kind of orders with what is asked about it.
#[derive(Serialize)]
struct KindPage {
    name: String,
    slots: Vec<Slot>,
    needs_review: bool,
}

/// Kinds of orders with their slots, departments and outcomes, as configured.
fn desk_settings(kinds: &Kinds, fetches_addresses: bool) -> DeskSettings {
    DeskSettings {
        kinds: kinds
            .kinds
            .iter()
            .map(|kind| KindPage {
                name: kind.name.clone(),
                slots: kinds.slots_of(&kind.name).into_iter().cloned().collect(),
                needs_review: kind.needs_review,
            })
            .collect(),
        departments: Department::ALL.iter().map(|one| one.name()).collect(),
        outcomes: kinds.outcomes.clone(),
        fetches_addresses,
    }
}

pub(crate) async fn show(State(state): State<AppState>, session: AnySession) -> AppResult<Json<Me>> {
    Ok(Json(Me::of(&state, session.account).await?))
}

#[derive(Deserialize)]
pub(crate) struct PasswordChange {
    old: String,
    new: String,
}

pub(crate) async fn change_password(
    State(state): State<AppState>,
    session: AnySession,
    Body(change): Body<PasswordChange>,
) -> AppResult<StatusCode> {
    let login = &session.account.login;
    check_password(login, &change.new)
        .and_then(|()| if change.new == change.old { Err(PasswordProblem::Same) } else { Ok(()) })
        .map_err(|problem| Problem::invalid("weak_password", &problem.to_string()))?;
    let account_id = password_of(&state, login, &change.old, &session.address)
        .await?
        .map_err(|()| Problem::forbidden("wrong_password", "旧密码不对，请再试一次。"))?;
    let hash = state.desk.passwords.hash(&change.new).await?;
    state
        .assistant
        .store()
        .change_password(&account_id, &hash, &session.session, &session.actor())
        .await?;
    state.desk.first_sign_in.changed(login)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A session of the account that asks.
#[derive(Serialize)]
pub(crate) struct OwnSession {
    #[serde(flatten)]
    session: Session,
    /// Whether it is the one that asks.
    current: bool,
}

pub(crate) async fn sessions(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> AppResult<Json<Vec<OwnSession>>> {
    signed_in.require_person()?;
    let own = session_id(&signed_in.session);
    let sessions = state.assistant.store().sessions(&signed_in.account.id, now()).await?;
    Ok(Json(
        sessions
            .into_iter()
            .map(|session| OwnSession {
                current: session.id == own,
                session,
            })
            .collect(),
    ))
}

pub(crate) async fn end_session(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> AppResult<StatusCode> {
    signed_in.require_person()?;
    if state.assistant.store().end_session_of(&signed_in.account.id, &id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("no_such_session", "这个登录已经结束了。"))
    }
}
