//! A text as numbered, weighted terms: words, pairs and triples of characters, opening words.
//!
//! Terms are known by a 32-bit hash of theirs, so that a model carries no word of the texts that it
//! was trained on.

use std::collections::BTreeMap;

/// Words at the beginning, which say what an order is about, count a second time.
const OPENING: usize = 10;

/// Longest text that is turned into a vector, in characters.
const LONGEST_ESSENCE: usize = 200;

/// The kinds of terms; each kind's weights are brought to unit length on their own.
pub const KINDS: usize = 3;

/// Terms by kind: words, character pairs and triples, opening words; as often as they occur.
pub type Terms = [Vec<u32>; KINDS];

/// A text as places in a table of terms and the weights there, in order of place.
pub type Sparse = Vec<(u32, f32)>;

/// Cuts a text into words, lower case; marks and gaps are left out.
pub fn words(text: &str) -> Vec<String> {
    let mut words = knowledge::words(text);
    words.retain(|word| word.chars().all(char::is_alphanumeric));
    words
}

/// The hash of a word.
pub fn word_hash(word: &str) -> u32 {
    hash(b'w', word)
}

/// The terms of a text of `words`, of which only those count that `knows` their hash.
///
/// What is not known is a stop word or too rare to have learned from; leaving it out first puts
/// raw text and text without stop words on one footing.
pub fn terms(words: &[String], knows: impl Fn(u32) -> bool) -> Terms {
    let known: Vec<&str> = known(words, knows).collect();
    let characters: Vec<char> = known.iter().flat_map(|word| word.chars()).collect();
    let runs = [2, 3].into_iter().flat_map(|length| characters.windows(length));
    [
        known.iter().map(|word| word_hash(word)).collect(),
        runs.map(|run| hash(b'c', &run.iter().collect::<String>())).collect(),
        known.iter().take(OPENING).map(|word| hash(b'o', word)).collect(),
    ]
}

/// What is left of a text without the words that `knows` not: what its sentence vector is made of.
pub fn essence(words: &[String], knows: impl Fn(u32) -> bool) -> String {
    let characters = known(words, knows).flat_map(str::chars);
    characters.take(LONGEST_ESSENCE).collect()
}

fn known(words: &[String], knows: impl Fn(u32) -> bool) -> impl Iterator<Item = &str> {
    let known = words.iter().filter(move |word| knows(word_hash(word)));
    known.map(String::as_str)
}

/// FNV-1a over a mark for the kind of term and the term, its two halves folded together.
fn hash(kind: u8, term: &str) -> u32 {
    let bytes = std::iter::once(kind).chain(term.bytes());
    let long = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (long ^ (long >> 32)) as u32
}

/// The terms that a model knows, with how rare each is.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Hashes, ascending.
    pub(super) hashes: Vec<u32>,
    /// Rarity of each, in 32nds: the logarithm of one over its share of the texts, plus one.
    pub(super) rarities: Vec<u8>,
}

/// Steps that a rarity of 1 is divided into.
const RARITY_STEPS: f32 = 32.0;

impl Table {
    /// A table of terms, each with the number of texts it stands in, of `texts` altogether.
    pub fn of(counts: &BTreeMap<u32, u32>, texts: usize) -> Self {
        let rarity = |count: &u32| ((1 + texts) as f32 / (1 + count) as f32).ln() + 1.0;
        let step = |count| (rarity(count) * RARITY_STEPS).round().min(255.0) as u8;
        Self {
            hashes: counts.keys().copied().collect(),
            rarities: counts.values().map(step).collect(),
        }
    }

    /// Number of terms.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether no term is known.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Whether a term is known.
    pub fn knows(&self, hash: u32) -> bool {
        self.hashes.binary_search(&hash).is_ok()
    }

    /// The terms that `keep` says, by place.
    #[must_use]
    pub fn only(&self, keep: impl Fn(usize) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.len()).filter(|place| keep(*place)).collect();
        Self {
            hashes: kept.iter().map(|place| self.hashes[*place]).collect(),
            rarities: kept.iter().map(|place| self.rarities[*place]).collect(),
        }
    }

    /// Weighs terms: the logarithm of how often each occurs, times its rarity, each kind of unit
    /// length.
    ///
    /// Salton and Buckley, "Term-weighting approaches in automatic text retrieval" (1988).
    pub fn weigh(&self, terms: &Terms) -> Sparse {
        let mut all = BTreeMap::new();
        for kind in terms {
            let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
            for place in kind.iter().filter_map(|hash| self.hashes.binary_search(hash).ok()) {
                *counts.entry(place as u32).or_default() += 1;
            }
            let weight = |(place, count): (&u32, &u32)| {
                let rarity = f32::from(self.rarities[*place as usize]) / RARITY_STEPS;
                (*place, (1.0 + (*count as f32).ln()) * rarity)
            };
            let weighed: Sparse = counts.iter().map(weight).collect();
            let length = weighed.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
            all.extend(weighed.into_iter().map(|(place, weight)| (place, weight / length)));
        }
        all.into_iter().collect()
    }
}

/// The cosine of two texts' weights: 0 where they share nothing, 1 where they are the same.
pub(super) fn cosine(left: &[(u32, f32)], right: &[(u32, f32)]) -> f32 {
    let length = |text: &[(u32, f32)]| text.iter().map(|(_, weight)| weight * weight).sum::<f32>();
    let lengths = (length(left) * length(right)).sqrt();
    if lengths <= 0.0 {
        return 0.0;
    }
    let mut rest = right;
    let mut product = 0.0;
    for (place, weight) in left {
        rest = &rest[rest.partition_point(|(other, _)| other < place)..];
        if let Some((other, value)) = rest.first()
            && other == place
        {
            product += weight * value;
        }
    }
    product / lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(texts: &[&str]) -> Table {
        let mut counts = BTreeMap::new();
        for text in texts {
            for hash in terms(&words(text), |_| true).into_iter().flatten() {
                *counts.entry(hash).or_default() += 1;
            }
        }
        Table::of(&counts, texts.len())
    }

    #[test]
    fn what_is_not_known_changes_nothing() {
        let table = table(&["电梯坏了三天", "垃圾没有人清运"]);
        let knows = |hash| table.knows(hash);
        let plain = words("电梯坏了三天");
        let padded = words("请问，电梯坏了三天！谢谢领导");
        assert_eq!(table.weigh(&terms(&padded, knows)), table.weigh(&terms(&plain, knows)));
        assert_eq!(essence(&padded, knows), "电梯坏了三天");
    }

    #[test]
    fn texts_about_the_same_matter_are_nearer() {
        let texts = ["小区电梯坏了三天", "我们楼的电梯又坏了", "学校门口没有红绿灯"];
        let table = table(&texts);
        let [lift, other_lift, school] =
            texts.map(|text| table.weigh(&terms(&words(text), |hash| table.knows(hash))));
        assert!((cosine(&lift, &lift) - 1.0).abs() < 1e-5);
        assert!(cosine(&lift, &other_lift) > 0.1 + cosine(&lift, &school));
        assert!(cosine(&lift, &[]).abs() < f32::EPSILON);
    }
}
