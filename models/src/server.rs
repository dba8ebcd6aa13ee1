//! Servers that speak `OpenAI`'s protocol (<https://platform.openai.com/docs/api-reference>).

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ureq::{Agent, Body, http::Response};

use crate::ModelError;

/// A server on the way to a better network is reached within this, or it is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// Characters of a server's complaint that are passed on.
const COMPLAINT: usize = 200;

/// Which server, and what it knows the model by.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Up to and with the version, such as `http://inference:8000/v1`.
    pub base: String,
    /// The name of the model, as the server knows it.
    pub model: String,
    /// What the server asks for as a bearer token, if anything.
    pub key: Option<String>,
    /// How long an answer may take, to its end.
    pub timeout: Duration,
    /// How many requests may be under way at once before more are refused.
    pub most_at_once: usize,
}

/// A client of one of the server's methods. Clones share their places.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    agent: Agent,
    address: String,
    options: Arc<ServerOptions>,
    under_way: Arc<AtomicUsize>,
}

impl Server {
    /// Nothing is asked of the server yet. `method` follows the version, such as
    /// `chat/completions`.
    pub(crate) fn new(options: ServerOptions, method: &str) -> Self {
        let agent = Agent::config_builder()
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(options.timeout))
            .http_status_as_error(false)
            .build()
            .into();
        Self {
            agent,
            address: format!("{}/{method}", options.base.trim_end_matches('/')),
            options: Arc::new(options),
            under_way: Arc::default(),
        }
    }

    pub(crate) fn model(&self) -> &str {
        &self.options.model
    }

    /// Requests under way.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    /// A place among the requests under way, held until it is dropped.
    pub(crate) fn place(&self) -> Result<Place, ModelError> {
        let waiting = self.under_way.fetch_add(1, Ordering::Relaxed);
        let place = Place(Arc::clone(&self.under_way));
        if waiting >= self.options.most_at_once {
            return Err(ModelError::Overloaded { waiting });
        }
        Ok(place)
    }

    /// Sends a body and gives the answer once it begins; an error where the server refuses.
    pub(crate) fn post(&self, kind: &str, body: &[u8]) -> Result<Response<Body>, ModelError> {
        let mut request = self.agent.post(&self.address).header("Content-Type", kind);
        if let Some(key) = &self.options.key {
            request = request.header("Authorization", format!("Bearer {key}"));
        }
        let mut response = request.send(body).map_err(|error| self.failed(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let complaint = response.body_mut().read_to_string().unwrap_or_default();
        let beginning: String = complaint.chars().take(COMPLAINT).collect();
        Err(self.failed(&format_args!("{status} {beginning}")))
    }

    /// That the server did not answer as it should.
    pub(crate) fn failed(&self, reason: &dyn std::fmt::Display) -> ModelError {
        ModelError::Server {
            address: self.address.clone(),
            reason: reason.to_string(),
        }
    }
}

/// One of the requests that may be under way at once.
pub(crate) struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
