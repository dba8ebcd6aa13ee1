//! The product's embedding model behind the library's trait.

use std::error::Error;
use std::path::Path;

use anyhow::Context;
use knowledge::{Embed, TextKind};
use models::embed::Kind;

/// The local embedding model.
pub(crate) struct LocalEmbedder(models::Embedder);

impl LocalEmbedder {
    /// Loads the model's file.
    pub(crate) fn load(path: &Path) -> anyhow::Result<Self> {
        let embedder = models::Embedder::load(path).with_context(|| {
            format!("loading {}; `xiangyin models pull` gets it", path.display())
        })?;
        Ok(Self(embedder))
    }
}

impl Embed for LocalEmbedder {
    fn model(&self) -> &str {
        self.0.model_id()
    }

    fn dimensions(&self) -> usize {
        self.0.dimensions()
    }

    fn embed(
        &self,
        texts: &[&str],
        kind: TextKind,
    ) -> Result<Vec<Vec<f32>>, Box<dyn Error + Send + Sync>> {
        let kind = match kind {
            TextKind::Query => Kind::Query,
            TextKind::Passage => Kind::Passage,
        };
        Ok(self.0.embed(texts, kind)?)
    }
}
