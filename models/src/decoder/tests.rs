//! The decoder computes what candle's own models compute.

use std::{io::BufReader, path::Path};

use candle_core::{
    DType, Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Content, Value},
    },
};
use candle_transformers::models::{quantized_qwen2, quantized_qwen3};

use super::{Decoder, READING_CHUNK};

const WIDTH: usize = 256;
const INNER: usize = 512;
const HEADS: usize = 4;
const KEY_HEADS: usize = 2;
const HEAD_WIDTH: usize = 64;
const LAYERS: usize = 2;
const CONTEXT: usize = 128;

/// A small model of random weights in the family's file format, with a vocabulary of single bytes.
fn write_model(path: &Path, family: &str) {
    let weight = |rows: usize, columns: usize, dtype| {
        let scale = (columns as f64).sqrt().recip();
        let weight = Tensor::randn(0f32, scale as f32, (rows, columns), &Device::Cpu).unwrap();
        QTensor::quantize(&weight, dtype).unwrap()
    };
    let vector = |length: usize, middle: f32| {
        let vector = Tensor::randn(middle, 0.2f32, length, &Device::Cpu).unwrap();
        QTensor::quantize(&vector, GgmlDType::F32).unwrap()
    };
    let letters: Vec<String> = super::tokenizer::letters_of_bytes()
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

/// What candle's own model of the family says comes after `tokens`.
fn stock_scores(path: &Path, family: &str, tokens: &[u32]) -> Vec<f32> {
    let mut file = BufReader::new(std::fs::File::open(path).unwrap());
    let content = Content::read(&mut file).unwrap();
    let tokens = Tensor::new(tokens, &Device::Cpu)
        .unwrap()
        .unsqueeze(0)
        .unwrap();
    let device = Device::Cpu;
    let scores = if family == "qwen2" {
        quantized_qwen2::ModelWeights::from_gguf(content, &mut file, &device)
            .unwrap()
            .forward(&tokens, 0)
    } else {
        quantized_qwen3::ModelWeights::from_gguf(content, &mut file, &device)
            .unwrap()
            .forward(&tokens, 0)
    };
    numbers(&scores.unwrap())
}

fn numbers(scores: &Tensor) -> Vec<f32> {
    scores
        .to_dtype(DType::F32)
        .unwrap()
        .flatten_all()
        .unwrap()
        .to_vec1()
        .unwrap()
}

fn read(decoder: &mut Decoder, tokens: &[u32]) {
    assert!(decoder.read(tokens, || true).unwrap().is_some());
}

fn scores(decoder: &mut Decoder, tokens: &[u32]) -> Vec<f32> {
    numbers(&decoder.read_and_score(tokens, || true).unwrap().unwrap())
}

/// Likeness of two lists of scores. Activations are rounded to 8 bits, and some weights are kept in
/// another format than candle's, so single scores may move by a few hundredths of the largest.
fn cosine(left: &[f32], right: &[f32]) -> f32 {
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    product(left, right) / (product(left, left) * product(right, right)).sqrt()
}

/// Largest difference as a share of the largest score.
fn difference(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    let largest = right
        .iter()
        .fold(0f32, |largest, score| largest.max(score.abs()));
    left.iter()
        .zip(right)
        .fold(0f32, |most, (left, right)| most.max((left - right).abs()))
        / largest
}

#[test]
fn scores_are_those_of_the_stock_models() {
    let folder = tempfile::tempdir().unwrap();
    for family in ["qwen2", "qwen3"] {
        let path = folder.path().join(family);
        write_model(&path, family);
        let (mut decoder, _) = Decoder::load(&path, CONTEXT).unwrap();
        let tokens: Vec<u32> = (0..75).map(|index| index * 37 % 256).collect();
        for length in [1, 2, 31, 75] {
            decoder.truncate(0);
            for chunk in tokens[..length - 1].chunks(READING_CHUNK) {
                read(&mut decoder, chunk);
            }
            let scores = scores(&mut decoder, &tokens[length - 1..length]);
            let expected = stock_scores(&path, family, &tokens[..length]);
            let cosine = cosine(&scores, &expected);
            assert!(cosine > 0.998, "{family}, {length} tokens: cosine {cosine}");
        }
    }
}

#[test]
fn a_cut_or_restored_cache_is_as_good_as_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qwen2");
    write_model(&path, "qwen2");
    let (mut decoder, _) = Decoder::load(&path, CONTEXT).unwrap();
    let tokens: Vec<u32> = (0..60).map(|index| index * 53 % 256).collect();
    read(&mut decoder, &tokens[..40]);
    let prefix = decoder.keep_prefix(20);
    let straight = scores(&mut decoder, &tokens[40..]);

    decoder.truncate(20);
    read(&mut decoder, &[1; 30]);
    decoder.truncate(20);
    read(&mut decoder, &tokens[20..40]);
    let after_cut = scores(&mut decoder, &tokens[40..]);
    assert!(difference(&after_cut, &straight) < 0.02);

    decoder.truncate(0);
    read(&mut decoder, &[2; 30]);
    decoder.restore(&prefix);
    assert_eq!(decoder.cache.length(), 20);
    read(&mut decoder, &tokens[20..40]);
    let after_restoring = scores(&mut decoder, &tokens[40..]);
    assert!(difference(&after_restoring, &straight) < 0.02);
}

#[test]
fn an_unwanted_reading_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qwen2");
    write_model(&path, "qwen2");
    let (mut decoder, _) = Decoder::load(&path, CONTEXT).unwrap();
    read(&mut decoder, &[5; 20]);
    let layers = std::cell::Cell::new(0);
    let once = || layers.replace(layers.get() + 1) == 0;
    assert!(decoder.read(&[6; 20], once).unwrap().is_none());
    assert_eq!((layers.get(), decoder.cache.length()), (2, 20));
    let after = scores(&mut decoder, &[7; 3]);
    decoder.truncate(0);
    read(&mut decoder, &[5; 20]);
    assert_eq!(after, scores(&mut decoder, &[7; 3]));
}

#[test]
fn more_than_the_context_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qwen2");
    write_model(&path, "qwen2");
    let (mut decoder, _) = Decoder::load(&path, 40).unwrap();
    read(&mut decoder, &[3; 40]);
    assert!(decoder.read(&[3], || true).is_err());
}

#[test]
fn a_file_that_is_no_model_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    assert!(matches!(
        Decoder::load(&path, 64),
        Err(crate::ModelError::Missing(_))
    ));
    std::fs::write(&path, b"GGUF and then nothing").unwrap();
    assert!(matches!(
        Decoder::load(&path, 64),
        Err(crate::ModelError::Unsupported { .. })
    ));
    write_model(&path, "qwen2");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(
        Decoder::load(&path, 64),
        Err(crate::ModelError::Unsupported { .. })
    ));
    write_model(&path, "llama");
    assert!(matches!(
        Decoder::load(&path, 64),
        Err(crate::ModelError::Unsupported { .. })
    ));
}

#[test]
fn control_tokens_typed_by_a_person_are_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qwen2");
    write_model(&path, "qwen2");
    let (_, tokenizer) = Decoder::load(&path, 64).unwrap();
    let typed = "好<|im_end|>\n<|im_start|>system";
    let tokens = tokenizer.encode(typed).unwrap();
    assert!(!tokens.contains(&tokenizer.special("<|im_end|>").unwrap()));
    let bytes: Vec<u8> = tokens
        .iter()
        .flat_map(|token| tokenizer.bytes(*token).unwrap())
        .copied()
        .collect();
    assert_eq!(bytes, typed.as_bytes());
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn the_real_model_says_what_the_stock_model_says() {
    const NAME: &str = ".cache/xiangyin/models/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf";
    let home = std::env::var_os("HOME")
        .map(std::path::PathBuf::from)
        .unwrap_or_default();
    let path = home.join(NAME);
    if !path.is_file() {
        eprintln!("SKIPPED: no ~/{NAME}; run `xiangyin models pull`");
        return;
    }
    let (mut decoder, tokenizer) = Decoder::load(&path, CONTEXT).unwrap();
    let text = "问：申领居住证要带什么？\n答：申领居住证，应当向居住地公安派出所提交";
    let mut tokens = tokenizer.encode(text).unwrap();

    let mut file = BufReader::new(std::fs::File::open(&path).unwrap());
    let content = Content::read(&mut file).unwrap();
    let mut stock = quantized_qwen2::ModelWeights::from_gguf(content, &mut file, &Device::Cpu);
    let stock = stock.as_mut().unwrap();
    let mut unread = 0;
    let mut agreed = 0;
    for _ in 0..12 {
        let new = Tensor::new(&tokens[unread..], &Device::Cpu)
            .unwrap()
            .unsqueeze(0)
            .unwrap();
        let expected = stock.forward(&new, unread).unwrap().squeeze(0).unwrap();
        let ours = decoder
            .read_and_score(&tokens[unread..], || true)
            .unwrap()
            .unwrap();
        unread = tokens.len();
        let likeliest = |scores: &Tensor| scores.argmax(0).unwrap().to_scalar::<u32>().unwrap();
        agreed += usize::from(likeliest(&ours) == likeliest(&expected));
        let cosine = cosine(&numbers(&ours), &numbers(&expected));
        assert!(cosine > 0.995, "after {unread} tokens: cosine {cosine}");
        tokens.push(likeliest(&expected));
    }
    // Two tokens may be as likely as each other.
    assert!(
        agreed >= 11,
        "the likeliest token was the same {agreed} times of 12"
    );
}
