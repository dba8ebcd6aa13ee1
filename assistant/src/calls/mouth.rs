//! What a call says: lines become sound one after another, and can be broken off and taken up again.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;

use crate::phone::{CallControl, Played};
use crate::voice::{Manner, SPOKEN_RATE, Speaking, Speech};

/// Pieces that wait on the line while the next is being made: some seconds of speech.
const AHEAD: usize = 2;
/// How far speech goes back when it is taken up again, so that no word is lost.
const TAKEN_BACK: Duration = Duration::from_millis(1200);

/// What became of the speaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The first sound after a silence is on its way.
    Began,
    /// Everything was said.
    All,
    /// A line could not be said; those after it are.
    Failed,
}

type Playing = Pin<Box<dyn Future<Output = Option<Played>> + Send + Sync>>;

/// A piece that was handed to the line.
struct Sounding {
    samples: Vec<f32>,
    playing: Playing,
}

/// The mouth of one call.
pub(super) struct Mouth {
    speaking: Arc<Speaking>,
    control: CallControl,
    pub(super) manner: Manner,
    lines: VecDeque<String>,
    making: Option<Speech>,
    sounding: VecDeque<Sounding>,
    paused: bool,
    /// Nobody listens: the other side holds the call.
    held: bool,
    /// The lines of the last time it spoke, to be said again and to know our own echo by.
    last: Vec<String>,
}

impl Mouth {
    pub(super) fn new(speaking: Arc<Speaking>, control: CallControl, manner: Manner) -> Self {
        Self {
            speaking,
            control,
            manner,
            lines: VecDeque::new(),
            making: None,
            sounding: VecDeque::new(),
            paused: false,
            held: false,
            last: Vec::new(),
        }
    }

    /// Says a line after all that waits.
    pub(super) fn say(&mut self, line: impl Into<String>) {
        let line = line.into();
        if line.trim().is_empty() {
            return;
        }
        if !self.busy() {
            self.last.clear();
        }
        self.last.push(line.clone());
        self.lines.push_back(line);
    }

    /// Says the last lines again.
    pub(super) fn repeat(&mut self) {
        let last = std::mem::take(&mut self.last);
        self.stop();
        for line in last {
            self.say(line);
        }
    }

    /// Whether anything is being said, or will be.
    pub(super) fn busy(&self) -> bool {
        !self.lines.is_empty() || self.making.is_some() || !self.sounding.is_empty()
    }

    /// What it says now, or said last.
    pub(super) fn words(&self) -> String {
        self.last.concat()
    }

    /// The last of these lines: what an utterance most likely answers.
    pub(super) fn last_line(&self) -> Option<String> {
        self.last.last().cloned()
    }

    /// Falls silent within a frame, and remembers where.
    pub(super) fn pause(&mut self) {
        if self.paused || !self.busy() {
            return;
        }
        self.paused = true;
        self.control.stop_playing();
        // Stopping tells every piece at once how much of it was heard.
        loop {
            let more = self.sounding.len() > 1;
            let Some(first) = self.sounding.front_mut() else { break };
            let Some(played) = (&mut first.playing).now_or_never() else { break };
            let heard = played.map_or(Duration::ZERO, |played| played.heard);
            let whole = played.is_some_and(|played| played.whole());
            if whole && more {
                self.sounding.pop_front();
                continue;
            }
            let from = heard.saturating_sub(TAKEN_BACK).as_secs_f32() * SPOKEN_RATE as f32;
            let from = (from as usize).min(first.samples.len());
            first.samples.drain(..from);
            break;
        }
    }

    /// Takes up again what was broken off.
    pub(super) fn resume(&mut self) {
        if !self.paused || self.held {
            return;
        }
        self.paused = false;
        for piece in &mut self.sounding {
            piece.playing = play(&self.control, &piece.samples);
        }
    }

    /// Keeps what it has to say until somebody listens again.
    pub(super) fn hold(&mut self, held: bool) {
        self.held = held;
        if held {
            self.pause();
        } else {
            self.resume();
        }
    }

    /// Says a line whose sound is being made already.
    pub(super) fn say_made(&mut self, line: String, speech: Speech) {
        self.last.push(line);
        self.making = Some(speech);
    }

    /// Falls silent and forgets what it had to say.
    pub(super) fn stop(&mut self) {
        self.control.stop_playing();
        self.lines.clear();
        self.making = None;
        self.sounding.clear();
        self.paused = false;
    }

    /// What happens next; never, while nothing is to be said.
    ///
    /// Nothing is lost where the future is dropped.
    pub(super) async fn next(&mut self) -> Said {
        loop {
            if self.paused || self.held {
                pending::<()>().await;
            }
            if self.making.is_none()
                && self.sounding.len() < AHEAD
                && let Some(line) = self.lines.pop_front()
            {
                match self.speaking.say(&line, &self.manner) {
                    Ok(speech) => self.making = Some(speech),
                    Err(error) => {
                        tracing::warn!(%error, "a call could not say a line");
                        return Said::Failed;
                    }
                }
            }
            let makes = self.making.is_some() && self.sounding.len() < AHEAD;
            tokio::select! {
                played = first(&mut self.sounding), if !self.sounding.is_empty() => {
                    // How much was heard matters only where it was broken off.
                    let _ = played;
                    self.sounding.pop_front();
                    if !self.busy() {
                        return Said::All;
                    }
                }
                piece = made(&mut self.making), if makes => match piece {
                    Ok(Some(piece)) => {
                        let began = self.sounding.is_empty();
                        let playing = play(&self.control, &piece.samples);
                        self.sounding.push_back(Sounding { samples: piece.samples, playing });
                        if began {
                            return Said::Began;
                        }
                    }
                    Ok(None) => {
                        self.making = None;
                        if !self.busy() {
                            return Said::All;
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a call could not say a line");
                        self.making = None;
                        return Said::Failed;
                    }
                },
                else => pending::<()>().await,
            }
        }
    }
}

fn play(control: &CallControl, samples: &[f32]) -> Playing {
    match control.play(samples, SPOKEN_RATE) {
        Ok(playing) => Box::pin(playing.finished()),
        // The call is over, or minutes of sound wait already.
        Err(_) => Box::pin(std::future::ready(None)),
    }
}

async fn first(sounding: &mut VecDeque<Sounding>) -> Option<Played> {
    match sounding.front_mut() {
        Some(first) => (&mut first.playing).await,
        None => pending().await,
    }
}

async fn made(making: &mut Option<Speech>) -> Result<Option<crate::voice::Piece>, models::ModelError> {
    match making {
        Some(speech) => speech.next().await,
        None => pending().await,
    }
}
