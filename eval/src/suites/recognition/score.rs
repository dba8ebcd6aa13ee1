//! How far what was heard is from what was said.

use dialects::script::to_simplified;

use crate::report::{Better, Measure, PerCase, Unit};
use crate::statistics::Generator;

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;

/// Errors, or hits, of one clip, and what they are counted of.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::suites) struct Count {
    pub(in crate::suites) of: f64,
    pub(in crate::suites) count: f64,
}

/// Characters that are wrong: substituted, missing or too many.
pub(in crate::suites) fn character_errors(said: &str, heard: &str) -> Count {
    let (said, heard) = (characters(said), characters(heard));
    Count { of: said.len() as f64, count: distance(&said, &heard) as f64 }
}

/// Terms of what was said that stand in what was heard.
pub(in crate::suites) fn terms_heard(terms: &[String], said: &str, heard: &str) -> Count {
    let heard: String = characters(heard).into_iter().collect();
    let named = named(terms, said);
    let found = named.iter().filter(|term| heard.contains(term.as_str())).count();
    Count { of: named.len() as f64, count: found as f64 }
}

/// The terms that a text names; one within another that it names is not counted beside it.
pub(in crate::suites) fn named(terms: &[String], text: &str) -> Vec<String> {
    let text: String = characters(text).into_iter().collect();
    let named: Vec<&String> = terms.iter().filter(|term| text.contains(term.as_str())).collect();
    let within = |term: &str| named.iter().any(|other| other.len() > term.len() && other.contains(term));
    named.iter().filter(|term| !within(term)).map(|term| (*term).clone()).collect()
}

/// The counts of all clips together over what they are of, with the range that another draw of clips
/// could give. `None` where nothing can be counted.
pub(in crate::suites) fn pooled(set: &str, counts: &[Count], unit: Unit, better: Better, seed: u64) -> Option<Measure> {
    let of: f64 = counts.iter().map(|one| one.of).sum();
    let ratio = |sample: &mut dyn Iterator<Item = Count>| {
        let (mut count, mut of) = (0.0, 0.0);
        for one in sample {
            count += one.count;
            of += one.of;
        }
        if of > 0.0 { count / of } else { 0.0 }
    };
    if of <= 0.0 {
        return None;
    }
    let mut generator = Generator::new(seed);
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .map(|_| ratio(&mut (0..counts.len()).map(|_| counts[generator.below(counts.len())])))
        .collect();
    resampled.sort_unstable_by(f64::total_cmp);
    let edge = RESAMPLES / 40;
    // Clips weigh as much as they are long: the mean of these values is the pooled ratio.
    let mean_of = of / counts.len() as f64;
    Some(Measure {
        value: ratio(&mut counts.iter().copied()),
        unit,
        interval: Some([resampled[edge], resampled[RESAMPLES - 1 - edge]]),
        better,
        cases: Some(PerCase {
            set: set.to_owned(),
            values: counts.iter().map(|one| one.count / mean_of).collect(),
        }),
    })
}

/// What is compared: letters, digits and characters, the latter simplified.
fn characters(text: &str) -> Vec<char> {
    let simplified = to_simplified(text);
    let compared = simplified.text().chars().filter(|character| character.is_alphanumeric());
    compared.flat_map(char::to_lowercase).collect()
}

/// Levenshtein's distance.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, character) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], place + 1);
        for (column, same) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(character != same);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_weigh_as_much_as_they_are_long() {
        let counts = [Count { of: 10.0, count: 1.0 }, Count { of: 30.0, count: 9.0 }];
        let measure = pooled("clips", &counts, Unit::Share, Better::Lower, 1).unwrap();
        assert!((measure.value - 0.25).abs() < 1e-9);
        let values = measure.cases.unwrap().values;
        assert!((values.iter().sum::<f64>() / 2.0 - 0.25).abs() < 1e-9);
        assert!(pooled("none", &[], Unit::Share, Better::Lower, 1).is_none());
    }

    #[test]
    fn the_longest_term_counts_and_marks_and_scripts_do_not() {
        let terms = ["居住证", "居住", "户口"].map(str::to_owned);
        let count = terms_heard(&terms, "居住证、户口怎么办？", "居住證怎麼辦");
        assert!((count.of - 2.0).abs() < 1e-9 && (count.count - 1.0).abs() < 1e-9);
        let errors = character_errors("户口，怎么办？", "戶口怎麼");
        assert!((errors.of - 5.0).abs() < 1e-9 && (errors.count - 1.0).abs() < 1e-9);
    }
}
