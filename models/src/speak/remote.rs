//! A server that speaks as `OpenAI`'s does: `POST /v1/audio/speech`.

use serde::Serialize;

use super::{
    Voice,
    resample::resample,
    script::Clause,
    sound::{SAMPLE_RATE, Sound},
    wave::read_wave,
};
use crate::{
    ModelError,
    server::{Server, ServerOptions},
};

/// Longest sound that is taken from a server, in bytes: ten minutes.
const LONGEST: u64 = 64 << 20;

/// Speaks through a server. It gets the text as it is said, numbers in characters.
#[derive(Debug)]
pub struct RemoteVoice {
    server: Server,
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
    /// Nothing is asked of the server yet. `names` are those of the voices it has, the default
    /// first; the timeout holds for one piece.
    pub fn new(options: ServerOptions, names: Vec<String>) -> Self {
        Self {
            server: Server::new(options, "audio/speech"),
            names,
        }
    }

    fn ask(&self, request: &Request<'_>) -> Result<Vec<u8>, ModelError> {
        let failed = |error: &dyn std::fmt::Display| self.server.failed(error);
        let body = serde_json::to_vec(request).map_err(|error| failed(&error))?;
        self.server
            .post("application/json", &body)?
            .body_mut()
            .with_config()
            .limit(LONGEST)
            .read_to_vec()
            .map_err(|error| failed(&error))
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
            model: self.server.model(),
            input: &input,
            voice: known.or(self.names.first()).map_or("", String::as_str),
            speed,
            response_format: "wav",
        };
        let (samples, rate) =
            read_wave(&self.ask(&request)?).map_err(|error| self.server.failed(&error))?;
        let sound = Sound {
            samples: resample(&samples, rate, SAMPLE_RATE),
            times: Vec::new(),
        };
        Ok(sound.with_estimated_times(clauses))
    }
}
