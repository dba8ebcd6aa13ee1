//! Weights as the kernels read them: sixteen rows side by side, 256 inputs at a time.
//!
//! Four inputs of one row stand together (a quad), then the same four of the next row: one vector of
//! 64 bytes holds a quad of each of the sixteen rows. What the weights stand for is ggml's
//! definition of each type (llama.cpp, `ggml-quants.c`); no bit of the file is lost.

use super::half::to_f32;

/// Rows that stand together.
pub(in crate::decoder) const ROWS: usize = 16;
/// Inputs of one block.
pub(in crate::decoder) const INPUTS: usize = 256;

/// The bytes of one quad of each row.
pub(super) type Quads = [u8; 4 * ROWS];

/// `Q4_K`: `weight = d * scale * nibble - dmin * min`, a scale and a min for each 32 inputs.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct Fours {
    /// For each 32 inputs four vectors: the low nibbles are quads 0 to 3, the high ones 4 to 7.
    pub(super) nibbles: [[Quads; 4]; 8],
    pub(super) scales: [[u8; ROWS]; 8],
    /// Mins of two neighbouring 32s together.
    pub(super) mins: [[[u8; 2]; ROWS]; 4],
    /// `d` of each row, as half precision.
    pub(super) factors: [u16; ROWS],
    /// `dmin` of each row, as half precision.
    pub(super) min_factors: [u16; ROWS],
}

/// `Q6_K`: `weight = d * scale * (six bits - 32)`, a scale for each 16 inputs.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct Sixes {
    /// For each 32 inputs four vectors: the low four bits, as in [`Fours`].
    pub(super) nibbles: [[Quads; 4]; 8],
    /// For each 32 inputs two vectors: the high two bits of quads `v`, `v + 2`, `v + 4`, `v + 6`,
    /// lowest first, where `v` is the number of the vector.
    pub(super) highs: [[Quads; 2]; 8],
    pub(super) scales: [[i8; ROWS]; 16],
    pub(super) factors: [u16; ROWS],
    pub(super) unused: [u8; 32],
}

/// `Q8_0`: `weight = d * byte`, a factor for each 32 inputs.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct Bytes {
    pub(super) quads: [[Quads; 8]; 8],
    pub(super) factors: [[u16; ROWS]; 8],
}

/// A form that weights take.
///
/// # Safety
///
/// The type is plain numbers without padding, so that any bytes make a valid one.
pub(in crate::decoder) unsafe trait Block: Clone + Sync {
    /// Bytes of one row's block in the file.
    const FILE_BYTES: usize;
    /// Inputs of one row's block in the file.
    const FILE_INPUTS: usize;

    /// Sets one row from the file's bytes: `INPUTS / FILE_INPUTS` blocks of them, or fewer where
    /// the matrix ends; the weights that are not set must be zero.
    fn set_row(&mut self, row: usize, file: &[u8]);

    /// What the weights of one row stand for.
    fn row(&self, row: usize) -> [f32; INPUTS];
}

fn half_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// Where input `index` of 32 stands: its quad, and its byte within the quad of `row`.
fn place(index: usize, row: usize) -> (usize, usize) {
    (index / 4, 4 * row + index % 4)
}

fn set_nibble(nibbles: &mut [Quads; 4], row: usize, index: usize, value: u8) {
    let (quad, byte) = place(index, row);
    nibbles[quad % 4][byte] |= value << (quad / 4 * 4);
}

fn nibble(nibbles: &[Quads; 4], row: usize, index: usize) -> u8 {
    let (quad, byte) = place(index, row);
    nibbles[quad % 4][byte] >> (quad / 4 * 4) & 15
}

// SAFETY: bytes and 16-bit numbers; 2048 + 128 + 128 + 32 + 32 bytes are 37 * 64.
unsafe impl Block for Fours {
    const FILE_BYTES: usize = 144;
    const FILE_INPUTS: usize = 256;

    fn set_row(&mut self, row: usize, file: &[u8]) {
        self.factors[row] = half_at(file, 0);
        self.min_factors[row] = half_at(file, 2);
        let packed = &file[4..16];
        for part in 0..8 {
            let (scale, min) = if part < 4 {
                (packed[part] & 63, packed[part + 4] & 63)
            } else {
                (
                    packed[part + 4] & 15 | packed[part - 4] >> 6 << 4,
                    packed[part + 4] >> 4 | packed[part] >> 6 << 4,
                )
            };
            self.scales[part][row] = scale;
            self.mins[part / 2][row][part % 2] = min;
            // 64 inputs share 32 bytes: the first 32 in the low nibbles, the next in the high.
            let bytes = &file[16 + part / 2 * 32..][..32];
            for (index, byte) in bytes.iter().enumerate() {
                let value = byte >> (part % 2 * 4) & 15;
                set_nibble(&mut self.nibbles[part], row, index, value);
            }
        }
    }

    fn row(&self, row: usize) -> [f32; INPUTS] {
        let (factor, min_factor) = (to_f32(self.factors[row]), to_f32(self.min_factors[row]));
        std::array::from_fn(|input| {
            let (part, index) = (input / 32, input % 32);
            let scale = factor * f32::from(self.scales[part][row]);
            let min = min_factor * f32::from(self.mins[part / 2][row][part % 2]);
            scale * f32::from(nibble(&self.nibbles[part], row, index)) - min
        })
    }
}

// SAFETY: bytes and 16-bit numbers; 2048 + 1024 + 256 + 32 + 32 bytes are 53 * 64.
unsafe impl Block for Sixes {
    const FILE_BYTES: usize = 210;
    const FILE_INPUTS: usize = 256;

    fn set_row(&mut self, row: usize, file: &[u8]) {
        let (lows, rest) = file.split_at(128);
        let (highs, rest) = rest.split_at(64);
        for (scales, scale) in self.scales.iter_mut().zip(rest) {
            scales[row] = scale.cast_signed();
        }
        self.factors[row] = half_at(rest, 16);
        for part in 0..8 {
            // 128 inputs share 64 bytes of low nibbles and 32 of high bits.
            let (run, quarter) = (part / 4, part % 4);
            for index in 0..32 {
                let low = lows[run * 64 + quarter % 2 * 32 + index] >> (quarter / 2 * 4) & 15;
                let high = highs[run * 32 + index] >> (quarter * 2) & 3;
                set_nibble(&mut self.nibbles[part], row, index, low);
                let (quad, byte) = place(index, row);
                self.highs[part][quad % 2][byte] |= high << (quad / 2 * 2);
            }
        }
    }

    fn row(&self, row: usize) -> [f32; INPUTS] {
        let factor = to_f32(self.factors[row]);
        std::array::from_fn(|input| {
            let (part, index) = (input / 32, input % 32);
            let (quad, byte) = place(index, row);
            let low = nibble(&self.nibbles[part], row, index);
            let high = self.highs[part][quad % 2][byte] >> (quad / 2 * 2) & 3;
            let value = f32::from(low | high << 4) - 32.0;
            factor * f32::from(self.scales[input / 16][row]) * value
        })
    }
}

// SAFETY: bytes and 16-bit numbers; 4096 + 256 bytes are 68 * 64.
unsafe impl Block for Bytes {
    const FILE_BYTES: usize = 34;
    const FILE_INPUTS: usize = 32;

    fn set_row(&mut self, row: usize, file: &[u8]) {
        for (part, file) in file.chunks_exact(Self::FILE_BYTES).enumerate() {
            self.factors[part][row] = half_at(file, 0);
            for (index, value) in file[2..].iter().enumerate() {
                let (quad, byte) = place(index, row);
                // -128 would not survive a change of sign; its neighbour is as good.
                self.quads[part][quad][byte] = value.cast_signed().max(-127).cast_unsigned();
            }
        }
    }

    fn row(&self, row: usize) -> [f32; INPUTS] {
        std::array::from_fn(|input| {
            let (quad, byte) = place(input % 32, row);
            let value = self.quads[input / 32][quad][byte].cast_signed();
            to_f32(self.factors[input / 32][row]) * f32::from(value)
        })
    }
}
