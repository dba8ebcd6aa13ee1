//! Sound with the times at which each character is said.

use std::ops::Range;

use super::script::Clause;

/// Samples a second of everything that is spoken here.
pub const SAMPLE_RATE: u32 = 24_000;

/// From this level on the limiter bends the wave.
const KNEE: f32 = 0.8;

/// A stretch of speech, one channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sound {
    /// Samples at [`SAMPLE_RATE`]; between -1 and 1 once limited.
    pub samples: Vec<f32>,
    /// When each syllable is said, in order: seconds from the beginning of these samples.
    pub times: Vec<Range<f32>>,
}

/// When a stretch of the text that the listener sees is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Byte range in the text.
    pub text: Range<usize>,
    /// Seconds from the beginning of the piece.
    pub seconds: Range<f32>,
}

impl Sound {
    /// How long it lasts, in seconds.
    pub fn seconds(&self) -> f32 {
        self.samples.len() as f32 / SAMPLE_RATE as f32
    }

    /// Spreads the syllables of the clauses over the samples, each as long as the next, a pause as
    /// half a syllable: for engines that do not say when they say what.
    #[must_use]
    pub fn with_estimated_times(mut self, clauses: &[Clause]) -> Self {
        const PAUSE: f32 = 0.5;
        let spoken: usize = clauses
            .iter()
            .map(|clause| clause.syllables().count())
            .sum();
        let units = spoken as f32 + PAUSE * clauses.len().saturating_sub(1) as f32;
        let one = self.seconds() / units.max(1.0);
        let mut at = 0.0;
        self.times.clear();
        for clause in clauses {
            for _ in clause.syllables() {
                self.times.push(at..at + one);
                at += one;
            }
            at += PAUSE * one;
        }
        self
    }

    /// The marks of the text, those of one number joined.
    pub fn marks(&self, clauses: &[Clause]) -> Vec<Mark> {
        let mut marks: Vec<Mark> = Vec::new();
        let syllables = clauses.iter().flat_map(Clause::syllables);
        for (syllable, seconds) in syllables.zip(&self.times) {
            match marks.last_mut() {
                Some(last) if last.text == syllable.range => last.seconds.end = seconds.end,
                _ => marks.push(Mark {
                    text: syllable.range.clone(),
                    seconds: seconds.clone(),
                }),
            }
        }
        marks
    }
}

/// Makes samples `volume` times as loud and keeps them between -1 and 1: above a level they bend
/// smoothly towards it instead of being cut off.
pub fn limit(samples: &mut [f32], volume: f32) {
    for sample in samples {
        let louder = *sample * volume;
        let level = louder.abs();
        *sample = if level <= KNEE {
            louder
        } else {
            let bent = KNEE + (1.0 - KNEE) * ((level - KNEE) / (1.0 - KNEE)).tanh();
            bent.copysign(louder)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loud_samples_are_bent_and_quiet_ones_untouched() {
        let mut samples = [0.5, -0.79, 1.29, -3.0];
        limit(&mut samples, 1.0);
        assert_eq!(&samples[..2], [0.5, -0.79]);
        assert!(
            samples[2] > 0.9
                && samples[2] <= 1.0
                && samples[3] >= -1.0
                && samples[3] < 0.1 - samples[2]
        );
    }
}
