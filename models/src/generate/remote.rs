//! A server that speaks `OpenAI`'s protocol: `POST /v1/chat/completions`, streamed.

use std::{
    io::{BufRead, BufReader},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{
    Finish, FinishReason, Generate, Generated, Generation, GenerationRequest, GenerationSender,
    Message, Outlook, Role, outlook::NEWEST,
};
use crate::{
    ModelError,
    server::{Server, ServerOptions},
};

/// Bytes of one line of the answer; a piece of text takes a few hundred.
const LONGEST_LINE: u64 = 1 << 20;

/// Alternatives to a token that are asked for; no server gives more.
const MOST_ALTERNATIVES: u32 = 20;

/// Writes on a server.
#[derive(Debug)]
pub struct RemoteGenerator {
    server: Server,
    speeds: Arc<Mutex<Speeds>>,
}

/// Tokens a second, as they were measured lately, the way to the server included.
#[derive(Clone, Copy, Debug)]
struct Speeds {
    reading: f64,
    writing: f64,
}

impl Default for Speeds {
    /// Those of a modest graphics card, until an answer was seen.
    fn default() -> Self {
        Self {
            reading: 500.0,
            writing: 20.0,
        }
    }
}

impl RemoteGenerator {
    /// Nothing is asked of the server yet.
    pub fn new(options: ServerOptions) -> Self {
        Self {
            server: Server::new(options, "chat/completions"),
            speeds: Arc::default(),
        }
    }

    fn speeds(&self) -> MutexGuard<'_, Speeds> {
        self.speeds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generate for RemoteGenerator {
    fn generate(&self, request: GenerationRequest) -> Result<Generation, ModelError> {
        let place = self.server.place()?;
        let (sender, generation) = Generation::channel();
        let (server, speeds) = (self.server.clone(), Arc::clone(&self.speeds));
        std::thread::Builder::new()
            .name("writing-remote".into())
            .spawn(move || {
                let _place = place;
                let finished = write(&server, &request, &sender);
                if let Ok(Some(finish)) = &finished {
                    speeds
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .learn(finish);
                }
                // A closed channel means that nobody wants it any more.
                let _ = match finished {
                    Ok(Some(finish)) => sender.send(Ok(Generated::Finish(finish))),
                    Ok(None) => Ok(()),
                    Err(error) => sender.send(Err(error)),
                };
            })?;
        Ok(generation)
    }

    fn outlook(&self) -> Outlook {
        let speeds = *self.speeds();
        Outlook {
            waiting: self.server.under_way(),
            // A wait in the server's own line shows in the speed of reading.
            ahead: Duration::ZERO,
            reading_rate: speeds.reading,
            writing_rate: speeds.writing,
            kept_tokens: 0,
        }
    }

    /// A guess, because the server alone has the tokenizer: a Chinese character is 0.7 tokens, four
    /// letters are one.
    fn count_tokens(&self, text: &str) -> usize {
        let letters = text.chars().filter(char::is_ascii).count();
        let others = text.chars().count() - letters;
        letters.div_ceil(4) + (others * 7).div_ceil(10)
    }
}

impl Speeds {
    fn learn(&mut self, finish: &Finish) {
        let blend = |average: &mut f64, tokens: usize, milliseconds: u64| {
            let newest = tokens as f64 * 1000.0 / milliseconds.max(1) as f64;
            *average += NEWEST * (newest - *average);
        };
        blend(&mut self.reading, finish.prompt_tokens, finish.reading_ms);
        if finish.generated_tokens >= 8 {
            blend(
                &mut self.writing,
                finish.generated_tokens,
                finish.writing_ms,
            );
        }
    }
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: Vec<Said<'a>>,
    max_tokens: usize,
    temperature: f64,
    seed: u64,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_logprobs: Option<u32>,
    stream: bool,
    stream_options: StreamOptions,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct Said<'a> {
    role: &'static str,
    content: &'a str,
}

impl<'a> From<&'a Message> for Said<'a> {
    fn from(message: &'a Message) -> Self {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        Self {
            role,
            content: &message.text,
        }
    }
}

/// One event of the stream. Servers leave out whatever has no value at the moment, or say null.
#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    finish_reason: Option<String>,
    logprobs: Option<LogProbabilities>,
}

#[derive(Deserialize)]
struct LogProbabilities {
    content: Option<Vec<ScoredToken>>,
}

#[derive(Deserialize)]
struct ScoredToken {
    #[serde(default)]
    top_logprobs: Vec<Alternative>,
}

/// A token that might have come instead.
#[derive(Clone, Deserialize)]
struct Alternative {
    token: String,
    logprob: f32,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: usize,
    completion_tokens: usize,
}

/// Asks the server and passes on what it writes; `None` where the reader left.
fn write(
    server: &Server,
    request: &GenerationRequest,
    sender: &GenerationSender,
) -> Result<Option<Finish>, ModelError> {
    let choosing = !request.choices.is_empty();
    let body = Request {
        model: server.model(),
        messages: request.messages.iter().map(Said::from).collect(),
        max_tokens: request.max_tokens,
        temperature: request.temperature,
        seed: request.seed,
        stop: &request.stop,
        logprobs: choosing.then_some(true),
        top_logprobs: choosing.then_some(MOST_ALTERNATIVES),
        stream: true,
        stream_options: StreamOptions {
            include_usage: true,
        },
    };
    let body = serde_json::to_vec(&body).map_err(|error| server.failed(&error))?;
    let started = Instant::now();
    let mut response = server.post("application/json", &body)?;
    let mut lines = BufReader::new(response.body_mut().as_reader());
    let mut reason = None;
    let mut usage = None;
    let mut pieces = 0;
    let mut first = None;
    let (mut said, mut alternatives) = (String::new(), Vec::new());
    loop {
        let mut line = String::new();
        let read = std::io::Read::take(&mut lines, LONGEST_LINE)
            .read_line(&mut line)
            .map_err(|error| server.failed(&error))?;
        let Some(data) = line.strip_prefix("data:").map(str::trim) else {
            // The end, an empty line between events, or a line that keeps the connection open.
            if read == 0 {
                break;
            }
            continue;
        };
        if data == "[DONE]" {
            break;
        }
        let chunk: Chunk = serde_json::from_str(data).map_err(|error| server.failed(&error))?;
        if let Some(error) = chunk.error {
            return Err(server.failed(&error));
        }
        usage = chunk.usage.or(usage);
        for choice in chunk.choices {
            reason = choice.finish_reason.or(reason);
            if alternatives.is_empty()
                && let Some(token) = choice.logprobs.and_then(|one| one.content?.into_iter().next())
            {
                alternatives = token.top_logprobs;
            }
            let text = choice.delta.content.unwrap_or_default();
            if text.is_empty() {
                continue;
            }
            first.get_or_insert_with(Instant::now);
            pieces += 1;
            if choosing {
                said.push_str(&text);
                continue;
            }
            if sender.send(Ok(Generated::Piece(text))).is_err() {
                return Ok(None);
            }
        }
        if sender.is_closed() {
            return Ok(None);
        }
    }
    let reason = match reason.as_deref() {
        None => return Err(server.failed(&"回答没有说完就断了")),
        Some("length") => FinishReason::MaxTokens,
        Some(_) => FinishReason::EndOfTurn,
    };
    let mut log_odds = None;
    if choosing {
        log_odds = odds_of_first(&request.choices, &alternatives);
        let Some(chosen) = chosen(&request.choices, log_odds, &said) else {
            return Err(server.failed(&format!("回答“{said}”不在可选之列")));
        };
        if sender.send(Ok(Generated::Piece(chosen.clone()))).is_err() {
            return Ok(None);
        }
    }
    let now = Instant::now();
    let first = first.unwrap_or(now);
    let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Ok(Some(Finish {
        reason,
        prompt_tokens: usage.as_ref().map_or(0, |usage| usage.prompt_tokens),
        reused_tokens: 0,
        generated_tokens: usage.map_or(pieces, |usage| usage.completion_tokens),
        reading_ms: milliseconds(first - started),
        writing_ms: milliseconds(now - first),
        log_odds,
    }))
}

/// Whether an answer that begins with `token` may be going to be `choice`.
fn may_begin(choice: &str, token: &str) -> bool {
    let token = token.trim();
    !token.is_empty() && (choice.starts_with(token) || token.starts_with(choice))
}

/// How much likelier the first choice was than the likeliest other, by the alternatives to the first token;
/// `None` where these name neither. One that they do not name is at most as likely as the least that they do.
fn odds_of_first(choices: &[String], alternatives: &[Alternative]) -> Option<f32> {
    let least = alternatives.iter().map(|one| one.logprob).reduce(f32::min)?;
    let likelihood = |choice: &String| {
        let named = alternatives.iter().filter(|one| may_begin(choice, &one.token));
        named.map(|one| one.logprob).reduce(f32::max)
    };
    let (first, others) = choices.split_first()?;
    let first = likelihood(first);
    let other = others.iter().filter_map(likelihood).reduce(f32::max);
    first.or(other)?;
    Some(first.unwrap_or(least) - other.unwrap_or(least))
}

/// What the server chose: by the odds of two, else by what it said.
fn chosen<'a>(choices: &'a [String], log_odds: Option<f32>, said: &str) -> Option<&'a String> {
    match (choices, log_odds) {
        ([first, second], Some(odds)) => Some(if odds >= 0.0 { first } else { second }),
        _ => choices.iter().find(|choice| may_begin(choice, said)),
    }
}
