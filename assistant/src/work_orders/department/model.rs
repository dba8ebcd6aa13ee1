//! The carried classifier: linear scores of words and of meaning, made into probabilities.

use std::sync::LazyLock;

use super::features::{self, Sparse, Table};
use super::file::{self, Damaged};
use super::linear::Linear;
use super::{Department, Suggestion};

/// Share of orders that are left for the departments that the model has not been trained on.
const UNTRAINED: f32 = 0.01;

static CARRIED: LazyLock<Model> = LazyLock::new(|| {
    Model::load(include_bytes!("../../../data/department.bin"))
        .expect("the carried file is the one that the tests read")
});

/// How much scores count, fitted so that the probabilities come true.
///
/// Guo et al., "On calibration of modern neural networks" (2017): temperature scaling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sureness {
    /// Factor of the words' score where there is no vector.
    pub words_alone: f32,
    /// Factor of the words' score beside a vector.
    pub words: f32,
    /// Factor of the vector's score.
    pub meaning: f32,
}

/// A text as the model sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Weighted terms.
    pub terms: Sparse,
    /// The sentence vector, less the training texts' mean, of unit length.
    pub meaning: Option<Vec<f32>>,
}

/// A trained classifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The classes, in the order of the scores.
    pub departments: Vec<Department>,
    /// The terms that are known.
    pub table: Table,
    /// Scores of terms.
    pub words: Linear,
    /// Name of the embedding model whose vectors it takes.
    pub embedding: String,
    /// Mean of the training texts' vectors.
    pub centre: Vec<f32>,
    /// Scores of vectors.
    pub meaning: Linear,
    /// How much the two count.
    pub sureness: Sureness,
}

impl Model {
    /// The model that the program carries.
    pub fn carried() -> &'static Self {
        &CARRIED
    }

    /// Reads a model's file; fails if the file is cut short or inconsistent.
    pub fn load(bytes: &[u8]) -> Result<Self, Damaged> {
        file::read(bytes)
    }

    /// The model's file.
    pub fn to_bytes(&self) -> Vec<u8> {
        file::write(self)
    }

    /// What to embed, as a query, for the vector that [`Self::suggest`] takes: the known words of a
    /// text, at most 200 characters. Empty where no word is known.
    pub fn essence(&self, text: &str) -> String {
        features::essence(&features::words(text), |hash| self.table.knows(hash))
    }

    /// Reads a text and the vector of its essence; a vector of another length is left out.
    pub fn read(&self, text: &str, vector: Option<&[f32]>) -> Reading {
        self.read_words(&features::words(text), vector)
    }

    /// Reads a text that is cut into words already.
    pub fn read_words(&self, words: &[String], vector: Option<&[f32]>) -> Reading {
        let terms = features::terms(words, |hash| self.table.knows(hash));
        let fitting = vector.filter(|vector| vector.len() == self.centre.len());
        Reading {
            terms: self.table.weigh(&terms),
            meaning: fitting.map(|vector| centred(vector, &self.centre)),
        }
    }

    /// What the words and, where there is a vector, the meaning say for each trained department.
    pub fn scores(&self, reading: &Reading) -> (Vec<f32>, Option<Vec<f32>>) {
        let terms = reading.terms.iter().map(|(place, weight)| (*place as usize, *weight));
        let meaning = reading.meaning.as_ref();
        (
            self.words.scores(terms),
            meaning.map(|vector| self.meaning.scores(vector.iter().copied().enumerate())),
        )
    }

    /// The logarithm of each department's probability, in the order of [`Department::ALL`].
    pub(super) fn log_probabilities(&self, reading: &Reading) -> [f32; Department::ALL.len()] {
        let (words, meaning) = self.scores(reading);
        let Sureness { words_alone, words: beside, meaning: of_meaning } = self.sureness;
        let scores: Vec<f32> = match meaning {
            None => words.iter().map(|score| words_alone * score).collect(),
            Some(meaning) => {
                let both = words.iter().zip(&meaning);
                both.map(|(words, meaning)| beside * words + of_meaning * meaning).collect()
            }
        };
        let total = log_sum(&scores);
        let untrained = Department::ALL.len() - self.departments.len();
        let mut all = [(UNTRAINED / untrained.max(1) as f32).ln(); Department::ALL.len()];
        for (department, score) in self.departments.iter().zip(scores) {
            all[department.place()] = score - total + (1.0 - UNTRAINED).ln();
        }
        all
    }

    /// Every department with its probability for an order of this text, the likeliest first.
    ///
    /// `vector` is the sentence vector of [`Self::essence`]; it makes the suggestion better, and
    /// without it the words alone decide.
    pub fn suggest(&self, text: &str, vector: Option<&[f32]>) -> Vec<Suggestion> {
        suggestions(&self.log_probabilities(&self.read(text, vector)))
    }
}

/// Departments with their probabilities, the likeliest first.
pub(super) fn suggestions(scores: &[f32; Department::ALL.len()]) -> Vec<Suggestion> {
    let total = log_sum(scores);
    let mut suggestions: Vec<Suggestion> = Department::ALL
        .into_iter()
        .zip(scores)
        .map(|(department, score)| Suggestion {
            department,
            confidence: (score - total).exp(),
        })
        .collect();
    suggestions.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    suggestions
}

/// The logarithm of the sum of the exponentials.
fn log_sum(scores: &[f32]) -> f32 {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    most + scores.iter().map(|score| (score - most).exp()).sum::<f32>().ln()
}

/// A vector less the mean, of unit length.
fn centred(vector: &[f32], centre: &[f32]) -> Vec<f32> {
    let moved: Vec<f32> = vector.iter().zip(centre).map(|(value, mean)| value - mean).collect();
    let length = moved.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-9);
    moved.into_iter().map(|value| value / length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_orders_go_to_the_plain_department() {
        for (text, department) in [
            ("出租车司机拒载还不打表，乱收费", Department::Transport),
            ("公司拖欠农民工工资三个月了", Department::Labour),
            ("医院挂号排队太久，医生态度也不好", Department::Health),
            ("超市卖的东西过期了，还不肯退款", Department::Commerce),
            ("物业不管事，小区下水道堵了没有人修", Department::Construction),
            ("孩子上小学的学区怎么划分，学校还乱收补课费", Department::Education),
            ("工厂半夜排废气，臭得开不了窗", Department::Environment),
        ] {
            let best = Model::carried().suggest(text, None)[0];
            assert_eq!(best.department, department, "{text}: {best:?}");
            assert!(best.confidence > 0.5, "{text}: {best:?}");
        }
    }

    #[test]
    fn where_nothing_is_known_no_department_is_sure() {
        for text in ["", "？？？", "qwertyuiop"] {
            let suggestions = Model::carried().suggest(text, None);
            let sum: f32 = suggestions.iter().map(|suggestion| suggestion.confidence).sum();
            assert!((sum - 1.0).abs() < 1e-4, "{suggestions:?}");
            assert!(suggestions[0].confidence < 0.6, "{suggestions:?}");
        }
    }

    #[test]
    fn a_vector_of_another_model_is_left_out() {
        let text = "小区电梯坏了物业不修";
        let model = Model::carried();
        assert_eq!(model.suggest(text, Some(&[0.1; 7])), model.suggest(text, None));
    }
}
