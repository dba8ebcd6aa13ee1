//! Quantized matrices, rearranged for the kernels.

mod arena;
mod blocks;
mod half;
mod inputs;
mod kernel;

pub use self::kernel::Instructions;
pub(super) use self::{
    arena::Arena,
    blocks::{INPUTS, ROWS},
    inputs::{InputBlock, Inputs, round},
};
use self::{
    blocks::{Block, Bytes, Fours, Sixes},
    kernel::{Multiply, Products, TILE},
};

/// The form of a matrix's weights, in the file and in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// ggml's `Q4_K`.
    Fours,
    /// ggml's `Q6_K`.
    Sixes,
    /// ggml's `Q8_0`.
    Bytes,
}

/// Where a matrix stands in the arena, and its sizes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix {
    form: Form,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    offset: usize,
}

/// Does something with the block type of a form.
macro_rules! with_form {
    ($form:expr, $block:ident => $body:expr) => {
        match $form {
            Form::Fours => {
                type $block = Fours;
                $body
            }
            Form::Sixes => {
                type $block = Sixes;
                $body
            }
            Form::Bytes => {
                type $block = Bytes;
                $body
            }
        }
    };
}

impl Matrix {
    /// A matrix of `outputs` rows of `inputs` weights from byte `offset` of the arena on, which is
    /// a multiple of 64.
    pub(super) fn new(form: Form, inputs: usize, outputs: usize, offset: usize) -> Self {
        assert!(offset.is_multiple_of(64));
        Self {
            form,
            inputs,
            outputs,
            offset,
        }
    }

    /// Sixteens of rows, the last of which may be filled up with zeros.
    pub(super) fn groups(&self) -> usize {
        self.outputs.div_ceil(ROWS)
    }

    /// Blocks along the inputs.
    fn blocks(&self) -> usize {
        self.inputs.div_ceil(INPUTS)
    }

    fn group_bytes(&self) -> usize {
        self.blocks() * with_form!(self.form, B => size_of::<B>())
    }

    /// Bytes in the arena.
    pub(super) fn bytes(&self) -> usize {
        self.groups() * self.group_bytes()
    }

    /// Bytes of one row in the file.
    pub(super) fn file_row_bytes(&self) -> usize {
        with_form!(self.form, B => self.inputs.div_ceil(B::FILE_INPUTS) * B::FILE_BYTES)
    }

    fn group<B: Block>(&self, arena: &Arena, group: usize) -> &[B] {
        let bytes =
            &arena.bytes()[self.offset + group * self.group_bytes()..][..self.group_bytes()];
        // SAFETY: `B` is the block of this form, which may be any bytes; the arena starts at a
        // multiple of 64, and so does the matrix in it; a block's size is a multiple of 64.
        unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), self.blocks()) }
    }

    /// Rearranges sixteen rows of the file (fewer at the end) into one group of the arena.
    ///
    /// `place` is that group's bytes and holds zeros.
    pub(super) fn pack(&self, rows: &[u8], place: &mut [u8]) {
        assert!(place.len() == self.group_bytes() && place.as_ptr().align_offset(64) == 0);
        with_form!(self.form, B => {
            // SAFETY: as in `group`; the alignment was just checked.
            let blocks: &mut [B] = unsafe {
                std::slice::from_raw_parts_mut(place.as_mut_ptr().cast(), self.blocks())
            };
            let run = INPUTS / B::FILE_INPUTS * B::FILE_BYTES;
            for (row, file) in rows.chunks_exact(self.file_row_bytes()).enumerate() {
                for (block, file) in blocks.iter_mut().zip(file.chunks(run)) {
                    block.set_row(row, file);
                }
            }
        });
    }

    /// Bytes of sixteen rows in the file.
    pub(super) fn group_file_bytes(&self) -> usize {
        ROWS * self.file_row_bytes()
    }

    /// The matrix's place in the arena and the length of each group's share, for [`Self::pack`].
    pub(super) fn places<'a>(&self, arena: &'a mut Arena) -> (&'a mut [u8], usize) {
        let place = &mut arena.bytes_mut()[self.offset..self.offset + self.bytes()];
        (place, self.group_bytes())
    }

    /// What the weights of one row stand for.
    pub(super) fn row(&self, arena: &Arena, row: usize, numbers: &mut [f32]) {
        with_form!(self.form, B => {
            let blocks = self.group::<B>(arena, row / ROWS);
            for (numbers, block) in numbers.chunks_mut(INPUTS).zip(blocks) {
                numbers.copy_from_slice(&block.row(row % ROWS)[..numbers.len()]);
            }
        });
    }

    /// Multiplies sixteen rows with every token, up to eight at a time.
    ///
    /// `take` gets the number of a token and its products with the rows.
    pub(super) fn multiply(
        &self,
        arena: &Arena,
        group: usize,
        inputs: &Inputs,
        instructions: Instructions,
        mut take: impl FnMut(usize, &[f32; ROWS]),
    ) {
        with_form!(self.form, B => {
            let weights = self.group::<B>(arena, group);
            let mut products: Products = [[0.0; ROWS]; TILE];
            let tokens = inputs.tokens();
            for first in (0..tokens).step_by(TILE) {
                let count = TILE.min(tokens - first);
                let mut tile: [&[InputBlock]; TILE] = [&[]; TILE];
                for (index, token) in tile[..count].iter_mut().enumerate() {
                    *token = inputs.token(first + index);
                }
                B::multiply(weights, &tile[..count], &mut products, instructions);
                for (index, products) in products[..count].iter().enumerate() {
                    take(first + index, products);
                }
            }
        });
    }
}
