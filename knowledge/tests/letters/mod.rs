//! An embedding model of letters: texts are alike as far as they share pairs of characters.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};

use knowledge::{Embed, TextKind};

const DIMENSIONS: usize = 64;

/// Deterministic, and counts the passages and prepared questions it was given.
pub(crate) struct Letters {
    name: &'static str,
    embedded: AtomicUsize,
}

impl Default for Letters {
    fn default() -> Self {
        Self::named("letters")
    }
}

impl Letters {
    /// The same vectors under another name.
    pub(crate) fn named(name: &'static str) -> Self {
        Self {
            name,
            embedded: AtomicUsize::new(0),
        }
    }

    /// How many texts it was given in batches for the index, searches not counted.
    pub(crate) fn embedded(&self) -> usize {
        self.embedded.load(Ordering::Relaxed)
    }
}

impl Embed for Letters {
    fn model(&self) -> &str {
        self.name
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn embed(
        &self,
        texts: &[&str],
        kind: TextKind,
    ) -> Result<Vec<Vec<f32>>, Box<dyn Error + Send + Sync>> {
        if kind == TextKind::Passage {
            self.embedded.fetch_add(texts.len(), Ordering::Relaxed);
        }
        Ok(texts.iter().map(|text| vector(text)).collect())
    }
}

fn vector(text: &str) -> Vec<f32> {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut vector = vec![0.01f32; DIMENSIONS];
    for pair in letters.windows(2) {
        let place = (pair[0] as usize * 31 + pair[1] as usize) % DIMENSIONS;
        vector[place] += 1.0;
    }
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    vector.iter().map(|value| value / length).collect()
}
