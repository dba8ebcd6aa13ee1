//! The BERT encoder over a packed batch: linear layers see all tokens as one matrix.

use candle_core::quantized::QTensor;
use candle_core::{Device, Result, Tensor};

use super::attention::Attention;
use super::file::{Damage, ModelFile};
use super::fused::{AddNorm, BiasGelu};
use super::linear::{FeedForward, Linear};

pub(super) struct Encoder {
    width: usize,
    /// The vectors of the words stay in their 4-bit blocks: few rows of them are read.
    words: QTensor,
    /// The vector of each place in the text, with that of the one segment type in it.
    places: Tensor,
    input_norm: AddNorm,
    layers: Vec<Layer>,
}

struct Layer {
    /// Queries, keys and values side by side.
    queries_keys_values: Linear,
    attention: Attention,
    attention_output: Linear,
    attention_norm: AddNorm,
    feed_forward: FeedForward,
    output_norm: AddNorm,
}

impl Encoder {
    pub(super) fn new(file: &ModelFile<'_>) -> std::result::Result<Self, Damage> {
        let sizes = file.sizes;
        let width = sizes.width;
        let mut places = file.floats("emb.pos", sizes.positions * width)?;
        let segment = file.floats("emb.type", 2 * width)?;
        for place in places.chunks_exact_mut(width) {
            for (value, segment) in place.iter_mut().zip(&segment) {
                *value += segment;
            }
        }
        let places = Tensor::from_vec(places, (sizes.positions, width), &Device::Cpu)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            width,
            words: file.blocks("emb.word", sizes.words, width)?.quantized()?,
            places,
            input_norm: AddNorm {
                bias: vec![0.0; width],
                gain: file.floats("emb.ln.w", width)?,
                shift: file.floats("emb.ln.b", width)?,
                epsilon: sizes.epsilon,
            },
            layers: (0..sizes.layers)
                .map(|number| Layer::new(file, number))
                .collect::<std::result::Result<_, _>>()?,
        })
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// One unit vector a text, from the ids of its tokens.
    pub(super) fn encode(&self, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>> {
        let ids: Vec<u32> = texts.concat();
        let places: Vec<u32> = texts.iter().flat_map(|text| 0..text.len() as u32).collect();
        let lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
        let ids = Tensor::new(ids.as_slice(), &Device::Cpu)?;
        let places = Tensor::new(places.as_slice(), &Device::Cpu)?;

        let hidden = self.words.embedding(&ids)?;
        hidden.inplace_op2(&self.places.index_select(&places, 0)?, &self.input_norm)?;
        for layer in &self.layers {
            layer.forward(&hidden, &lengths)?;
        }
        let hidden = hidden.flatten_all()?.to_vec1::<f32>()?;
        Ok(pool(&hidden, &lengths, self.width))
    }
}

impl Layer {
    fn new(file: &ModelFile<'_>, number: usize) -> std::result::Result<Self, Damage> {
        let width = file.sizes.width;
        let inner_width = file.sizes.inner_width;
        let floats = |part: &str, elements| file.floats(&format!("l{number}.{part}"), elements);
        let blocks =
            |part: &str, rows, columns| file.blocks(&format!("l{number}.{part}"), rows, columns);
        let norm = |part: &str, bias: Vec<f32>| {
            Ok::<_, Damage>(AddNorm {
                bias,
                gain: floats(&format!("{part}.w"), width)?,
                shift: floats(&format!("{part}.b"), width)?,
                epsilon: file.sizes.epsilon,
            })
        };

        let attention_output = blocks("ao.w", width, width)?;
        // Attention weights sum to one, so the bias of the values passes through them unchanged
        // and is added once, through the output layer. The bias of the keys adds the same to all
        // scores of a query and changes nothing.
        let attention_bias = attention_output
            .widen()?
            .matmul(
                &Tensor::from_vec(floats("v.b", width)?, (width, 1), &Device::Cpu)
                    .map_err(|error| error.to_string())?,
            )
            .and_then(|passed| passed.flatten_all()?.to_vec1::<f32>())
            .map_err(|error| error.to_string())?
            .iter()
            .zip(floats("ao.b", width)?)
            .map(|(passed, bias)| passed + bias)
            .collect();

        Ok(Self {
            queries_keys_values: Linear::new(&[
                blocks("q.w", width, width)?,
                blocks("k.w", width, width)?,
                blocks("v.w", width, width)?,
            ])?,
            attention: Attention {
                query_bias: floats("q.b", width)?,
            },
            attention_output: Linear::new(&[attention_output])?,
            attention_norm: norm("aln", attention_bias)?,
            feed_forward: FeedForward {
                inner: Linear::new(&[blocks("fi.w", inner_width, width)?])?,
                activation: BiasGelu {
                    bias: floats("fi.b", inner_width)?,
                },
                output: Linear::new(&[blocks("fo.w", width, inner_width)?])?,
            },
            output_norm: norm("oln", floats("fo.b", width)?)?,
        })
    }

    /// Passes `hidden`, `[tokens, width]`, through the layer in place.
    fn forward(&self, hidden: &Tensor, lengths: &[usize]) -> Result<()> {
        let attended = self
            .queries_keys_values
            .forward(hidden)?
            .apply_op1_no_bwd(&self.attention.over(lengths))?;
        let attended = self.attention_output.forward(&attended)?;
        hidden.inplace_op2(&attended, &self.attention_norm)?;
        let fed_forward = self.feed_forward.forward(hidden)?;
        hidden.inplace_op2(&fed_forward, &self.output_norm)
    }
}

/// The mean of each text's token vectors, brought to unit length.
fn pool(hidden: &[f32], lengths: &[usize], width: usize) -> Vec<Vec<f32>> {
    let mut rest = hidden;
    lengths
        .iter()
        .map(|length| {
            let (text, after) = rest.split_at(length * width);
            rest = after;
            let mut sum = vec![0.0_f32; width];
            for token in text.chunks_exact(width) {
                for (sum, value) in sum.iter_mut().zip(token) {
                    *sum += value;
                }
            }
            let norm = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
            sum.iter().map(|value| value / norm.max(1e-12)).collect()
        })
        .collect()
}
