//! The file of a model: little-endian, counts before what they count.

use super::features::Table;
use super::linear::Linear;
use super::model::{Model, Sureness};
use super::Department;

/// First bytes of the file, with the version of its form.
const MARK: &[u8; 8] = b"XYDEPT01";

/// The file is cut short, inconsistent or of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a department model of this version, or damaged")]
pub struct Damaged;

/// Writes a model.
pub(super) fn write(model: &Model) -> Vec<u8> {
    let mut bytes = MARK.to_vec();
    bytes.push(model.departments.len() as u8);
    bytes.extend(model.departments.iter().map(|department| department.place() as u8));
    count(&mut bytes, model.table.len());
    bytes.extend(model.table.hashes.iter().flat_map(|hash| hash.to_le_bytes()));
    bytes.extend_from_slice(&model.table.rarities);
    linear(&mut bytes, &model.words);
    count(&mut bytes, model.embedding.len());
    bytes.extend_from_slice(model.embedding.as_bytes());
    count(&mut bytes, model.centre.len());
    floats(&mut bytes, &model.centre);
    linear(&mut bytes, &model.meaning);
    let Sureness { words_alone, words, meaning } = model.sureness;
    floats(&mut bytes, &[words_alone, words, meaning]);
    bytes
}

fn count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend((count as u32).to_le_bytes());
}

fn floats(bytes: &mut Vec<u8>, values: &[f32]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn linear(bytes: &mut Vec<u8>, linear: &Linear) {
    floats(bytes, &linear.steps);
    floats(bytes, &linear.biases);
    bytes.extend(linear.weights.iter().map(|weight| weight.cast_unsigned()));
}

/// Reads a model.
pub(super) fn read(bytes: &[u8]) -> Result<Model, Damaged> {
    let mut rest = Rest(bytes);
    if rest.take(MARK.len())? != MARK {
        return Err(Damaged);
    }
    let classes = usize::from(rest.take(1)?[0]);
    let places = rest.take(classes)?.iter();
    let departments = places.map(|place| Department::ALL.get(usize::from(*place)).copied());
    let departments: Vec<Department> = departments.collect::<Option<_>>().ok_or(Damaged)?;
    let terms = rest.count()?;
    let table = Table {
        hashes: rest.words(terms)?.map(u32::from_le_bytes).collect(),
        rarities: rest.take(terms)?.to_vec(),
    };
    if !table.hashes.is_sorted() || departments.is_empty() {
        return Err(Damaged);
    }
    let words = rest.linear(classes, terms)?;
    let name = rest.count()?;
    let embedding = String::from_utf8(rest.take(name)?.to_vec()).map_err(|_| Damaged)?;
    let width = rest.count()?;
    let centre = rest.floats(width)?;
    let meaning = rest.linear(classes, width)?;
    let sureness = rest.floats(3)?;
    if !rest.0.is_empty() {
        return Err(Damaged);
    }
    Ok(Model {
        departments,
        table,
        words,
        embedding,
        centre,
        meaning,
        sureness: Sureness {
            words_alone: sureness[0],
            words: sureness[1],
            meaning: sureness[2],
        },
    })
}

/// What has not been read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    /// Words of four bytes.
    fn words(&mut self, count: usize) -> Result<impl Iterator<Item = [u8; 4]> + 'a, Damaged> {
        let bytes = self.take(count.checked_mul(4).ok_or(Damaged)?)?;
        Ok(bytes.chunks_exact(4).map(|word| [word[0], word[1], word[2], word[3]]))
    }

    fn count(&mut self) -> Result<usize, Damaged> {
        let word = self.words(1)?.next().ok_or(Damaged)?;
        Ok(u32::from_le_bytes(word) as usize)
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, Damaged> {
        Ok(self.words(count)?.map(f32::from_le_bytes).collect())
    }

    fn linear(&mut self, classes: usize, places: usize) -> Result<Linear, Damaged> {
        Ok(Linear {
            steps: self.floats(classes)?,
            biases: self.floats(classes)?,
            weights: self
                .take(classes.checked_mul(places).ok_or(Damaged)?)?
                .iter()
                .map(|weight| weight.cast_signed())
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_cut_is_refused() {
        let bytes = include_bytes!("../../../data/department.bin");
        let model = read(bytes).unwrap();
        assert!(write(&model) == bytes);
        for length in [0, 7, 8, 9, 20, 400, bytes.len() / 2, bytes.len() - 1] {
            assert_eq!(read(&bytes[..length]).unwrap_err(), Damaged);
        }
        assert!(bytes.len() < 1 << 20);
    }
}
