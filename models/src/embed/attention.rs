//! Attention of a packed batch: every text looks at its own tokens only.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, bail};
use multiversion::multiversion;
use rayon::prelude::*;

use super::fused::{exponentials, whole};

/// Numbers of each head.
pub(super) const HEAD: usize = 32;
/// Numbers that are worked on together; a head is two of them.
const LANES: usize = 16;
/// Queries that are worked on together.
const QUERIES: usize = 6;
/// Queries that one thread works on at a time.
const SHARE: usize = 8 * QUERIES;

/// Multi-head attention over queries, keys and values that stand side by side.
///
/// The keys and values come without their biases, see the encoder.
pub(super) struct Attention {
    pub(super) query_bias: Vec<f32>,
}

impl Attention {
    /// The operation on a batch of texts of these lengths.
    pub(super) fn over<'a>(&'a self, lengths: &'a [usize]) -> BatchAttention<'a> {
        BatchAttention {
            attention: self,
            lengths,
        }
    }
}

pub(super) struct BatchAttention<'a> {
    attention: &'a Attention,
    lengths: &'a [usize],
}

/// Some tokens of a text, whose results one thread writes.
struct Task<'a> {
    /// The queries, keys and values of the whole text.
    text: &'a [f32],
    /// The first of the tokens within the text.
    first: usize,
    /// Where the results go, `[tokens, width]`.
    results: &'a mut [f32],
}

impl CustomOp1 for BatchAttention<'_> {
    fn name(&self) -> &'static str {
        "packed-attention"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let mut packed = whole(storage, layout)?;
        let width = self.attention.query_bias.len();
        let tokens: usize = self.lengths.iter().sum();
        if packed.len() != tokens * 3 * width {
            bail!("the lengths of the texts do not add up to the tokens of the batch");
        }
        let mut results = vec![0.0; tokens * width];
        let mut open = results.as_mut_slice();
        let mut tasks = Vec::new();
        for length in self.lengths {
            let (text, packed_after) = packed.split_at(length * 3 * width);
            let (text_results, open_after) = open.split_at_mut(length * width);
            (packed, open) = (packed_after, open_after);
            let shares = text_results.chunks_mut(SHARE * width).enumerate();
            tasks.extend(shares.map(|(share, results)| Task {
                text,
                first: share * SHARE,
                results,
            }));
        }
        tasks
            .into_par_iter()
            .for_each_init(Scratch::default, |scratch, mut task| {
                self.attention.attend(&mut task, scratch);
            });
        Ok((CpuStorage::F32(results), (tokens, width).into()))
    }
}

/// A few queries of one head.
type Queries = [[f32; HEAD]; QUERIES];
/// A few keys of one head, the first number of each, then the second, and so on.
type Keys = [[f32; LANES]; HEAD];

/// Memory that a thread uses again.
#[derive(Default)]
struct Scratch {
    queries: Vec<Queries>,
    keys: Vec<Keys>,
    scores: Vec<f32>,
    sums: Vec<f32>,
}

impl Attention {
    fn attend(&self, task: &mut Task<'_>, scratch: &mut Scratch) {
        let width = self.query_bias.len();
        let Scratch {
            queries,
            keys,
            scores,
            sums,
        } = scratch;
        let (numbers, _) = task.text.as_chunks::<HEAD>();
        let heads = width / HEAD;
        let length = numbers.len() / (3 * heads);
        let count = task.results.len() / width;
        let stride = length.next_multiple_of(LANES);
        queries.resize(count.div_ceil(QUERIES), [[0.0; HEAD]; QUERIES]);
        keys.resize(stride / LANES, [[0.0; LANES]; HEAD]);
        scores.resize(queries.len() * QUERIES * stride, 0.0);
        sums.resize(count, 0.0);
        let (results, _) = task.results.as_chunks_mut::<HEAD>();
        let (biases, _) = self.query_bias.as_chunks::<HEAD>();
        for (head, bias) in biases.iter().enumerate() {
            let column = |column: usize| Column {
                numbers: &numbers[column * heads + head..],
                step: 3 * heads,
            };
            fill_queries(queries, column(0).iter().skip(task.first).take(count), bias);
            fill_keys(keys, column(1).iter());
            score(queries, keys, scores);
            exponentials(scores, stride, length, sums);
            let values = column(2);
            for (number, (scores, results)) in scores
                .chunks_exact(QUERIES * stride)
                .zip(results.chunks_mut(QUERIES * heads))
                .enumerate()
            {
                let mixed = mix(scores, stride, values);
                let results = results.iter_mut().skip(head).step_by(heads);
                for ((result, mixed), sum) in results.zip(&mixed).zip(&sums[number * QUERIES..]) {
                    *result = mixed.map(|value| value / sum);
                }
            }
        }
    }
}

/// The queries, keys or values of one head for all tokens of a text.
#[derive(Clone, Copy)]
struct Column<'a> {
    numbers: &'a [[f32; HEAD]],
    step: usize,
}

impl<'a> Column<'a> {
    fn iter(self) -> impl Iterator<Item = &'a [f32; HEAD]> {
        self.numbers.iter().step_by(self.step)
    }
}

/// Adds the bias and divides by the square root of the head's width.
fn fill_queries<'a>(
    queries: &mut [Queries],
    tokens: impl Iterator<Item = &'a [f32; HEAD]>,
    bias: &[f32; HEAD],
) {
    let scale = 1.0 / (HEAD as f32).sqrt();
    for (query, token) in queries.as_flattened_mut().iter_mut().zip(tokens) {
        for ((query, token), bias) in query.iter_mut().zip(token).zip(bias) {
            *query = (token + bias) * scale;
        }
    }
}

fn fill_keys<'a>(keys: &mut [Keys], tokens: impl Iterator<Item = &'a [f32; HEAD]>) {
    for (place, token) in tokens.enumerate() {
        for (key, number) in keys[place / LANES].iter_mut().zip(token) {
            key[place % LANES] = *number;
        }
    }
}

/// Numbers that are multiplied and added at once, as long as they are passed by value.
#[derive(Clone, Copy)]
struct Lanes([f32; LANES]);

impl Lanes {
    const ZERO: Self = Self([0.0; LANES]);

    #[expect(
        clippy::inline_always,
        reason = "it must be compiled with its caller's instructions"
    )]
    #[inline(always)]
    fn add_product(mut self, factor: f32, other: &[f32; LANES]) -> Self {
        for (sum, other) in self.0.iter_mut().zip(other) {
            *sum = factor.mul_add(*other, *sum);
        }
        self
    }
}

/// Products of every query with every key; a query's stand together.
#[multiversion(targets = "simd")]
fn score(queries: &[Queries], keys: &[Keys], scores: &mut [f32]) {
    let stride = keys.len() * LANES;
    for (queries, scores) in queries
        .iter()
        .zip(scores.chunks_exact_mut(QUERIES * stride))
    {
        for (place, keys) in keys.iter().enumerate() {
            let mut sums = [Lanes::ZERO; QUERIES];
            for (number, keys) in keys.iter().enumerate() {
                for query in 0..QUERIES {
                    sums[query] = sums[query].add_product(queries[query][number], keys);
                }
            }
            for (scores, sums) in scores.chunks_exact_mut(stride).zip(&sums) {
                scores[place * LANES..(place + 1) * LANES].copy_from_slice(&sums.0);
            }
        }
    }
}

/// The values weighted by the scores of each query.
#[multiversion(targets = "simd")]
fn mix(scores: &[f32], stride: usize, values: Column<'_>) -> Queries {
    let scores: [&[f32]; QUERIES] =
        std::array::from_fn(|query| &scores[query * stride..(query + 1) * stride]);
    let mut mixed = [[0.0_f32; HEAD]; QUERIES];
    for half in 0..HEAD / LANES {
        let mut sums = [Lanes::ZERO; QUERIES];
        for (place, value) in values.iter().enumerate() {
            let value = &value.as_chunks::<LANES>().0[half];
            for query in 0..QUERIES {
                sums[query] = sums[query].add_product(scores[query][place], value);
            }
        }
        for (mixed, sums) in mixed.iter_mut().zip(&sums) {
            mixed.as_chunks_mut::<LANES>().0[half] = sums.0;
        }
    }
    mixed
}
