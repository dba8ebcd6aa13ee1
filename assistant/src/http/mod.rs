//! The server: pages and the API that the widget, the page and other programs speak.

mod assets;
mod communities;
mod conversations;
mod editions;
mod health;
mod origin;
mod problem;
mod turns;
mod work_orders;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::routing::{get, post, put};
use tokio::net::TcpListener;
use tower_governor::GovernorLayer;
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::key_extractor::{PeerIpKeyExtractor, SmartIpKeyExtractor};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{self, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use crate::config;
use crate::conversation::Assistant;

/// What every handler may use.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) assistant: Arc<Assistant>,
    pub(crate) instance: Arc<str>,
}

/// Largest request body: a long message, not a document.
const BODY_LIMIT: usize = 64 * 1024;

/// Binds the address; a taken port is told before anything slow is loaded.
pub async fn bind(listen: &str) -> Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!(
            "cannot listen on {listen}: is another Xiangyin running? \
             Stop it or choose another address with --set http.listen=127.0.0.1:8312"
        )
    })
}

/// Serves until `stop` resolves, then lets running requests end.
pub async fn serve(
    listener: TcpListener,
    assistant: Arc<Assistant>,
    instance: &str,
    settings: &config::Http,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let state = AppState {
        assistant,
        instance: instance.into(),
    };
    let router = router(state, settings)?;
    axum::serve(
        listener,
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(stop)
    .await?;
    Ok(())
}

fn router(state: AppState, settings: &config::Http) -> Result<Router> {
    // What costs a model or could be guessed is limited by address.
    let limited = Router::new()
        .route("/api/conversations", post(conversations::open))
        .route("/api/conversations/{id}/turns", post(turns::say))
        .route("/api/conversations/{id}/variety", put(conversations::choose_variety))
        .route("/api/work-orders/{number}", get(work_orders::show))
        .route("/api/work-orders/{number}/contact", put(work_orders::add));
    let limited = limit(limited, settings)?;

    let open = Router::new()
        .route("/api/health", get(health::show))
        .route("/api/conversations/{id}", get(conversations::show))
        .route(
            "/api/conversations/{id}/turns/{turn}/rating",
            put(conversations::rate),
        )
        .route("/api/editions/{id}", get(editions::show));

    // A site that is not allowed must be able to read that it is not.
    let everyone = Router::new()
        .route("/api/communities/{id}", get(communities::show))
        .layer(CorsLayer::new().allow_origin(cors::Any));

    Ok(limited
        .merge(open)
        .layer(origin::layer(state.clone()))
        .merge(everyone)
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(problem::from_panic))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            HeaderName::from_static("referrer-policy"),
            HeaderValue::from_static("same-origin"),
        ))
        .layer(TraceLayer::new_for_http())
        .with_state(state))
}

/// Lets one address send `messages_per_minute`, in bursts of a third of that.
fn limit(router: Router<AppState>, settings: &config::Http) -> Result<Router<AppState>> {
    let rate = settings.messages_per_minute.max(1);
    let period = Duration::from_secs(60) / rate;
    let burst = (rate / 3).max(5);
    let unfit = "http.messages_per_minute does not fit";
    Ok(if settings.behind_proxy {
        let config = GovernorConfigBuilder::default()
            .period(period)
            .burst_size(burst)
            .key_extractor(SmartIpKeyExtractor)
            .finish()
            .context(unfit)?;
        router.layer(GovernorLayer::new(config).error_handler(problem::from_limit))
    } else {
        let config = GovernorConfigBuilder::default()
            .period(period)
            .burst_size(burst)
            .key_extractor(PeerIpKeyExtractor)
            .finish()
            .context(unfit)?;
        router.layer(GovernorLayer::new(config).error_handler(problem::from_limit))
    })
}
