//! The words of each dialect, built in, and those that a community adds.

mod context;
mod entry;

use std::sync::OnceLock;

pub use self::{
    context::Context,
    entry::{Class, Entry, Register, read_entries},
};
pub(crate) use self::{context::ends_clause, entry::read_share};
use crate::{Variety, data, forms::UNMISTAKABLE};

/// The built-in words of one dialect.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    entries: Vec<Entry>,
}

impl Lexicon {
    /// The lexicon of a variety, read at first use. Lines that cannot be read are left out; a test
    /// sees to it that there are none.
    pub fn of(variety: Variety) -> &'static Self {
        static LEXICONS: [OnceLock<Lexicon>; Variety::ALL.len()] =
            [const { OnceLock::new() }; Variety::ALL.len()];
        LEXICONS[variety.index()].get_or_init(|| Self {
            entries: read_entries(data::lexicon(variety)).flatten().collect(),
        })
    }

    /// Its entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The forms that a recogniser should expect, for its prompt: words that nobody would write in
    /// standard text, the most telling first.
    pub fn telling_forms(&self) -> Vec<&str> {
        let mut telling: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| entry.share >= UNMISTAKABLE && entry.register != Register::Coarse)
            .collect();
        telling.sort_by(|one, other| other.share.total_cmp(&one.share));
        telling.iter().map(|entry| entry.form.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_built_in_lexicon_is_good() {
        let mut bad = Vec::new();
        for variety in Variety::ALL {
            for error in read_entries(data::lexicon(variety)).filter_map(Result::err) {
                bad.push(format!("{variety}/lexicon.tsv {error}"));
            }
        }
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    }
}
