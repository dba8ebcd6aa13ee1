//! One POST: within a time, to an allowed address, no redirect followed, little of the answer read.

use std::io::{ErrorKind, Read as _};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ureq::Agent;
use ureq::http::{HeaderMap, Uri, header};
use ureq::unversioned::transport::DefaultConnector;

use super::error::{DeliveryError, Reason};
use super::reach::{Forbidden, GuardedResolver};
use super::text;

/// Longest wait a receiver can ask for; a broken one must not put a notice off for ever.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// Posts; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Client {
    agent: Agent,
    timeout: Duration,
}

/// A request to be made.
pub(super) struct Post {
    pub(super) uri: Uri,
    /// Besides `content-type`, which is JSON.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    /// Bytes of the answer's body to read; the rest is dropped with the connection.
    pub(super) answer_limit: u64,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    /// As asked in `Retry-After`.
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

impl Client {
    /// `timeout` is for the whole of a request, from the look-up of the name to the end of the answer.
    pub(super) fn new(timeout: Duration, allow_private: bool) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(timeout))
            // A proxy would resolve the name itself, behind the back of the guarded resolver.
            .proxy(None)
            // Notices are rare: a kept connection is mostly one that the other side has closed.
            .max_idle_connections(0)
            .accept_encoding("identity")
            .user_agent(concat!("xiangyin/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = GuardedResolver::new(allow_private);
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        Self { agent, timeout }
    }

    /// Makes the request at `now`; an answer of any status is an answer.
    pub(super) async fn post(&self, post: Post, now: Timestamp) -> Result<Answer, DeliveryError> {
        let agent = self.agent.clone();
        let timeout = self.timeout;
        tokio::task::spawn_blocking(move || send(&agent, post, now))
            .await
            // The runtime is shutting down; the queue goes on after the start.
            .map_err(|error| DeliveryError::temporary(Reason::Unreachable(error.to_string())))?
            .map_err(|error| failure(&error, timeout))
    }
}

fn send(agent: &Agent, post: Post, now: Timestamp) -> Result<Answer, ureq::Error> {
    let mut request = agent
        .post(post.uri)
        .content_type("application/json; charset=utf-8");
    for (name, value) in post.headers {
        request = request.header(name, value);
    }
    let mut response = request.send(&post.body)?;
    let mut body = Vec::new();
    if post.answer_limit > 0 {
        response
            .body_mut()
            .as_reader()
            .take(post.answer_limit)
            .read_to_end(&mut body)?;
    }
    Ok(Answer {
        status: response.status().as_u16(),
        retry_after: retry_after(response.headers(), now),
        body,
    })
}

/// `Retry-After` in seconds or as a date (RFC 9110 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if let Ok(seconds) = text.parse() {
        Duration::from_secs(seconds)
    } else {
        let at = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Duration::try_from(at.duration_since(now)).unwrap_or_default()
    };
    Some(wait.min(LONGEST_WAIT))
}

impl Answer {
    /// What the status means for a delivery (Standard Webhooks 1.0.0, "Delivery success and
    /// failure"; RFC 9110 15).
    pub(super) fn accepted(&self) -> Result<(), DeliveryError> {
        match self.status {
            200..=299 => Ok(()),
            300..=399 => Err(DeliveryError::permanent(Reason::Redirected(self.status))),
            // Not in time, too early, too many; the other 4xx are about what was sent.
            408 | 425 | 429 | 500..=599 => Err(DeliveryError::Temporary {
                reason: Reason::Status(self.status),
                retry_after: self.retry_after,
            }),
            410 => Err(DeliveryError::permanent(Reason::Gone)),
            _ => Err(DeliveryError::permanent(Reason::Status(self.status))),
        }
    }
}

/// What a failed request means; says nothing of the address, which may hold a token.
fn failure(error: &ureq::Error, timeout: Duration) -> DeliveryError {
    use ureq::Error;
    match error {
        Error::Other(other) => match other.downcast_ref::<Forbidden>() {
            Some(forbidden) => DeliveryError::permanent((*forbidden).into()),
            None => {
                DeliveryError::temporary(Reason::Unreachable(text::foreign(&other.to_string())))
            }
        },
        Error::BadUri(_) | Error::Http(_) => DeliveryError::permanent(Reason::Address),
        Error::Timeout(_) => DeliveryError::temporary(Reason::timed_out(timeout)),
        Error::HostNotFound => {
            DeliveryError::temporary(Reason::Unreachable("找不到这个域名".to_owned()))
        }
        Error::Rustls(_) | Error::Tls(_) | Error::TlsRequired => {
            DeliveryError::temporary(Reason::Encryption(text::foreign(&error.to_string())))
        }
        // So does a refused certificate arrive.
        Error::Io(io) if io.kind() == ErrorKind::InvalidData => {
            DeliveryError::temporary(Reason::Encryption(text::foreign(&io.to_string())))
        }
        Error::Protocol(_) | Error::LargeResponseHeader(..) => {
            DeliveryError::temporary(Reason::Answer(text::foreign(&error.to_string())))
        }
        _ => DeliveryError::temporary(Reason::Unreachable(text::foreign(&error.to_string()))),
    }
}
