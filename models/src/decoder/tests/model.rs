//! A model small enough to be made anew for each test.

use std::path::Path;

use candle_core::{
    Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Value},
    },
};

pub(super) const WIDTH: usize = 256;
pub(super) const INNER: usize = 512;
pub(super) const HEADS: usize = 4;
pub(super) const KEY_HEADS: usize = 2;
pub(super) const HEAD_WIDTH: usize = 64;
pub(super) const LAYERS: usize = 2;
pub(super) const CONTEXT: usize = 128;

/// A small model of random weights in the family's file format, with a vocabulary of single bytes
/// and, where `tied`, the embedding as its output layer.
pub(crate) fn write_model(path: &Path, family: &str, tied: bool) {
    let weight = |rows: usize, columns: usize, dtype| {
        let scale = (columns as f64).sqrt().recip();
        let weight = Tensor::randn(0f32, scale as f32, (rows, columns), &Device::Cpu).unwrap();
        QTensor::quantize(&weight, dtype).unwrap()
    };
    let vector = |length: usize, middle: f32| {
        let vector = Tensor::randn(middle, 0.2f32, length, &Device::Cpu).unwrap();
        QTensor::quantize(&vector, GgmlDType::F32).unwrap()
    };
    let letters: Vec<String> = super::super::tokenizer::letters_of_bytes()
        .map(String::from)
        .collect();
    let control = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"].map(String::from);
    let vocabulary = [letters, control.to_vec()].concat();

    let mut tensors = vec![
        (
            "token_embd.weight".to_owned(),
            weight(vocabulary.len(), WIDTH, GgmlDType::Q6K),
        ),
        ("output_norm.weight".to_owned(), vector(WIDTH, 1.0)),
    ];
    if !tied {
        let output = weight(vocabulary.len(), WIDTH, GgmlDType::Q6K);
        tensors.push(("output.weight".to_owned(), output));
    }
    for layer in 0..LAYERS {
        let mut add = |name: &str, tensor| tensors.push((format!("blk.{layer}.{name}"), tensor));
        add("attn_norm.weight", vector(WIDTH, 1.0));
        add("ffn_norm.weight", vector(WIDTH, 1.0));
        add(
            "attn_q.weight",
            weight(HEADS * HEAD_WIDTH, WIDTH, GgmlDType::Q4K),
        );
        add(
            "attn_k.weight",
            weight(KEY_HEADS * HEAD_WIDTH, WIDTH, GgmlDType::Q4K),
        );
        add(
            "attn_v.weight",
            weight(KEY_HEADS * HEAD_WIDTH, WIDTH, GgmlDType::Q6K),
        );
        add(
            "attn_output.weight",
            weight(WIDTH, HEADS * HEAD_WIDTH, GgmlDType::Q4K),
        );
        add("ffn_gate.weight", weight(INNER, WIDTH, GgmlDType::Q4K));
        add("ffn_up.weight", weight(INNER, WIDTH, GgmlDType::Q4K));
        add("ffn_down.weight", weight(WIDTH, INNER, GgmlDType::Q6K));
        if family == "qwen2" {
            add("attn_q.bias", vector(HEADS * HEAD_WIDTH, 0.0));
            add("attn_k.bias", vector(KEY_HEADS * HEAD_WIDTH, 0.0));
            add("attn_v.bias", vector(KEY_HEADS * HEAD_WIDTH, 0.0));
        } else {
            add("attn_q_norm.weight", vector(HEAD_WIDTH, 1.0));
            add("attn_k_norm.weight", vector(HEAD_WIDTH, 1.0));
        }
    }

    let number = |value: usize| Value::U32(value as u32);
    let text = |value: &str| Value::String(value.to_owned());
    let kinds = (0..vocabulary.len()).map(|id| Value::I32(if id < 256 { 1 } else { 3 }));
    let metadata = [
        ("general.architecture", text(family)),
        // Makes candle's qwen3 compute in 32 bits as this decoder does.
        ("general.dtype", number(0)),
        ("tokenizer.ggml.model", text("gpt2")),
        ("tokenizer.ggml.pre", text("qwen2")),
        ("tokenizer.ggml.token_type", Value::Array(kinds.collect())),
        ("tokenizer.ggml.merges", Value::Array(Vec::new())),
        (
            "tokenizer.ggml.tokens",
            Value::Array(vocabulary.into_iter().map(Value::String).collect()),
        ),
    ];
    let sizes = [
        ("block_count", number(LAYERS)),
        ("embedding_length", number(WIDTH)),
        ("context_length", number(CONTEXT)),
        ("attention.head_count", number(HEADS)),
        ("attention.head_count_kv", number(KEY_HEADS)),
        ("attention.key_length", number(HEAD_WIDTH)),
        ("attention.layer_norm_rms_epsilon", Value::F32(1e-6)),
        ("rope.freq_base", Value::F32(1_000_000.0)),
    ]
    .map(|(name, value)| (format!("{family}.{name}"), value));
    let metadata: Vec<(&str, &Value)> = metadata
        .iter()
        .map(|(name, value)| (*name, value))
        .chain(sizes.iter().map(|(name, value)| (name.as_str(), value)))
        .collect();
    let tensors: Vec<(&str, &QTensor)> = tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor))
        .collect();
    let mut file = std::fs::File::create(path).unwrap();
    gguf_file::write(&mut file, &metadata, &tensors).unwrap();
}
