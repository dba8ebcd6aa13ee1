//! Another number of samples a second.

/// Zero crossings of the filter on each side; more is steeper and slower.
const CROSSINGS: f64 = 16.0;

/// Changes the sample rate: a windowed sinc that lets pass what both rates can hold.
///
/// `from` and `to` are samples a second, above 0.
pub fn resample(samples: &[f32], from: u32, to: u32) -> Vec<f32> {
    if from == to || samples.is_empty() {
        return samples.to_vec();
    }
    let divisor = greatest_common_divisor(from, to);
    let (step, phases) = ((from / divisor) as usize, (to / divisor) as usize);
    // Below the lower of the two Nyquist frequencies, with room for the filter's slope.
    let cutoff = (f64::from(to) / f64::from(from)).min(1.0) * 0.94;
    let reach = (CROSSINGS / cutoff).ceil() as usize;
    let filters: Vec<Vec<f32>> = (0..phases)
        .map(|phase| filter(phase as f64 / phases as f64, cutoff, reach))
        .collect();
    let count = (samples.len() * phases).div_ceil(step);
    (0..count)
        .map(|index| {
            let place = index * step;
            let (centre, phase) = (place / phases, place % phases);
            filters[phase]
                .iter()
                .enumerate()
                .filter_map(|(tap, weight)| {
                    let at = (centre + tap + 1).checked_sub(reach)?;
                    Some(samples.get(at)? * weight)
                })
                .sum()
        })
        .collect()
}

/// Weights of the samples around a place that lies `fraction` behind a sample.
fn filter(fraction: f64, cutoff: f64, reach: usize) -> Vec<f32> {
    let weights: Vec<f64> = (0..2 * reach)
        .map(|tap| {
            let distance = tap as f64 + 1.0 - reach as f64 - fraction;
            let angle = std::f64::consts::PI * distance * cutoff;
            let sinc = if angle.abs() < 1e-9 {
                1.0
            } else {
                angle.sin() / angle
            };
            let window = (std::f64::consts::PI * distance / (2.0 * reach as f64))
                .cos()
                .powi(2);
            sinc * window
        })
        .collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| (weight / sum) as f32).collect()
}

fn greatest_common_divisor(left: u32, right: u32) -> u32 {
    if right == 0 {
        left.max(1)
    } else {
        greatest_common_divisor(right, left % right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(frequency: f32, rate: u32, count: usize) -> Vec<f32> {
        (0..count)
            .map(|at| (std::f32::consts::TAU * frequency * at as f32 / rate as f32).sin())
            .collect()
    }

    fn power(samples: &[f32]) -> f32 {
        samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32
    }

    #[test]
    fn a_low_tone_passes_and_one_above_the_new_rate_does_not() {
        for to in [16_000, 8_000] {
            let low = resample(&tone(440.0, 24_000, 24_000), 24_000, to);
            assert_eq!(low.len(), to as usize);
            let expected = tone(440.0, to, to as usize);
            let off: Vec<f32> = low[200..to as usize - 200]
                .iter()
                .zip(&expected[200..])
                .map(|(one, other)| one - other)
                .collect();
            assert!(power(&off) < 1e-5, "{to}: {}", power(&off));
            let high = resample(&tone(9_500.0, 24_000, 24_000), 24_000, to);
            assert!(power(&high[200..to as usize - 200]) < 1e-4);
        }
        assert_eq!(
            resample(&tone(440.0, 22_050, 22_050), 22_050, 24_000).len(),
            24_000
        );
    }
}
