//! When residents come: a day with its peaks, and single moments drawn from it.

use std::time::Duration;

use crate::statistics::Generator;

/// Share of the day's residents by the hour, in percent: few at night, most before noon, more in the
/// afternoon and after supper. An assumption in the shape of a service hotline's day; no site's figures.
const HOURS: [f64; 24] = [
    0.6, 0.4, 0.3, 0.3, 0.4, 0.8, 2.0, 4.0, 7.5, 10.0, 9.5, 6.5, 4.0, 4.5, 7.0, 7.5, 6.5, 5.0, 4.5, 6.0, 6.0, 4.0, 1.9, 0.8,
];

/// A draw from 0 up to 1.
pub(super) fn uniform(generator: &mut Generator) -> f64 {
    const PARTS: usize = 1 << 24;
    generator.below(PARTS) as f64 / PARTS as f64
}

/// A waiting time with this mean, most of them shorter.
pub(super) fn exponential(mean: f64, generator: &mut Generator) -> f64 {
    -mean * (1.0 - uniform(generator)).ln()
}

/// How many come, of the day's average, at this part (0 to 1) of the day.
fn relative(part: f64) -> f64 {
    let total: f64 = HOURS.iter().sum();
    let hour = ((part * 24.0) as usize).min(23);
    HOURS[hour] * 24.0 / total
}

/// The moments at which residents come within `length`, a Poisson process: `average` a minute by the
/// day's profile squeezed into `length`, or evenly.
pub(super) fn arrivals(average: f64, by_day: bool, length: Duration, generator: &mut Generator) -> Vec<Duration> {
    let highest = if by_day { (0..24).map(|hour| relative(f64::from(hour) / 24.0)).fold(0.0, f64::max) } else { 1.0 };
    let whole = length.as_secs_f64();
    let mut moment = 0.0;
    let mut moments = Vec::new();
    loop {
        // Thinning (Lewis and Shedler, 1979): at the highest rate, some are left out.
        moment += exponential(60.0 / (average.max(0.01) * highest), generator);
        if moment >= whole {
            return moments;
        }
        let kept = if by_day { relative(moment / whole) / highest } else { 1.0 };
        if uniform(generator) < kept {
            moments.push(Duration::from_secs_f64(moment));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_peaks_and_its_average() {
        let day = Duration::from_mins(24 * 60);
        let moments = arrivals(10.0, true, day, &mut Generator::new(1));
        let average = moments.len() as f64 / (24.0 * 60.0);
        assert!((average - 10.0).abs() < 0.5, "{average}");
        let within = |hour: u64| {
            let hours = |moment: &Duration| moment.as_secs() / 3600;
            moments.iter().filter(|moment| hours(moment) == hour).count()
        };
        assert!(within(9) > 10 * within(3), "{} {}", within(9), within(3));
        assert_eq!(moments, arrivals(10.0, true, day, &mut Generator::new(1)));
    }
}
