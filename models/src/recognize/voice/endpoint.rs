//! When an utterance begins and ends, from one probability of speech every 16 ms.
//!
//! Nothing here knows of samples or of time: the same probabilities give the same ends, however
//! they arrive.

use std::time::Duration;

use super::FRAME;
use crate::recognize::SAMPLE_RATE;

/// How to tell the end of an utterance from a pause.
///
/// These hold for the question that was asked: an old person who was told 您慢慢说 is given
/// [`EndpointOptions::patient`], a question of yes or no [`EndpointOptions::brief`].
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointOptions {
    /// From this probability on, a frame is speech.
    pub speech: f32,
    /// Under this probability it is none any more; between the two, the one before decides.
    pub silence: f32,
    /// Speech that is shorter, in sum, is a cough or a knock and begins no utterance.
    pub shortest: Duration,
    /// Silence that ends an utterance.
    pub pause: Duration,
    /// Speech that is shorter, in sum, may be an 嗯 or 啊 before the rest.
    pub hesitation: Duration,
    /// Silence that ends an utterance which is no longer than a hesitation.
    pub pause_after_hesitation: Duration,
    /// Silence after which a first reading is worth its cost; where nothing follows, it is the last.
    pub settled: Duration,
    /// How often a reading is due while somebody speaks on.
    pub partial: Duration,
    /// Sound that is kept from before the first and after the last speech.
    pub margin: Duration,
    /// What is longer is cut.
    pub longest: Duration,
}

impl Default for EndpointOptions {
    fn default() -> Self {
        Self {
            speech: 0.5,
            silence: 0.35,
            shortest: Duration::from_millis(160),
            pause: Duration::from_millis(800),
            hesitation: Duration::from_millis(480),
            pause_after_hesitation: Duration::from_millis(1400),
            settled: Duration::from_millis(200),
            partial: Duration::from_millis(1500),
            margin: Duration::from_millis(240),
            longest: Duration::from_secs(28),
        }
    }
}

impl EndpointOptions {
    /// For somebody who tells a story, or who was asked to take their time.
    pub fn patient() -> Self {
        Self {
            pause: Duration::from_millis(1800),
            pause_after_hesitation: Duration::from_millis(3000),
            ..Self::default()
        }
    }

    /// For an answer of a word, such as yes or no.
    pub fn brief() -> Self {
        Self {
            pause: Duration::from_millis(600),
            hesitation: Duration::ZERO,
            ..Self::default()
        }
    }
}

/// Sounds too short for speech that are so far apart are single knocks and do not add up to an utterance.
const KNOCKS_APART: Duration = Duration::from_millis(320);

/// Frames from the beginning of the stream, the first one and the one after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first frame.
    pub from: u64,
    /// The frame after the last.
    pub to: u64,
}

/// What happened in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Somebody speaks; exactly one [`Endpoint::Ended`] follows.
    Started {
        /// The first frame of the utterance, margin included.
        from: u64,
    },
    /// A first reading is due.
    Partial {
        /// What was said so far.
        span: Span,
        /// Whether the speaker pauses: perhaps that was all.
        settled: bool,
    },
    /// The utterance is over.
    Ended {
        /// All of it, margins included.
        span: Span,
        /// Nothing was said since the last partial reading, so that one says it all.
        same_as_partial: bool,
        /// It was cut because it is as long as it may be; what follows is another utterance.
        cut: bool,
    },
}

/// Watches for the ends of utterances.
#[derive(Clone, Debug)]
pub struct Endpointer {
    options: EndpointOptions,
    /// Frames that were seen.
    now: u64,
    /// Whether the last frame was speech.
    speaking: bool,
    utterance: Option<Utterance>,
    /// Where the last utterance ended; the next one does not reach back before.
    last_end: u64,
    /// The last utterance was cut in the middle of speech, so however little follows belongs to it.
    continuing: bool,
}

/// Speech that has begun.
#[derive(Clone, Debug)]
struct Utterance {
    from: u64,
    /// The frame after the last one with speech.
    spoken_to: u64,
    /// Frames with speech.
    spoken: u64,
    started: bool,
    /// The end of speech that the last partial reading had heard.
    read_to: u64,
    /// Speech at which the next partial reading is due.
    next_partial: u64,
}

impl Endpointer {
    /// Begins with silence.
    pub fn new(options: EndpointOptions) -> Self {
        Self {
            options,
            now: 0,
            speaking: false,
            utterance: None,
            last_end: 0,
            continuing: false,
        }
    }

    /// Changes how ends are told from the next frame on, for the next question.
    pub fn set_options(&mut self, options: EndpointOptions) {
        self.options = options;
    }

    /// Frames of silence since somebody last spoke, or since the beginning.
    pub fn quiet(&self) -> u64 {
        let since = self
            .utterance
            .as_ref()
            .map_or(self.last_end, |utterance| utterance.spoken_to);
        self.now - since
    }

    /// The first frame that may still become part of an utterance.
    pub fn needed_from(&self) -> u64 {
        self.utterance
            .as_ref()
            .map_or_else(|| self.reach_back(self.now + 1), |utterance| utterance.from)
    }

    /// Takes the probability of the next frame.
    pub fn push(&mut self, probability: f32) -> Option<Endpoint> {
        let limit = if self.speaking {
            self.options.silence
        } else {
            self.options.speech
        };
        // What is no number is no speech.
        self.speaking = probability >= limit;
        self.now += 1;
        if self.speaking {
            self.speech()
        } else {
            self.silence()
        }
    }

    /// The stream is over: what was begun is ended.
    pub fn finish(&mut self) -> Option<Endpoint> {
        self.speaking = false;
        let utterance = self.utterance.take()?;
        utterance.started.then(|| self.end(&utterance, false))
    }

    fn speech(&mut self) -> Option<Endpoint> {
        let now = self.now;
        let from = self.reach_back(now);
        let partial = frames(self.options.partial);
        let utterance = self.utterance.get_or_insert(Utterance {
            from,
            spoken_to: now,
            spoken: 0,
            started: false,
            read_to: 0,
            next_partial: partial,
        });
        utterance.spoken_to = now;
        utterance.spoken += 1;
        let enough = self.continuing || utterance.spoken >= frames(self.options.shortest);
        if !utterance.started && enough {
            utterance.started = true;
            return Some(Endpoint::Started {
                from: utterance.from,
            });
        }
        if utterance.started && now - utterance.from >= frames(self.options.longest) {
            let cut = utterance.clone();
            self.utterance = None;
            return Some(self.end(&cut, true));
        }
        if utterance.started && utterance.spoken >= utterance.next_partial {
            return Some(utterance.partial(now, partial, false));
        }
        None
    }

    fn silence(&mut self) -> Option<Endpoint> {
        let Some(utterance) = self.utterance.as_mut() else {
            self.continuing &= self.now - self.last_end < frames(self.options.pause);
            return None;
        };
        let quiet = self.now - utterance.spoken_to;
        if !utterance.started {
            if quiet >= frames(KNOCKS_APART) {
                self.utterance = None;
            }
            return None;
        }
        let pause = if utterance.spoken < frames(self.options.hesitation) {
            self.options.pause_after_hesitation
        } else {
            self.options.pause
        };
        let too_long = self.now - utterance.from >= frames(self.options.longest);
        if quiet >= frames(pause) || too_long {
            let ended = utterance.clone();
            self.utterance = None;
            return Some(self.end(&ended, false));
        }
        let unread = utterance.read_to < utterance.spoken_to;
        if unread && quiet >= frames(self.options.settled) {
            let partial = frames(self.options.partial);
            return Some(utterance.partial(self.now, partial, true));
        }
        None
    }

    fn end(&mut self, utterance: &Utterance, cut: bool) -> Endpoint {
        let margin = frames(self.options.margin);
        let to = if cut {
            self.now
        } else {
            self.now.min(utterance.spoken_to + margin)
        };
        self.last_end = to;
        self.continuing = cut;
        Endpoint::Ended {
            span: Span {
                from: utterance.from,
                to,
            },
            same_as_partial: utterance.read_to >= utterance.spoken_to,
            cut,
        }
    }

    /// Where speech begins that is heard in the frame before `frame`, margin included.
    fn reach_back(&self, frame: u64) -> u64 {
        let margin = frames(self.options.margin) + 1;
        frame.saturating_sub(margin).max(self.last_end)
    }
}

impl Utterance {
    fn partial(&mut self, now: u64, every: u64, settled: bool) -> Endpoint {
        self.read_to = self.spoken_to;
        self.next_partial = self.spoken + every;
        Endpoint::Partial {
            span: Span {
                from: self.from,
                to: now,
            },
            settled,
        }
    }
}

/// Frames of a duration, at least one.
fn frames(duration: Duration) -> u64 {
    let samples = duration.as_millis() as u64 * u64::from(SAMPLE_RATE) / 1000;
    (samples / FRAME as u64).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pairs of probability and milliseconds.
    fn run(options: EndpointOptions, course: &[(f32, u64)]) -> Vec<(u64, Endpoint)> {
        let mut endpointer = Endpointer::new(options);
        let mut found = Vec::new();
        let mut now = 0;
        for &(probability, milliseconds) in course {
            for _ in 0..milliseconds / 16 {
                now += 16;
                found.extend(endpointer.push(probability).map(|end| (now, end)));
            }
        }
        found.extend(endpointer.finish().map(|end| (now, end)));
        found
    }

    fn ends(found: &[(u64, Endpoint)]) -> Vec<Span> {
        found
            .iter()
            .filter_map(|(_, endpoint)| match endpoint {
                Endpoint::Ended { span, .. } => Some(*span),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_pause_within_a_sentence_does_not_end_it() {
        let course = [(0.0, 960), (0.9, 960), (0.1, 640), (0.9, 960), (0.1, 4000)];
        let options = EndpointOptions::default();
        let settled = 16 * frames(options.settled);
        let found = run(options, &course);
        assert_eq!(ends(&found), [Span { from: 45, to: 235 }]);
        let partials: Vec<u64> = found
            .iter()
            .filter(|(_, endpoint)| matches!(endpoint, Endpoint::Partial { .. }))
            .map(|(now, _)| *now)
            .collect();
        assert_eq!(partials, [1920 + settled, 3520 + settled], "one in each pause");
        assert!(matches!(
            found.last(),
            Some((
                _,
                Endpoint::Ended {
                    same_as_partial: true,
                    cut: false,
                    ..
                }
            ))
        ));
    }

    #[test]
    fn who_was_told_to_take_their_time_is_waited_for() {
        let course = [(0.9, 1600), (0.1, 1600), (0.9, 1600), (0.1, 4000)];
        assert_eq!(ends(&run(EndpointOptions::default(), &course)).len(), 2);
        assert_eq!(ends(&run(EndpointOptions::patient(), &course)).len(), 1);
    }

    #[test]
    fn a_cough_is_nothing_and_a_hesitation_waits_for_the_rest() {
        let cough = [(0.0, 800), (0.9, 96), (0.1, 800), (0.9, 96), (0.1, 2000)];
        assert_eq!(run(EndpointOptions::default(), &cough), []);
        let hesitation = [(0.9, 320), (0.1, 1120), (0.9, 1600), (0.1, 2000)];
        assert_eq!(ends(&run(EndpointOptions::default(), &hesitation)).len(), 1);
        assert_eq!(ends(&run(EndpointOptions::brief(), &hesitation)).len(), 2);
    }

    #[test]
    fn speech_without_end_is_cut_without_a_gap() {
        let found = run(EndpointOptions::default(), &[(0.9, 64_000)]);
        let ends = ends(&found);
        assert_eq!(ends.len(), 3);
        assert!(
            ends.windows(2).all(|pair| pair[0].to == pair[1].from),
            "{ends:?}"
        );
    }

    proptest! {
        #[test]
        fn utterances_follow_one_another_and_lose_no_speech(
            course in prop::collection::vec((prop_oneof![Just(0.0_f32), Just(0.4), Just(0.9), Just(f32::NAN)], 0_u64..3000), 0..40)
        ) {
            let options = EndpointOptions::default();
            let found = run(options.clone(), &course);
            let mut open = false;
            for (_, endpoint) in &found {
                match endpoint {
                    Endpoint::Started { .. } => { prop_assert!(!open); open = true; }
                    Endpoint::Partial { span, .. } => prop_assert!(open && span.from < span.to),
                    Endpoint::Ended { span, .. } => {
                        prop_assert!(open && span.from < span.to);
                        prop_assert!(span.to - span.from <= frames(options.longest));
                        open = false;
                    }
                }
            }
            prop_assert!(!open);
            let ends = ends(&found);
            prop_assert!(ends.windows(2).all(|pair| pair[0].to <= pair[1].from));
            // Every stretch of clear speech that is long enough lies within utterances.
            let mut frame = 0;
            for (probability, milliseconds) in course {
                let length = milliseconds / 16;
                if probability > 0.5 && length >= 2 * frames(options.shortest) {
                    for spoken in frame..frame + length {
                        prop_assert!(
                            ends.iter().any(|span| (span.from..span.to).contains(&spoken))
                        );
                    }
                }
                frame += length;
            }
        }
    }
}
