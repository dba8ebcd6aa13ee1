//! One pass through the model, for the new tokens of several conversations together.

use super::{
    Decoder,
    attention::attend,
    cache::Sequence,
    layer::{HeadNorms, Layer},
    matrix::{Arena, Inputs, Instructions, ROWS, round},
    pool::{Parts, Pool},
    vectors::{add, rms_norm_row, swiglu_row},
    weights::Linear,
};
use crate::ModelError;

/// New tokens of one conversation.
pub(crate) struct Part<'a> {
    /// What it has read before.
    pub(crate) sequence: &'a mut Sequence,
    /// What it reads now; at least one token.
    pub(crate) tokens: &'a [u32],
    /// After how many of the last tokens the next token's scores are wanted.
    pub(crate) scored: usize,
}

/// Scores of every token that could come next, after each token that they were wanted for.
#[derive(Debug)]
pub(crate) struct Scores {
    numbers: Vec<f32>,
    vocabulary: usize,
}

impl Scores {
    /// The scores after each token, in the order of the parts and their tokens.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.numbers.chunks_exact(self.vocabulary)
    }
}

/// Memory that every step uses anew.
#[derive(Default)]
pub(super) struct Room {
    states: Vec<f32>,
    inputs: Inputs,
    /// Queries, keys and values of each token, side by side.
    projected: Vec<f32>,
    attended: Vec<f32>,
    inner: Vec<f32>,
}

/// What multiplies.
struct Multiplier<'a> {
    pool: &'a mut Pool,
    arena: &'a Arena,
    instructions: Instructions,
}

impl Multiplier<'_> {
    /// Multiplies every token with several matrices, whose outputs stand side by side in `out`.
    fn products(&mut self, inputs: &Inputs, linears: &[&Linear], out: &mut [f32]) {
        let stride: usize = linears.iter().map(|linear| linear.matrix.outputs).sum();
        assert_eq!(out.len(), stride * inputs.tokens());
        let groups: usize = linears.iter().map(|linear| linear.matrix.groups()).sum();
        let out = Parts::new(out);
        self.pool.run(groups, |mut group| {
            let mut base = 0;
            let mut rest = linears.iter();
            let linear = loop {
                let Some(linear) = rest.next() else { return };
                if group < linear.matrix.groups() {
                    break linear;
                }
                group -= linear.matrix.groups();
                base += linear.matrix.outputs;
            };
            let row = group * ROWS;
            let count = ROWS.min(linear.matrix.outputs - row);
            let multiply = |take: &mut dyn FnMut(usize, &[f32; ROWS])| {
                linear
                    .matrix
                    .multiply(self.arena, group, inputs, self.instructions, take);
            };
            multiply(&mut |token, products| {
                // SAFETY: a group's outputs of a token are written by the thread that has the
                // group, and overlap with no others.
                let place = unsafe { out.part(token * stride + base + row, count) };
                place.copy_from_slice(&products[..count]);
                if let Some(bias) = &linear.bias {
                    add(place, &bias[row..row + count]);
                }
            });
        });
    }

    /// `SwiGLU` (Shazeer 2020): `gate * sigmoid(gate) * up` of the two products.
    fn gated(&mut self, inputs: &Inputs, layer: &Layer, out: &mut [f32]) {
        let (gate, up) = (&layer.gate.matrix, &layer.up.matrix);
        let stride = gate.outputs;
        assert_eq!(out.len(), stride * inputs.tokens());
        let out = Parts::new(out);
        self.pool.run(gate.groups(), |group| {
            let row = group * ROWS;
            let count = ROWS.min(stride - row);
            gate.multiply(
                self.arena,
                group,
                inputs,
                self.instructions,
                |token, products| {
                    // SAFETY: a group's outputs of a token are written by the thread that has the
                    // group, and overlap with no others.
                    let place = unsafe { out.part(token * stride + row, count) };
                    place.copy_from_slice(&products[..count]);
                },
            );
            up.multiply(
                self.arena,
                group,
                inputs,
                self.instructions,
                |token, products| {
                    // SAFETY: as above, and what was made there is not in use any more.
                    let place = unsafe { out.part(token * stride + row, count) };
                    swiglu_row(place, &products[..count]);
                },
            );
        });
    }

    /// Adds the products to `sum`.
    fn add_products(&mut self, inputs: &Inputs, linear: &Linear, sum: &mut [f32]) {
        let stride = linear.matrix.outputs;
        assert_eq!(sum.len(), stride * inputs.tokens());
        let sum = Parts::new(sum);
        self.pool.run(linear.matrix.groups(), |group| {
            let row = group * ROWS;
            let count = ROWS.min(stride - row);
            let matrix = &linear.matrix;
            matrix.multiply(
                self.arena,
                group,
                inputs,
                self.instructions,
                |token, products| {
                    // SAFETY: a group's outputs of a token are written by the thread that has the
                    // group, and overlap with no others.
                    let place = unsafe { sum.part(token * stride + row, count) };
                    add(place, &products[..count]);
                },
            );
        });
    }

    /// Rounds each token's `width` numbers for multiplying, normalised first where there is a norm.
    fn prepare(
        &mut self,
        inputs: &mut Inputs,
        rows: &[f32],
        width: usize,
        norm: Option<(&[f32], f32)>,
    ) {
        inputs.resize(rows.len() / width, width);
        let per_token = inputs.per_token();
        self.pool
            .fill(inputs.tokens_mut(), per_token, |token, blocks| {
                let row = &rows[token * width..][..width];
                if let Some((weight, epsilon)) = norm {
                    let mut normed = row.to_vec();
                    rms_norm_row(&mut normed, weight, epsilon);
                    round(&normed, blocks);
                } else {
                    round(row, blocks);
                }
            });
    }
}

impl Decoder {
    /// Reads every part's tokens; they count as read when this returns without an error.
    pub(crate) fn step(&mut self, parts: &mut [Part<'_>]) -> Result<Scores, ModelError> {
        self.check(parts)?;
        let mut room = std::mem::take(&mut self.room);
        self.embed(parts, &mut room.states);
        for index in 0..self.layers.len() {
            self.pass_layer(index, parts, &mut room);
        }
        let scores = self.score(parts, &mut room);
        self.room = room;
        for part in parts {
            part.sequence.advance(part.tokens.len());
        }
        Ok(scores)
    }

    fn check(&self, parts: &[Part<'_>]) -> Result<(), ModelError> {
        for part in parts {
            let tokens = part.sequence.length() + part.tokens.len();
            if part.tokens.is_empty() || tokens > self.shape.context_length {
                return Err(ModelError::PromptTooLong {
                    tokens,
                    limit: self.shape.context_length,
                });
            }
            let vocabulary = self.embedding.outputs;
            if let Some(token) = part
                .tokens
                .iter()
                .find(|token| **token as usize >= vocabulary)
            {
                let message = format!("token {token} of a vocabulary of {vocabulary}");
                return Err(candle_core::Error::msg(message).into());
            }
        }
        Ok(())
    }

    fn embed(&mut self, parts: &[Part<'_>], states: &mut Vec<f32>) {
        let tokens: Vec<u32> = parts.iter().flat_map(|part| part.tokens).copied().collect();
        states.resize(tokens.len() * self.shape.width, 0.0);
        let (arena, embedding) = (&self.arena, &self.embedding);
        self.pool.fill(states, self.shape.width, |index, state| {
            embedding.row(arena, tokens[index] as usize, state);
        });
    }

    fn pass_layer(&mut self, index: usize, parts: &mut [Part<'_>], room: &mut Room) {
        let Room {
            states,
            inputs,
            projected,
            attended,
            inner,
        } = room;
        let (shape, layer) = (&self.shape, &self.layers[index]);
        let (width, epsilon) = (shape.width, shape.epsilon);
        let tokens = states.len() / width;
        let mut multiplier = Multiplier {
            pool: &mut self.pool,
            arena: &self.arena,
            instructions: self.instructions,
        };

        multiplier.prepare(
            inputs,
            states,
            width,
            Some((&layer.attention_norm, epsilon)),
        );
        let stride = shape.queries_width() + 2 * shape.keys_width();
        projected.resize(tokens * stride, 0.0);
        multiplier.products(inputs, &[&layer.query, &layer.key, &layer.value], projected);

        // Positions, and where each token's conversation is.
        let places: Vec<(usize, usize)> = parts
            .iter()
            .enumerate()
            .flat_map(
                |(
                    part,
                    Part {
                        sequence, tokens, ..
                    },
                )| {
                    (0..tokens.len()).map(move |token| (part, sequence.length() + token))
                },
            )
            .collect();
        let head_width = shape.head_width;
        let rotary = &self.rotary;
        multiplier.pool.fill(projected, stride, |token, row| {
            let (queries, rest) = row.split_at_mut(shape.queries_width());
            let keys = &mut rest[..shape.keys_width()];
            let norms = &layer.head_norms;
            for (heads, norm) in [(queries, &norms.query), (keys, &norms.key)] {
                for head in heads.chunks_exact_mut(head_width) {
                    HeadNorms::apply(norm.as_ref(), head, epsilon);
                    rotary.turn(head, places[token].1);
                }
            }
        });
        for (row, (part, position)) in projected.chunks_exact(stride).zip(&places) {
            let (keys, values) = row[shape.queries_width()..].split_at(shape.keys_width());
            let memory = &mut parts[*part].sequence.layers[index];
            let heads = keys
                .chunks_exact(head_width)
                .zip(values.chunks_exact(head_width));
            for (head, (key, value)) in heads.enumerate() {
                memory.store(head, *position, key, value);
            }
        }

        attended.resize(tokens * shape.queries_width(), 0.0);
        let group = shape.group() * head_width;
        let parts = &*parts;
        // One piece is one token's query heads that share a key head: they lie side by side.
        multiplier.pool.fill(attended, group, |piece, attended| {
            let (token, key_head) = (piece / shape.key_heads, piece % shape.key_heads);
            let (part, position) = places[token];
            let queries = &projected[token * stride + key_head * group..][..group];
            let memory = &parts[part].sequence.layers[index];
            attend(
                attended,
                queries,
                memory,
                key_head,
                position + 1,
                head_width,
            );
        });
        multiplier.prepare(inputs, attended, shape.queries_width(), None);
        multiplier.add_products(inputs, &layer.attention_output, states);

        multiplier.prepare(
            inputs,
            states,
            width,
            Some((&layer.feed_forward_norm, epsilon)),
        );
        inner.resize(tokens * layer.inner(), 0.0);
        multiplier.gated(inputs, layer, inner);
        multiplier.prepare(inputs, inner, layer.inner(), None);
        multiplier.add_products(inputs, &layer.down, states);
    }

    /// The output layer, for the tokens that are asked for only.
    fn score(&mut self, parts: &[Part<'_>], room: &mut Room) -> Scores {
        let width = self.shape.width;
        let mut wanted = Vec::new();
        let mut end = 0;
        for part in parts {
            end += part.tokens.len();
            let first = end - part.scored.min(part.tokens.len());
            wanted.extend_from_slice(&room.states[first * width..end * width]);
        }
        let vocabulary = self.output.outputs;
        let mut numbers = vec![0.0; wanted.len() / width * vocabulary];
        if !wanted.is_empty() {
            let mut multiplier = Multiplier {
                pool: &mut self.pool,
                arena: &self.arena,
                instructions: self.instructions,
            };
            let norm = Some((self.final_norm.as_slice(), self.shape.epsilon));
            multiplier.prepare(&mut room.inputs, &wanted, width, norm);
            let output = Linear {
                matrix: self.output,
                bias: None,
            };
            multiplier.products(&room.inputs, &[&output], &mut numbers);
        }
        Scores {
            numbers,
            vocabulary,
        }
    }
}
