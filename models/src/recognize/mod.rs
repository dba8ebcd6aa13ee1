//! Hearing: speech in, text out.
//!
//! A stream of sound becomes utterances in a [`Listener`](voice::Listener), an uploaded file becomes
//! samples in [`audio::read`], and a [`Recognize`] turns samples into a [`Recognition`]:
//! [`LocalRecognizer`] with a Whisper model on this machine, [`RemoteRecognizer`] by a server that
//! speaks `OpenAI`'s protocol.
//!
//! What comes out is what was heard, in whichever script the model chose, with its alternatives and
//! its doubts. Bringing it into simplified characters, mending what sounds like a known term and
//! reading dialect is left to whoever knows the community; see the crate `dialects`.

pub mod audio;
mod convert;
mod guard;
mod local;
mod prompt;
mod remote;
mod split;
pub mod voice;
mod whisper;

use std::{ops::Range, sync::Arc, time::Duration};

use tokio::sync::mpsc::UnboundedReceiver;

use crate::ModelError;

pub(crate) use convert::convert_whisper;
pub use guard::is_filler;
pub use local::{LocalRecognizer, RecognizerOptions};
pub use remote::RemoteRecognizer;

/// Samples a second of everything that is recognised.
pub const SAMPLE_RATE: u32 = 16_000;

/// Turns speech into text.
pub trait Recognize: Send + Sync {
    /// Puts a request in line. Dropping what is returned gives the request up.
    ///
    /// Fails at once with [`ModelError::Overloaded`] where too many wait.
    fn recognize(&self, request: RecognitionRequest) -> Result<PendingRecognition, ModelError>;
}

/// What is to be recognised, and what is known about it beforehand.
#[derive(Clone, Debug)]
pub struct RecognitionRequest {
    /// Mono, [`SAMPLE_RATE`] a second, within -1 to 1.
    pub samples: Arc<[f32]>,
    /// The code of the language, as Whisper knows it: `zh` for every kind of Chinese.
    pub language: String,
    /// What was just said to the speaker, such as the question that this answers.
    pub said_before: Option<String>,
    /// Terms that the speaker may well use, the most useful first; what does not fit is left out.
    pub prompt_terms: Vec<String>,
    /// Terms that are lifted a little wherever the sound leaves a choice, in the spellings that are
    /// wanted. At most a few dozen: each makes all other text a trifle worse.
    pub bias_terms: Vec<String>,
    /// How many readings are wanted, the best among them.
    pub alternatives: usize,
    /// The speaker has not finished: one quick reading is enough, and it may be wrong.
    pub partial: bool,
}

impl RecognitionRequest {
    /// One reading of Chinese speech of which nothing is known.
    pub fn new(samples: impl Into<Arc<[f32]>>) -> Self {
        Self {
            samples: samples.into(),
            language: "zh".to_owned(),
            said_before: None,
            prompt_terms: Vec::new(),
            bias_terms: Vec::new(),
            alternatives: 1,
            partial: false,
        }
    }

    /// Length of the sound.
    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.samples.len() as f64 / f64::from(SAMPLE_RATE))
    }
}

/// What was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Recognition {
    /// The readings, the best first; none where nothing was said.
    pub readings: Vec<Reading>,
    /// Why there is no reading.
    pub nothing: Option<Nothing>,
    /// How probable it is, by the model's own account, that nobody speaks: 0 to 1. Servers that do
    /// not tell leave it 0.
    pub no_speech_probability: f32,
    /// Length of the sound.
    pub duration: Duration,
    /// How long the recognition took, waiting not counted.
    pub compute: Duration,
}

impl Recognition {
    /// The best reading, or an empty text.
    pub fn text(&self) -> &str {
        self.readings.first().map_or("", |best| &best.text)
    }
}

/// One way to understand what was said.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The text, without spaces around it.
    pub text: String,
    /// Bytes of the text and how certain they are, 0 to 1. The stretches follow one another, cover
    /// the text and begin and end between characters. Empty where a server does not tell.
    pub certainty: Vec<(Range<usize>, f32)>,
    /// The mean logarithm of the tokens' probabilities, the end included: near 0 is certain.
    pub average_log_probability: f32,
}

/// Why nothing was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// There is no voice in the sound.
    Silence,
    /// There is sound, but the model takes it for no speech.
    NoSpeech,
    /// The model made up what it says over noise: a phrase of subtitles, or the prompt itself.
    Invented,
    /// The model got stuck in a loop.
    Loop,
    /// The model is so unsure that its text is worth nothing.
    Unclear,
}

/// A recognition under way.
#[derive(Debug)]
pub struct PendingRecognition {
    receiver: UnboundedReceiver<Result<Recognition, ModelError>>,
}

impl PendingRecognition {
    pub(crate) fn new(receiver: UnboundedReceiver<Result<Recognition, ModelError>>) -> Self {
        Self { receiver }
    }

    /// Waits for it.
    pub async fn finished(mut self) -> Result<Recognition, ModelError> {
        self.receiver
            .recv()
            .await
            .unwrap_or(Err(ModelError::Stopped))
    }

    /// Waits for it outside of asynchronous code.
    pub fn wait(mut self) -> Result<Recognition, ModelError> {
        self.receiver
            .blocking_recv()
            .unwrap_or(Err(ModelError::Stopped))
    }
}
