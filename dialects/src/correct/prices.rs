//! What is weighed otherwise where the recogniser says how sure it was of each part: what it was sure of is guarded by
//! that, so the other guards can stand back.

/// Weights of the search for what was meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Prices {
    /// What counts against any change where the rest of the text was heard well.
    pub(super) heard_well: f32,
    /// Most difference in one syllable.
    pub(super) near_in_one: f32,
    /// Most difference a syllable on average for two syllables, which leave little to go by.
    pub(super) near_of_two: f32,
    /// Least log probability of a word of two characters: a rare word that makes sense is meant.
    pub(super) pair: f32,
    /// Weight of the words' probabilities.
    pub(super) words: f32,
    /// Weight of the language model, which says how likely a text is as well.
    pub(super) reads_well: f32,
}

/// For text of which no more is known. Fitted to simulated accents and to 10,000 sentences that were heard right.
pub(super) const UNTOLD: Prices = Prices {
    heard_well: 1.0,
    near_in_one: 0.5,
    near_of_two: 0.25,
    pair: -11.0,
    words: 0.75,
    reads_well: 0.4,
};

/// For text of which the recogniser told its doubts. Fitted to questions said by the product's voices in three
/// conditions and written down by Whisper base.
pub(super) const TOLD: Prices = Prices {
    heard_well: 0.6,
    near_in_one: 0.6,
    near_of_two: 0.2,
    pair: -13.5,
    words: 0.95,
    reads_well: 0.5,
};
