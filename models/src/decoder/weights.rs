//! Getting a model's matrices into memory in the kernels' form.

use candle_core::{
    Device,
    quantized::{GgmlDType, QTensor},
};

use super::{
    file::ModelFile,
    matrix::{Arena, Form, INPUTS, Matrix},
    pool::Pool,
};
use crate::ModelError;

/// A matrix and, in Qwen2's query, key and value projections, a bias.
#[derive(Debug)]
pub(super) struct Linear {
    pub(super) matrix: Matrix,
    pub(super) bias: Option<Vec<f32>>,
}

/// Which matrix stands where in the arena.
#[derive(Default)]
pub(super) struct Plan {
    matrices: Vec<(String, Matrix)>,
    bytes: usize,
}

impl Plan {
    /// Gives the matrix of this name a place.
    pub(super) fn add(&mut self, file: &ModelFile, name: &str) -> Result<Matrix, ModelError> {
        let (dtype, dimensions) = file.dimensions(name)?;
        let &[outputs, inputs] = dimensions else {
            return Err(file.unsupported(format!("权重 {name} 不是矩阵")));
        };
        let form = form(dtype, inputs)
            .ok_or_else(|| file.unsupported(format!("权重 {name} 的行长是 {inputs}")))?;
        let matrix = Matrix::new(form, inputs, outputs, self.bytes);
        self.bytes += matrix.bytes();
        self.matrices.push((name.to_owned(), matrix));
        Ok(matrix)
    }

    /// Like [`Self::add`], with the bias that stands beside it.
    pub(super) fn add_linear(
        &mut self,
        file: &mut ModelFile,
        name: &str,
    ) -> Result<Linear, ModelError> {
        let matrix = self.add(file, &format!("{name}.weight"))?;
        let bias = file.optional_vector(&format!("{name}.bias"))?;
        if bias
            .as_ref()
            .is_some_and(|bias| bias.len() != matrix.outputs)
        {
            return Err(file.unsupported(format!("{name} 的偏置长度不对")));
        }
        Ok(Linear { matrix, bias })
    }

    /// Memory for all matrices.
    pub(super) fn arena(&self) -> Arena {
        Arena::new(self.bytes)
    }

    /// Names, in their order in memory.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.matrices.iter().map(|(name, _)| name.as_str())
    }

    /// Reads and rearranges every matrix.
    pub(super) fn fill(
        &self,
        file: &mut ModelFile,
        arena: &mut Arena,
        pool: &mut Pool,
    ) -> Result<(), ModelError> {
        for (name, matrix) in &self.matrices {
            let tensor = file.tensor(name)?;
            let tensor = if form(tensor.dtype(), matrix.inputs) == Some(Form::Bytes)
                && tensor.dtype() != GgmlDType::Q8_0
            {
                // Types without a kernel of their own become eight bits, which most fit in.
                QTensor::quantize(&tensor.dequantize(&Device::Cpu)?, GgmlDType::Q8_0)?
            } else {
                tensor
            };
            let data = tensor.data()?;
            let row = matrix.file_row_bytes();
            if data.len() != row * matrix.outputs {
                return Err(file.unsupported(format!("权重 {name} 的长度不对")));
            }
            let group = matrix.group_file_bytes();
            let (places, length) = matrix.places(arena);
            pool.fill(places, length, |index, place| {
                let rows = &data[index * group..data.len().min((index + 1) * group)];
                matrix.pack(rows, place);
            });
        }
        Ok(())
    }
}

/// The form that a type of the file is kept in; `None` where rows are too odd to be quantized.
fn form(dtype: GgmlDType, inputs: usize) -> Option<Form> {
    match dtype {
        GgmlDType::Q4K if inputs.is_multiple_of(INPUTS) => Some(Form::Fours),
        GgmlDType::Q6K if inputs.is_multiple_of(INPUTS) => Some(Form::Sixes),
        _ => inputs.is_multiple_of(32).then_some(Form::Bytes),
    }
}
