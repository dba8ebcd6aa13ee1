//! One layer: attention, then the feed-forward network, each added to what flows through.

use candle_core::{Device, Module, Tensor, quantized::QMatMul};

use super::{
    READING_CHUNK,
    attention::{Attention, HeadNorms},
    file::ModelFile,
    shape::Shape,
    vectors::{add, add_bias, rms_norm, swiglu},
};
use crate::ModelError;

/// A quantized matrix and, in Qwen2's query, key and value projections, a bias.
#[derive(Debug)]
struct Linear {
    weight: QMatMul,
    bias: Option<Vec<f32>>,
    inputs: usize,
    outputs: usize,
}

impl Linear {
    fn load(file: &mut ModelFile, name: &str) -> Result<Self, ModelError> {
        let weight = file.tensor(&format!("{name}.weight"))?;
        let (outputs, inputs) = weight.shape().dims2()?;
        let bias = file.optional_vector(&format!("{name}.bias"))?;
        if bias.as_ref().is_some_and(|bias| bias.len() != outputs) {
            return Err(file.unsupported(format!("{name} 的偏置长度不对")));
        }
        Ok(Self {
            weight: QMatMul::from_qtensor(weight)?,
            bias,
            inputs,
            outputs,
        })
    }

    /// Multiplies rows of `inputs` numbers.
    fn forward(&self, rows: &Tensor) -> Result<Vec<f32>, ModelError> {
        let mut product = self.weight.forward(rows)?.flatten_all()?.to_vec1::<f32>()?;
        if let Some(bias) = &self.bias {
            add_bias(&mut product, bias);
        }
        Ok(product)
    }

    fn prepare(&self) -> Result<(), ModelError> {
        for rows in [1, 2, READING_CHUNK] {
            let zeros = Tensor::zeros((rows, self.inputs), candle_core::DType::F32, &Device::Cpu)?;
            self.weight.forward(&zeros)?;
        }
        Ok(())
    }
}

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
        let queries = self.query.forward(&normed)?;
        let keys = self.key.forward(&normed)?;
        let values = self.value.forward(&normed)?;
        let attended = attention.attend(&self.head_norms, queries, keys, &values);
        add(states, &self.attention_output.forward(&rows(attended)?)?);

        let normed = rows(rms_norm(states, &self.feed_forward_norm, epsilon))?;
        let mut gate = self.gate.forward(&normed)?;
        let up = self.up.forward(&normed)?;
        swiglu(&mut gate, &up, self.gate.outputs);
        add(states, &self.down.forward(&rows(gate)?)?);
        Ok(())
    }
}
