//! Linear layers from 4-bit blocks.
//!
//! Where the processor has the instructions, weights stay small integers: the inputs are rounded to
//! eight bits in blocks of 32, as the blocks of the weights are, and products are summed as
//! integers (the scheme of ggml's `Q4_0` times `Q8_0`). Elsewhere weights are widened to `f32` and
//! candle multiplies.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};
use multiversion::multiversion;
use rayon::prelude::*;

use super::blocks::{BLOCK, Blocks};
use super::file::Damage;
use super::fused::{BiasGelu, whole};
use super::kernel::{COLUMNS, InputBlock, Kernel, TILE, WeightBlock};

/// Tokens that one thread works on at a time, where there are many: their inputs stay in its cache.
const SHARE: usize = 12 * TILE;

/// A layer without its bias, which is added by whatever follows.
pub(super) enum Linear {
    /// As integers.
    Integers(IntegerLinear),
    /// As numbers, `[inputs, outputs]`.
    Wide(Tensor),
}

impl Linear {
    /// A layer whose outputs are those of all `parts`, side by side.
    pub(super) fn new(parts: &[Blocks<'_>]) -> std::result::Result<Self, Damage> {
        match Kernel::available().first() {
            Some(kernel) => Ok(Self::Integers(IntegerLinear::new(parts, *kernel))),
            None => Ok(Self::Wide(widen(parts)?)),
        }
    }

    /// `[tokens, inputs]` to `[tokens, outputs]`.
    pub(super) fn forward(&self, inputs: &Tensor) -> Result<Tensor> {
        match self {
            Self::Integers(linear) => inputs.apply_op1_no_bwd(linear),
            Self::Wide(weights) => inputs.matmul(weights),
        }
    }
}

fn widen(parts: &[Blocks<'_>]) -> std::result::Result<Tensor, Damage> {
    let parts: Vec<Tensor> = parts
        .iter()
        .map(Blocks::widen)
        .collect::<std::result::Result<_, _>>()?;
    // The inputs of the weights stand in rows, as the multiplication reads them.
    Tensor::cat(&parts, 0)
        .and_then(|weights| weights.t()?.contiguous())
        .map_err(|error| error.to_string())
}

pub(super) struct IntegerLinear {
    kernel: Kernel,
    inputs: usize,
    outputs: usize,
    /// For each run of `COLUMNS` outputs, the blocks along the inputs.
    weights: Vec<WeightBlock>,
}

impl IntegerLinear {
    fn new(parts: &[Blocks<'_>], kernel: Kernel) -> Self {
        let inputs = parts[0].columns();
        let outputs = parts.iter().map(Blocks::rows).sum();
        let mut weights = vec![WeightBlock::zero(); outputs / COLUMNS * (inputs / BLOCK)];
        let blocks = parts.iter().flat_map(Blocks::iter);
        for (place, (scale, values)) in blocks.enumerate() {
            let (output, block) = (place / (inputs / BLOCK), place % (inputs / BLOCK));
            let (run, column) = (output / COLUMNS, output % COLUMNS);
            weights[run * (inputs / BLOCK) + block].set(column, scale, &values);
        }
        Self {
            kernel,
            inputs,
            outputs,
            weights,
        }
    }
}

impl IntegerLinear {
    /// `[tokens, inputs]` rounded to blocks, to `[tokens, outputs]`.
    fn multiply(&self, inputs: &[InputBlock], outputs: &mut [f32]) {
        self.kernel
            .multiply(inputs, &self.weights, self.inputs / BLOCK, outputs);
    }

    /// Tokens that one thread works on at a time, of so many.
    fn share(tokens: usize) -> usize {
        // Few tokens are shared out too, in whole tiles.
        let share = tokens.div_ceil(rayon::current_num_threads());
        share.next_multiple_of(TILE).min(SHARE)
    }

    /// The inputs of an operation on `[tokens, inputs]`.
    fn inputs<'a>(&self, storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
        if layout.dims().last() != Some(&self.inputs) {
            bail!("{} inputs were expected", self.inputs);
        }
        whole(storage, layout)
    }
}

impl CustomOp1 for IntegerLinear {
    fn name(&self) -> &'static str {
        "integer-linear"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let inputs = self.inputs(storage, layout)?;
        let tokens = inputs.len() / self.inputs;
        let share = Self::share(tokens);
        let mut outputs = vec![0.0; tokens * self.outputs];
        outputs
            .par_chunks_mut(share * self.outputs)
            .zip(inputs.par_chunks(share * self.inputs))
            .for_each_init(Vec::new, |rounded, (outputs, inputs)| {
                round(inputs, rounded);
                self.multiply(rounded, outputs);
            });
        Ok((CpuStorage::F32(outputs), (tokens, self.outputs).into()))
    }
}

/// Two linear layers with an activation between them; the second one's bias is added by whatever
/// follows.
pub(super) struct FeedForward {
    pub(super) inner: Linear,
    pub(super) activation: BiasGelu,
    pub(super) output: Linear,
}

impl FeedForward {
    /// `[tokens, width]` to the same.
    pub(super) fn forward(&self, hidden: &Tensor) -> Result<Tensor> {
        if let (Linear::Integers(inner), Linear::Integers(output)) = (&self.inner, &self.output) {
            let activation = &self.activation;
            return hidden.apply_op1_no_bwd(&IntegerFeedForward {
                inner,
                activation,
                output,
            });
        }
        let inner = self.inner.forward(hidden)?;
        inner.inplace_op1(&self.activation)?;
        self.output.forward(&inner)
    }
}

/// All of it for a few tokens before the next ones: the wide middle stays in the cache.
struct IntegerFeedForward<'a> {
    inner: &'a IntegerLinear,
    activation: &'a BiasGelu,
    output: &'a IntegerLinear,
}

impl CustomOp1 for IntegerFeedForward<'_> {
    fn name(&self) -> &'static str {
        "integer-feed-forward"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Self {
            inner,
            activation,
            output,
        } = *self;
        let inputs = inner.inputs(storage, layout)?;
        let tokens = inputs.len() / inner.inputs;
        let share = IntegerLinear::share(tokens);
        let mut outputs = vec![0.0; tokens * output.outputs];
        outputs
            .par_chunks_mut(share * output.outputs)
            .zip(inputs.par_chunks(share * inner.inputs))
            .for_each_init(
                || (Vec::new(), vec![0.0; share * inner.outputs]),
                |(rounded, middle), (outputs, inputs)| {
                    let middle = &mut middle[..inputs.len() / inner.inputs * inner.outputs];
                    round(inputs, rounded);
                    inner.multiply(rounded, middle);
                    activation.apply(middle);
                    round(middle, rounded);
                    output.multiply(rounded, outputs);
                },
            );
        Ok((CpuStorage::F32(outputs), (tokens, output.outputs).into()))
    }
}

#[multiversion(targets = "simd")]
fn round(inputs: &[f32], rounded: &mut Vec<InputBlock>) {
    let (blocks, _) = inputs.as_chunks::<BLOCK>();
    rounded.resize(blocks.len(), InputBlock::default());
    // A loop and not `extend`: its body is compiled with the instructions of this function.
    for (rounded, inputs) in rounded.iter_mut().zip(blocks) {
        *rounded = InputBlock::round(inputs);
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    const INPUTS: usize = 96;
    const OUTPUTS: usize = 64;

    /// Numbers that look random and are the same each time.
    fn numbers(count: usize) -> impl Iterator<Item = u32> {
        (0..count as u32).map(|place| place.wrapping_add(7).wrapping_mul(2_654_435_769) >> 16)
    }

    /// A matrix with scales of one sixteenth to a little more, and all weights.
    fn matrix() -> Vec<u8> {
        let scales = numbers(OUTPUTS * INPUTS / BLOCK).map(|number| 0x2c00 | (number % 512) as u16);
        scales
            .flat_map(|scale| {
                let weights = numbers(16).map(move |number| (number + u32::from(scale)) as u8);
                scale.to_le_bytes().into_iter().chain(weights)
            })
            .collect()
    }

    #[test]
    fn every_kernel_multiplies_as_candle_does() {
        let bytes = matrix();
        let blocks = || Blocks::new(&bytes, OUTPUTS, INPUTS);
        let wide = Linear::Wide(widen(&[blocks()]).expect("wide"));
        for kernel in Kernel::available() {
            let integers = Linear::Integers(IntegerLinear::new(&[blocks()], kernel));
            for tokens in 1..=2 * SHARE {
                // Whole numbers of which each block holds the largest are not changed by rounding.
                let inputs: Vec<f32> = numbers(tokens * INPUTS)
                    .enumerate()
                    .map(|(place, number)| match place % BLOCK {
                        0 => -127.0,
                        _ => (number % 255) as f32 - 127.0,
                    })
                    .collect();
                let inputs = Tensor::from_vec(inputs, (tokens, INPUTS), &Device::Cpu);
                let inputs = inputs.expect("inputs");
                let outputs = |linear: &Linear| -> Vec<f32> {
                    let outputs = linear.forward(&inputs).expect("outputs");
                    outputs
                        .flatten_all()
                        .and_then(|all| all.to_vec1())
                        .expect("numbers")
                };
                for (one, other) in outputs(&integers).into_iter().zip(outputs(&wide)) {
                    assert!((one - other).abs() < 0.05, "{kernel:?}: {one} for {other}");
                }
            }
        }
    }
}
