//! One layer: attention, then the feed-forward network, each added to what flows through.

use super::{
    file::ModelFile,
    shape::Shape,
    vectors::rms_norm_row,
    weights::{Linear, Plan},
};
use crate::ModelError;

/// One layer's weights.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) attention_norm: Vec<f32>,
    pub(super) query: Linear,
    pub(super) key: Linear,
    pub(super) value: Linear,
    pub(super) head_norms: HeadNorms,
    pub(super) attention_output: Linear,
    pub(super) feed_forward_norm: Vec<f32>,
    pub(super) gate: Linear,
    pub(super) up: Linear,
    pub(super) down: Linear,
}

/// Norms of queries and keys a head, which Qwen3 has and Qwen2 has not.
#[derive(Debug)]
pub(super) struct HeadNorms {
    pub(super) query: Option<Vec<f32>>,
    pub(super) key: Option<Vec<f32>>,
}

impl HeadNorms {
    /// Normalises one head's query or key.
    pub(super) fn apply(norm: Option<&Vec<f32>>, head: &mut [f32], epsilon: f32) {
        if let Some(weight) = norm {
            rms_norm_row(head, weight, epsilon);
        }
    }
}

impl Layer {
    /// Reads the vectors and gives the matrices their places.
    pub(super) fn load(
        file: &mut ModelFile,
        plan: &mut Plan,
        index: usize,
        shape: &Shape,
    ) -> Result<Self, ModelError> {
        let name = |part: &str| format!("blk.{index}.{part}");
        let layer = Self {
            attention_norm: file.vector(&name("attn_norm.weight"))?,
            query: plan.add_linear(file, &name("attn_q"))?,
            key: plan.add_linear(file, &name("attn_k"))?,
            value: plan.add_linear(file, &name("attn_v"))?,
            head_norms: HeadNorms {
                query: file.optional_vector(&name("attn_q_norm.weight"))?,
                key: file.optional_vector(&name("attn_k_norm.weight"))?,
            },
            attention_output: plan.add_linear(file, &name("attn_output"))?,
            feed_forward_norm: file.vector(&name("ffn_norm.weight"))?,
            gate: plan.add_linear(file, &name("ffn_gate"))?,
            up: plan.add_linear(file, &name("ffn_up"))?,
            down: plan.add_linear(file, &name("ffn_down"))?,
        };
        if layer.fits(shape) {
            Ok(layer)
        } else {
            Err(file.unsupported(format!("第 {index} 层的尺寸与模型说明不符")))
        }
    }

    /// Length of the feed-forward network's inner state.
    pub(super) fn inner(&self) -> usize {
        self.gate.matrix.outputs
    }

    fn fits(&self, shape: &Shape) -> bool {
        let is = |linear: &Linear, inputs, outputs| {
            linear.matrix.inputs == inputs && linear.matrix.outputs == outputs
        };
        let head_norm_fits =
            |norm: &Option<Vec<f32>>| norm.as_ref().is_none_or(|n| n.len() == shape.head_width);
        let (queries, keys) = (shape.queries_width(), shape.keys_width());
        self.attention_norm.len() == shape.width
            && self.feed_forward_norm.len() == shape.width
            && is(&self.query, shape.width, queries)
            && is(&self.key, shape.width, keys)
            && is(&self.value, shape.width, keys)
            && is(&self.attention_output, queries, shape.width)
            && is(&self.gate, shape.width, self.inner())
            && is(&self.up, shape.width, self.inner())
            && is(&self.down, self.inner(), shape.width)
            && head_norm_fits(&self.head_norms.query)
            && head_norm_fits(&self.head_norms.key)
    }
}
