//! The models' definition in plain code, one number after the other.
//!
//! Qwen2 (Qwen team 2024) and Qwen3 (2025) are Llama-like decoders: RMS norms, rotary positions with
//! halves paired, grouped queries, `SwiGLU`; Qwen2 has biases on queries, keys and values, Qwen3
//! has norms on each query and key head.

use std::{collections::HashMap, io::BufReader, path::Path};

use candle_core::{Device, quantized::gguf_file::Content};

use super::model::{HEAD_WIDTH, HEADS, KEY_HEADS, LAYERS, WIDTH};

const EPSILON: f32 = 1e-6;
const ROTARY_BASE: f32 = 1_000_000.0;

/// A file's tensors, widened.
pub(super) struct Reference(HashMap<String, Vec<f32>>);

impl Reference {
    pub(super) fn open(path: &Path) -> Self {
        let mut file = BufReader::new(std::fs::File::open(path).unwrap());
        let content = Content::read(&mut file).unwrap();
        let names: Vec<String> = content.tensor_infos.keys().cloned().collect();
        let mut tensor = |name: String| {
            let tensor = content.tensor(&mut file, &name, &Device::Cpu).unwrap();
            let tensor = tensor.dequantize(&Device::Cpu).unwrap();
            (name, tensor.flatten_all().unwrap().to_vec1().unwrap())
        };
        Self(names.into_iter().map(&mut tensor).collect())
    }

    fn times(&self, name: &str, state: &[f32]) -> Vec<f32> {
        let rows = self.0[&format!("{name}.weight")].chunks_exact(state.len());
        let product = |row: &[f32]| row.iter().zip(state).map(|(a, b)| a * b).sum();
        let mut product: Vec<f32> = rows.map(product).collect();
        if let Some(bias) = self.0.get(&format!("{name}.bias")) {
            product
                .iter_mut()
                .zip(bias)
                .for_each(|(sum, bias)| *sum += bias);
        }
        product
    }

    fn norm(&self, name: &str, state: &[f32]) -> Vec<f32> {
        let Some(weight) = self.0.get(&format!("{name}.weight")) else {
            return state.to_vec();
        };
        let square: f32 = state.iter().map(|number| number * number).sum();
        let scale = (square / state.len() as f32 + EPSILON).sqrt().recip();
        state
            .iter()
            .zip(weight)
            .map(|(number, weight)| number * scale * weight)
            .collect()
    }

    /// Each head normalised, if the model does so, and turned to its position.
    fn heads(&self, norm: &str, state: &[f32], position: usize) -> Vec<f32> {
        let turn = |head: &[f32]| {
            let head = self.norm(norm, head);
            let half = HEAD_WIDTH / 2;
            let turned = |index: usize| {
                let power = (index % half * 2) as f32 / HEAD_WIDTH as f32;
                let (sine, cosine) = (position as f32 / ROTARY_BASE.powf(power)).sin_cos();
                if index < half {
                    head[index] * cosine - head[index + half] * sine
                } else {
                    head[index] * cosine + head[index - half] * sine
                }
            };
            (0..HEAD_WIDTH).map(turned).collect::<Vec<f32>>()
        };
        state.chunks_exact(HEAD_WIDTH).flat_map(turn).collect()
    }

    /// Scores of what comes after `tokens`.
    pub(super) fn scores(&self, tokens: &[u32]) -> Vec<f32> {
        let embedding = &self.0["token_embd.weight"];
        let mut states: Vec<Vec<f32>> = tokens
            .iter()
            .map(|token| embedding[*token as usize * WIDTH..][..WIDTH].to_vec())
            .collect();
        for layer in 0..LAYERS {
            let name = |part: &str| format!("blk.{layer}.{part}");
            let (mut keys, mut values) = (Vec::new(), Vec::new());
            for (position, state) in states.iter_mut().enumerate() {
                let normed = self.norm(&name("attn_norm"), state);
                let key = self.times(&name("attn_k"), &normed);
                keys.push(self.heads(&name("attn_k_norm"), &key, position));
                values.push(self.times(&name("attn_v"), &normed));
                let query = self.times(&name("attn_q"), &normed);
                let query = self.heads(&name("attn_q_norm"), &query, position);
                let attended = attend(&query, &keys, &values);
                add(state, &self.times(&name("attn_output"), &attended));
                let normed = self.norm(&name("ffn_norm"), state);
                let gate = self.times(&name("ffn_gate"), &normed);
                let up = self.times(&name("ffn_up"), &normed);
                let inner: Vec<f32> = gate
                    .iter()
                    .zip(up)
                    .map(|(gate, up)| gate / (1.0 + (-gate).exp()) * up)
                    .collect();
                add(state, &self.times(&name("ffn_down"), &inner));
            }
        }
        let state = self.norm("output_norm", &states[states.len() - 1]);
        let output = if self.0.contains_key("output.weight") {
            "output"
        } else {
            "token_embd"
        };
        self.times(output, &state)
    }
}

fn attend(query: &[f32], keys: &[Vec<f32>], values: &[Vec<f32>]) -> Vec<f32> {
    let mut attended = Vec::new();
    for (head, query) in query.chunks_exact(HEAD_WIDTH).enumerate() {
        let first = head / (HEADS / KEY_HEADS) * HEAD_WIDTH;
        let weights: Vec<f32> = keys
            .iter()
            .map(|key| {
                let score: f32 = query.iter().zip(&key[first..]).map(|(a, b)| a * b).sum();
                (score / (HEAD_WIDTH as f32).sqrt()).exp()
            })
            .collect();
        let total: f32 = weights.iter().sum();
        attended.extend((first..first + HEAD_WIDTH).map(|place| {
            let parts = weights.iter().zip(values);
            parts
                .map(|(weight, value)| weight / total * value[place])
                .sum::<f32>()
        }));
    }
    attended
}

fn add(sum: &mut [f32], numbers: &[f32]) {
    sum.iter_mut()
        .zip(numbers)
        .for_each(|(sum, number)| *sum += number);
}
