//! Grouped-query attention over the cache, on the processor, without copying the keys.

use multiversion::multiversion;

use super::{
    cache::LayerMemory,
    parallel::fill_pieces,
    rotary::Rotary,
    shape::Shape,
    vectors::{add_scaled, dot, rms_norm_row, softmax},
};

/// Positions whose keys or values are used for all queries at hand before going on: as many as
/// stay in the first-level cache.
const BLOCK: usize = 64;

/// What one layer's attention needs besides its weights.
pub(super) struct Attention<'a> {
    pub(super) shape: &'a Shape,
    pub(super) rotary: &'a Rotary,
    pub(super) memory: &'a mut LayerMemory,
    /// Position of the first new token.
    pub(super) start: usize,
}

/// Norms of queries and keys a head, which Qwen3 has and Qwen2 has not.
#[derive(Debug)]
pub(super) struct HeadNorms {
    pub(super) query: Option<Vec<f32>>,
    pub(super) key: Option<Vec<f32>>,
}

impl Attention<'_> {
    /// Stores the new tokens' keys and values and returns what each new token attends to.
    ///
    /// `queries` is `[token][head][head width]`, `keys` and `values` `[token][key head][head
    /// width]`; the result is laid out like `queries`.
    pub(super) fn attend(
        self,
        norms: &HeadNorms,
        mut queries: Vec<f32>,
        mut keys: Vec<f32>,
        values: &[f32],
    ) -> Vec<f32> {
        let Shape {
            heads,
            key_heads,
            head_width,
            epsilon,
            ..
        } = *self.shape;
        let place = |rows: &mut [f32], heads: usize, norm: Option<&Vec<f32>>| {
            for (index, head) in rows.chunks_exact_mut(head_width).enumerate() {
                if let Some(weight) = norm {
                    rms_norm_row(head, weight, epsilon);
                }
                self.rotary.turn(head, self.start + index / heads);
            }
        };
        place(&mut queries, heads, norms.query.as_ref());
        place(&mut keys, key_heads, norms.key.as_ref());
        let new = keys
            .chunks_exact(head_width)
            .zip(values.chunks_exact(head_width));
        for (index, (key, value)) in new.enumerate() {
            self.memory.store(
                index % key_heads,
                self.start + index / key_heads,
                key,
                value,
            );
        }

        let memory = &*self.memory;
        let group = self.shape.group();
        let mut attended = vec![0.0; queries.len()];
        // One piece is one token's query heads that share a key head: they lie side by side.
        fill_pieces(&mut attended, group * head_width, |piece, attended| {
            let (token, key_head) = (piece / key_heads, piece % key_heads);
            let positions = self.start + token + 1;
            let first = (token * heads + key_head * group) * head_width;
            attend_group(
                attended,
                &queries[first..first + attended.len()],
                memory.keys(key_head, positions),
                memory.values(key_head, positions),
                head_width,
            );
        });
        attended
    }
}

/// Attention of several queries to the same keys and values.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
fn attend_group(
    attended: &mut [f32],
    queries: &[f32],
    keys: &[f32],
    values: &[f32],
    head_width: usize,
) {
    let positions = keys.len() / head_width;
    let scale = 1.0 / (head_width as f32).sqrt();
    let mut scores = vec![0.0f32; queries.len() / head_width * positions];
    for (block, keys) in keys.chunks(BLOCK * head_width).enumerate() {
        for (query, scores) in queries
            .chunks_exact(head_width)
            .zip(scores.chunks_exact_mut(positions))
        {
            let scores = &mut scores[block * BLOCK..];
            for (score, key) in scores.iter_mut().zip(keys.chunks_exact(head_width)) {
                *score = dot(query, key) * scale;
            }
        }
    }
    for scores in scores.chunks_exact_mut(positions) {
        softmax(scores);
    }
    for (block, values) in values.chunks(BLOCK * head_width).enumerate() {
        for (attended, weights) in attended
            .chunks_exact_mut(head_width)
            .zip(scores.chunks_exact(positions))
        {
            let weights = &weights[block * BLOCK..];
            for (weight, value) in weights.iter().zip(values.chunks_exact(head_width)) {
                add_scaled(attended, value, *weight);
            }
        }
    }
}
