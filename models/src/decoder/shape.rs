//! The sizes of a model, as its file states them.

use super::file::ModelFile;
use crate::ModelError;

/// Sizes and constants of a model.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Number of layers.
    pub(super) layers: usize,
    /// Length of the state that flows through the layers.
    pub(super) width: usize,
    /// Number of query heads.
    pub(super) heads: usize,
    /// Number of key and value heads; each serves `heads / key_heads` query heads.
    pub(super) key_heads: usize,
    /// Length of one head's query, key or value.
    pub(super) head_width: usize,
    /// Small number that keeps normalisation from dividing by zero.
    pub(super) epsilon: f32,
    /// Base of the rotary embedding's wavelengths.
    pub(super) rotary_base: f32,
    /// Longest sequence that is kept, in tokens.
    pub(super) context_length: usize,
}

impl Shape {
    pub(super) fn from_file(file: &ModelFile, context_length: usize) -> Result<Self, ModelError> {
        let family = file.text("general.architecture")?;
        if !matches!(family, "qwen2" | "qwen3") {
            return Err(file.unsupported(format!("模型结构是 {family}，不是 qwen2 或 qwen3")));
        }
        let key = |name: &str| format!("{family}.{name}");
        let width = file.number(&key("embedding_length"))?;
        let heads = file.number(&key("attention.head_count"))?;
        let head_width = match file.number(&key("attention.key_length")) {
            Ok(head_width) => head_width,
            Err(_) => width.checked_div(heads).unwrap_or_default(),
        };
        let trained_length = file.number(&key("context_length"))?;
        let shape = Self {
            layers: file.number(&key("block_count"))?,
            width,
            heads,
            key_heads: file.number(&key("attention.head_count_kv"))?,
            head_width,
            epsilon: file.real(&key("attention.layer_norm_rms_epsilon"))?,
            rotary_base: file.real(&key("rope.freq_base")).unwrap_or(10_000.0),
            context_length: trained_length.min(context_length),
        };
        let sound = shape.layers > 0
            && shape.width > 0
            && shape.key_heads > 0
            && shape.heads.is_multiple_of(shape.key_heads)
            && shape.head_width > 0
            && shape.head_width.is_multiple_of(2)
            && shape.context_length > 0;
        if sound {
            Ok(shape)
        } else {
            Err(file.unsupported(format!("尺寸不合理：{shape:?}")))
        }
    }

    /// How many query heads share one key head.
    pub(super) fn group(&self) -> usize {
        self.heads / self.key_heads
    }

    /// Length of all query heads of one token.
    pub(super) fn queries_width(&self) -> usize {
        self.heads * self.head_width
    }

    /// Length of all key heads, or all value heads, of one token.
    pub(super) fn keys_width(&self) -> usize {
        self.key_heads * self.head_width
    }
}
