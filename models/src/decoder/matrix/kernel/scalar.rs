//! The products in plain code, for processors without the instructions and as the measure of those
//! with them.

use super::{Bytes, Fours, InputBlock, Products, ROWS, Sixes};
use crate::decoder::matrix::half::to_f32;

pub(super) fn fours(weights: &[Fours], tokens: &[&[InputBlock]], products: &mut Products) {
    for (inputs, products) in tokens.iter().zip(products) {
        *products = [0.0; ROWS];
        for (weights, inputs) in weights.iter().zip(*inputs) {
            for (row, product) in products.iter_mut().enumerate() {
                let (mut sum, mut mins) = (0, 0);
                for part in 0..8 {
                    let mut dot = 0;
                    for index in 0..32 {
                        let byte = weights.nibbles[part][index / 4 % 4][4 * row + index % 4];
                        let nibble = byte >> (index / 16 * 4) & 15;
                        dot += i32::from(nibble) * inputs.number(part * 32 + index);
                    }
                    sum += i32::from(weights.scales[part][row]) * dot;
                    mins += i32::from(weights.mins[part / 2][row][part % 2]) * inputs.sum(part);
                }
                let factor = to_f32(weights.factors[row]) * inputs.scale;
                *product = (sum as f32).mul_add(factor, *product);
                let factor = to_f32(weights.min_factors[row]) * inputs.scale;
                *product = (-mins as f32).mul_add(factor, *product);
            }
        }
    }
}

pub(super) fn sixes(weights: &[Sixes], tokens: &[&[InputBlock]], products: &mut Products) {
    for (inputs, products) in tokens.iter().zip(products) {
        *products = [0.0; ROWS];
        for (weights, inputs) in weights.iter().zip(*inputs) {
            for (row, product) in products.iter_mut().enumerate() {
                let mut sum = 0;
                for (sixteen, scales) in weights.scales.iter().enumerate() {
                    let mut dot = inputs.starts[sixteen];
                    for input in sixteen * 16..sixteen * 16 + 16 {
                        let (part, quad, byte) = (input / 32, input % 32 / 4, 4 * row + input % 4);
                        let low = weights.nibbles[part][quad % 4][byte] >> (quad / 4 * 4) & 15;
                        let high = weights.highs[part][quad % 2][byte] >> (quad / 2 * 2) & 3;
                        dot += i32::from(low | high << 4) * inputs.number(input);
                    }
                    sum += i32::from(scales[row]) * dot;
                }
                let factor = to_f32(weights.factors[row]) * inputs.scale;
                *product = (sum as f32).mul_add(factor, *product);
            }
        }
    }
}

pub(super) fn bytes(weights: &[Bytes], tokens: &[&[InputBlock]], products: &mut Products) {
    for (inputs, products) in tokens.iter().zip(products) {
        *products = [0.0; ROWS];
        for (weights, inputs) in weights.iter().zip(*inputs) {
            for (row, product) in products.iter_mut().enumerate() {
                for part in 0..8 {
                    let mut dot = 0;
                    for index in 0..32 {
                        let byte = weights.quads[part][index / 4][4 * row + index % 4];
                        dot += i32::from(byte.cast_signed()) * inputs.number(part * 32 + index);
                    }
                    let factor = to_f32(weights.factors[part][row]) * inputs.scale;
                    *product = (dot as f32).mul_add(factor, *product);
                }
            }
        }
    }
}
