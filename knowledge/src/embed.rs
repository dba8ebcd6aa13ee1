//! The embedding model as this crate needs it; the product plugs a real one in.

/// What a text is to the embedding model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// Something a resident asks.
    Query,
    /// Something a document says.
    Passage,
}

/// Turns texts into unit vectors whose dot product is their likeness.
pub trait Embed: Send + Sync {
    /// Identity of the weights; vectors of different models are never compared.
    fn model(&self) -> &str;

    /// Length of every vector.
    fn dimensions(&self) -> usize;

    /// One unit vector a text, in the order of `texts`.
    fn embed(
        &self,
        texts: &[&str],
        kind: TextKind,
    ) -> Result<Vec<Vec<f32>>, Box<dyn std::error::Error + Send + Sync>>;
}
