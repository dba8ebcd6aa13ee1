//! Telephone numbers that do not show themselves.

use std::fmt;

/// A caller's or callee's number or SIP name; its `Debug` and `Display` are masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(String);

impl Number {
    /// A number as signalled.
    pub fn new(number: impl Into<String>) -> Self {
        Self(number.into())
    }

    /// The number itself, for dialling and for the record that may hold it.
    pub fn whole(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number {
    /// The first three and last two characters: `138******78`; less of short ones.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.0.chars().count();
        let (first, last) = match length {
            0..=3 => (0, 0),
            4..=7 => (1, 1),
            _ => (3, 2),
        };
        for (index, character) in self.0.chars().enumerate() {
            let shown = index < first || index + last >= length;
            fmt::Write::write_char(formatter, if shown { character } else { '*' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Number({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_masked_wherever_it_is_printed() {
        assert_eq!(Number::new("13812345678").to_string(), "138******78");
        assert_eq!(format!("{:?}", Number::new("10086")), "Number(1***6)");
        assert_eq!(Number::new("110").to_string(), "***");
    }
}
