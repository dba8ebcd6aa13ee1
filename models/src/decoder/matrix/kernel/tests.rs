//! Every kernel gives the plain one's products bit for bit, and those are the products of what
//! candle says the weights stand for.

use candle_core::{
    Device, Tensor,
    quantized::{GgmlDType, QTensor},
};
use proptest::prelude::*;

use super::Instructions;
use crate::decoder::matrix::{Arena, Form, Inputs, Matrix, ROWS, round};

const FORMS: [(Form, GgmlDType); 3] = [
    (Form::Fours, GgmlDType::Q4K),
    (Form::Sixes, GgmlDType::Q6K),
    (Form::Bytes, GgmlDType::Q8_0),
];

fn packed(form: Form, weight: &QTensor) -> (Matrix, Arena) {
    let (outputs, inputs) = weight.shape().dims2().unwrap();
    let matrix = Matrix::new(form, inputs, outputs, 0);
    let mut arena = Arena::new(matrix.bytes());
    let data = weight.data().unwrap();
    let (places, length) = matrix.places(&mut arena);
    let rows = data.chunks(matrix.group_file_bytes());
    for (place, rows) in places.chunks_exact_mut(length).zip(rows) {
        matrix.pack(rows, place);
    }
    (matrix, arena)
}

fn rounded(tokens: usize, numbers: &[f32]) -> Inputs {
    let width = numbers.len() / tokens;
    let mut inputs = Inputs::default();
    inputs.resize(tokens, width);
    let per_token = inputs.per_token();
    let blocks = inputs.tokens_mut().chunks_exact_mut(per_token);
    for (numbers, blocks) in numbers.chunks_exact(width).zip(blocks) {
        round(numbers, blocks);
    }
    inputs
}

/// `[token][output]`.
fn products(
    (matrix, arena): &(Matrix, Arena),
    inputs: &Inputs,
    instructions: Instructions,
) -> Vec<Vec<f32>> {
    let mut products = vec![vec![0.0; matrix.groups() * ROWS]; inputs.tokens()];
    for group in 0..matrix.groups() {
        matrix.multiply(arena, group, inputs, instructions, |token, rows| {
            products[token][group * ROWS..(group + 1) * ROWS].copy_from_slice(rows);
        });
    }
    products
}

/// Numbers from a seed, some of them zero and some far larger than the rest.
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed | 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    (0..count)
        .map(|_| match (next() * 20.0) as u32 {
            0 => 0.0,
            1 => (next() - 0.5) * 40.0,
            _ => next() - 0.5,
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn all_kernels_agree_and_with_the_dequantised_product(
        seed in any::<u64>(),
        tokens in 1_usize..20,
        outputs in 1_usize..40,
        blocks in 1_usize..4,
    ) {
        for (form, dtype) in FORMS {
            // Only this form allows rows that end within a block.
            let inputs = blocks * 256 - if form == Form::Bytes { 32 * (seed % 8) as usize } else { 0 };
            let weight = Tensor::from_vec(numbers(seed, outputs * inputs), (outputs, inputs), &Device::Cpu).unwrap();
            let weight = QTensor::quantize(&weight, dtype).unwrap();
            let matrix = packed(form, &weight);

            let exact = weight.dequantize(&Device::Cpu).unwrap().to_vec2::<f32>().unwrap();
            let mut row = vec![0.0; inputs];
            for (index, exact) in exact.iter().enumerate() {
                matrix.0.row(&matrix.1, index, &mut row);
                for (ours, exact) in row.iter().zip(exact) {
                    prop_assert!((ours - exact).abs() <= 1e-6 * exact.abs().max(1e-3));
                }
            }

            let states = numbers(seed.rotate_left(17), tokens * inputs);
            let rounded = rounded(tokens, &states);
            let plain = products(&matrix, &rounded, Instructions::Plain);
            for instructions in Instructions::available() {
                let products = products(&matrix, &rounded, instructions);
                prop_assert!(products == plain, "{form:?} {instructions:?}");
            }
            for (state, plain) in states.chunks_exact(inputs).zip(&plain) {
                let length = state.iter().map(|number| number * number).sum::<f32>().sqrt();
                for (exact, product) in exact.iter().zip(plain) {
                    let size = exact.iter().map(|number| number * number).sum::<f32>().sqrt();
                    let exact: f32 = exact.iter().zip(state).map(|(a, b)| a * b).sum();
                    // States are rounded to a 254th of the largest of 256.
                    prop_assert!((exact - product).abs() <= 0.03 * length * size + 1e-5);
                }
            }
        }
    }
}
