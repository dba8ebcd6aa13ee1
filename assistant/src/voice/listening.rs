//! One speaker's stream of sound, as it becomes what they say.
//!
//! A pause is read as soon as it comes: where nothing follows, that reading is the utterance, and the
//! speaker has not waited for it. While the assistant itself speaks, only a voice that goes on counts
//! as an interruption, and a mere 嗯 or 对 turns out to have been none.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use dialects::script::to_simplified;
use futures::StreamExt as _;
use futures::stream::FuturesOrdered;
use models::ModelError;
use models::recognize::voice::{Clip, Earshot, EndpointOptions, Heard};
use models::recognize::{PendingRecognition, Recognition, is_filler, voice};
use tokio::sync::mpsc;

use super::hearing::{HeardUtterance, Hearing, Listener};

/// Longest utterance while a button is held: the recogniser's window.
const HELD: Duration = Duration::from_secs(28);
/// Commands that wait: ten seconds of sound in pieces of 20 ms.
const WAITING: usize = 512;

/// Characters with which people show that they listen, without taking the turn: 对对对, 是的, 好好好.
const BACKCHANNEL: &str = "对好是行的嗯哦噢啊呀哎";
/// What is longer is said to be heard.
const LONGEST_BACKCHANNEL: usize = 8;

/// How a stream is listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListeningOptions {
    /// An utterance ends with [`Command::Release`] rather than with a pause.
    pub held: bool,
    /// Voice that interrupts the assistant; what is shorter may be a cough or its own echo.
    pub interruption: Duration,
    /// Whether the words are shown as they are being said: reading them so early takes time from the final reading.
    pub shows: bool,
}

impl Default for ListeningOptions {
    /// Hands-free, beside a loudspeaker.
    fn default() -> Self {
        Self { held: false, interruption: Duration::from_millis(500), shows: true }
    }
}

/// What a channel tells its listening.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The next sound: mono, 16,000 samples a second, within -1 to 1.
    Sound(Vec<f32>),
    /// The button went up: what is being said is finished.
    Release,
    /// Whether to wait longer for the end, as for somebody who was told 您慢慢说.
    Patient(bool),
    /// Whether the assistant itself speaks.
    Speaking(bool),
    /// What was said to the speaker last.
    SaidBefore(Option<String>),
    /// What is being said is not meant for us.
    Forget,
}

/// What happens while somebody is listened to.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Somebody speaks: what is being said aloud should stop.
    SpeechStarted,
    /// What they said so far; it may be wrong and may change altogether.
    Partial(String),
    /// They seem to have finished.
    SpeechEnded,
    /// What they said.
    Heard(Box<HeardUtterance>),
    /// Nothing that can be used: the reason of [`HeardUtterance::nothing`], or `filler`.
    Nothing(&'static str),
    /// The recognition failed.
    Failed(String),
}

/// A stream that is being listened to; dropping it ends the listening.
#[derive(Debug)]
pub struct Listening {
    commands: mpsc::Sender<Command>,
    progress: mpsc::Receiver<Progress>,
}

/// The end of a listening that takes sound.
pub(crate) type Ears = mpsc::Sender<Command>;

impl Listening {
    /// Begins to listen.
    pub fn begin(hearing: Arc<Hearing>, listener: Listener, options: ListeningOptions) -> Self {
        let (commands, taken) = mpsc::channel(WAITING);
        let (told, progress) = mpsc::channel(64);
        tokio::spawn(Stream::new(hearing, listener, options, told).run(taken));
        Self { commands, progress }
    }

    /// Takes it apart: one end takes sound, the other tells what is heard.
    pub(crate) fn split(self) -> (Ears, mpsc::Receiver<Progress>) {
        (self.commands, self.progress)
    }
}

/// A reading in the making.
type Reading = Pin<Box<dyn Future<Output = Result<Recognition, ModelError>> + Send>>;

/// A reading of what was said so far.
struct Glance {
    reading: Option<Reading>,
    /// What it gave, once it has.
    read: Option<Recognition>,
    /// Whether it was made of the whole utterance so far, with all care.
    settled: bool,
}

struct Stream {
    hearing: Arc<Hearing>,
    listener: Listener,
    options: ListeningOptions,
    patient: bool,
    speaking: bool,
    /// Whether what is being said began while the assistant spoke.
    interrupts: bool,
    voices: voice::Listener,
    glance: Option<Glance>,
    finals: FuturesOrdered<Pin<Box<dyn Future<Output = Progress> + Send>>>,
    told: mpsc::Sender<Progress>,
}

impl Stream {
    fn new(
        hearing: Arc<Hearing>,
        listener: Listener,
        options: ListeningOptions,
        told: mpsc::Sender<Progress>,
    ) -> Self {
        let voices = voice::Listener::new(Earshot::default(), EndpointOptions::default());
        let mut stream = Self {
            hearing,
            listener,
            options,
            patient: false,
            speaking: false,
            interrupts: false,
            voices,
            glance: None,
            finals: FuturesOrdered::new(),
            told,
        };
        stream.set_options();
        stream
    }

    async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        loop {
            tokio::select! {
                command = commands.recv() => {
                    let Some(command) = command else { break };
                    if !self.take(command).await {
                        return;
                    }
                }
                read = read(&mut self.glance) => if !self.glanced(read).await { return },
                Some(progress) = self.finals.next(), if !self.finals.is_empty() => {
                    if self.told.send(progress).await.is_err() {
                        return;
                    }
                }
            }
        }
        // Whoever stopped sending sound may still want to know what was said.
        if let Some(heard) = self.voices.finish()
            && !self.follow(heard).await
        {
            return;
        }
        while let Some(progress) = self.finals.next().await {
            if self.told.send(progress).await.is_err() {
                return;
            }
        }
    }

    /// `false` where nobody wants to know any more.
    async fn take(&mut self, command: Command) -> bool {
        match command {
            Command::Sound(samples) => {
                for heard in self.voices.push(&samples) {
                    if !self.follow(heard).await {
                        return false;
                    }
                }
            }
            Command::Release => match self.voices.finish() {
                Some(heard) => return self.follow(heard).await,
                None => return self.told.send(Progress::Nothing("silence")).await.is_ok(),
            },
            Command::Patient(patient) => {
                self.patient = patient;
                self.set_options();
            }
            Command::Speaking(speaking) => {
                self.speaking = speaking;
                self.set_options();
            }
            Command::SaidBefore(said) => self.listener.said_before = said,
            Command::Forget => {
                self.voices = voice::Listener::new(Earshot::default(), EndpointOptions::default());
                self.set_options();
                self.glance = None;
                self.finals = FuturesOrdered::new();
            }
        }
        true
    }

    fn set_options(&mut self) {
        let mut options = if self.patient { EndpointOptions::patient() } else { EndpointOptions::default() };
        if self.options.held {
            options.pause = HELD;
            options.pause_after_hesitation = HELD;
        }
        options.longest = HELD;
        if self.speaking {
            options.shortest = self.options.interruption;
        }
        self.voices.set_options(options);
    }

    async fn follow(&mut self, heard: Heard) -> bool {
        match heard {
            Heard::SpeechStarted => {
                self.interrupts = self.speaking;
                self.told.send(Progress::SpeechStarted).await.is_ok()
            }
            Heard::PartialDue { clip, settled } => {
                if settled || self.options.shows {
                    self.look(&clip, settled);
                } else {
                    // An earlier pause was none: more is being said.
                    self.glance = None;
                }
                true
            }
            Heard::SpeechEnded { clip, same_as_partial } => {
                let glance = self.glance.take().filter(|glance| same_as_partial && glance.settled);
                self.end(&clip, glance);
                self.told.send(Progress::SpeechEnded).await.is_ok()
            }
        }
    }

    /// Reads what was said so far; whatever is being read of less is given up.
    fn look(&mut self, clip: &Clip, settled: bool) {
        let samples = Arc::clone(&clip.samples);
        let pending =
            if settled { self.hearing.recognize(samples, &self.listener) } else { self.hearing.glance(samples) };
        // Where too many wait, there is no reading until the end.
        self.glance = pending.ok().map(|pending| Glance { reading: Some(finished(pending)), read: None, settled });
    }

    async fn glanced(&mut self, read: Result<Recognition, ModelError>) -> bool {
        let Some(glance) = &mut self.glance else { return true };
        glance.reading = None;
        let Ok(recognition) = read else {
            self.glance = None;
            return true;
        };
        let text = to_simplified(recognition.text()).into_text();
        glance.read = Some(recognition);
        text.is_empty() || self.told.send(Progress::Partial(text)).await.is_ok()
    }

    /// Reads a finished utterance, or takes what a glance at all of it gave.
    fn end(&mut self, clip: &Clip, glance: Option<Glance>) {
        let reading: Result<Reading, ModelError> = match glance {
            Some(Glance { read: Some(read), .. }) => Ok(Box::pin(async { Ok(read) })),
            Some(Glance { reading: Some(reading), .. }) => Ok(reading),
            _ => self.hearing.recognize(Arc::clone(&clip.samples), &self.listener).map(finished),
        };
        let hearing = Arc::clone(&self.hearing);
        let listener = self.listener.clone();
        let sound = Arc::clone(&clip.samples);
        let interrupts = std::mem::take(&mut self.interrupts);
        self.finals.push_back(Box::pin(async move {
            match meaning(reading, sound, &hearing, &listener).await {
                Ok(heard) => judged(heard, &listener, interrupts),
                Err(error) => Progress::Failed(format!("{error:#}")),
            }
        }));
    }
}

async fn meaning(
    reading: Result<Reading, ModelError>,
    sound: Arc<[f32]>,
    hearing: &Hearing,
    listener: &Listener,
) -> anyhow::Result<HeardUtterance> {
    hearing.understand(&reading?.await?, sound, listener).await
}

/// Whether it was meant for us.
fn judged(heard: HeardUtterance, listener: &Listener, interrupts: bool) -> Progress {
    if let Some(nothing) = heard.nothing {
        return Progress::Nothing(nothing);
    }
    let asked = listener.said_before.as_deref().is_some_and(|said| said.contains(['？', '?']));
    let bare: String = heard.heard.chars().filter(|one| one.is_alphanumeric()).collect();
    // To a question 嗯 is an answer, though not while it is still being asked.
    let filler = is_filler(&heard.heard) && (interrupts || !asked);
    if filler || (interrupts && is_backchannel(&bare)) {
        return Progress::Nothing("filler");
    }
    Progress::Heard(Box::new(heard))
}

fn is_backchannel(bare: &str) -> bool {
    bare.chars().count() <= LONGEST_BACKCHANNEL && bare.chars().all(|one| BACKCHANNEL.contains(one))
}

fn finished(pending: PendingRecognition) -> Reading {
    Box::pin(pending.finished())
}

/// The end of a glance; never, where there is none under way.
async fn read(glance: &mut Option<Glance>) -> Result<Recognition, ModelError> {
    match glance.as_mut().and_then(|glance| glance.reading.as_mut()) {
        Some(reading) => reading.await,
        None => pending().await,
    }
}
