//! What dispatchers chose instead is learned from, for orders like the ones they corrected.
//!
//! An online passive-aggressive learner (Crammer et al., 2006) with a local kernel: each correction
//! raises the chosen department for orders that are alike, and lowers the one that stood in its
//! way, as far as it still has to. Orders that are not alike stay exactly as they are. The
//! corrections themselves are kept in the database; replaying them gives the same state.

use std::collections::VecDeque;

use super::features::cosine;
use super::model::{Model, Reading, suggestions};
use super::{Department, Suggestion};

/// By how much the chosen department shall lead, in logarithms of probability.
const LEAD: f32 = 1.0;

/// The most that one correction moves each of the two departments, likewise: a slip of one
/// dispatcher does not turn what the model is sure of.
const STEP: f32 = 1.5;

/// Likeness up to which orders have nothing to do with each other, and from which on they are the
/// same matter.
const ALIKE: (f32, f32) = (0.15, 0.5);

/// Corrections that are kept in mind; the oldest go first.
const MOST: usize = 4_000;

/// A dispatcher's choice for an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// What the order says.
    pub text: String,
    /// The vector of the text's [`Model::essence`], where there was one.
    pub vector: Option<Vec<f32>>,
    /// The department that the dispatcher chose.
    pub department: Department,
}

/// What has been learned from corrections.
#[derive(Clone, Debug, Default)]
pub struct Corrections {
    lessons: VecDeque<Lesson>,
}

#[derive(Clone, Debug)]
struct Lesson {
    reading: Reading,
    raised: Department,
    lowered: Department,
    step: f32,
}

impl Corrections {
    /// Learns from all corrections of the past, the oldest first.
    pub fn replay<'a>(model: &Model, past: impl IntoIterator<Item = &'a Correction>) -> Self {
        let mut corrections = Self::default();
        for correction in past {
            corrections.learn(model, correction);
        }
        corrections
    }

    /// Learns from one correction; a choice that is already suggested with a clear lead teaches
    /// nothing.
    pub fn learn(&mut self, model: &Model, correction: &Correction) {
        let reading = model.read(&correction.text, correction.vector.as_deref());
        let scores = self.scores(model, &reading);
        let raised = correction.department;
        let others = Department::ALL.into_iter().filter(|other| *other != raised);
        let score = |department: Department| scores[department.place()];
        let strongest = others.max_by(|a, b| score(*a).total_cmp(&score(*b)));
        let Some(lowered) = strongest else { return };
        let missing = LEAD - (score(raised) - score(lowered));
        if missing <= 0.0 {
            return;
        }
        if self.lessons.len() == MOST {
            self.lessons.pop_front();
        }
        self.lessons.push_back(Lesson {
            reading,
            raised,
            lowered,
            step: (missing / 2.0).min(STEP),
        });
    }

    /// Number of corrections that taught something.
    pub fn lessons(&self) -> usize {
        self.lessons.len()
    }

    /// Every department with its probability for an order of this text, the likeliest first; see
    /// [`Model::suggest`].
    pub fn suggest(&self, model: &Model, text: &str, vector: Option<&[f32]>) -> Vec<Suggestion> {
        suggestions(&self.scores(model, &model.read(text, vector)))
    }

    fn scores(&self, model: &Model, reading: &Reading) -> [f32; Department::ALL.len()] {
        let mut scores = model.log_probabilities(reading);
        for lesson in &self.lessons {
            let (apart, same) = ALIKE;
            let near = (likeness(&lesson.reading, reading) - apart) / (same - apart);
            let moved = near.clamp(0.0, 1.0) * lesson.step;
            scores[lesson.raised.place()] += moved;
            scores[lesson.lowered.place()] -= moved;
        }
        scores
    }
}

/// How alike two orders are: the mean of the cosines of their terms and of their meanings.
fn likeness(left: &Reading, right: &Reading) -> f32 {
    let words = cosine(&left.terms, &right.terms);
    match (&left.meaning, &right.meaning) {
        (Some(left), Some(right)) => {
            let meaning: f32 = left.iter().zip(right).map(|(a, b)| a * b).sum();
            f32::midpoint(words, meaning)
        }
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Orders that this city's police see to, whatever the model thinks.
    const NOISY_NEIGHBOURS: [&str; 4] = [
        "楼上邻居半夜唱歌噪音太大睡不着",
        "隔壁邻居每天深夜唱歌，噪音扰民",
        "邻居家半夜打麻将噪音很大",
        "楼上深夜还在唱歌，吵得睡不着，噪音扰民",
    ];

    const UNRELATED: [&str; 5] = [
        "工厂排放的废水把河都染黑了",
        "公交车好久不来一班",
        "公司拖欠工资三个月",
        "学校违规收取补课费",
        "小区电梯坏了物业不修",
    ];

    fn correction(text: &str, department: Department) -> Correction {
        Correction {
            text: text.to_owned(),
            vector: None,
            department,
        }
    }

    fn best(corrections: &Corrections, text: &str) -> Department {
        corrections.suggest(Model::carried(), text, None)[0].department
    }

    #[test]
    fn after_a_few_corrections_similar_orders_go_right_and_unrelated_ones_stay() {
        let model = Model::carried();
        let asked = "邻居半夜唱歌，噪音吵得睡不着";
        let mut corrections = Corrections::default();
        assert_ne!(best(&corrections, asked), Department::Justice);
        for text in NOISY_NEIGHBOURS {
            corrections.learn(model, &correction(text, Department::Justice));
        }
        assert_eq!(best(&corrections, asked), Department::Justice);
        for text in UNRELATED {
            let now = corrections.suggest(model, text, None);
            assert_eq!(now, model.suggest(text, None), "{text}");
        }
    }

    #[test]
    fn one_slip_does_not_turn_what_the_model_is_sure_of() {
        let model = Model::carried();
        let text = "公司拖欠农民工工资三个月，劳动仲裁也不管";
        let mut corrections = Corrections::default();
        corrections.learn(model, &correction(text, Department::Education));
        assert_eq!(best(&corrections, text), Department::Labour);
    }

    #[test]
    fn a_changed_practice_is_learned_back() {
        let model = Model::carried();
        let mut corrections = Corrections::default();
        for department in [Department::Justice, Department::Environment] {
            for _ in 0..2 {
                for text in NOISY_NEIGHBOURS {
                    corrections.learn(model, &correction(text, department));
                }
            }
            for text in NOISY_NEIGHBOURS {
                assert_eq!(best(&corrections, text), department, "{text}");
            }
        }
    }

    #[test]
    fn what_is_right_already_teaches_nothing_and_a_replay_gives_the_same() {
        let model = Model::carried();
        let past: Vec<Correction> = NOISY_NEIGHBOURS
            .iter()
            .chain(&UNRELATED[2..4])
            .zip([
                Department::Justice,
                Department::Justice,
                Department::Justice,
                Department::Justice,
                Department::Labour,
                Department::Education,
            ])
            .map(|(text, department)| correction(text, department))
            .collect();
        let mut corrections = Corrections::default();
        for one in &past {
            corrections.learn(model, one);
        }
        assert!(corrections.lessons() <= NOISY_NEIGHBOURS.len());
        let replayed = Corrections::replay(model, &past);
        for text in NOISY_NEIGHBOURS.iter().chain(&UNRELATED) {
            let suggestions = replayed.suggest(model, text, None);
            assert_eq!(suggestions, corrections.suggest(model, text, None));
        }
    }
}
