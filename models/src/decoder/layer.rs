//! One layer: attention, then the feed-forward network, each added to what flows through.

use candle_core::{Device, Tensor};

use super::{
    attention::{Attention, HeadNorms},
    file::ModelFile,
    shape::Shape,
    vectors::{add, rms_norm, swiglu},
    weights::{Linear, forward_together},
};
use crate::ModelError;

/// One layer's weights.
#[derive(Debug)]
pub(super) struct Layer {
    attention_norm: Vec<f32>,
    query: Linear,
    key: Linear,
    value: Linear,
    head_norms: HeadNorms,
    attention_output: Linear,
    feed_forward_norm: Vec<f32>,
    gate: Linear,
    up: Linear,
    down: Linear,
}

impl Layer {
    pub(super) fn load(
        file: &mut ModelFile,
        index: usize,
        shape: &Shape,
    ) -> Result<Self, ModelError> {
        let name = |part: &str| format!("blk.{index}.{part}");
        let layer = Self {
            attention_norm: file.vector(&name("attn_norm.weight"))?,
            query: Linear::load(file, &name("attn_q"))?,
            key: Linear::load(file, &name("attn_k"))?,
            value: Linear::load(file, &name("attn_v"))?,
            head_norms: HeadNorms {
                query: file.optional_vector(&name("attn_q_norm.weight"))?,
                key: file.optional_vector(&name("attn_k_norm.weight"))?,
            },
            attention_output: Linear::load(file, &name("attn_output"))?,
            feed_forward_norm: file.vector(&name("ffn_norm.weight"))?,
            gate: Linear::load(file, &name("ffn_gate"))?,
            up: Linear::load(file, &name("ffn_up"))?,
            down: Linear::load(file, &name("ffn_down"))?,
        };
        if layer.fits(shape) {
            Ok(layer)
        } else {
            Err(file.unsupported(format!("第 {index} 层的尺寸与模型说明不符")))
        }
    }

    fn fits(&self, shape: &Shape) -> bool {
        let is =
            |linear: &Linear, inputs, outputs| linear.inputs == inputs && linear.outputs == outputs;
        let head_norm_fits =
            |norm: &Option<Vec<f32>>| norm.as_ref().is_none_or(|n| n.len() == shape.head_width);
        let inner = self.gate.outputs;
        self.attention_norm.len() == shape.width
            && self.feed_forward_norm.len() == shape.width
            && is(&self.query, shape.width, shape.heads * shape.head_width)
            && is(&self.key, shape.width, shape.key_heads * shape.head_width)
            && is(&self.value, shape.width, shape.key_heads * shape.head_width)
            && is(
                &self.attention_output,
                shape.heads * shape.head_width,
                shape.width,
            )
            && is(&self.gate, shape.width, inner)
            && is(&self.up, shape.width, inner)
            && is(&self.down, inner, shape.width)
            && head_norm_fits(&self.head_norms.query)
            && head_norm_fits(&self.head_norms.key)
    }

    /// Makes candle rearrange the weights for each kernel that it will choose.
    pub(super) fn prepare(&self) -> Result<(), ModelError> {
        [
            &self.query,
            &self.key,
            &self.value,
            &self.attention_output,
            &self.gate,
            &self.up,
            &self.down,
        ]
        .into_iter()
        .try_for_each(Linear::prepare)
    }

    /// Passes the states of new tokens, rows of `shape.width` numbers, through the layer.
    pub(super) fn forward(
        &self,
        states: &mut [f32],
        attention: Attention<'_>,
    ) -> Result<(), ModelError> {
        let epsilon = attention.shape.epsilon;
        let width = attention.shape.width;
        let tokens = states.len() / width;
        let rows = |numbers: Vec<f32>| {
            let width = numbers.len() / tokens;
            Tensor::from_vec(numbers, (tokens, width), &Device::Cpu)
        };

        let normed = rows(rms_norm(states, &self.attention_norm, epsilon))?;
        let [queries, keys, values] =
            forward_together([&self.query, &self.key, &self.value], &normed)?;
        let attended = attention.attend(&self.head_norms, queries, keys, &values);
        add(states, &self.attention_output.forward(&rows(attended)?)?);

        let normed = rows(rms_norm(states, &self.feed_forward_norm, epsilon))?;
        let [mut gate, up] = forward_together([&self.gate, &self.up], &normed)?;
        swiglu(&mut gate, &up, self.gate.outputs);
        add(states, &self.down.forward(&rows(gate)?)?);
        Ok(())
    }
}
