//! A voice on a thread of its own, that gives sound piece by piece and can be interrupted.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

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
    engine::{Assignment, AssignmentOf, BatchWorker, Engine},
    turns::{Turns, Urgency},
};

/// Listeners that are spoken to by turns; more wait in line.
const LISTENERS: usize = 16;
/// Who has so much sound ahead does not miss the next piece yet.
const AHEAD: Duration = Duration::from_secs(3);
/// Speeds that stay understandable.
const SPEEDS: (f32, f32) = (0.5, 2.0);

/// How a speaker works.
#[derive(Debug, Clone)]
pub struct SpeakerOptions {
    /// Requests that wait beside the one in work.
    pub capacity: usize,
    /// Where sounds are kept.
    pub cache: Arc<SoundCache>,
    /// When it may compute beside other engines.
    pub turns: Turns,
}

impl Default for SpeakerOptions {
    /// Sixteen waiting requests and 64 MB of sounds, eleven minutes.
    fn default() -> Self {
        Self {
            capacity: 16,
            cache: Arc::new(SoundCache::in_memory(64 << 20)),
            turns: Turns::default(),
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
    /// Nobody listens yet: it is made to be kept, after what anybody waits for.
    pub beforehand: bool,
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
            beforehand: false,
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
            turns: options.turns,
            listeners: Vec::new(),
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
                pieces: rest,
                name,
                speed,
                volume: request.volume,
                private: request.private,
                beforehand: request.beforehand,
                heard: ready.iter().map(|piece: &Piece| lasts(&piece.sound)).sum(),
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

/// What runs on the thread: whoever runs out of sound first gets the next piece.
struct Mouth {
    voice: Box<dyn Voice>,
    cache: Arc<SoundCache>,
    turns: Turns,
    listeners: Vec<Listener>,
}

struct Task {
    pieces: VecDeque<Vec<Clause>>,
    name: String,
    speed: f32,
    volume: f32,
    private: bool,
    beforehand: bool,
    /// What was kept from before is heard first.
    heard: Duration,
}

/// Somebody who is being spoken to.
struct Listener {
    given: Assignment<Task, Result<Piece, ModelError>>,
    /// When the sound that they have is over.
    silent_from: Instant,
}

impl Listener {
    fn urgency(&self, now: Instant) -> Urgency {
        if self.given.task.beforehand {
            Urgency::Background
        } else if self.silent_from > now + AHEAD {
            Urgency::Writing
        } else {
            Urgency::Speaking
        }
    }
}

impl BatchWorker for Mouth {
    type Task = Task;
    type Event = Result<Piece, ModelError>;

    fn work_together(
        &mut self,
        first: AssignmentOf<Self>,
        next: &mut dyn FnMut() -> Option<AssignmentOf<Self>>,
    ) {
        self.listen(first);
        while !self.listeners.is_empty() {
            while self.listeners.len() < LISTENERS
                && let Some(assignment) = next()
            {
                self.listen(assignment);
            }
            self.say_next();
            self.listeners
                .retain(|listener| !listener.given.answer.is_abandoned());
        }
    }
}

impl Mouth {
    fn listen(&mut self, given: AssignmentOf<Self>) {
        let silent_from = Instant::now() + given.task.heard;
        self.listeners.push(Listener { given, silent_from });
    }

    /// Says one piece to whoever needs it first.
    fn say_next(&mut self) {
        let now = Instant::now();
        let first = (0..self.listeners.len()).min_by_key(|place| {
            let listener = &self.listeners[*place];
            (listener.urgency(now), listener.silent_from)
        });
        let Some(place) = first else { return };
        let urgency = self.listeners[place].urgency(now);
        let Some(clauses) = self.listeners[place].given.task.pieces.pop_front() else {
            self.listeners.swap_remove(place);
            return;
        };
        let task = &self.listeners[place].given.task;
        let key = key(&task.name, task.speed, &clauses);
        let kept = self.cache.get(&key);
        let was_kept = kept.is_some();
        let said = match kept {
            Some(sound) => Ok(sound),
            None => {
                let _turn = self.turns.take(urgency);
                let said = self.voice.say(&clauses, &task.name, task.speed);
                said.map(Arc::new)
            }
        };
        let listener = &mut self.listeners[place];
        match said {
            Ok(sound) => {
                if !was_kept && !listener.given.task.private {
                    self.cache.keep(&key, &sound);
                }
                listener.silent_from = listener.silent_from.max(Instant::now()) + lasts(&sound);
                let piece = piece(&sound, &clauses, listener.given.task.volume, was_kept);
                listener.given.answer.send(Ok(piece));
                if listener.given.task.pieces.is_empty() {
                    self.listeners.swap_remove(place);
                }
            }
            Err(error) => {
                listener.given.answer.send(Err(error));
                self.listeners.swap_remove(place);
            }
        }
    }
}

fn lasts(sound: &Sound) -> Duration {
    Duration::from_secs_f32(sound.seconds())
}

fn piece(sound: &Sound, clauses: &[Clause], volume: f32, kept: bool) -> Piece {
    let marks = sound.marks(clauses);
    let mut sound = sound.clone();
    limit(&mut sound.samples, volume);
    Piece { sound, marks, kept }
}
