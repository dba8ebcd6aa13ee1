//! Quantized matrices, in the form that candle multiplies fastest with.

use std::sync::Arc;

use candle_core::{
    DType, Device, Module, Tensor,
    quantized::{GgmlDType, QMatMul, QTensor},
};

use super::{READING_CHUNK, file::ModelFile, vectors::add_bias};
use crate::ModelError;

/// A quantized matrix and, in Qwen2's query, key and value projections, a bias.
#[derive(Debug)]
pub(super) struct Linear {
    weight: QMatMul,
    bias: Option<Vec<f32>>,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
}

impl Linear {
    pub(super) fn load(file: &mut ModelFile, name: &str) -> Result<Self, ModelError> {
        let weight = file.tensor(&format!("{name}.weight"))?;
        let (outputs, inputs) = weight.shape().dims2()?;
        let bias = file.optional_vector(&format!("{name}.bias"))?;
        if bias.as_ref().is_some_and(|bias| bias.len() != outputs) {
            return Err(file.unsupported(format!("{name} 的偏置长度不对")));
        }
        Ok(Self {
            weight: multiplier(Arc::new(weight))?,
            bias,
            inputs,
            outputs,
        })
    }

    /// Multiplies rows of `inputs` numbers.
    pub(super) fn forward(&self, rows: &Tensor) -> Result<Vec<f32>, ModelError> {
        self.with_bias(&self.weight.forward(rows)?)
    }

    fn with_bias(&self, product: &Tensor) -> Result<Vec<f32>, ModelError> {
        let mut product = product.flatten_all()?.to_vec1::<f32>()?;
        if let Some(bias) = &self.bias {
            add_bias(&mut product, bias);
        }
        Ok(product)
    }

    /// Makes candle rearrange the weights for each kernel that it will choose.
    pub(super) fn prepare(&self) -> Result<(), ModelError> {
        for rows in [1, READING_CHUNK] {
            let zeros = Tensor::zeros((rows, self.inputs), DType::F32, &Device::Cpu)?;
            self.weight.forward(&zeros)?;
        }
        Ok(())
    }
}

/// Multiplies the same rows with several matrices.
///
/// For a single row candle can do it in one go where the matrices are of one type, which spares
/// its threads waiting for each other; for many rows its kernels are better one by one.
pub(super) fn forward_together<const N: usize>(
    matrices: [&Linear; N],
    rows: &Tensor,
) -> Result<[Vec<f32>; N], ModelError> {
    let mut products = [const { Vec::new() }; N];
    if rows.dims()[0] == 1 {
        let quantized: Vec<&QTensor> = matrices
            .iter()
            .filter_map(|matrix| match &matrix.weight {
                QMatMul::QTensor(weight) => Some(weight.as_ref()),
                QMatMul::Tensor(_) | QMatMul::TensorF16(_) => None,
            })
            .collect();
        if quantized.len() == N
            && let Some(fused) = QTensor::gemv_fused_shared_lhs(&quantized, rows)?
        {
            for ((product, matrix), fused) in products.iter_mut().zip(matrices).zip(&fused) {
                *product = matrix.with_bias(fused)?;
            }
            return Ok(products);
        }
    }
    for (product, matrix) in products.iter_mut().zip(matrices) {
        *product = matrix.forward(rows)?;
    }
    Ok(products)
}

/// A matrix ready for multiplying.
///
/// On x86 candle multiplies a single row with `Q6_K` at a quarter of the speed of `Q8_0`, and with
/// some other types in plain scalar code; those become `Q8_0`, which has more bits than any of
/// them.
pub(super) fn multiplier(weight: Arc<QTensor>) -> Result<QMatMul, ModelError> {
    let slow = matches!(
        weight.dtype(),
        GgmlDType::Q4_1 | GgmlDType::Q5_0 | GgmlDType::Q5_1 | GgmlDType::Q8_1 | GgmlDType::Q6K
    );
    if slow && cfg!(target_arch = "x86_64") {
        let plain = weight.dequantize(&Device::Cpu)?;
        let faster = QTensor::quantize(&plain, GgmlDType::Q8_0)?;
        return Ok(QMatMul::from_qtensor(faster)?);
    }
    Ok(QMatMul::from_arc(weight)?)
}
