//! The starter pack, carried inside the program.

use std::path::Path;

use anyhow::Result;
use knowledge::document::{self, Limits};
use rust_embed::RustEmbed;

use super::{ImportSummary, KnowledgeBase};

#[derive(RustEmbed)]
#[folder = "../knowledge/starter/guides"]
struct Guides;

impl KnowledgeBase {
    /// Keeps and publishes the starter pack for every community; what is there already stays.
    pub async fn import_starter_pack(&self) -> Result<ImportSummary> {
        let limits = Limits::default();
        let mut summary = ImportSummary::default();
        for name in Guides::iter() {
            let Some(file) = Guides::get(&name) else { continue };
            let result = document::import(&file.data, &name, &limits);
            summary.add(self.keep(Path::new(name.as_ref()), result, None).await?);
        }
        Ok(summary)
    }
}
