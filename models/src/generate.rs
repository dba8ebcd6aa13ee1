//! Writing text from a chat, streaming.

mod answer;
mod chat;
mod drafting;
mod local;
mod lookup;
mod outlook;
mod remote;
mod repetition;
mod stock;
mod stream;
#[cfg(test)]
mod tests;
mod writer;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub use self::{
    local::{GeneratorOptions, LocalGenerator},
    outlook::Outlook,
    remote::RemoteGenerator,
    stock::{StockGenerator, StockOptions},
};
use crate::ModelError;

/// A model that writes.
pub trait Generate: Send + Sync {
    /// Begins to write; the text arrives piece by piece, and dropping the [`Generation`] ends it.
    ///
    /// Must not be called where a few milliseconds of tokenizing would hold up others, and never
    /// waits for the model itself.
    fn generate(&self, request: GenerationRequest) -> Result<Generation, ModelError>;

    /// How long a request made now would wait for its first words.
    fn outlook(&self) -> Outlook;

    /// Number of the model's tokens in `text`.
    fn count_tokens(&self, text: &str) -> usize;
}

/// Who speaks a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The instructions.
    System,
    /// The person who asks.
    User,
    /// The model's own earlier answer.
    Assistant,
}

/// One message of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said. Taken literally: a control token typed here is plain text to the model.
    pub text: String,
}

impl Message {
    /// Instructions to the model.
    pub fn system(text: impl Into<String>) -> Self {
        Self {
            role: Role::System,
            text: text.into(),
        }
    }

    /// What the person says.
    pub fn user(text: impl Into<String>) -> Self {
        Self {
            role: Role::User,
            text: text.into(),
        }
    }

    /// What the model said before.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self {
            role: Role::Assistant,
            text: text.into(),
        }
    }
}

/// What to write and when to stop.
#[derive(Clone, Debug, PartialEq)]
pub struct GenerationRequest {
    /// The chat so far. What it shares from the beginning with the request before it is not read
    /// again, so what rarely changes goes first.
    pub messages: Vec<Message>,
    /// Longest answer, in tokens; a Chinese character is about 0.7 of one.
    pub max_tokens: usize,
    /// 0 takes the likeliest token each time; 1 follows the model's own odds.
    pub temperature: f64,
    /// Seed of the draws where `temperature` is above 0.
    pub seed: u64,
    /// Texts that end the answer; they are not part of it.
    pub stop: Vec<String>,
    /// Where there are any, the answer is one of these and nothing else: the one whose first token is
    /// likeliest, so no two may begin alike. [`Finish::log_odds`] tells how much likelier.
    pub choices: Vec<String>,
}

impl GenerationRequest {
    /// A greedy answer of at most 512 tokens.
    pub fn new(messages: Vec<Message>) -> Self {
        Self {
            messages,
            max_tokens: 512,
            temperature: 0.0,
            seed: 0,
            stop: Vec::new(),
            choices: Vec::new(),
        }
    }

    /// One of `choices`, for the first of which [`Finish::log_odds`] tells the odds.
    pub fn choosing(messages: Vec<Message>, choices: &[&str]) -> Self {
        Self {
            max_tokens: 1,
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
            ..Self::new(messages)
        }
    }
}

/// What a generation yields.
#[derive(Clone, Debug, PartialEq)]
pub enum Generated {
    /// The next piece of text: whole characters, never empty.
    Piece(String),
    /// The end, with what it took.
    Finish(Finish),
}

/// Why the writing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishReason {
    /// The model was done.
    EndOfTurn,
    /// One of the request's stop texts came up.
    StopText,
    /// The longest answer was reached.
    MaxTokens,
    /// The model kept saying the same thing.
    Repetition,
}

/// What a generation took.
#[derive(Clone, Debug, PartialEq)]
pub struct Finish {
    /// Why it ended.
    pub reason: FinishReason,
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Those of them that were known from the request before.
    pub reused_tokens: usize,
    /// Tokens written.
    pub generated_tokens: usize,
    /// Milliseconds from the start of work to the first token.
    pub reading_ms: u64,
    /// Milliseconds from the first token to the last.
    pub writing_ms: u64,
    /// Natural logarithm of how much likelier the first of the request's choices was than the likeliest
    /// other; `None` without choices, and where a server does not tell.
    pub log_odds: Option<f32>,
}

/// A text being written. Dropping it stops the model and frees its place in the line.
#[derive(Debug)]
pub struct Generation {
    events: UnboundedReceiver<Result<Generated, ModelError>>,
    finish: Option<Finish>,
}

/// Where a generator puts what it writes; see [`Generation::channel`].
pub type GenerationSender = UnboundedSender<Result<Generated, ModelError>>;

impl Generation {
    /// A generation fed by someone else, such as a client of a remote server. It must end with
    /// [`Generated::Finish`] or an error; the sender is closed once nobody reads any more.
    pub fn channel() -> (GenerationSender, Self) {
        let (sender, events) = unbounded_channel();
        (sender, Self::new(events))
    }

    pub(crate) fn new(events: UnboundedReceiver<Result<Generated, ModelError>>) -> Self {
        Self {
            events,
            finish: None,
        }
    }

    /// The next piece of text, or `None` at the end.
    pub async fn next_piece(&mut self) -> Result<Option<String>, ModelError> {
        if self.finish.is_some() {
            return Ok(None);
        }
        let event = self.events.recv().await;
        self.take(event)
    }

    /// Like [`Self::next_piece`], for threads outside the asynchronous runtime (it panics inside).
    pub fn blocking_next_piece(&mut self) -> Result<Option<String>, ModelError> {
        if self.finish.is_some() {
            return Ok(None);
        }
        let event = self.events.blocking_recv();
        self.take(event)
    }

    /// What it took, once the last piece was read.
    pub fn finish(&self) -> Option<&Finish> {
        self.finish.as_ref()
    }

    /// Waits for the whole text.
    pub async fn text(mut self) -> Result<(String, Finish), ModelError> {
        let mut text = String::new();
        while let Some(piece) = self.next_piece().await? {
            text.push_str(&piece);
        }
        self.finish
            .map(|finish| (text, finish))
            .ok_or(ModelError::Stopped)
    }

    /// Like [`Self::text`], for threads outside the asynchronous runtime (it panics inside).
    pub fn blocking_text(mut self) -> Result<(String, Finish), ModelError> {
        let mut text = String::new();
        while let Some(piece) = self.blocking_next_piece()? {
            text.push_str(&piece);
        }
        self.finish
            .map(|finish| (text, finish))
            .ok_or(ModelError::Stopped)
    }

    fn take(
        &mut self,
        event: Option<Result<Generated, ModelError>>,
    ) -> Result<Option<String>, ModelError> {
        match event.ok_or(ModelError::Stopped)?? {
            Generated::Piece(text) => Ok(Some(text)),
            Generated::Finish(finish) => {
                self.finish = Some(finish);
                Ok(None)
            }
        }
    }
}
