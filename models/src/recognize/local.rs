//! A Whisper model on this machine's own processor.

use std::path::Path;
use std::time::{Duration, Instant};

use tracing::{debug, info};

use super::guard::distrust;
use super::voice::{Earshot, voiced_seconds};
use super::whisper::{Bias, Decoding, Hypothesis, Model, decode};
use super::{
    Nothing, PendingRecognition, Reading, Recognition, RecognitionRequest, Recognize, SAMPLE_RATE,
    prompt, split,
};
use crate::ModelError;
use crate::engine::{Answer, Engine, Worker};
use crate::turns::{Turns, Urgency};

/// Frames of 20 ms after a clip with which the encoder hears as well as with a full window.
const PADDING: usize = 256;
/// The encoder's whole window.
const FULL_WINDOW: usize = 1500;
/// A word of one syllable has more voice than this, in seconds.
const LEAST_VOICE: f32 = 0.1;
/// Nobody says more tokens in a second.
const TOKENS_A_SECOND: f32 = 8.0;
/// Above this, the model says that nobody speaks.
const NO_SPEECH: f32 = 0.6;
/// Below this average, it does not know what it says where it doubts that anybody speaks.
const UNSURE: f32 = -1.0;
/// Below this average, it does not know what it says at all.
const UNCLEAR: f32 = -1.8;

/// How a local recogniser is set up.
#[derive(Clone, Debug)]
pub struct RecognizerOptions {
    /// Threads that compute. They spin, so other engines should pause meanwhile.
    pub threads: usize,
    /// When it may compute beside other engines.
    pub turns: Turns,
    /// Requests that wait beside the one in work before more are refused.
    pub queue: usize,
    /// The most tokens of a prompt. A Chinese character is one to three of them, and they cost
    /// about a millisecond each.
    pub prompt_tokens: usize,
}

impl Default for RecognizerOptions {
    fn default() -> Self {
        Self {
            threads: 2,
            turns: Turns::default(),
            queue: 16,
            prompt_tokens: 120,
        }
    }
}

/// A Whisper model in ggml form, of any size, on a thread of its own.
#[derive(Debug)]
pub struct LocalRecognizer {
    engine: Engine<Hearer>,
}

impl LocalRecognizer {
    /// Loads a multilingual model, which takes less than a second for the base size.
    pub fn load(path: &Path, options: RecognizerOptions) -> Result<Self, ModelError> {
        let started = Instant::now();
        let hearer = Hearer {
            model: Model::load(path, options.threads)?,
            activity: Earshot::default(),
            // Half of the model's memory is for the prompt, as in the original.
            prompt_tokens: options.prompt_tokens.min(200),
            turns: options.turns,
        };
        info!(
            path = %path.display(),
            seconds = started.elapsed().as_secs_f32(),
            "recognition model loaded"
        );
        Ok(Self {
            engine: Engine::start("hearing", options.queue, hearer)?,
        })
    }
}

impl Recognize for LocalRecognizer {
    fn recognize(&self, request: RecognitionRequest) -> Result<PendingRecognition, ModelError> {
        Ok(PendingRecognition::new(self.engine.submit(request)?))
    }
}

struct Hearer {
    model: Model,
    activity: Earshot,
    prompt_tokens: usize,
    turns: Turns,
}

impl Worker for Hearer {
    type Task = RecognitionRequest;
    type Event = Result<Recognition, ModelError>;

    fn work(&mut self, request: RecognitionRequest, answer: &Answer<Self::Event>) {
        let abandoned = || answer.is_abandoned();
        if let Some(finished) = self.recognize(&request, &abandoned).transpose() {
            answer.send(finished);
        }
    }
}

impl Hearer {
    /// Nothing comes back where the request was given up.
    fn recognize(
        &mut self,
        request: &RecognitionRequest,
        abandoned: &dyn Fn() -> bool,
    ) -> Result<Option<Recognition>, ModelError> {
        let mut recognition = Recognition {
            readings: Vec::new(),
            nothing: None,
            no_speech_probability: 0.0,
            duration: request.duration(),
            compute: Duration::ZERO,
        };
        // What a page shows while somebody speaks must not keep those waiting who have finished.
        let urgency = if request.partial {
            Urgency::Writing
        } else {
            Urgency::Hearing
        };
        let turns = self.turns.clone();
        let mut parts: Vec<Vec<Reading>> = Vec::new();
        for part in split::split(&request.samples) {
            let _turn = turns.take(urgency);
            let started = Instant::now();
            let Some(heard) = self.part(request, &request.samples[part], abandoned)? else {
                return Ok(None);
            };
            recognition.compute += started.elapsed();
            recognition.no_speech_probability = recognition
                .no_speech_probability
                .max(heard.no_speech_probability);
            match heard.readings {
                Ok(readings) => parts.push(readings),
                Err(nothing) => recognition.nothing = Some(nothing),
            }
        }
        recognition.readings = joined(parts);
        if !recognition.readings.is_empty() {
            recognition.nothing = None;
        }
        debug!(
            seconds = recognition.duration.as_secs_f32(),
            compute = recognition.compute.as_secs_f32(),
            nothing = ?recognition.nothing,
            no_speech = recognition.no_speech_probability,
            "recognised"
        );
        Ok(Some(recognition))
    }

    fn part(
        &mut self,
        request: &RecognitionRequest,
        samples: &[f32],
        abandoned: &dyn Fn() -> bool,
    ) -> Result<Option<Part>, ModelError> {
        if voiced_seconds(&mut self.activity, samples) < LEAST_VOICE {
            return Ok(Some(Part::nothing(Nothing::Silence, 1.0)));
        }
        let vocabulary = self.model.vocabulary();
        let (prompt, prompt_tokens) = prompt::compose(
            vocabulary,
            &request.prompt_terms,
            request.said_before.as_deref(),
            self.prompt_tokens,
        );
        let bias = Bias::new(&request.bias_terms, vocabulary);
        let seconds = samples.len() as f32 / SAMPLE_RATE as f32;
        let mut decoding = Decoding {
            language: &request.language,
            prompt: &prompt_tokens,
            bias: &bias,
            padding: PADDING,
            most_tokens: (seconds * TOKENS_A_SECOND) as usize + 12,
            hypotheses: if request.partial {
                1
            } else {
                request.alternatives
            },
        };
        let Some(mut decoded) = decode(&mut self.model, samples, &decoding, abandoned)? else {
            return Ok(None);
        };
        if decoded.hypotheses[0].loops && !request.partial {
            // A short window or the prompt may have led it astray.
            decoding.prompt = &[];
            decoding.padding = FULL_WINDOW;
            let Some(again) = decode(&mut self.model, samples, &decoding, abandoned)? else {
                return Ok(None);
            };
            decoded = again;
        }
        let no_speech_probability = decoded.no_speech_probability;
        let mut why = None;
        let mut readings: Vec<Reading> = Vec::new();
        for hypothesis in &decoded.hypotheses {
            match self.reading(hypothesis, no_speech_probability, &prompt) {
                Ok(reading) if readings.iter().all(|known| known.text != reading.text) => {
                    readings.push(reading);
                }
                Ok(_) => {}
                // Where the best is not to be believed, the others are no better.
                Err(nothing) if readings.is_empty() => {
                    why = Some(nothing);
                    break;
                }
                Err(_) => {}
            }
        }
        Ok(Some(match why {
            Some(nothing) => Part::nothing(nothing, no_speech_probability),
            None => Part {
                readings: Ok(readings),
                no_speech_probability,
            },
        }))
    }

    fn reading(
        &self,
        hypothesis: &Hypothesis,
        no_speech_probability: f32,
        prompt: &str,
    ) -> Result<Reading, Nothing> {
        let average = hypothesis.average_log_probability();
        let (text, stretches) = self.model.vocabulary().text(&hypothesis.tokens);
        if hypothesis.loops {
            return Err(Nothing::Loop);
        }
        if let Some(nothing) = distrust(&text, prompt) {
            return Err(nothing);
        }
        if no_speech_probability > NO_SPEECH && average < UNSURE {
            return Err(Nothing::NoSpeech);
        }
        if average < UNCLEAR {
            return Err(Nothing::Unclear);
        }
        let trimmed = text.trim();
        let before = text.len() - text.trim_start().len();
        let within = |place: usize| place.saturating_sub(before).min(trimmed.len());
        Ok(Reading {
            certainty: stretches
                .into_iter()
                .map(|(bytes, tokens)| {
                    let sum: f32 = hypothesis.log_probabilities[tokens].iter().sum();
                    (within(bytes.start)..within(bytes.end), sum.exp())
                })
                .filter(|(bytes, _)| !bytes.is_empty())
                .collect(),
            text: trimmed.to_owned(),
            average_log_probability: average,
        })
    }
}

/// What was heard in a part of the sound.
struct Part {
    readings: Result<Vec<Reading>, Nothing>,
    no_speech_probability: f32,
}

impl Part {
    fn nothing(nothing: Nothing, no_speech_probability: f32) -> Self {
        Self {
            readings: Err(nothing),
            no_speech_probability,
        }
    }
}

/// The readings of parts that follow one another as readings of the whole: the best of each, and
/// one more for every other reading of a part.
fn joined(mut parts: Vec<Vec<Reading>>) -> Vec<Reading> {
    if parts.len() <= 1 {
        return parts.pop().unwrap_or_default();
    }
    let best: Vec<&Reading> = parts.iter().filter_map(|part| part.first()).collect();
    let mut readings = vec![concatenated(&best)];
    for (place, part) in parts.iter().enumerate() {
        for other in part.iter().skip(1) {
            let mut whole = best.clone();
            whole[place] = other;
            readings.push(concatenated(&whole));
        }
    }
    readings
}

fn concatenated(parts: &[&Reading]) -> Reading {
    let mut whole = Reading {
        text: String::new(),
        certainty: Vec::new(),
        average_log_probability: 0.0,
    };
    for part in parts {
        let from = whole.text.len();
        whole.text.push_str(&part.text);
        whole.certainty.extend(
            part.certainty
                .iter()
                .map(|(bytes, certainty)| (from + bytes.start..from + bytes.end, *certainty)),
        );
        whole.average_log_probability += part.average_log_probability / parts.len() as f32;
    }
    whole
}
