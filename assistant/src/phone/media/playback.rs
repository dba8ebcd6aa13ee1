//! The sound we say: a queue that can be stopped within one frame and knows what was really played.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::oneshot;

use super::codec::{FRAME, RATE, ToSixteen};

/// The most sound that waits: five minutes.
const CAPACITY: usize = 300 * RATE as usize;
/// The length of the fade when speech is cut off: 5 ms, so that it does not click.
const FADE: usize = 80;

/// How a piece of sound ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Played {
    /// How much of it left for the network.
    pub heard: Duration,
    /// How long it was in all.
    pub length: Duration,
}

impl Played {
    /// Whether it was played to its end.
    pub fn whole(&self) -> bool {
        self.heard == self.length
    }
}

struct Piece {
    samples: Vec<f32>,
    at: usize,
    done: Option<oneshot::Sender<Played>>,
}

impl Piece {
    fn finish(self) {
        if let Some(done) = self.done {
            let time = |samples: usize| {
                Duration::from_micros(samples as u64 * 1_000_000 / u64::from(RATE))
            };
            // Nobody need wait for the notice.
            let _ = done.send(Played {
                heard: time(self.at),
                length: time(self.samples.len()),
            });
        }
    }
}

/// Where sound of any rate comes in.
///
/// It is apart from the playback because a sentence takes milliseconds to convert, and for the playback's lock waits the
/// clock of all calls.
#[derive(Default)]
pub(in crate::phone) struct Inlet(Option<ToSixteen>);

impl Inlet {
    /// Sound at 16 kHz; `joined` to what came before, where that had the same rate.
    pub(in crate::phone) fn convert(
        &mut self,
        samples: &[f32],
        rate: u32,
        joined: bool,
    ) -> Vec<f32> {
        let converter = match &mut self.0 {
            Some(converter) if converter.from() == rate && joined => converter,
            converter => converter.insert(ToSixteen::new(rate)),
        };
        converter.convert(samples)
    }
}

/// Pieces of sound, one after the other.
#[derive(Default)]
pub(in crate::phone) struct Playback {
    pieces: VecDeque<Piece>,
    tail: Vec<f32>,
    waiting: usize,
    through: VecDeque<[f32; FRAME]>,
}

impl Playback {
    /// Whether less than five minutes wait.
    pub(in crate::phone) fn has_room(&self) -> bool {
        self.waiting <= CAPACITY
    }

    /// Appends sound at 16 kHz.
    pub(in crate::phone) fn push(&mut self, samples: Vec<f32>) -> oneshot::Receiver<Played> {
        let (done, notice) = oneshot::channel();
        self.waiting += samples.len();
        let piece = Piece {
            samples,
            at: 0,
            done: Some(done),
        };
        if piece.samples.is_empty() && self.pieces.is_empty() {
            piece.finish();
        } else {
            self.pieces.push_back(piece);
        }
        notice
    }

    /// Drops all that waits and all that sounds.
    pub(in crate::phone) fn stop(&mut self) {
        self.tail = self.pieces.front().map_or_else(Vec::new, |piece| {
            let rest = &piece.samples[piece.at..];
            let fade = FADE.min(rest.len());
            rest.iter()
                .take(fade)
                .enumerate()
                .map(|(index, sample)| sample * (1.0 - (index + 1) as f32 / fade as f32))
                .collect()
        });
        self.waiting = 0;
        for piece in self.pieces.drain(..) {
            piece.finish();
        }
    }

    /// Sound of another call that is bridged to this one; more than 100 ms is let go.
    pub(in crate::phone) fn bridged(&mut self, frame: &[f32; FRAME]) {
        self.through.push_back(*frame);
        while self.through.len() > 5 {
            self.through.pop_front();
        }
    }

    /// Whether anything waits to be played.
    pub(in crate::phone) fn playing(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// The next 20 ms: silence where nothing waits.
    pub(in crate::phone) fn frame(&mut self) -> [f32; FRAME] {
        let mut frame = [0.0; FRAME];
        let tail = std::mem::take(&mut self.tail);
        frame[..tail.len()].copy_from_slice(&tail);
        let mut filled = tail.len();
        while filled < FRAME
            && let Some(piece) = self.pieces.front_mut()
        {
            let count = (FRAME - filled).min(piece.samples.len() - piece.at);
            frame[filled..filled + count]
                .copy_from_slice(&piece.samples[piece.at..piece.at + count]);
            filled += count;
            piece.at += count;
            self.waiting -= count;
            if piece.at == piece.samples.len()
                && let Some(piece) = self.pieces.pop_front()
            {
                piece.finish();
            }
        }
        if let Some(other) = self.through.pop_front() {
            for (sample, added) in frame.iter_mut().zip(other) {
                *sample = (*sample + added).clamp(-1.0, 1.0);
            }
        }
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_each_other_and_say_when_they_are_done() {
        let mut playback = Playback::default();
        let mut inlet = Inlet::default();
        let mut first = playback.push(inlet.convert(&[0.5; 720], 24_000, false));
        let mut second = playback.push(inlet.convert(&[0.25; 400], 16_000, true));
        let frame = playback.frame();
        assert!(frame[FRAME - 1] > 0.3);
        assert!(first.try_recv().is_err());
        playback.frame();
        assert!(first.try_recv().expect("done").whole());
        playback.frame();
        let played = second.try_recv().expect("done");
        assert_eq!(played.heard, Duration::from_millis(25));
        assert!(!playback.playing());
        assert!(playback.frame().iter().all(|sample| *sample == 0.0));
    }

    #[test]
    fn stopping_silences_the_next_frame_and_tells_what_was_heard() {
        let mut playback = Playback::default();
        let mut notice = playback.push(vec![0.5; 16_000]);
        for _ in 0..10 {
            playback.frame();
        }
        playback.stop();
        let played = notice.try_recv().expect("told at once");
        assert_eq!(
            (played.heard, played.length),
            (Duration::from_millis(200), Duration::from_secs(1))
        );
        let frame = playback.frame();
        assert!(frame[FADE..].iter().all(|sample| *sample == 0.0));
        assert!(playback.frame().iter().all(|sample| *sample == 0.0));
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut playback = Playback::default();
        let minute = vec![0.0; 60 * RATE as usize];
        while playback.has_room() {
            playback.push(minute.clone());
        }
        assert_eq!(playback.pieces.len(), 6);
    }
}
