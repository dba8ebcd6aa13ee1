//! The best way through a sentence whose parts can be read in several ways.

use std::ops::Range;

use crate::{LanguageModel, language_model::State};

/// Weight of the language model beside that of the forms.
const READS_WELL: f32 = 0.4;

/// Log probability of a character in ordinary text; one that fits better counts for its path.
const ORDINARY: f32 = -6.0;

/// What one character can count at most, for or against its path.
const MOST: f32 = 4.0;

/// A stretch of a sentence that can be read as something else.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Edge {
    /// Byte range in the sentence.
    pub(super) range: Range<usize>,
    /// What can stand there.
    pub(super) gloss: String,
    /// Log odds that it is meant.
    pub(super) weight: f32,
}

impl Edge {
    /// Whether the sentence reads the same with either edge where both stand.
    pub(super) fn says_the_same(&self, other: &Self, sentence: &str) -> bool {
        let (start, end) = (
            self.range.start.min(other.range.start),
            self.range.end.max(other.range.end),
        );
        let apart = self.range.end <= other.range.start || other.range.end <= self.range.start;
        let read = |edge: &Self| {
            [
                &sentence[start..edge.range.start],
                &edge.gloss,
                &sentence[edge.range.end..end],
            ]
            .concat()
        };
        !apart && read(self) == read(other)
    }
}

/// Leaves out edges that say the same as a shorter one, which takes over their weight: 克社区 for
/// 去社区, where 克 is 去 already.
pub(super) fn merge_longer(edges: &mut Vec<Edge>, sentence: &str) {
    let mut longer = Vec::new();
    for index in 0..edges.len() {
        let shorter = (0..edges.len()).find(|&other| {
            let (edge, other) = (&edges[index], &edges[other]);
            other.range.len() < edge.range.len()
                && edge.range.start <= other.range.start
                && other.range.end <= edge.range.end
                && edge.says_the_same(other, sentence)
        });
        if let Some(shorter) = shorter {
            edges[shorter].weight = edges[shorter].weight.max(edges[index].weight);
            longer.push(index);
        }
    }
    for index in longer.into_iter().rev() {
        edges.remove(index);
    }
}

/// A path through a sentence.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Path {
    /// The edges taken, in order; everything between them stays.
    pub(super) edges: Vec<usize>,
    /// Log odds of the path, without a fixed base.
    pub(super) score: f32,
}

/// A sentence and its edges, sorted by where they start.
pub(super) struct Lattice<'a> {
    sentence: &'a str,
    edges: &'a [Edge],
    model: &'a LanguageModel,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    state: State,
    score: f32,
    /// Byte offset and index there of the node before, and the edge in between if it is not the
    /// character as it stands.
    before: Option<(usize, usize, Option<usize>)>,
}

impl<'a> Lattice<'a> {
    pub(super) fn new(sentence: &'a str, edges: &'a [Edge], model: &'a LanguageModel) -> Self {
        Self {
            sentence,
            edges,
            model,
        }
    }

    /// The best path without the edges that are left out.
    pub(super) fn best(&self, left_out: impl Fn(&Edge) -> bool) -> Path {
        let mut nodes: Vec<Vec<Node>> = vec![Vec::new(); self.sentence.len() + 1];
        nodes[0].push(Node {
            state: State::default(),
            score: 0.0,
            before: None,
        });
        let mut next_edge = 0;
        for (at, character) in self.sentence.char_indices() {
            let first_edge = next_edge;
            while self
                .edges
                .get(next_edge)
                .is_some_and(|edge| edge.range.start == at)
            {
                next_edge += 1;
            }
            for index in 0..nodes[at].len() {
                let node = nodes[at][index];
                let mut kept = node;
                kept.score += self.fit(&mut kept.state, character);
                kept.before = Some((at, index, None));
                keep(&mut nodes[at + character.len_utf8()], kept);
                for number in first_edge..next_edge {
                    let edge = &self.edges[number];
                    if left_out(edge) {
                        continue;
                    }
                    let mut read = node;
                    read.score += edge.weight;
                    for character in edge.gloss.chars() {
                        read.score += self.fit(&mut read.state, character);
                    }
                    read.before = Some((at, index, Some(number)));
                    keep(&mut nodes[edge.range.end], read);
                }
            }
        }
        self.trace(&nodes)
    }

    fn trace(&self, nodes: &[Vec<Node>]) -> Path {
        let last = nodes[self.sentence.len()]
            .iter()
            .map(|node| {
                let mut state = node.state;
                let end = self.fit(&mut state, '。');
                (node, node.score + end)
            })
            .max_by(|one, other| one.1.total_cmp(&other.1));
        let Some((node, score)) = last else {
            return Path::default();
        };
        let mut edges = Vec::new();
        let mut step = node.before;
        while let Some((at, index, edge)) = step {
            edges.extend(edge);
            step = nodes[at][index].before;
        }
        edges.reverse();
        Path { edges, score }
    }

    /// How well a character fits behind the last two.
    fn fit(&self, state: &mut State, character: char) -> f32 {
        if self.model.is_empty() {
            return 0.0;
        }
        let surprise = self.model.step(state, character) - ORDINARY;
        READS_WELL * surprise.clamp(-MOST, MOST)
    }
}

/// Keeps the better of two nodes in the same state.
fn keep(nodes: &mut Vec<Node>, node: Node) {
    match nodes.iter_mut().find(|known| known.state == node.state) {
        Some(known) if known.score < node.score => *known = node,
        Some(_) => {}
        None => nodes.push(node),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_decides_between_equal_edges() {
        let model = LanguageModel::train(["怎么办居住证", "这件事怎么办", "怎么办理"]);
        let edge = |gloss: &str, weight| Edge {
            range: 6..9,
            gloss: gloss.to_owned(),
            weight,
        };
        let edges = [edge("弄", 1.0), edge("办", 1.0)];
        let lattice = Lattice::new("怎么整", &edges, &model);
        let best = lattice.best(|_| false);
        assert_eq!(best.edges, [1]);
        assert_eq!(lattice.best(|edge| *edge == edges[1]).edges, [0]);
        assert!(lattice.best(|edge| *edge == edges[1]).score < best.score);
    }

    #[test]
    fn an_unlikely_edge_is_not_taken() {
        let edges = [Edge {
            range: 0..3,
            gloss: "是否".to_owned(),
            weight: -0.5,
        }];
        let model = LanguageModel::default();
        assert!(
            Lattice::new("给他", &edges, &model)
                .best(|_| false)
                .edges
                .is_empty()
        );
    }
}
