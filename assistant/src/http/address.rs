//! Where a request comes from.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;

use super::AppState;

/// Network address of the caller; behind a proxy, the one that the proxy names.
pub(crate) struct ClientAddress(pub(crate) String);

impl ClientAddress {
    pub(crate) fn of(parts: &Parts, behind_proxy: bool) -> Self {
        let forwarded = || {
            let named = parts.headers.get("x-forwarded-for")?.to_str().ok()?;
            Some(named.split(',').next()?.trim().chars().take(64).collect())
        };
        let peer = || {
            let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
            Some(peer.ip().to_string())
        };
        let address = if behind_proxy { forwarded().or_else(peer) } else { peer() };
        Self(address.unwrap_or_default())
    }
}

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self::of(parts, state.desk.behind_proxy))
    }
}
