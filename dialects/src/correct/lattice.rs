//! The likeliest row of words for a text, as it stands or with terms and words put in.

use super::{candidates::Candidate, hypothesis::Hypothesis, names::names};
use crate::{LanguageModel, language_model::State, words};

/// Longest word of the dictionary that is looked for, in characters.
const LONGEST: usize = 6;

/// Least log probability of a character that stands alone.
const LONE: f32 = -14.0;

/// Least log probability of a word of more than two characters: a rare word that makes sense is
/// meant.
const LONGER: f32 = -12.5;

/// Log probability of an unmistakable word of the dialect.
const DIALECT: f32 = -7.0;

/// What one character can count at most in the language model.
const MOST: f32 = 10.0;

/// Rows that are followed from one place, and how much worse than the best they may be.
const FOLLOWED: usize = 4;
const WORSE: f32 = 10.0;

/// What speaks against an accent in a text where nothing is known of its speaker, and against each
/// character that was heard well all the same.
const ACCENT: f32 = 6.0;
const WELL_ALL_THE_SAME: f32 = 0.2;

/// Score of a character, on average, from which a row is about what the documents are about, and
/// what speaks against an accent for each unit that it is worse: what cannot be understood is not
/// known to be misheard.
const STRANGE: f32 = -6.2;
const STRANGENESS: f32 = 0.6;

/// How well a text was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hearing {
    /// Nearly all of it: what is changed needs strong reasons.
    Well,
    /// Through an accent: about every fourth character can be another.
    Accented,
}

/// A row of words.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The candidates in it that change something, in order.
    pub(super) taken: Vec<usize>,
    /// Natural logarithm of its probability.
    pub(super) score: f32,
}

/// A word in a row.
#[derive(Clone, Copy, Debug)]
struct Arc {
    from: u32,
    to: u32,
    candidate: Option<u32>,
    /// Log probability with an accent, and what counts against it besides without one.
    score: f32,
    unlikely: f32,
}

/// The end of a row up to some place.
#[derive(Clone, Copy, Debug)]
struct Node {
    state: State,
    score: f32,
    /// Whether a row ends here in which nothing was changed.
    unchanged: bool,
    number: u32,
}

/// All rows of words for a text that are worth following.
pub(super) struct Lattice<'a> {
    candidates: &'a [Candidate<'a>],
    /// By where they begin.
    arcs: Vec<Arc>,
    nodes: usize,
    /// The nodes at the end.
    last: Vec<u32>,
    length: usize,
    typed: bool,
}

impl<'a> Lattice<'a> {
    pub(super) fn new(
        hypothesis: &Hypothesis,
        candidates: &'a [Candidate<'a>],
        model: &LanguageModel,
    ) -> Self {
        let length = hypothesis.characters.len();
        let kept = kept(hypothesis, model);
        let mut lattice = Self {
            candidates,
            arcs: Vec::new(),
            nodes: 1,
            last: Vec::new(),
            length,
            typed: hypothesis.heard.typed,
        };
        let mut nodes: Vec<Vec<Node>> = vec![Vec::new(); length + 1];
        nodes[0].push(Node {
            state: State::default(),
            score: 0.0,
            unchanged: true,
            number: 0,
        });
        let mut next = 0;
        for start in 0..length {
            let first = next;
            while candidates
                .get(next)
                .is_some_and(|candidate| candidate.range.start == start)
            {
                next += 1;
            }
            let mut here = std::mem::take(&mut nodes[start]);
            here.sort_by(|one, other| other.score.total_cmp(&one.score));
            let best = here.first().map_or(0.0, |node| node.score);
            for (rank, node) in here.iter().enumerate() {
                if !node.unchanged && (rank >= FOLLOWED || node.score < best - WORSE) {
                    continue;
                }
                let as_heard = &hypothesis.characters[start..];
                for &(count, likely) in &kept[start] {
                    let mut after = *node;
                    let read = read(model, hypothesis.prices.reads_well, &mut after.state, as_heard[..count].iter().copied());
                    let score = hypothesis.prices.words * likely + read;
                    lattice.add(&mut nodes[start + count], node, after, None, (score, 0.0));
                }
                for (number, candidate) in candidates.iter().enumerate().take(next).skip(first) {
                    let mut after = *node;
                    after.unchanged &= candidate.changed == 0;
                    let characters = candidate.spoken.characters.iter().map(|(meant, _)| *meant);
                    let read = read(model, hypothesis.prices.reads_well, &mut after.state, characters);
                    let score =
                        hypothesis.prices.words * candidate.spoken.log_probability + read + candidate.misheard();
                    let known = Some(number as u32);
                    let prices = (score, candidate.unlikely);
                    lattice.add(&mut nodes[candidate.range.end], node, after, known, prices);
                }
            }
        }
        lattice.last = nodes[length].iter().map(|node| node.number).collect();
        lattice
    }

    /// Adds an arc from a node to what it becomes.
    fn add(
        &mut self,
        there: &mut Vec<Node>,
        from: &Node,
        mut after: Node,
        candidate: Option<u32>,
        (score, unlikely): (f32, f32),
    ) {
        after.score = from.score + score;
        let to = match there.iter_mut().find(|node| node.state == after.state) {
            Some(known) => {
                known.score = known.score.max(after.score);
                known.unchanged |= after.unchanged;
                known.number
            }
            None => {
                after.number = self.nodes as u32;
                self.nodes += 1;
                there.push(after);
                after.number
            }
        };
        self.arcs.push(Arc {
            from: from.number,
            to,
            candidate,
            score,
            unlikely,
        });
    }

    /// The likeliest row, or the likeliest in which no character of `without`, a candidate, is
    /// changed as there.
    pub(super) fn best(&self, hearing: Hearing, without: Option<usize>) -> Row {
        if hearing == Hearing::Accented && self.typed {
            return Row {
                taken: Vec::new(),
                score: f32::MIN,
            };
        }
        let left_out: Vec<bool> = match without {
            Some(without) => {
                let without = &self.candidates[without];
                let alike = |candidate: &Candidate| candidate.changes_alike(without);
                self.candidates.iter().map(alike).collect()
            }
            None => vec![false; self.candidates.len()],
        };
        let mut best: Vec<(f32, usize)> = vec![(f32::MIN, usize::MAX); self.nodes];
        best[0].0 = 0.0;
        for (number, arc) in self.arcs.iter().enumerate() {
            if arc
                .candidate
                .is_some_and(|candidate| left_out[candidate as usize])
            {
                continue;
            }
            let mut score = best[arc.from as usize].0 + arc.score;
            if hearing == Hearing::Well {
                score -= arc.unlikely;
            }
            let known = &mut best[arc.to as usize];
            if known.0 < score {
                *known = (score, number);
            }
        }
        let last = self
            .last
            .iter()
            .max_by(|one, other| best[**one as usize].0.total_cmp(&best[**other as usize].0));
        let Some(&last) = last else {
            return Row {
                taken: Vec::new(),
                score: 0.0,
            };
        };
        let mut score = best[last as usize].0;
        let mut taken = Vec::new();
        let mut changed = 0;
        let mut at = last;
        while at != 0 {
            let Some(arc) = self.arcs.get(best[at as usize].1) else {
                break;
            };
            if let Some(number) = arc.candidate {
                let candidate = &self.candidates[number as usize];
                changed += candidate.changed;
                if candidate.changed > 0 {
                    taken.push(number as usize);
                }
            }
            at = arc.from;
        }
        taken.reverse();
        if hearing == Hearing::Accented {
            let length = self.length as f32;
            let heard: f32 = taken
                .iter()
                .map(|number| self.candidates[*number].misheard())
                .sum();
            let strange = (STRANGE - (score - heard) / length).max(0.0);
            score -= ACCENT + STRANGENESS * strange * length;
            score -= WELL_ALL_THE_SAME * (self.length - changed) as f32;
        }
        Row { taken, score }
    }
}

impl Candidate<'_> {
    /// Log probability that it came to be written so.
    fn misheard(&self) -> f32 {
        self.score - self.spoken.log_probability
    }

    /// Whether both change a character to the same one.
    fn changes_alike(&self, other: &Self) -> bool {
        self.changed > 0
            && self.range.clone().any(|place| {
                let meant = |candidate: &Self| {
                    place
                        .checked_sub(candidate.range.start)
                        .and_then(|at| candidate.spoken.characters.get(at))
                        .map(|(meant, _)| *meant)
                };
                meant(self) == meant(other)
            })
    }
}

/// For each character the words that begin there as they were heard: length and log probability.
fn kept(hypothesis: &Hypothesis, model: &LanguageModel) -> Vec<Vec<(usize, f32)>> {
    let length = hypothesis.characters.len();
    let mut kept: Vec<Vec<(usize, f32)>> = (0..length)
        .map(|start| {
            (1..=LONGEST.min(length - start))
                .filter_map(|count| {
                    let word = hypothesis.text(start..start + count);
                    let known = words::log_probability(word)
                        .into_iter()
                        .chain(model.word(word))
                        .reduce(f32::max);
                    let likely = match (count, known) {
                        (1, known) => known.unwrap_or(LONE).max(LONE),
                        (2, Some(known)) => known.max(hypothesis.prices.pair),
                        (_, Some(known)) => known.max(LONGER),
                        (_, None) => return None,
                    };
                    Some((count, likely))
                })
                .collect()
        })
        .collect();
    for (range, share) in &hypothesis.dialect {
        let likely = DIALECT + (share.max(0.01)).ln();
        kept[range.start].push((range.len(), likely));
    }
    for (range, likely) in names(&hypothesis.characters) {
        kept[range.start].push((range.len(), likely));
    }
    kept
}

/// How well characters read behind what came before, by `weight`.
fn read(
    model: &LanguageModel,
    weight: f32,
    state: &mut State,
    characters: impl Iterator<Item = char>,
) -> f32 {
    if model.is_empty() {
        // The state still tells rows apart.
        characters.for_each(|character| {
            model.step(state, character);
        });
        return 0.0;
    }
    characters
        .map(|character| weight * model.step(state, character).max(-MOST))
        .sum()
}
