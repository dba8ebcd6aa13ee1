//! Which sites may carry the widget: each community names its own.

use axum::http::{HeaderMap, HeaderValue, Method, header, request};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::AppState;
use crate::store::Community;

/// Answers preflights for every site that some community allows.
pub(crate) fn layer(state: AppState) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::async_predicate(
            move |origin: HeaderValue, _parts: &request::Parts| {
                let store = state.assistant.store().clone();
                async move {
                    let Ok(origin) = origin.to_str() else { return false };
                    match store.communities().await {
                        Ok(communities) => communities
                            .iter()
                            .any(|community| community.allowed_origins.iter().any(|one| one == origin)),
                        Err(error) => {
                            tracing::error!(error = format!("{error:#}"), "allowed sites unknown");
                            false
                        }
                    }
                }
            },
        ))
        .allow_methods([Method::GET, Method::POST, Method::PUT])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .expose_headers([header::RETRY_AFTER])
}

/// Whether the site that sends this request may open conversations in the community: its own
/// pages always, others when the community allows them; programs name no site.
pub(crate) fn may_open(community: &Community, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return true };
    let own = origin
        .split_once("://")
        .is_some_and(|(_, host)| Some(host) == text(header::HOST));
    own || community.allowed_origins.iter().any(|one| one == origin)
}
