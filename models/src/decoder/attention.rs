//! Grouped-query attention of one token to what its conversation has read.

use multiversion::multiversion;

use super::{
    cache::{LayerMemory, SIXTEEN},
    vectors::softmax,
};

/// Numbers of a value that are summed in registers.
const STRIP: usize = 32;

/// What one token's query heads that share a key head attend to.
///
/// `queries` and `attended` are `[query head][head width]`; `positions` counts the token itself.
/// The result does not depend on what is computed beside it.
pub(super) fn attend(
    attended: &mut [f32],
    queries: &[f32],
    memory: &LayerMemory,
    key_head: usize,
    positions: usize,
    head_width: usize,
) {
    let keys = memory.keys(key_head, positions);
    let values = memory.values(key_head, positions);
    let room = positions.next_multiple_of(SIXTEEN);
    let mut scores = vec![0.0; 4 * room];
    // Query heads are taken a few at a time: as many sums as fit in registers.
    let mut rest = (attended, queries);
    while !rest.1.is_empty() {
        let heads = (rest.1.len() / head_width).min(4);
        let (out, out_rest) = rest.0.split_at_mut(heads * head_width);
        let (queries, queries_rest) = rest.1.split_at(heads * head_width);
        let scores = &mut scores[..heads * room];
        match heads {
            1 => attend_heads::<1>(out, queries, keys, values, positions, scores),
            2 => attend_heads::<2>(out, queries, keys, values, positions, scores),
            3 => attend_heads::<3>(out, queries, keys, values, positions, scores),
            _ => attend_heads::<4>(out, queries, keys, values, positions, scores),
        }
        rest = (out_rest, queries_rest);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2+fma", "aarch64+neon"))]
fn attend_heads<const HEADS: usize>(
    attended: &mut [f32],
    queries: &[f32],
    keys: &[f32],
    values: &[f32],
    positions: usize,
    scores: &mut [f32],
) {
    let head_width = queries.len() / HEADS;
    let room = scores.len() / HEADS;
    let scale = 1.0 / (head_width as f32).sqrt();
    for (block, keys) in keys.chunks_exact(SIXTEEN * head_width).enumerate() {
        let mut sums = [[0.0f32; SIXTEEN]; HEADS];
        for (index, keys) in keys.as_chunks::<SIXTEEN>().0.iter().enumerate() {
            for head in 0..HEADS {
                let query = queries[head * head_width + index];
                for lane in 0..SIXTEEN {
                    sums[head][lane] = query.mul_add(keys[lane], sums[head][lane]);
                }
            }
        }
        for head in 0..HEADS {
            for lane in 0..SIXTEEN {
                scores[head * room + block * SIXTEEN + lane] = sums[head][lane] * scale;
            }
        }
    }
    for scores in scores.chunks_exact_mut(room) {
        softmax(&mut scores[..positions]);
    }
    for first in (0..head_width).step_by(STRIP) {
        let strip = STRIP.min(head_width - first);
        let mut sums = [[0.0f32; STRIP]; HEADS];
        if strip == STRIP {
            for (position, value) in values.chunks_exact(head_width).enumerate() {
                if let Some(value) = value[first..].first_chunk::<STRIP>() {
                    for head in 0..HEADS {
                        let weight = scores[head * room + position];
                        for lane in 0..STRIP {
                            sums[head][lane] = weight.mul_add(value[lane], sums[head][lane]);
                        }
                    }
                }
            }
        } else {
            for (position, value) in values.chunks_exact(head_width).enumerate() {
                for head in 0..HEADS {
                    let weight = scores[head * room + position];
                    for (sum, value) in sums[head].iter_mut().zip(&value[first..first + strip]) {
                        *sum = weight.mul_add(*value, *sum);
                    }
                }
            }
        }
        for head in 0..HEADS {
            attended[head * head_width + first..][..strip].copy_from_slice(&sums[head][..strip]);
        }
    }
}
