//! Accounts: who works here and what each may do.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::SignedIn;
use super::session::{not_allowed, place};
use crate::accounts::{Permission, Role, check_login, is_within, one_time_password};
use crate::http::AppState;
use crate::http::body::{Body, filled, given};
use crate::http::problem::{AppResult, Problem};
use crate::store::{Account, AccountEdit, NewAccount, Store};

/// Longest name, telephone number or address.
const LONGEST: usize = 100;

#[derive(Deserialize)]
pub(crate) struct Where {
    community: Option<String>,
}

/// The accounts that whoever asks may see; with a node, those that have to do with it: held at it,
/// above it or below it.
pub(crate) async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(at): Query<Where>,
) -> AppResult<Json<Vec<Account>>> {
    let store = state.assistant.store();
    let scopes = signed_in.require_scopes(Permission::ReadAccounts)?;
    let manages = !signed_in.scopes(Permission::ManageAccounts).is_empty();
    let mut accounts = store.accounts().await?;
    if let Some(id) = filled(at.community) {
        let node = signed_in.require_at(store, Permission::ReadAccounts, &id).await?;
        accounts.retain(|account| {
            account.roles.iter().any(|held| {
                is_within(&held.path, &node.path) || is_within(&node.path, &held.path)
            })
        });
    } else {
        accounts.retain(|account| {
            let inside = account
                .roles
                .iter()
                .any(|held| scopes.iter().any(|scope| is_within(&held.path, scope)));
            inside || (manages && account.roles.is_empty())
        });
    }
    Ok(Json(accounts))
}

#[derive(Deserialize)]
pub(crate) struct RoleAt {
    community_id: String,
    role: Role,
}

#[derive(Deserialize)]
pub(crate) struct NewPerson {
    login: String,
    name: String,
    phone: Option<String>,
    email: Option<String>,
    #[serde(default)]
    roles: Vec<RoleAt>,
}

#[derive(Serialize)]
pub(crate) struct Added {
    account: Account,
    /// Shown this once.
    password: String,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Body(new): Body<NewPerson>,
) -> AppResult<(StatusCode, Json<Added>)> {
    let store = state.assistant.store();
    signed_in.require_scopes(Permission::ManageAccounts)?;
    let login = check_login(&new.login)
        .map_err(|problem| Problem::invalid("bad_login", &problem.to_string()))?;
    let name = name(new.name)?;
    let roles = allowed_roles(store, &signed_in, new.roles).await?;
    let password = one_time_password();
    let new = NewAccount {
        login,
        name,
        phone: short(filled(new.phone))?,
        email: short(filled(new.email))?,
        roles,
        password_hash: state.desk.passwords.hash(&password).await?,
    };
    let account = store.add_account(&new, &signed_in.actor()).await?.ok_or_else(|| {
        Problem::conflict("login_taken", "这个登录名已经有人用了，请换一个。")
    })?;
    Ok((StatusCode::CREATED, Json(Added { account, password })))
}

#[derive(Deserialize)]
pub(crate) struct Edit {
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    phone: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    email: Option<Option<String>>,
    roles: Option<Vec<RoleAt>>,
    disabled: Option<bool>,
}

pub(crate) async fn edit(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Body(edit): Body<Edit>,
) -> AppResult<Json<Account>> {
    let store = state.assistant.store();
    managed(store, &signed_in, &id).await?;
    if signed_in.account.id == id && (edit.roles.is_some() || edit.disabled == Some(true)) {
        return Err(Problem::forbidden(
            "own_account",
            "不能改自己的角色，也不能停用自己，请让另一位管理员来改。",
        ));
    }
    let edit = AccountEdit {
        name: edit.name.map(name).transpose()?,
        phone: edit.phone.map(|phone| short(filled(phone))).transpose()?,
        email: edit.email.map(|email| short(filled(email))).transpose()?,
        roles: match edit.roles {
            Some(roles) => Some(allowed_roles(store, &signed_in, roles).await?),
            None => None,
        },
        disabled: edit.disabled,
    };
    let account = store.edit_account(&id, &edit, &signed_in.actor()).await?;
    Ok(Json(account.ok_or_else(no_such_account)?))
}

#[derive(Serialize)]
pub(crate) struct NewPassword {
    /// Shown this once.
    password: String,
}

pub(crate) async fn reset_password(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<NewPassword>> {
    let store = state.assistant.store();
    managed(store, &signed_in, &id).await?;
    if signed_in.account.id == id {
        return Err(Problem::forbidden("own_account", "自己的密码请在“修改密码”里改。"));
    }
    let password = one_time_password();
    let hash = state.desk.passwords.hash(&password).await?;
    store.reset_password(&id, &hash, &signed_in.actor()).await?;
    Ok(Json(NewPassword { password }))
}

/// Refuses unless every role of the account stands where whoever asks manages accounts: a password
/// reset must not open what its maker could not open before.
async fn managed(store: &Store, signed_in: &SignedIn, id: &str) -> AppResult<()> {
    signed_in.require_scopes(Permission::ManageAccounts)?;
    let account = store.find_account(id).await?.ok_or_else(no_such_account)?;
    let below = account
        .roles
        .iter()
        .all(|held| signed_in.may(Permission::ManageAccounts, &held.path));
    if below { Ok(()) } else { Err(not_allowed()) }
}

/// The roles as the store wants them; refuses one at a node where whoever asks may give none.
async fn allowed_roles(
    store: &Store,
    signed_in: &SignedIn,
    roles: Vec<RoleAt>,
) -> AppResult<Vec<(String, Role)>> {
    let mut allowed = Vec::with_capacity(roles.len());
    for RoleAt { community_id, role } in roles {
        let node = place(store, &community_id).await?;
        signed_in.require(Permission::ManageAccounts, &node.path)?;
        allowed.push((community_id, role));
    }
    Ok(allowed)
}

fn name(name: String) -> AppResult<String> {
    short(filled(Some(name)))?
        .ok_or_else(|| Problem::invalid("no_name", "请填写姓名，别人看到的就是这个名字。"))
}

fn short(text: Option<String>) -> AppResult<Option<String>> {
    match text {
        Some(text) if text.chars().count() > LONGEST => Err(Problem::invalid(
            "too_long",
            "姓名、电话或邮箱太长了，最多 100 个字。",
        )),
        other => Ok(other),
    }
}

fn no_such_account() -> Problem {
    Problem::not_found("no_such_account", "没有这个账号，请刷新页面。")
}
