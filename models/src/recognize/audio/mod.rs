//! Sound from files, in whatever form it comes, as 16 kHz mono.

mod read;
mod resample;
mod wav;

pub use read::{AudioLimits, read};
pub use resample::Resampler;
pub use wav::wav;

/// Samples from 16-bit ones.
pub fn from_16_bit(samples: &[i16]) -> Vec<f32> {
    samples
        .iter()
        .map(|&sample| f32::from(sample) / 32768.0)
        .collect()
}
