//! The textbook way: every word a feature, TF-IDF, a linear support vector machine.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use assistant::work_orders::department::Department;

use super::data::Message;
use super::solver::{Row, separate_all};

/// Cost of an example on the wrong side, as the usual library sets it.
const COST: f32 = 1.0;

/// Word counts times rarity, to unit length; one class against the others, squared hinge loss: what
/// scikit-learn's `TfidfVectorizer` and `LinearSVC` do when nothing is set.
pub(crate) struct Baseline {
    departments: Vec<Department>,
    /// Place and rarity of each word.
    words: HashMap<String, (u32, f32)>,
    weights: Vec<Vec<f32>>,
    biases: Vec<f32>,
}

impl Baseline {
    /// Fits to messages.
    pub(crate) fn fit(messages: &[Message], seed: u64) -> Self {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for message in messages {
            for word in message.words.iter().map(String::as_str).collect::<BTreeSet<_>>() {
                *counts.entry(word).or_default() += 1;
            }
        }
        let rarity = |count: u32| ((1 + messages.len()) as f32 / (1 + count) as f32).ln() + 1.0;
        let words = (0..).zip(counts).map(|(place, (word, count))| (word.to_owned(), (place, rarity(count))));
        let departments: BTreeSet<Department> = messages.iter().map(|message| message.department).collect();
        let mut baseline = Self {
            departments: departments.into_iter().collect(),
            words: words.collect(),
            weights: Vec::new(),
            biases: Vec::new(),
        };
        let rows: Vec<Row> = messages.iter().map(|message| baseline.row(&message.words)).collect();
        let class = |message: &Message| {
            baseline.departments.iter().position(|one| *one == message.department).unwrap_or(0)
        };
        let class_of: Vec<usize> = messages.iter().map(class).collect();
        let (width, classes) = (baseline.words.len(), baseline.departments.len());
        (baseline.weights, baseline.biases) =
            separate_all(&rows, width, &class_of, classes, COST, 0.0, seed);
        baseline
    }

    fn row(&self, words: &[String]) -> Row {
        let mut counts: BTreeMap<u32, f32> = BTreeMap::new();
        for (place, rarity) in words.iter().filter_map(|word| self.words.get(word)) {
            *counts.entry(*place).or_default() += rarity;
        }
        let length = counts.values().map(|value| value * value).sum::<f32>().sqrt();
        counts.into_iter().map(|(place, value)| (place, value / length)).collect()
    }

    /// The department for a text cut into words.
    pub(crate) fn best(&self, words: &[String]) -> Department {
        let row = self.row(words);
        let score = |class: usize| {
            let values = row.iter().map(|(place, value)| self.weights[class][*place as usize] * value);
            values.sum::<f32>() + self.biases[class]
        };
        let best = (0..self.departments.len()).max_by(|a, b| score(*a).total_cmp(&score(*b)));
        self.departments[best.unwrap_or(0)]
    }
}
