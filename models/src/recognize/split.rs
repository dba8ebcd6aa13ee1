use std::ops::Range;

use super::SAMPLE_RATE;

/// What the model hears at once is 30 s; some of it is left free as padding.
const LONGEST: usize = 28 * SAMPLE_RATE as usize;
/// A part is not cut shorter than this while there is a choice.
const SHORTEST: usize = 14 * SAMPLE_RATE as usize;
/// Loudness is compared over stretches of 20 ms.
const STEP: usize = SAMPLE_RATE as usize / 50;
/// A pause is looked for over 200 ms.
const PAUSE: usize = 10;

/// Cuts what is too long to be heard at once, at the quietest moments.
pub(super) fn split(samples: &[f32]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut from = 0;
    while samples.len() - from > LONGEST {
        let window = from + SHORTEST..from + LONGEST;
        let to = window.start + quietest(&samples[window]);
        parts.push(from..to);
        from = to;
    }
    parts.push(from..samples.len());
    parts
}

/// The middle of the quietest fifth of a second.
fn quietest(samples: &[f32]) -> usize {
    let energy: Vec<f32> = samples
        .chunks_exact(STEP)
        .map(|step| step.iter().map(|sample| sample * sample).sum())
        .collect();
    let quietest = energy
        .windows(PAUSE)
        .map(|window| window.iter().sum::<f32>())
        .enumerate()
        .min_by(|one, other| one.1.total_cmp(&other.1))
        .map_or(0, |(place, _)| place);
    (quietest + PAUSE / 2) * STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sound_is_cut_in_its_pauses() {
        let second = SAMPLE_RATE as usize;
        let mut samples: Vec<f32> = (0..70 * second)
            .map(|place| (place as f32 * 0.05).sin() * 0.3)
            .collect();
        for pause in [20, 40] {
            samples[pause * second..pause * second + second / 2].fill(0.0);
        }
        let parts = split(&samples);
        let within =
            |cut: usize, pause: usize| (pause * second..pause * second + second / 2).contains(&cut);
        assert!(
            within(parts[0].end, 20) && within(parts[1].end, 40),
            "{parts:?}"
        );
        assert!(parts.iter().all(|part| part.len() <= LONGEST));
        assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(parts.last().map(|part| part.end), Some(samples.len()));
        assert_eq!(split(&[]), std::slice::from_ref(&(0..0)));
    }
}
