use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::{Endpoint, EndpointOptions, Endpointer, FRAME, Span, VoiceActivity};
use crate::recognize::SAMPLE_RATE;

/// A piece of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// Mono, 16 kHz, within -1 to 1.
    pub samples: Arc<[f32]>,
    /// The place of its first sample in the stream.
    pub offset: u64,
}

impl Clip {
    /// When it begins, from the beginning of the stream.
    pub fn begins(&self) -> Duration {
        Duration::from_secs_f64(self.offset as f64 / f64::from(SAMPLE_RATE))
    }

    /// How long it is.
    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.samples.len() as f64 / f64::from(SAMPLE_RATE))
    }
}

/// What a listener heard.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// Somebody begins to speak: what is being said aloud should stop.
    SpeechStarted,
    /// A first reading of what was said so far is due. A reading that is still under way for an
    /// earlier one may be given up.
    PartialDue {
        /// What was said so far.
        clip: Clip,
        /// Whether the speaker pauses: where nothing follows, this reading is the last.
        settled: bool,
    },
    /// The utterance is over.
    SpeechEnded {
        /// All of it, with a margin of silence.
        clip: Clip,
        /// Nothing was said since the last [`Heard::PartialDue`]: its reading can be taken as final.
        same_as_partial: bool,
    },
}

/// Listens to a stream of 16 kHz in pieces of any size.
///
/// The same sound gives the same events, however it is cut. A stream of a telephone is brought to
/// 16 kHz before, by a [`Resampler`](crate::recognize::audio::Resampler).
pub struct Listener {
    activity: Box<dyn VoiceActivity>,
    endpointer: Endpointer,
    /// Samples that may still be needed; the first one is at `offset` of the stream.
    kept: VecDeque<f32>,
    offset: u64,
    /// Frames that were judged.
    judged: u64,
}

impl Listener {
    /// Listens from the beginning of a stream.
    pub fn new(activity: impl VoiceActivity + 'static, options: EndpointOptions) -> Self {
        Self {
            activity: Box::new(activity),
            endpointer: Endpointer::new(options),
            kept: VecDeque::new(),
            offset: 0,
            judged: 0,
        }
    }

    /// Changes how the ends of utterances are told, from now on.
    pub fn set_options(&mut self, options: EndpointOptions) {
        self.endpointer.set_options(options);
    }

    /// How long nobody has spoken.
    pub fn quiet(&self) -> Duration {
        let samples = self.endpointer.quiet() * FRAME as u64;
        Duration::from_secs_f64(samples as f64 / f64::from(SAMPLE_RATE))
    }

    /// Takes the next samples, within -1 to 1, and tells what happened in them.
    pub fn push(&mut self, samples: &[f32]) -> Vec<Heard> {
        let mut heard = Vec::new();
        self.kept.extend(samples);
        loop {
            let from = (self.judged * FRAME as u64 - self.offset) as usize;
            if self.kept.len() < from + FRAME {
                break;
            }
            let mut frame = [0.0; FRAME];
            for (sample, kept) in frame.iter_mut().zip(self.kept.range(from..from + FRAME)) {
                *sample = *kept;
            }
            self.judged += 1;
            let probability = self.activity.probability(&frame);
            if let Some(endpoint) = self.endpointer.push(probability) {
                heard.push(self.told(endpoint));
            }
            self.forget();
        }
        heard
    }

    /// The stream is over: what was being said is taken as finished.
    pub fn finish(&mut self) -> Option<Heard> {
        let endpoint = self.endpointer.finish()?;
        Some(self.told(endpoint))
    }

    fn told(&self, endpoint: Endpoint) -> Heard {
        match endpoint {
            Endpoint::Started { .. } => Heard::SpeechStarted,
            Endpoint::Partial { span, settled } => Heard::PartialDue { clip: self.clip(span), settled },
            Endpoint::Ended {
                span,
                same_as_partial,
                ..
            } => Heard::SpeechEnded {
                clip: self.clip(span),
                same_as_partial,
            },
        }
    }

    fn clip(&self, span: Span) -> Clip {
        let place = |frame: u64| {
            let sample = (frame * FRAME as u64).saturating_sub(self.offset);
            self.kept.len().min(sample as usize)
        };
        Clip {
            samples: self
                .kept
                .range(place(span.from)..place(span.to))
                .copied()
                .collect(),
            offset: span.from * FRAME as u64,
        }
    }

    /// Lets go of what no utterance will need.
    fn forget(&mut self) {
        let needed = self.endpointer.needed_from() * FRAME as u64;
        let unneeded = needed.saturating_sub(self.offset) as usize;
        self.kept.drain(..unneeded.min(self.kept.len()));
        self.offset = self.offset.max(needed);
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Listener")
            .field("endpointer", &self.endpointer)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Takes what is loud for speech.
    struct Loudness;

    impl VoiceActivity for Loudness {
        fn probability(&mut self, frame: &[f32; FRAME]) -> f32 {
            frame.iter().map(|sample| sample.abs()).fold(0.0, f32::max)
        }

        fn reset(&mut self) {}
    }

    fn listen(samples: &[f32], pieces: impl IntoIterator<Item = usize>) -> Vec<Heard> {
        let mut listener = Listener::new(Loudness, EndpointOptions::default());
        let mut heard = Vec::new();
        let mut rest = samples;
        for piece in pieces {
            let (now, later) = rest.split_at(piece.min(rest.len()));
            heard.extend(listener.push(now));
            rest = later;
        }
        heard.extend(listener.push(rest));
        heard.extend(listener.finish());
        heard
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_cutting_of_the_stream_changes_nothing(
            course in prop::collection::vec((any::<bool>(), 0_usize..40_000), 1..12),
            pieces in prop::collection::vec(0_usize..9_000, 0..60)
        ) {
            let mut samples = Vec::new();
            for (loud, length) in course {
                samples.extend((0..length).map(|place| {
                    if loud { 0.6 + (place % 7) as f32 * 0.05 } else { (place % 5) as f32 * 0.01 }
                }));
            }
            let whole = listen(&samples, []);
            prop_assert_eq!(&listen(&samples, pieces), &whole);
            for heard in whole {
                let (Heard::PartialDue { clip, .. } | Heard::SpeechEnded { clip, .. }) = heard else {
                    continue;
                };
                let from = clip.offset as usize;
                prop_assert_eq!(&clip.samples[..], &samples[from..from + clip.samples.len()]);
                prop_assert!(!clip.samples.is_empty());
            }
        }
    }
}
