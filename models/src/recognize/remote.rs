//! A server that speaks `OpenAI`'s protocol: `POST /v1/audio/transcriptions`.

use std::time::Instant;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::unbounded_channel;

use super::guard::distrust;
use super::{
    Nothing, PendingRecognition, Reading, Recognition, RecognitionRequest, Recognize, SAMPLE_RATE,
    audio::wav,
};
use crate::ModelError;
use crate::server::{Server, ServerOptions};

/// The largest answer that is read.
const ANSWER_BYTES: u64 = 4 << 20;
/// Terms and what was said before are cut to this many characters, as Whisper hears no more.
const PROMPT_CHARACTERS: usize = 200;
/// Above this, the server's model says that nobody speaks.
const NO_SPEECH: f32 = 0.6;
/// Below this average, it does not know what it says.
const UNSURE: f32 = -1.0;

/// Recognises on a server. It gives one reading and knows nothing of bias terms: they join the
/// prompt instead.
#[derive(Debug)]
pub struct RemoteRecognizer {
    server: Server,
}

impl RemoteRecognizer {
    /// Nothing is asked of the server yet.
    pub fn new(options: ServerOptions) -> Self {
        Self {
            server: Server::new(options, "audio/transcriptions"),
        }
    }
}

impl Recognize for RemoteRecognizer {
    fn recognize(&self, request: RecognitionRequest) -> Result<PendingRecognition, ModelError> {
        let place = self.server.place()?;
        let server = self.server.clone();
        let (sender, receiver) = unbounded_channel();
        std::thread::Builder::new()
            .name("hearing-remote".into())
            .spawn(move || {
                let _place = place;
                // A closed channel means that nobody wants it any more.
                let _ = sender.send(recognize(&server, &request));
            })?;
        Ok(PendingRecognition::new(receiver))
    }
}

/// What a server answers; only the text is certain to be there.
#[derive(Deserialize)]
struct Transcription {
    text: String,
    #[serde(default)]
    segments: Vec<Segment>,
}

#[derive(Deserialize)]
struct Segment {
    #[serde(default)]
    avg_logprob: f32,
    #[serde(default)]
    no_speech_prob: f32,
}

fn recognize(server: &Server, request: &RecognitionRequest) -> Result<Recognition, ModelError> {
    let started = Instant::now();
    let prompt = prompt(request);
    let form = Form::of(&[
        ("model", server.model()),
        ("language", &request.language),
        ("prompt", &prompt),
        ("response_format", "verbose_json"),
        ("temperature", "0"),
    ])
    .with_file(
        "speech.wav",
        "audio/wav",
        &wav(&request.samples, SAMPLE_RATE),
    );
    let kind = form.content_type();
    let answer = server
        .post(&kind, &form.finished())?
        .body_mut()
        .with_config()
        .limit(ANSWER_BYTES)
        .read_to_vec()
        .map_err(|error| server.failed(&error))?;
    let transcription: Transcription =
        serde_json::from_slice(&answer).map_err(|error| server.failed(&error))?;
    let (average, no_speech_probability) = doubts(&transcription.segments);
    let text = transcription.text.trim();
    let nothing = distrust(text, &prompt).or_else(|| {
        let unsure = no_speech_probability > NO_SPEECH && average < UNSURE;
        unsure.then_some(Nothing::NoSpeech)
    });
    let reading = Reading {
        text: text.to_owned(),
        certainty: Vec::new(),
        average_log_probability: average,
    };
    Ok(Recognition {
        readings: if nothing.is_some() {
            Vec::new()
        } else {
            vec![reading]
        },
        nothing,
        no_speech_probability,
        duration: request.duration(),
        compute: started.elapsed(),
    })
}

/// What the server is told beforehand: the terms, then what was said.
fn prompt(request: &RecognitionRequest) -> String {
    let said = request.said_before.as_deref().unwrap_or_default();
    let mut room = PROMPT_CHARACTERS.saturating_sub(said.chars().count());
    let mut terms: Vec<&str> = Vec::new();
    for term in request.prompt_terms.iter().chain(&request.bias_terms) {
        let length = term.chars().count() + 1;
        if length <= room && !terms.contains(&term.as_str()) {
            terms.push(term);
            room -= length;
        }
    }
    let stop = if terms.is_empty() { "" } else { "。" };
    format!("{}{stop}{said}", terms.join("、"))
}

/// The mean log probability of the segments and the largest probability that nobody speaks.
fn doubts(segments: &[Segment]) -> (f32, f32) {
    let count = segments.len().max(1) as f32;
    let average = segments
        .iter()
        .map(|segment| segment.avg_logprob)
        .sum::<f32>()
        / count;
    let no_speech = segments
        .iter()
        .map(|segment| segment.no_speech_prob)
        .fold(0.0, f32::max);
    (average, no_speech)
}

/// A body of `multipart/form-data`, RFC 7578.
struct Form {
    boundary: String,
    bytes: Vec<u8>,
}

impl Form {
    fn of(fields: &[(&str, &str)]) -> Self {
        Self {
            boundary: String::new(),
            bytes: Vec::new(),
        }
        .with_boundary(fields)
        .with_fields(fields)
    }

    /// A line that occurs in no field: it hangs on all of them, and on no file that we make.
    fn with_boundary(mut self, fields: &[(&str, &str)]) -> Self {
        let mut hasher = Sha256::new();
        for (name, value) in fields {
            hasher.update(name);
            hasher.update(value);
        }
        let hash = hasher.finalize();
        self.boundary = hash[..16]
            .iter()
            .fold("xiangyin-".to_owned(), |line, byte| {
                format!("{line}{byte:02x}")
            });
        self
    }

    fn with_fields(mut self, fields: &[(&str, &str)]) -> Self {
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            let part = format!(
                "--{}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n",
                self.boundary
            );
            self.bytes.extend_from_slice(part.as_bytes());
        }
        self
    }

    fn with_file(mut self, name: &str, kind: &str, content: &[u8]) -> Self {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: {kind}\r\n\r\n",
            self.boundary
        );
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(content);
        self.bytes.extend_from_slice(b"\r\n");
        self
    }

    fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    fn finished(mut self) -> Vec<u8> {
        let end = format!("--{}--\r\n", self.boundary);
        self.bytes.extend_from_slice(end.as_bytes());
        self.bytes
    }
}
