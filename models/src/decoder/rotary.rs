//! Rotary position embedding (Su et al. 2021), halves paired as Qwen does.

use super::shape::Shape;

/// Sines and cosines of every position.
#[derive(Debug)]
pub(super) struct Rotary {
    /// `[position][half a head]` pairs of cosine and sine.
    turns: Vec<(f32, f32)>,
    half: usize,
}

impl Rotary {
    pub(super) fn new(shape: &Shape) -> Self {
        let half = shape.head_width / 2;
        let frequencies: Vec<f32> = (0..half)
            .map(|i| {
                1.0 / shape
                    .rotary_base
                    .powf(2.0 * i as f32 / shape.head_width as f32)
            })
            .collect();
        let turns = (0..shape.context_length)
            .flat_map(|position| {
                frequencies.iter().map(move |frequency| {
                    let (sine, cosine) = (position as f32 * frequency).sin_cos();
                    (cosine, sine)
                })
            })
            .collect();
        Self { turns, half }
    }

    /// Turns one head's query or key to its position.
    pub(super) fn turn(&self, head: &mut [f32], position: usize) {
        let turns = &self.turns[position * self.half..][..self.half];
        let (left, right) = head.split_at_mut(self.half);
        for ((left, right), (cosine, sine)) in left.iter_mut().zip(right).zip(turns) {
            (*left, *right) = (
                *left * cosine - *right * sine,
                *left * sine + *right * cosine,
            );
        }
    }
}
