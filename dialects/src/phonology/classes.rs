//! Syllables that are merged, as classes with one key each.

use super::syllable::{SYLLABLES, Syllable};

/// A partition of all syllables.
#[derive(Clone, Debug)]
pub(crate) struct Classes {
    /// For each syllable the one that stands for its class.
    representatives: Vec<u16>,
    /// Spelling of each syllable that stands for a class, empty for the others.
    keys: Vec<String>,
}

impl Classes {
    /// The classes in which each pair is merged.
    pub(super) fn merging(pairs: impl IntoIterator<Item = (Syllable, Syllable)>) -> Self {
        let mut parents: Vec<u16> = (0..SYLLABLES as u16).collect();
        for (one, other) in pairs {
            let (one, other) = (
                root(&parents, one.index() as u16),
                root(&parents, other.index() as u16),
            );
            parents[usize::from(one.max(other))] = one.min(other);
        }
        let representatives: Vec<u16> = (0..SYLLABLES as u16)
            .map(|syllable| root(&parents, syllable))
            .collect();
        let keys = representatives
            .iter()
            .enumerate()
            .map(|(index, &representative)| {
                if usize::from(representative) == index {
                    Syllable::at(index).spelled()
                } else {
                    String::new()
                }
            })
            .collect();
        Self {
            representatives,
            keys,
        }
    }

    /// The number of a syllable's class.
    pub(crate) fn class(&self, syllable: Syllable) -> u16 {
        self.representatives[syllable.index()]
    }

    /// The key of a syllable's class.
    pub(super) fn key(&self, syllable: Syllable) -> &str {
        &self.keys[usize::from(self.class(syllable))]
    }
}

fn root(parents: &[u16], mut syllable: u16) -> u16 {
    while parents[usize::from(syllable)] != syllable {
        syllable = parents[usize::from(syllable)];
    }
    syllable
}
