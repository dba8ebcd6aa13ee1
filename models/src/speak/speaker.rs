//! A voice on a thread of its own, that gives sound piece by piece and can be interrupted.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    Voice,
    cache::{SoundCache, key},
    pieces::pieces,
    script::Clause,
    sound::{Mark, Sound, limit},
};
use crate::{
    ModelError,
    engine::{Answer, Engine, Worker},
};

/// Speeds that stay understandable.
const SPEEDS: (f32, f32) = (0.5, 2.0);

/// How a speaker works.
#[derive(Debug, Clone)]
pub struct SpeakerOptions {
    /// Requests that wait beside the one in work.
    pub capacity: usize,
    /// Where sounds are kept.
    pub cache: Arc<SoundCache>,
}

impl Default for SpeakerOptions {
    /// Sixteen waiting requests and 64 MB of sounds, eleven minutes.
    fn default() -> Self {
        Self {
            capacity: 16,
            cache: Arc::new(SoundCache::in_memory(64 << 20)),
        }
    }
}

/// What to say and how.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechRequest {
    /// What to say.
    pub clauses: Vec<Clause>,
    /// The name of a voice; any other name is the default voice.
    pub voice: String,
    /// 1 is usual; held between 0.5 and 2.
    pub speed: f32,
    /// 1 is usual; the limiter keeps even a high one from distorting.
    pub volume: f32,
    /// It says something of one person's own, such as a number of an order: it is not kept.
    pub private: bool,
}

impl SpeechRequest {
    /// The default voice at usual speed and volume, to be kept for the next time.
    pub fn new(clauses: Vec<Clause>) -> Self {
        Self {
            clauses,
            voice: String::new(),
            speed: 1.0,
            volume: 1.0,
            private: false,
        }
    }
}

/// A few clauses as sound, its samples limited.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// What is heard, with the pause behind it.
    pub sound: Sound,
    /// When each stretch of the text is said within it.
    pub marks: Vec<Mark>,
    /// Whether it was kept from before and cost nothing.
    pub kept: bool,
}

/// Speech being made. Dropping it stops the voice after the piece in work.
#[derive(Debug)]
pub struct Speaking {
    pieces: UnboundedReceiver<Result<Piece, ModelError>>,
    ready: VecDeque<Piece>,
    ended: bool,
}

impl Speaking {
    /// The next piece, or `None` at the end.
    pub async fn next_piece(&mut self) -> Result<Option<Piece>, ModelError> {
        if let Some(piece) = self.ready.pop_front() {
            return Ok(Some(piece));
        }
        if self.ended {
            return Ok(None);
        }
        let piece = self.pieces.recv().await;
        self.take(piece)
    }

    /// Like [`Self::next_piece`], for threads outside the asynchronous runtime (it panics inside).
    pub fn blocking_next_piece(&mut self) -> Result<Option<Piece>, ModelError> {
        if let Some(piece) = self.ready.pop_front() {
            return Ok(Some(piece));
        }
        if self.ended {
            return Ok(None);
        }
        let piece = self.pieces.blocking_recv();
        self.take(piece)
    }

    fn take(
        &mut self,
        piece: Option<Result<Piece, ModelError>>,
    ) -> Result<Option<Piece>, ModelError> {
        self.ended = !matches!(piece, Some(Ok(_)));
        piece.transpose()
    }
}

/// A voice that speaks to one listener after another. Dropping it ends its thread.
#[derive(Debug)]
pub struct Speaker {
    engine: Engine<Mouth>,
    cache: Arc<SoundCache>,
    names: Vec<String>,
}

impl Speaker {
    /// Starts a voice on its own thread.
    pub fn start(voice: impl Voice, options: SpeakerOptions) -> Result<Self, ModelError> {
        let names = voice.names();
        let mouth = Mouth {
            voice: Box::new(voice),
            cache: Arc::clone(&options.cache),
        };
        Ok(Self {
            engine: Engine::start("speak", options.capacity, mouth)?,
            cache: options.cache,
            names,
        })
    }

    /// The names of its voices, the default first.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Speaks. What is kept from before is there at once, without waiting in line, even where the
    /// line is full.
    pub fn speak(&self, request: SpeechRequest) -> Result<Speaking, ModelError> {
        let name = self
            .names
            .iter()
            .find(|name| **name == request.voice)
            .or(self.names.first())
            .cloned()
            .unwrap_or_default();
        let speed = request.speed.clamp(SPEEDS.0, SPEEDS.1);
        let mut rest: VecDeque<Vec<Clause>> = pieces(request.clauses).into();
        let mut ready = VecDeque::new();
        while let Some(clauses) = rest.front()
            && let Some(sound) = self.cache.get(&key(&name, speed, clauses))
        {
            ready.push_back(piece(&sound, clauses, request.volume, true));
            rest.pop_front();
        }
        let (pieces, ended) = if rest.is_empty() {
            (tokio::sync::mpsc::unbounded_channel().1, true)
        } else {
            let task = Task {
                pieces: rest.into(),
                name,
                speed,
                volume: request.volume,
                private: request.private,
            };
            (self.engine.submit(task)?, false)
        };
        Ok(Speaking {
            pieces,
            ready,
            ended,
        })
    }
}

/// What runs on the thread.
struct Mouth {
    voice: Box<dyn Voice>,
    cache: Arc<SoundCache>,
}

struct Task {
    pieces: Vec<Vec<Clause>>,
    name: String,
    speed: f32,
    volume: f32,
    private: bool,
}

impl Worker for Mouth {
    type Task = Task;
    type Event = Result<Piece, ModelError>;

    fn work(&mut self, task: Task, answer: &Answer<Self::Event>) {
        for clauses in &task.pieces {
            if answer.is_abandoned() {
                return;
            }
            let key = key(&task.name, task.speed, clauses);
            let kept = self.cache.get(&key);
            let was_kept = kept.is_some();
            let sound = match kept.map_or_else(
                || {
                    self.voice
                        .say(clauses, &task.name, task.speed)
                        .map(Arc::new)
                },
                Ok,
            ) {
                Ok(sound) => sound,
                Err(error) => return answer.send(Err(error)),
            };
            if !was_kept && !task.private {
                self.cache.keep(&key, &sound);
            }
            answer.send(Ok(piece(&sound, clauses, task.volume, was_kept)));
        }
    }
}

fn piece(sound: &Sound, clauses: &[Clause], volume: f32, kept: bool) -> Piece {
    let marks = sound.marks(clauses);
    let mut sound = sound.clone();
    limit(&mut sound.samples, volume);
    Piece { sound, marks, kept }
}
