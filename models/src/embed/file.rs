//! The layout of an embedding file.
//!
//! Little endian. The magic `E5S1`, a version, the sizes of the model, the pieces of the tokenizer
//! with their scores, the map that normalises characters, a directory of tensors with their
//! offsets from the beginning of the file, and the tensors: `f32`, or ggml `Q4_0` blocks.

use std::collections::HashMap;

use super::attention::HEAD;
use super::blocks::{BLOCK, Blocks};

/// What was found wrong in a file, in words.
pub(super) type Damage = String;

/// The sizes of the model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) width: usize,
    pub(super) layers: usize,
    pub(super) inner_width: usize,
    pub(super) words: usize,
    pub(super) positions: usize,
    pub(super) epsilon: f32,
}

/// The ids of the pieces that stand for no text.
#[derive(Debug, Clone, Copy)]
pub(super) struct SpecialPieces {
    pub(super) begin: u32,
    pub(super) end: u32,
    pub(super) unknown: u32,
}

/// A file that was read, cut into its parts.
pub(super) struct ModelFile<'a> {
    pub(super) sizes: Sizes,
    pub(super) special: SpecialPieces,
    /// Pieces of text and their log probabilities, by id.
    pub(super) pieces: Vec<(&'a str, f32)>,
    /// What a character is replaced by before pieces are looked for.
    pub(super) replacements: HashMap<char, Box<str>>,
    tensors: HashMap<&'a str, Entry>,
    bytes: &'a [u8],
}

struct Entry {
    quantized: bool,
    elements: usize,
    offset: usize,
    length: usize,
}

impl<'a> ModelFile<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Damage> {
        let mut cursor = Cursor { rest: bytes };
        if cursor.take(4)? != b"E5S1" {
            return Err("开头不是 E5S1".into());
        }
        let version = cursor.u32()?;
        if version != 1 {
            return Err(format!("版本 {version} 不认识"));
        }
        let width = cursor.size()?;
        let layers = cursor.size()?;
        let heads = cursor.size()?;
        let inner_width = cursor.size()?;
        let words = cursor.size()?;
        let positions = cursor.size()?;
        let _segment_types = cursor.u32()?;
        let epsilon = cursor.f32()?;
        let block = cursor.size()?;
        let whole_blocks = block == BLOCK && width % BLOCK == 0 && inner_width % BLOCK == 0;
        if !whole_blocks || heads * HEAD != width {
            return Err("模型尺寸不合理".into());
        }
        let sizes = Sizes {
            width,
            layers,
            inner_width,
            words,
            positions,
            epsilon,
        };
        let (special, pieces) = read_pieces(&mut cursor)?;
        if pieces.len() > words {
            return Err("词表比词向量多".into());
        }
        let replacements = read_replacements(&mut cursor)?;
        let tensors = read_directory(&mut cursor)?;
        Ok(Self {
            sizes,
            special,
            pieces,
            replacements,
            tensors,
            bytes,
        })
    }

    /// A tensor of plain numbers.
    pub(super) fn floats(&self, name: &str, elements: usize) -> Result<Vec<f32>, Damage> {
        let bytes = self.tensor(name, elements, false, elements * 4)?;
        Ok(bytes
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect())
    }

    /// A matrix of 4-bit blocks, one row an output.
    pub(super) fn blocks(
        &self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Blocks<'a>, Damage> {
        let length = Blocks::length(rows, columns);
        let bytes = self.tensor(name, rows * columns, true, length)?;
        Ok(Blocks::new(bytes, rows, columns))
    }

    fn tensor(
        &self,
        name: &str,
        elements: usize,
        quantized: bool,
        length: usize,
    ) -> Result<&'a [u8], Damage> {
        let entry = self
            .tensors
            .get(name)
            .ok_or_else(|| format!("缺少张量 {name}"))?;
        if (entry.elements, entry.quantized, entry.length) != (elements, quantized, length) {
            return Err(format!("张量 {name} 的大小或类型不对"));
        }
        entry
            .offset
            .checked_add(length)
            .and_then(|end| self.bytes.get(entry.offset..end))
            .ok_or_else(|| format!("文件不完整，张量 {name} 没有读到"))
    }
}

type Pieces<'a> = Vec<(&'a str, f32)>;

fn read_pieces<'a>(cursor: &mut Cursor<'a>) -> Result<(SpecialPieces, Pieces<'a>), Damage> {
    let count = cursor.size()?;
    let begin = cursor.u32()?;
    let end = cursor.u32()?;
    let _padding = cursor.u32()?;
    let unknown = cursor.u32()?;
    if [begin, end, unknown].iter().any(|id| *id as usize >= count) {
        return Err("特殊词不在词表里".into());
    }
    let special = SpecialPieces {
        begin,
        end,
        unknown,
    };
    let text_length = cursor.long()?;
    let offsets = cursor.u32s(count + 1)?;
    let scores = cursor.take(count * 4)?;
    let text = std::str::from_utf8(cursor.take(text_length)?)
        .map_err(|_| "词表不是 UTF-8 文字".to_string())?;
    let pieces = offsets
        .windows(2)
        .zip(scores.chunks_exact(4))
        .map(|(ends, score)| {
            let piece = text
                .get(ends[0] as usize..ends[1] as usize)
                .ok_or("词表的位置不对")?;
            let score = f32::from_le_bytes([score[0], score[1], score[2], score[3]]);
            Ok((piece, score))
        })
        .collect::<Result<_, Damage>>()?;
    Ok((special, pieces))
}

fn read_replacements(cursor: &mut Cursor<'_>) -> Result<HashMap<char, Box<str>>, Damage> {
    let count = cursor.u32()?;
    let _bytes = cursor.u32()?;
    let character = |code| char::from_u32(code).ok_or("字符表里有不存在的字符");
    (0..count)
        .map(|_| {
            let from = character(cursor.u32()?)?;
            let length = cursor.take(1)?[0];
            let to = cursor
                .u32s(length.into())?
                .into_iter()
                .map(character)
                .collect::<Result<String, _>>()?;
            Ok((from, to.into_boxed_str()))
        })
        .collect()
}

fn read_directory<'a>(cursor: &mut Cursor<'a>) -> Result<HashMap<&'a str, Entry>, Damage> {
    let count = cursor.u32()?;
    (0..count)
        .map(|_| {
            let name_length = cursor.u16()?;
            let name = std::str::from_utf8(cursor.take(name_length.into())?)
                .map_err(|_| "张量的名字不是文字".to_string())?;
            let kind = cursor.take(1)?[0];
            let entry = Entry {
                quantized: kind == 1,
                elements: cursor.size()?,
                offset: cursor.long()?,
                length: cursor.long()?,
            };
            Ok((name, entry))
        })
        .collect()
}

/// Reads from the front, never past the end.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or("文件不完整，提前结束")?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (taken, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or("文件不完整，提前结束")?;
        self.rest = rest;
        Ok(*taken)
    }

    fn u16(&mut self) -> Result<u16, Damage> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, Damage> {
        self.array().map(u32::from_le_bytes)
    }

    fn f32(&mut self) -> Result<f32, Damage> {
        self.array().map(f32::from_le_bytes)
    }

    /// A 32-bit count; none is larger than the elements of the word vectors.
    fn size(&mut self) -> Result<usize, Damage> {
        let size = self.u32()?;
        if size > 1 << 28 {
            return Err(format!("数目 {size} 太大"));
        }
        Ok(size as usize)
    }

    /// A 64-bit length or offset.
    fn long(&mut self) -> Result<usize, Damage> {
        let long = self.array().map(u64::from_le_bytes)?;
        usize::try_from(long).map_err(|_| format!("长度 {long} 太大"))
    }

    fn u32s(&mut self, count: usize) -> Result<Vec<u32>, Damage> {
        Ok(self
            .take(count * 4)?
            .chunks_exact(4)
            .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a sound file with three pieces, up to its directory of tensors.
    fn beginning() -> Vec<u8> {
        let mut file = b"E5S1".to_vec();
        let mut numbers = |numbers: &[u32]| {
            file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        };
        numbers(&[1, 32, 1, 1, 64, 3, 512, 2, 1e-12_f32.to_bits(), 32]);
        numbers(&[3, 0, 2, 1, 1]);
        // The length of the text, where the pieces begin and end, and their scores.
        numbers(&[9, 0, 0, 3, 6, 9]);
        numbers(&[0, (-1.0_f32).to_bits(), (-2.0_f32).to_bits()]);
        file.extend("居住证".bytes());
        // One replacement, in 13 bytes, and no tensor.
        file.extend([1_u32, 13].iter().flat_map(|number| number.to_le_bytes()));
        file.extend(u32::from('證').to_le_bytes());
        file.extend([2]);
        file.extend(
            ['证', ' ']
                .iter()
                .flat_map(|to| u32::from(*to).to_le_bytes()),
        );
        file.extend(0_u32.to_le_bytes());
        file
    }

    #[test]
    fn the_parts_of_a_file_are_found() {
        let bytes = beginning();
        let file = ModelFile::parse(&bytes).expect("a sound file");
        assert_eq!(file.pieces, [("居", 0.0), ("住", -1.0), ("证", -2.0)]);
        assert_eq!(file.replacements[&'證'].as_ref(), "证 ");
        assert_eq!(file.sizes.width, 32);
        assert!(file.floats("emb.pos", 32).is_err());
    }

    #[test]
    fn a_damaged_file_is_read_or_refused_and_never_panics() {
        let sound = beginning();
        for length in 0..sound.len() {
            assert!(
                ModelFile::parse(&sound[..length]).is_err(),
                "{length} bytes"
            );
        }
        for place in 0..sound.len() {
            let mut bytes = sound.clone();
            for byte in 0..=u8::MAX {
                bytes[place] = byte;
                let _ = ModelFile::parse(&bytes).map(|file| file.floats("emb.pos", 32));
            }
        }
    }
}
