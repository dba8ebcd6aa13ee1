//! In and out.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::AppendHeaders;
use serde::Deserialize;

use super::me::Me;
use super::session::{cookie, no_cookie, token};
use crate::accounts::{SessionToken, token_digest};
use crate::http::AppState;
use crate::http::address::ClientAddress;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::store::{Actor, Attempt, now};

#[derive(Deserialize)]
pub(crate) struct SignIn {
    login: String,
    password: String,
}

type SetCookie = AppendHeaders<[(header::HeaderName, String); 1]>;

pub(crate) async fn sign_in(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(request): Body<SignIn>,
) -> AppResult<(SetCookie, Json<Me>)> {
    let store = state.assistant.store();
    let login = request.login.trim().to_lowercase();
    let account_id = password_of(&state, &login, &request.password, &address)
        .await?
        .map_err(|()| {
            Problem::unauthorized("wrong_login", "登录名或密码不对，请再试一次。忘了密码请找管理员重设。")
        })?;
    store.attempt_succeeded(&account_id, &Actor::account(&account_id, &address)).await?;
    let new = SessionToken::new();
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or_default();
    store
        .open_session(&account_id, &new.digest(), &address, agent, now())
        .await?;
    // Whoever signs in again leaves the session before.
    if let Some(old) = token(&headers) {
        store.end_session(&token_digest(old)).await?;
    }
    let account = store
        .find_account(&account_id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the account is gone"))?;
    let set_cookie = cookie(new.reveal(), state.desk.behind_proxy);
    Ok((
        AppendHeaders([(header::SET_COOKIE, set_cookie)]),
        Json(Me::of(&state, account).await?),
    ))
}

pub(crate) async fn sign_out(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> AppResult<(SetCookie, StatusCode)> {
    if let Some(token) = token(&headers) {
        state.assistant.store().end_session(&token_digest(token)).await?;
    }
    Ok((
        AppendHeaders([(header::SET_COOKIE, no_cookie())]),
        StatusCode::NO_CONTENT,
    ))
}

/// The account that this name and password belong to; refuses while it is locked.
///
/// Answers alike, and takes equally long, whether or not there is such an account.
pub(super) async fn password_of(
    state: &AppState,
    login: &str,
    password: &str,
    address: &str,
) -> AppResult<Result<String, ()>> {
    let store = state.assistant.store();
    let at = now();
    match store.begin_attempt(login, at).await? {
        Attempt::Locked(until) => Err(locked(until, at)),
        Attempt::Unknown { locked_until } => {
            state.desk.passwords.verify(password, None).await?;
            store.attempt_unknown(login, &Actor::stranger(address)).await?;
            refused(locked_until, at)
        }
        Attempt::Try {
            account_id,
            password_hash,
            locked_until,
        } => {
            if state.desk.passwords.verify(password, Some(&password_hash)).await? {
                return Ok(Ok(account_id));
            }
            store.attempt_failed(&account_id, &Actor::stranger(address)).await?;
            refused(locked_until, at)
        }
    }
}

fn refused(locked_until: Option<i64>, at: i64) -> AppResult<Result<String, ()>> {
    match locked_until {
        Some(until) => Err(locked(until, at)),
        None => Ok(Err(())),
    }
}

fn locked(until: i64, at: i64) -> Problem {
    let seconds = ((until - at).max(1000) / 1000).unsigned_abs();
    let minutes = seconds.div_ceil(60);
    Problem::wait(
        "locked",
        "账号暂时锁住了",
        &format!("密码错了太多次，账号先锁住，请过 {minutes} 分钟再试，或者请管理员重设密码。"),
        seconds,
    )
}
