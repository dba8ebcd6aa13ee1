//! Which sites may carry the widget, each community naming its own, and which may write at the desk:
//! none but ours.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header, request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::AppState;
use super::problem::Problem;
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
    let Some(origin) = text(headers, header::ORIGIN) else { return true };
    is_own(origin, headers) || community.allowed_origins.iter().any(|one| one == origin)
}

/// Lets no page of another site write with the cookie of whoever looks at it.
pub(crate) async fn refuse_foreign_writes(request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let foreign = text(request.headers(), header::ORIGIN)
        .is_some_and(|origin| !is_own(origin, request.headers()));
    if !reads && foreign {
        let problem = Problem::forbidden("foreign_site", "只能在工作台自己的网页上操作。");
        return problem.into_response();
    }
    next.run(request).await
}

/// Whether a page from this site is one of our own.
fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    origin
        .split_once("://")
        .is_some_and(|(_, host)| Some(host) == text(headers, header::HOST))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
