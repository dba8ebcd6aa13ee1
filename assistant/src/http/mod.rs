//! The server: pages and the API that the widget, the page and other programs speak.

mod address;
mod api_docs;
mod assets;
mod audio_api;
mod body;
mod communities;
mod conversations;
mod desk;
mod editions;
mod health;
mod messages;
mod origin;
mod problem;
mod speech;
mod turns;
mod voice;
mod work_orders;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Response, header};
use axum::routing::{get, post, put};
use tokio::net::TcpListener;
use tower_governor::{GovernorError, GovernorLayer};
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::key_extractor::{PeerIpKeyExtractor, SmartIpKeyExtractor};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{self, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use crate::alerts::Deliverer;
use crate::config::{self, Config};
use crate::conversation::Assistant;
use crate::editor::Editor;
use crate::outreach::Outreaches;
use crate::voice::Voice;
use desk::Desk;

pub(crate) use communities::SERVICES;

/// What every handler may use.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) assistant: Arc<Assistant>,
    pub(crate) instance: Arc<str>,
    pub(crate) desk: Arc<desk::Desk>,
    pub(crate) editor: Editor,
    pub(crate) outreaches: Outreaches,
    pub(crate) voice: Arc<Voice>,
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
#[expect(clippy::too_many_arguments, reason = "everything that the program is made of meets here")]
pub async fn serve(
    listener: TcpListener,
    assistant: Arc<Assistant>,
    instance: &str,
    config: &Config,
    deliverer: Deliverer,
    editor: Editor,
    outreaches: Outreaches,
    voice: Arc<Voice>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let state = AppState {
        assistant,
        instance: instance.into(),
        desk: Arc::new(Desk::new(&config.data_dir, config.http.behind_proxy, deliverer)?),
        editor,
        outreaches,
        voice,
    };
    let router = router(state, &config.http)?;
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
        .route("/api/conversations/{id}/heard", post(voice::hear).layer(DefaultBodyLimit::max(voice::UPLOAD_LIMIT)))
        .route("/api/conversations/{id}/variety", put(conversations::choose_variety))
        .route("/api/conversations/{id}/speech", post(speech::say))
        .route("/api/work-orders/{number}", get(work_orders::show))
        .route("/api/work-orders/{number}/contact", put(work_orders::add))
        .route("/api/work-orders/{number}/survey", put(work_orders::judge))
        .route("/api/work-orders/{number}/reopen", post(work_orders::reopen));
    let limited = limit(limited, settings.messages_per_minute, settings, problem::from_limit)?;
    let sign_in = limit(
        desk::sign_in_router(),
        settings.messages_per_minute / 3,
        settings,
        problem::from_sign_in_limit,
    )?;

    let open = Router::new()
        .route("/api/health", get(health::show))
        .route("/api/openapi.json", get(api_docs::show))
        .route("/api/conversations/{id}", get(conversations::show))
        .route("/api/conversations/{id}/events", get(messages::stream))
        .route("/api/conversations/{id}/voice", get(voice::listen))
        .route("/api/voice", get(voice::show))
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
        .merge(sign_in)
        .merge(desk::router())
        .route(
            "/v1/audio/transcriptions",
            post(audio_api::transcribe).layer(DefaultBodyLimit::max(voice::UPLOAD_LIMIT)),
        )
        .route("/v1/audio/speech", post(audio_api::say))
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

/// Lets one address send `rate` requests a minute, in bursts of a third of that.
fn limit(
    router: Router<AppState>,
    rate: u32,
    settings: &config::Http,
    refuse: fn(GovernorError) -> Response<Body>,
) -> Result<Router<AppState>> {
    let rate = rate.max(1);
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
        router.layer(GovernorLayer::new(config).error_handler(refuse))
    } else {
        let config = GovernorConfigBuilder::default()
            .period(period)
            .burst_size(burst)
            .key_extractor(PeerIpKeyExtractor)
            .finish()
            .context(unfit)?;
        router.layer(GovernorLayer::new(config).error_handler(refuse))
    })
}
