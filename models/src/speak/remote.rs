//! A server that speaks as `OpenAI`'s does: `POST /v1/audio/speech`.

use std::time::Duration;

use serde::Serialize;

use super::{
    Voice,
    resample::resample,
    script::Clause,
    sound::{SAMPLE_RATE, Sound},
    wave::read_wave,
};
use crate::ModelError;

/// Longest sound that is taken from a server, in bytes: ten minutes.
const LONGEST: u64 = 64 << 20;

/// Speaks through a server. It gets the text as it is said, numbers in characters.
#[derive(Debug)]
pub struct RemoteVoice {
    agent: ureq::Agent,
    address: String,
    key: Option<String>,
    model: String,
    names: Vec<String>,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    input: &'a str,
    voice: &'a str,
    speed: f32,
    response_format: &'static str,
}

impl RemoteVoice {
    /// A server at `address` (such as `http://127.0.0.1:8880`, without `/v1`), with the names of the
    /// voices it has, the default first. `timeout` holds for one piece.
    pub fn new(
        address: &str,
        key: Option<String>,
        model: impl Into<String>,
        names: Vec<String>,
        timeout: Duration,
    ) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .build()
            .new_agent();
        let address = address.trim_end_matches('/').trim_end_matches("/v1");
        Self {
            agent,
            address: format!("{address}/v1/audio/speech"),
            key,
            model: model.into(),
            names,
        }
    }

    fn ask(&self, request: &Request<'_>) -> Result<Vec<u8>, String> {
        let body = serde_json::to_vec(request).map_err(|error| error.to_string())?;
        let mut post = self
            .agent
            .post(&self.address)
            .header("Content-Type", "application/json");
        if let Some(key) = &self.key {
            post = post.header("Authorization", &format!("Bearer {key}"));
        }
        let mut response = post.send(&body[..]).map_err(|error| error.to_string())?;
        if !response.status().is_success() {
            return Err(format!("服务器回答 {}", response.status().as_u16()));
        }
        response
            .body_mut()
            .with_config()
            .limit(LONGEST)
            .read_to_vec()
            .map_err(|error| error.to_string())
    }
}

impl Voice for RemoteVoice {
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn say(&mut self, clauses: &[Clause], name: &str, speed: f32) -> Result<Sound, ModelError> {
        let input: String = clauses
            .iter()
            .flat_map(|clause| [clause.text.as_str(), clause.pause.mark()])
            .collect();
        let known = self.names.iter().find(|known| *known == name);
        let request = Request {
            model: &self.model,
            input: &input,
            voice: known.or(self.names.first()).map_or("", String::as_str),
            speed,
            response_format: "wav",
        };
        let failed = |reason: String| {
            ModelError::Speech(format!("语音服务器 {} 不能用（{reason}）", self.address))
        };
        let bytes = self.ask(&request).map_err(failed)?;
        let (samples, rate) = read_wave(&bytes).map_err(|error| failed(error.to_string()))?;
        let sound = Sound {
            samples: resample(&samples, rate, SAMPLE_RATE),
            times: Vec::new(),
        };
        Ok(sound.with_estimated_times(clauses))
    }
}
