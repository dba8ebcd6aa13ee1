//! What happens to a voice before it is heard: another sample rate, a noisy room.

use models::recognize::SAMPLE_RATE;
use models::speak::resample;

use crate::statistics::Generator;

/// Samples a second of a telephone.
const TELEPHONE: u32 = 8_000;

/// Sources of noise that change half as often as the one before: their sum is pink, as rooms are.
const OCTAVES: usize = 12;

/// A condition in which a voice is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Condition {
    /// At 8 kHz, as by telephone, rather than 16.
    pub(super) telephone: bool,
    /// With noise 10 dB below the voice.
    pub(super) noise: bool,
}

impl Condition {
    /// All of them, the easiest first.
    pub(super) const ALL: [Self; 4] = [
        Self { telephone: false, noise: false },
        Self { telephone: true, noise: false },
        Self { telephone: false, noise: true },
        Self { telephone: true, noise: true },
    ];

    /// As reports name it.
    pub(super) fn name(self) -> &'static str {
        match (self.telephone, self.noise) {
            (false, false) => "16 kHz, clean",
            (true, false) => "8 kHz, clean",
            (false, true) => "16 kHz, noise at 10 dB",
            (true, true) => "8 kHz, noise at 10 dB",
        }
    }

    /// The samples, `rate` a second, as they reach the recogniser at its own rate.
    pub(super) fn of(self, samples: &[f32], rate: u32, seed: u64) -> Vec<f32> {
        let mut heard = resample(samples, rate, SAMPLE_RATE);
        if self.noise {
            add_noise(&mut heard, 10.0, seed);
        }
        if self.telephone {
            heard = resample(&resample(&heard, SAMPLE_RATE, TELEPHONE), TELEPHONE, SAMPLE_RATE);
        }
        heard
    }
}

/// Adds pink noise whose power is so many decibels below that of the sound.
fn add_noise(samples: &mut [f32], decibels: f32, seed: u64) {
    let noise = pink(samples.len(), seed);
    let wanted = power(samples) / 10.0_f32.powf(decibels / 10.0);
    let factor = (wanted / power(&noise).max(f32::MIN_POSITIVE)).sqrt();
    for (sample, noise) in samples.iter_mut().zip(noise) {
        *sample = (*sample + noise * factor).clamp(-1.0, 1.0);
    }
}

/// Pink noise after Voss and McCartney.
fn pink(count: usize, seed: u64) -> Vec<f32> {
    let mut generator = Generator::new(seed);
    let mut draw = move || generator.below(1 << 20) as f32 / (1 << 19) as f32 - 1.0;
    let mut octaves = [0.0; OCTAVES];
    (1..=count)
        .map(|number| {
            let changing = (number.trailing_zeros() as usize).min(OCTAVES - 1);
            octaves[changing] = draw();
            octaves.iter().sum::<f32>() + draw()
        })
        .collect()
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_as_loud_as_was_asked() {
        let clean: Vec<f32> = (0..16_000).map(|place| 0.3 * (place as f32 * 0.1).sin()).collect();
        let mut noisy = clean.clone();
        add_noise(&mut noisy, 10.0, 1);
        let noise: Vec<f32> = noisy.iter().zip(&clean).map(|(noisy, clean)| noisy - clean).collect();
        let decibels = 10.0 * (power(&clean) / power(&noise)).log10();
        assert!((decibels - 10.0).abs() < 0.5, "{decibels}");
        let telephone = Condition { telephone: true, noise: false };
        assert_eq!(telephone.of(&clean, SAMPLE_RATE, 1).len(), clean.len());
    }
}
