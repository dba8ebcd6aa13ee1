//! Packet loss concealment: the last pitch period goes on and fades.
//!
//! After G.711 appendix I, at 16 kHz: the period that fits best is repeated, held for 20 ms, faded out by 80 ms,
//! and the first samples that arrive again are blended in.

/// Samples of the past that are kept: 60 ms.
const HISTORY: usize = 960;
/// Pitch periods searched: 400 Hz down to 66 Hz.
const SHORTEST: usize = 40;
const LONGEST: usize = 240;
/// The stretch compared, 20 ms.
const COMPARED: usize = 320;
/// Held at full level, then faded to nothing, in samples.
const HELD: usize = 320;
const FADED: usize = 1_280;
/// Samples over which the true sound takes over: 5 ms.
const BLEND: usize = 80;

/// The past of one stream, and the sound invented for its gap.
pub(in crate::phone) struct Concealment {
    history: Vec<f32>,
    period: Vec<f32>,
    invented: usize,
}

impl Concealment {
    pub(in crate::phone) fn new() -> Self {
        Self {
            history: vec![0.0; HISTORY],
            period: Vec::new(),
            invented: 0,
        }
    }

    /// Remembers true sound, and blends its beginning with what was invented before it.
    pub(in crate::phone) fn received(&mut self, sound: &mut [f32]) {
        if self.invented > 0 {
            let blend = BLEND.min(sound.len());
            for (index, sample) in sound.iter_mut().take(blend).enumerate() {
                let share = (index + 1) as f32 / blend as f32;
                *sample = *sample * share + self.sample() * (1.0 - share);
            }
            self.invented = 0;
        }
        self.remember(sound);
    }

    /// Invents `samples` of sound for a gap.
    pub(in crate::phone) fn invent(&mut self, samples: usize) -> Vec<f32> {
        if self.invented == 0 {
            self.period = self.last_period();
        }
        let sound: Vec<f32> = (0..samples).map(|_| self.sample()).collect();
        self.remember(&sound);
        sound
    }

    fn sample(&mut self) -> f32 {
        let level = 1.0 - self.invented.saturating_sub(HELD) as f32 / (FADED - HELD) as f32;
        let sample = self
            .period
            .get(self.invented % self.period.len().max(1))
            .copied()
            .unwrap_or(0.0);
        self.invented += 1;
        sample * level.max(0.0)
    }

    fn remember(&mut self, sound: &[f32]) {
        if sound.len() >= HISTORY {
            self.history
                .copy_from_slice(&sound[sound.len() - HISTORY..]);
        } else {
            self.history.copy_within(sound.len().., 0);
            self.history[HISTORY - sound.len()..].copy_from_slice(sound);
        }
    }

    /// One pitch period that can follow itself without a step.
    fn last_period(&self) -> Vec<f32> {
        let recent = &self.history[HISTORY - COMPARED..];
        let fit = |lag: usize| {
            let earlier = &self.history[HISTORY - COMPARED - lag..HISTORY - lag];
            let (mut product, mut energy) = (0.0, 1e-6);
            for (one, other) in recent.iter().zip(earlier) {
                product += one * other;
                energy += other * other;
            }
            product / f32::sqrt(energy)
        };
        let best = (SHORTEST..=LONGEST)
            .map(|lag| (lag, fit(lag)))
            .max_by(|one, other| one.1.total_cmp(&other.1))
            .map_or(LONGEST, |(lag, _)| lag);
        let mut period = self.history[HISTORY - best..].to_vec();
        // The end leads over into the sound that came before the period's own beginning.
        let seam = best / 4;
        for index in 0..seam {
            let share = (index + 1) as f32 / seam as f32;
            let at = best - seam + index;
            period[at] =
                period[at] * (1.0 - share) + self.history[HISTORY - best - seam + index] * share;
        }
        period
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voiced_sound_goes_on_and_then_fades() {
        let wave =
            |index: usize| (std::f32::consts::TAU * 200.0 * index as f32 / 16_000.0).sin() * 0.5;
        let mut concealment = Concealment::new();
        let mut sound: Vec<f32> = (0..1_600).map(wave).collect();
        concealment.received(&mut sound);
        let invented = concealment.invent(320);
        let error: f32 = invented
            .iter()
            .enumerate()
            .map(|(index, sample)| (sample - wave(1_600 + index)).powi(2))
            .sum();
        assert!(error / 320.0 < 0.001, "{error}");
        let faded = concealment.invent(1_600);
        assert!(faded[1_000..].iter().all(|sample| *sample == 0.0));
        let mut back: Vec<f32> = (0..320).map(wave).collect();
        concealment.received(&mut back);
        assert!((back[200] - wave(200)).abs() < 1e-6);
    }

    #[test]
    fn silence_stays_silence() {
        let mut concealment = Concealment::new();
        concealment.received(&mut [0.0; 320]);
        assert!(concealment.invent(640).iter().all(|sample| *sample == 0.0));
    }
}
