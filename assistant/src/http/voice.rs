//! Hearing a resident: a stream of sound over a WebSocket, or a recording sent whole.
//!
//! What is heard comes back to the resident's side, which shows it and sends it as a turn; nothing is
//! said in their name that they have not seen.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use models::ModelError;
use models::recognize::SAMPLE_RATE;
use models::recognize::audio::{self, AudioLimits, from_16_bit};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use super::AppState;
use super::conversations::{authorize, with_token};
use super::problem::{AppResult, Problem};
use crate::store::Conversation;
use crate::voice::{Command, HeardUtterance, Hearing, Listener, Listening, ListeningOptions, Progress};

/// Largest recording that is taken whole.
pub(super) const UPLOAD_LIMIT: usize = 16 * 1024 * 1024;
/// Largest message of a stream: eight seconds of sound.
const MESSAGE_LIMIT: usize = 256 * 1024;
/// Longest recording that is taken whole.
const LONGEST: Duration = Duration::from_secs(120);
/// Time without any sound after which a stream is closed.
const SILENT: Duration = Duration::from_secs(600);
/// Time that a stream has to say whose it is.
const INTRODUCTION: Duration = Duration::from_secs(10);

/// What this server can hear and say.
#[derive(Serialize)]
pub(crate) struct VoicePage {
    hearing: bool,
    speaking: bool,
    /// Samples a second of the stream that a page sends.
    sample_rate: u32,
    /// The voices, the default first.
    voices: Vec<VoiceName>,
}

/// A voice as a page offers it.
#[derive(Serialize)]
struct VoiceName {
    id: String,
    name: String,
}

pub(crate) async fn show(State(state): State<AppState>) -> Json<VoicePage> {
    let speaking = state.voice.speaking();
    let voices = speaking.map(|speaking| speaking.voices()).unwrap_or_default();
    Json(VoicePage {
        hearing: state.voice.hearing().is_some(),
        speaking: speaking.is_some(),
        sample_rate: SAMPLE_RATE,
        voices: voices.iter().map(|id| VoiceName { id: id.clone(), name: voice_name(id) }).collect(),
    })
}

/// How people call a voice; others are called by their id.
fn voice_name(id: &str) -> String {
    let name = match id {
        "zf_xiaobei" => "小北（女声）",
        "zf_xiaoyi" => "小艺（女声）",
        "zf_xiaoni" => "小妮（女声）",
        "zf_xiaoxiao" => "晓晓（女声）",
        "zm_yunjian" => "云健（男声）",
        "zm_yunxi" => "云希（男声）",
        "zm_yunxia" => "云夏（男声）",
        "zm_yunyang" => "云扬（男声）",
        id => id,
    };
    name.to_owned()
}

/// What was heard, as a page draws it.
#[derive(Serialize)]
pub(crate) struct HeardPage {
    utterance: String,
    text: String,
    standard: String,
    variety: Option<&'static str>,
    certainty: f32,
    alternatives: Vec<String>,
    nothing: Option<&'static str>,
    seconds: f32,
    compute_seconds: f32,
}

impl HeardPage {
    /// Remembers what was heard; where the resident agreed and the community keeps recordings, the
    /// sound too.
    async fn new(state: &AppState, conversation: &Conversation, agreed: bool, heard: HeardUtterance) -> Self {
        let utterance = state.voice.remember(state.assistant.store(), conversation, agreed, &heard).await;
        Self {
            utterance,
            text: heard.heard,
            standard: heard.standard,
            variety: heard.variety,
            certainty: heard.certainty,
            alternatives: heard.alternatives,
            nothing: heard.nothing,
            seconds: heard.seconds,
            compute_seconds: heard.compute_seconds,
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Consent {
    /// Whether the resident agreed that the recording is kept.
    #[serde(default)]
    agreed: bool,
}

/// Hears a recording: WAV, MP3, FLAC or Ogg Vorbis.
pub(crate) async fn hear(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(consent): Query<Consent>,
    headers: HeaderMap,
    file: Bytes,
) -> AppResult<Json<HeardPage>> {
    let conversation = authorize(&state, &id, &headers).await?;
    let hearing = hearing(&state)?;
    let samples = samples(file).await?;
    let mut listener = listener(&state, &hearing, &conversation).await?;
    listener.said_before = state.assistant.said_last(&conversation).await?;
    let heard = hearing.hear(samples, &listener).await.map_err(|error| busy_or(&error, error.downcast_ref()))?;
    Ok(Json(HeardPage::new(&state, &conversation, consent.agreed, heard).await))
}

/// The sound of a recording.
pub(super) async fn samples(file: Bytes) -> AppResult<Vec<f32>> {
    let limits = AudioLimits { bytes: UPLOAD_LIMIT, duration: LONGEST };
    let read = spawn_blocking(move || audio::read(file.to_vec(), limits)).await.map_err(anyhow::Error::from)?;
    read.map_err(|error| {
        Problem::unprocessable(
            "no_sound",
            &format!("这段录音读不出来（{error}）。请用 WAV、MP3、FLAC 或 OGG，两分钟以内。"),
        )
    })
}

pub(super) fn hearing(state: &AppState) -> AppResult<Arc<Hearing>> {
    let hearing = state.voice.hearing().map(Arc::clone);
    hearing.ok_or_else(|| Problem::unavailable("no_hearing", "这里还听不了语音，请打字。"))
}

/// A full queue is not our fault; everything else is logged.
pub(super) fn busy_or(error: &anyhow::Error, cause: Option<&ModelError>) -> Problem {
    if matches!(cause, Some(ModelError::Overloaded { .. })) {
        return Problem::wait("busy", "人多", "现在说话的人多，请过几秒再说一遍。", 5);
    }
    Problem::from(anyhow::anyhow!("{error:#}"))
}

async fn listener(state: &AppState, hearing: &Hearing, conversation: &Conversation) -> anyhow::Result<Listener> {
    let lineage = state.assistant.store().lineage(&conversation.community_id).await?;
    hearing.listener(conversation.variety.as_deref(), &lineage).await
}

pub(crate) async fn listen(
    State(state): State<AppState>,
    Path(id): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .max_message_size(MESSAGE_LIMIT)
        .max_frame_size(MESSAGE_LIMIT)
        .on_upgrade(move |socket| async move {
            let mut stream = Stream { state, socket };
            match stream.run(&id).await {
                Ok(()) | Err(End::Gone) => {}
                Err(End::Refused(code, reason)) => {
                    let frame = CloseFrame { code, reason: reason.into() };
                    // Whoever is gone need not be told.
                    let _ = stream.socket.send(Message::Close(Some(frame))).await;
                }
            }
        })
}

/// What a page says over the stream.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    Start {
        token: String,
        #[serde(default)]
        mode: Mode,
        #[serde(default)]
        patient: bool,
        /// Whether the resident agreed that recordings are kept.
        #[serde(default)]
        agreed: bool,
    },
    Release,
    Patient {
        on: bool,
    },
    Speaking {
        on: bool,
    },
    Forget,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    HandsFree,
    Press,
}

/// Why a stream ends before its time.
enum End {
    /// The page is gone.
    Gone,
    /// With a code of our own (4000 to 4999) and its reason.
    Refused(u16, &'static str),
}

impl From<axum::Error> for End {
    fn from(_: axum::Error) -> Self {
        Self::Gone
    }
}

/// What a page says of itself at first.
struct Introduction {
    conversation: Conversation,
    mode: Mode,
    patient: bool,
    agreed: bool,
}

/// One page's stream.
struct Stream {
    state: AppState,
    socket: WebSocket,
}

impl Stream {
    async fn run(&mut self, id: &str) -> Result<(), End> {
        let Introduction { conversation, mode, patient, agreed } = self.introduced(id).await?;
        let Some(hearing) = self.state.voice.hearing().map(Arc::clone) else {
            return Err(End::Refused(4503, "no recogniser"));
        };
        let Some(_place) = self.state.voice.place() else {
            return Err(End::Refused(4429, "too many listeners"));
        };
        let failed = |error: anyhow::Error| {
            tracing::error!(error = format!("{error:#}"), "a stream could not be opened");
            End::Refused(4500, "internal")
        };
        let listener = listener(&self.state, &hearing, &conversation).await.map_err(failed)?;
        let options = ListeningOptions { held: mode == Mode::Press, ..ListeningOptions::default() };
        let (ears, mut progress) = Listening::begin(hearing, listener, options).split();
        if patient {
            let _ = ears.send(Command::Patient(true)).await;
        }
        self.tell(&json!({"type": "ready"})).await?;
        let mut silent = Instant::now() + SILENT;
        loop {
            tokio::select! {
                message = self.socket.recv() => {
                    let Some(message) = message else { return Ok(()) };
                    let command = match message? {
                        Message::Binary(bytes) => {
                            silent = Instant::now() + SILENT;
                            Command::Sound(sound(&bytes))
                        }
                        Message::Text(text) => match serde_json::from_str(&text) {
                            Ok(Said::Release) => Command::Release,
                            Ok(Said::Patient { on }) => Command::Patient(on),
                            Ok(Said::Speaking { on }) => Command::Speaking(on),
                            Ok(Said::Forget) => Command::Forget,
                            Ok(Said::Start { .. }) | Err(_) => {
                                return Err(End::Refused(4400, "not understood"));
                            }
                        },
                        Message::Close(_) => return Ok(()),
                        Message::Ping(_) | Message::Pong(_) => continue,
                    };
                    if ears.send(command).await.is_err() {
                        return Ok(());
                    }
                }
                happened = progress.recv() => {
                    let Some(happened) = happened else { return Ok(()) };
                    if matches!(happened, Progress::SpeechStarted) {
                        // Read when it is needed: the last words may be seconds old.
                        let said = self.state.assistant.said_last(&conversation).await.map_err(failed)?;
                        let _ = ears.send(Command::SaidBefore(said)).await;
                    }
                    let told = told(&self.state, &conversation, agreed, happened).await;
                    self.tell(&told).await?;
                }
                () = sleep_until(silent) => return Err(End::Refused(4408, "silent")),
            }
        }
    }

    /// Waits for the first message: whose conversation this is.
    async fn introduced(&mut self, id: &str) -> Result<Introduction, End> {
        let first = tokio::time::timeout(INTRODUCTION, self.socket.recv())
            .await
            .map_err(|_| End::Refused(4408, "silent"))?;
        let Some(message) = first else { return Err(End::Gone) };
        let Message::Text(text) = message? else {
            return Err(End::Refused(4400, "not understood"));
        };
        let Ok(Said::Start { token, mode, patient, agreed }) = serde_json::from_str(&text) else {
            return Err(End::Refused(4400, "not understood"));
        };
        let conversation = with_token(&self.state, id, &token).await;
        let conversation = conversation.map_err(|_| End::Refused(4404, "no such conversation"))?;
        Ok(Introduction { conversation, mode, patient, agreed })
    }

    async fn tell(&mut self, said: &Value) -> Result<(), End> {
        Ok(self.socket.send(Message::Text(said.to_string().into())).await?)
    }
}

/// What happened, as the page reads it.
async fn told(state: &AppState, conversation: &Conversation, agreed: bool, progress: Progress) -> Value {
    match progress {
        Progress::SpeechStarted => json!({"type": "speech_started"}),
        Progress::Partial(text) => json!({"type": "partial", "text": text}),
        Progress::SpeechEnded => json!({"type": "speech_ended"}),
        Progress::Nothing(reason) => json!({"type": "nothing", "reason": reason}),
        Progress::Heard(heard) => {
            let page = HeardPage::new(state, conversation, agreed, *heard).await;
            let mut told = json!(page);
            told["type"] = json!("heard");
            told
        }
        Progress::Failed(error) => {
            tracing::warn!(error, "an utterance could not be recognised");
            json!({"type": "problem", "title": "没有听成", "detail": "刚才没能听清，请再说一遍，或者打字。"})
        }
    }
}

/// Sixteen-bit samples, the lower byte first; an odd last byte is no sample.
fn sound(bytes: &[u8]) -> Vec<f32> {
    let samples: Vec<i16> =
        bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    from_16_bit(&samples)
}
