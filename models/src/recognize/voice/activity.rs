use crate::recognize::SAMPLE_RATE;

/// Samples that are judged at a time, 16 ms.
pub const FRAME: usize = 256;

/// Tells speech from everything else.
pub trait VoiceActivity: Send {
    /// How probable it is, 0 to 1, that somebody speaks in the next [`FRAME`] samples of a stream
    /// of 16 kHz within -1 to 1.
    fn probability(&mut self, frame: &[f32; FRAME]) -> f32;

    /// Forgets the stream; another one begins.
    fn reset(&mut self);
}

/// The small network of the crate `earshot`, which carries its weights.
#[derive(Default)]
pub struct Earshot {
    detector: Box<earshot::Detector>,
}

impl VoiceActivity for Earshot {
    fn probability(&mut self, frame: &[f32; FRAME]) -> f32 {
        // What is no number would stay in the network's state for ever.
        let frame = frame.map(|sample| {
            if sample.is_finite() {
                sample.clamp(-1.0, 1.0)
            } else {
                0.0
            }
        });
        self.detector.predict_f32(&frame).clamp(0.0, 1.0)
    }

    fn reset(&mut self) {
        self.detector.reset();
    }
}

impl std::fmt::Debug for Earshot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Earshot").finish_non_exhaustive()
    }
}

/// How many seconds of a sound are more likely speech than not.
pub fn voiced_seconds(activity: &mut dyn VoiceActivity, samples: &[f32]) -> f32 {
    activity.reset();
    let voiced = samples
        .as_chunks::<FRAME>()
        .0
        .iter()
        .filter(|frame| activity.probability(frame) >= 0.5)
        .count();
    (voiced * FRAME) as f32 / SAMPLE_RATE as f32
}
