//! The file of weights that `CTranslate2` writes, version 6, little endian: the version, the name
//! and revision of the kind of model, and its variables; see `model_spec.py` of that project.

use std::collections::HashMap;

const VERSION: u32 = 6;
const KIND: &str = "WhisperSpec";

/// The only type of number that is needed here, half precision.
const HALF: u8 = 4;

/// The variables of a model, by name.
pub(super) struct Weights<'a> {
    variables: HashMap<&'a str, Variable<'a>>,
}

/// Numbers in rows, the last dimension varying fastest.
#[derive(Clone)]
pub(super) struct Variable<'a> {
    pub(super) shape: Vec<usize>,
    kind: u8,
    pub(super) bytes: &'a [u8],
}

impl<'a> Weights<'a> {
    pub(super) fn read(file: &'a [u8]) -> Result<Self, String> {
        let mut reader = Reader { rest: file };
        let version = reader.u32()?;
        if version != VERSION {
            return Err(format!("文件版本是 {version}，只认识 {VERSION}"));
        }
        let kind = reader.string()?;
        if kind != KIND {
            return Err(format!("里面是 {kind}，不是 Whisper"));
        }
        let _revision = reader.u32()?;
        let count = reader.u32()?;
        let mut variables = HashMap::new();
        for _ in 0..count {
            let name = reader.string()?;
            let dimensions = reader.u8()?;
            let shape = (0..dimensions)
                .map(|_| reader.u32().map(|size| size as usize))
                .collect::<Result<_, _>>()?;
            let kind = reader.u8()?;
            let length = reader.u32()? as usize;
            let bytes = reader.take(length)?;
            variables.insert(name, Variable { shape, kind, bytes });
        }
        Ok(Self { variables })
    }

    /// The half-precision numbers called `name`.
    pub(super) fn get(&self, name: &str) -> Result<Variable<'a>, String> {
        let variable = self
            .variables
            .get(name)
            .ok_or_else(|| format!("缺少 {name}"))?;
        let count = variable
            .shape
            .iter()
            .try_fold(2_usize, |count, &size| count.checked_mul(size));
        if variable.kind != HALF || count != Some(variable.bytes.len()) {
            return Err(format!("{name} 不是半精度数"));
        }
        Ok(variable.clone())
    }

    /// How many layers the side called `side` has.
    #[expect(clippy::maybe_infinite_iter, reason = "a file has so many variables")]
    pub(super) fn layers(&self, side: &str) -> usize {
        (0..)
            .take_while(|layer| {
                let name = format!("{side}/layer_{layer}/ffn/linear_0/weight");
                self.variables.contains_key(name.as_str())
            })
            .count()
    }
}

impl Variable<'_> {
    /// Rows `part` of `parts` equal ones.
    pub(super) fn part(&self, part: usize, parts: usize) -> Result<Self, String> {
        let rows = self.shape.first().copied().unwrap_or(0);
        if parts == 0 || !rows.is_multiple_of(parts) {
            return Err(format!("{rows} 行不能分成 {parts} 份"));
        }
        let bytes = self.bytes.len() / parts;
        let mut shape = self.shape.clone();
        shape[0] = rows / parts;
        Ok(Self {
            shape,
            kind: self.kind,
            bytes: &self.bytes[part * bytes..(part + 1) * bytes],
        })
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or("文件不完整")?;
        self.rest = rest;
        Ok(taken)
    }

    fn u8(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    fn u32(&mut self) -> Result<u32, String> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// A length, the closing zero counted, and the bytes.
    fn string(&mut self) -> Result<&'a str, String> {
        let length = self.take(2)?;
        let length = u16::from_le_bytes([length[0], length[1]]);
        let bytes = self.take(length.into())?;
        let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
        std::str::from_utf8(bytes).map_err(|_| "文件不完整".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_bytes_bring_it_down(noise in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut file = b"\x06\0\0\0\x0c\0WhisperSpec\0\x03\0\0\0".to_vec();
            file.extend(noise);
            if let Ok(weights) = Weights::read(&file) {
                for name in weights.variables.keys() {
                    if let Ok(variable) = weights.get(name) {
                        let _ = variable.part(0, 3);
                    }
                }
            }
        }
    }
}
