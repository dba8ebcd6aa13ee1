//! A language model as bytes, so that training happens once an import.

use super::LanguageModel;
use crate::Error;

/// First bytes; the last one is the version.
const MARK: &[u8] = b"xiangyin lm\x01";

impl LanguageModel {
    /// The model as bytes for [`LanguageModel::from_bytes`]; equal models give equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MARK.to_vec();
        let mut counts: Vec<(u64, u32)> = self
            .counts
            .iter()
            .map(|(&key, &count)| (key, count))
            .collect();
        counts.sort_unstable();
        push_number(&mut bytes, counts.len() as u64);
        let mut last = 0;
        for (key, count) in counts {
            push_number(&mut bytes, key - last);
            push_number(&mut bytes, u64::from(count));
            last = key;
        }
        push_number(&mut bytes, self.words_seen);
        let mut words: Vec<(&str, u32)> = self.words().collect();
        words.sort_unstable();
        push_number(&mut bytes, words.len() as u64);
        for (word, count) in words {
            push_number(&mut bytes, word.len() as u64);
            bytes.extend_from_slice(word.as_bytes());
            push_number(&mut bytes, u64::from(count));
        }
        bytes
    }

    /// Reads what [`LanguageModel::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader(
            bytes
                .strip_prefix(MARK)
                .ok_or(Error::LanguageModel("its first bytes are others"))?,
        );
        let mut model = Self::default();
        let mut key = 0_u64;
        for _ in 0..reader.number()? {
            key = key
                .checked_add(reader.number()?)
                .ok_or(Error::LanguageModel("a key is too large"))?;
            model.counts.insert(key, reader.count()?);
        }
        model.words_seen = reader.number()?;
        for _ in 0..reader.number()? {
            let word = reader.text()?.to_owned();
            let count = reader.count()?;
            model.words.insert(word, count);
        }
        if !reader.0.is_empty() {
            return Err(Error::LanguageModel("something follows it"));
        }
        model.count_continuations();
        Ok(model)
    }
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn number(&mut self) -> Result<u64, Error> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self
                .0
                .split_first()
                .ok_or(Error::LanguageModel("it is cut short"))?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Error::LanguageModel("a number is too long"))
    }

    fn count(&mut self) -> Result<u32, Error> {
        u32::try_from(self.number()?).map_err(|_| Error::LanguageModel("a count is too large"))
    }

    fn text(&mut self) -> Result<&'a str, Error> {
        let length = self.number()? as usize;
        let text = self
            .0
            .get(..length)
            .ok_or(Error::LanguageModel("it is cut short"))?;
        self.0 = &self.0[length..];
        std::str::from_utf8(text).map_err(|_| Error::LanguageModel("a word is no text"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_stored_model_is_the_same_model(texts in prop::collection::vec("[居住证怎么办理a1，。]{0,20}", 0..6)) {
            let model = LanguageModel::train(&texts);
            let bytes = model.to_bytes();
            prop_assert_eq!(LanguageModel::from_bytes(&bytes).expect("our own bytes"), model);
            prop_assert!(LanguageModel::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        }

        #[test]
        fn other_bytes_are_refused_or_read(tail in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = LanguageModel::from_bytes(&tail);
            if let Ok(model) = LanguageModel::from_bytes(&[MARK, &tail].concat()) {
                model.log_probability("居住证");
            }
        }
    }
}
