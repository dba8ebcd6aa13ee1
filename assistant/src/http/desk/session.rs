//! Who sends a request, by the cookie of the sign-in.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::accounts::{Permission, is_within, token_digest};
use crate::http::AppState;
use crate::http::address::ClientAddress;
use crate::http::problem::{AppResult, Problem};
use crate::store::{Account, Actor, Community, Store, now};

/// Name of the cookie.
const COOKIE: &str = "xiangyin_session";
/// What every key begins with.
pub(crate) const API_KEY_PREFIX: &str = "xyk_";
/// Longest time that a browser keeps it: as long as the session may last.
const KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Somebody who is signed in, though perhaps with a password that must be changed first.
pub(crate) struct AnySession {
    pub(crate) account: Account,
    /// Digest of the token, which is the session's name in the store.
    pub(crate) session: String,
    pub(crate) address: String,
}

/// Somebody who is signed in and may work.
pub(crate) struct SignedIn {
    pub(crate) account: Account,
    /// Digest of the token, which is the session's name in the store.
    pub(crate) session: String,
    pub(crate) address: String,
    /// Where a key was shown instead of a sign-in: what it is limited to.
    key: Option<KeyLimits>,
}

/// What a key may do, and where.
struct KeyLimits {
    path: String,
    permissions: Vec<Permission>,
}

impl FromRequestParts<AppState> for AnySession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let session = token(&parts.headers).map(token_digest).ok_or_else(not_signed_in)?;
        let account = state.assistant.store().signed_in(&session, now()).await?;
        Ok(Self {
            account: account.ok_or_else(not_signed_in)?,
            session,
            address: ClientAddress::of(parts, state.desk.behind_proxy).0,
        })
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        if let Some(token) = api_key(&parts.headers) {
            return Self::by_key(token, parts, state).await;
        }
        let session = AnySession::from_request_parts(parts, state).await?;
        if session.account.must_change {
            return Err(Problem::forbidden(
                "must_change_password",
                "这是一次性密码，请先改成自己的密码。",
            ));
        }
        Ok(Self {
            account: session.account,
            session: session.session,
            address: session.address,
            key: None,
        })
    }
}

impl AnySession {
    /// For the audit trail.
    pub(crate) fn actor(&self) -> Actor {
        Actor::account(&self.account.id, &self.address)
    }
}

impl SignedIn {
    /// Another program, in the name of whoever made its key.
    async fn by_key(token: &str, parts: &Parts, state: &AppState) -> Result<Self, Problem> {
        let store = state.assistant.store();
        let digest = token_digest(token);
        let refused = || Problem::unauthorized("bad_api_key", "这把密钥不对、过期了或已被删除。");
        let key = store.shown_api_key(&digest, state.assistant.today()).await?.ok_or_else(refused)?;
        let maker = key.by.ok_or_else(refused)?;
        let account = store.find_account(&maker.id).await?.filter(|account| !account.disabled);
        Ok(Self {
            account: account.ok_or_else(refused)?,
            session: digest,
            address: ClientAddress::of(parts, state.desk.behind_proxy).0,
            key: Some(KeyLimits { path: key.path, permissions: key.permissions }),
        })
    }

    /// For the audit trail.
    pub(crate) fn actor(&self) -> Actor {
        Actor::account(&self.account.id, &self.address)
    }

    /// Whether the account may do this at the node with this path.
    pub(crate) fn may(&self, permission: Permission, path: &str) -> bool {
        let within = self.key.as_ref().is_none_or(|key| {
            key.permissions.contains(&permission) && is_within(path, &key.path)
        });
        within && self.account.may(permission, path)
    }

    /// Refuses where the account may not do this at the node with this path.
    pub(crate) fn require(&self, permission: Permission, path: &str) -> AppResult<()> {
        if self.may(permission, path) { Ok(()) } else { Err(not_allowed()) }
    }

    /// Refuses a key: this is for whoever signed in themselves.
    pub(crate) fn require_person(&self) -> AppResult<()> {
        if self.key.is_none() { Ok(()) } else { Err(not_allowed()) }
    }

    /// Refuses where the account holds no role at the node with this path.
    pub(crate) fn require_any(&self, path: &str) -> AppResult<()> {
        let reaches = self.key.is_none() && self.account.roles.iter().any(|held| is_within(path, &held.path));
        if reaches { Ok(()) } else { Err(not_allowed()) }
    }

    /// The node with this id, where the account may do this there.
    pub(crate) async fn require_at(
        &self,
        store: &Store,
        permission: Permission,
        community_id: &str,
    ) -> AppResult<Community> {
        let community = place(store, community_id).await?;
        self.require(permission, &community.path)?;
        Ok(community)
    }

    /// Paths of the highest nodes at and below which the account may do this; empty: nowhere.
    pub(crate) fn scopes(&self, permission: Permission) -> Vec<String> {
        let scopes = self.account.scopes(permission);
        let Some(key) = &self.key else { return scopes };
        if self.may(permission, &key.path) {
            return vec![key.path.clone()];
        }
        // The account reaches only parts of what the key is for.
        scopes.into_iter().filter(|path| self.may(permission, path)).collect()
    }

    /// The same; refuses where there are none.
    pub(crate) fn require_scopes(&self, permission: Permission) -> AppResult<Vec<String>> {
        let scopes = self.scopes(permission);
        if scopes.is_empty() { Err(not_allowed()) } else { Ok(scopes) }
    }
}

/// The node with this id.
pub(crate) async fn place(store: &Store, id: &str) -> AppResult<Community> {
    store
        .find_community(id)
        .await?
        .ok_or_else(|| Problem::not_found("no_such_place", "没有这个地方，可能已经改了名，请刷新页面。"))
}

/// Header that lets the browser keep the token, out of reach of scripts and of other sites.
pub(crate) fn cookie(token: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={KEPT_SECONDS}{secure}")
}

/// Header that lets the browser forget it.
pub(crate) fn no_cookie() -> String {
    format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// The key that a program shows: `Authorization: Bearer xyk_…`.
fn api_key(headers: &HeaderMap) -> Option<&str> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let token = shown.strip_prefix("Bearer ")?.trim();
    token.starts_with(API_KEY_PREFIX).then_some(token)
}

/// The token that a request shows.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
        .filter(|token| !token.is_empty())
}

pub(crate) fn not_allowed() -> Problem {
    Problem::forbidden("not_allowed", "您的角色在这里不能做这件事，需要的话请找管理员。")
}

fn not_signed_in() -> Problem {
    Problem::unauthorized("not_signed_in", "请先登录。登录可能已经过期。")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert_eq!(token(&headers), None);
        headers.append(header::COOKIE, "theme=dark; xiangyin_session=abc".parse().unwrap());
        headers.append(header::COOKIE, "lang=zh".parse().unwrap());
        assert_eq!(token(&headers), Some("abc"));
        headers.insert(header::COOKIE, "xiangyin_session=".parse().unwrap());
        assert_eq!(token(&headers), None);
        assert!(cookie("abc", true).ends_with("; Secure"));
        assert!(!cookie("abc", false).contains("Secure"));
    }
}
