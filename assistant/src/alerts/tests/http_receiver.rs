//! A web server that answers as a test tells it to, and remembers what it was asked.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, StatusCode, Uri};
use axum::routing::post;
use tokio::net::TcpListener;

use super::super::ReceiverUrl;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).expect(name).to_str().expect("ASCII")
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// What to answer.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// A status, one header, a body.
    Now(u16, Option<(&'static str, String)>, String),
    /// Nothing, with the connection held open.
    Never,
    /// 200 and a body without end.
    Endless,
}

impl Reply {
    pub(super) fn status(status: u16) -> Self {
        Self::Now(status, None, String::new())
    }

    pub(super) fn json(value: &serde_json::Value) -> Self {
        Self::Now(200, None, value.to_string())
    }
}

/// A server on a free port of this machine, gone with the test's runtime.
pub(super) struct HttpReceiver {
    pub(super) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl HttpReceiver {
    /// Answers every POST with what `reply` makes of it.
    pub(super) async fn start(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (reply, remembered) = (Arc::new(reply), Arc::clone(&seen));
        let handler = move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let request = Seen { uri, headers, body };
            let reply = reply(&request);
            remembered
                .lock()
                .expect("no test panics here")
                .push(request);
            respond(reply).await
        };
        let router = Router::new().route("/{*path}", post(handler));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, seen }
    }

    /// Answers with each of `replies` in turn, and then 500.
    pub(super) async fn scripted(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies = Mutex::new(replies.into_iter().collect::<VecDeque<_>>());
        Self::start(move |_| {
            let next = replies.lock().expect("no test panics here").pop_front();
            next.unwrap_or(Reply::status(500))
        })
        .await
    }

    pub(super) fn url(&self, path: &str) -> ReceiverUrl {
        ReceiverUrl::new(format!("http://{}{path}", self.address))
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no test panics here").clone()
    }
}

async fn respond(reply: Reply) -> Response<Body> {
    match reply {
        Reply::Now(status, header, body) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = StatusCode::from_u16(status).expect("a status");
            if let Some((name, value)) = header {
                response
                    .headers_mut()
                    .insert(name, value.parse().expect("a header"));
            }
            response
        }
        Reply::Never => std::future::pending().await,
        Reply::Endless => {
            let chunk = Bytes::from_static(&[b' '; 4096]);
            let chunks = std::iter::repeat_with(move || Ok::<_, Infallible>(chunk.clone()));
            Response::new(Body::from_stream(futures::stream::iter(chunks)))
        }
    }
}
