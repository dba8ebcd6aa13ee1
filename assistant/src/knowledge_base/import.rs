//! Files and folders into the store.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use knowledge::ImportedDocument;
use knowledge::document::{self, Limits};

use super::KnowledgeBase;
use crate::store::{NewEdition, Saved};

/// What came of one file.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Imported {
    /// The file.
    pub file: String,
    /// Title of the document.
    pub title: Option<String>,
    /// `published`, `unchanged` or `failed`.
    pub outcome: &'static str,
    /// Passages that were made of it.
    pub passages: usize,
    /// What went wrong and what to do, or what to look at.
    pub notes: Vec<String>,
}

/// What came of an import.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct ImportSummary {
    /// Documents that are new or changed.
    pub published: usize,
    /// Documents that were there already.
    pub unchanged: usize,
    /// Files that could not be read.
    pub failed: usize,
    /// Every file in order.
    pub files: Vec<Imported>,
}

impl ImportSummary {
    pub(super) fn add(&mut self, imported: Imported) {
        match imported.outcome {
            "published" => self.published += 1,
            "unchanged" => self.unchanged += 1,
            _ => self.failed += 1,
        }
        self.files.push(imported);
    }
}

impl KnowledgeBase {
    /// Keeps and publishes the documents under `paths`; a file that can't be read stops nothing.
    ///
    /// Without `community` each document goes to the place that its scope names. The index is not
    /// touched: call [`KnowledgeBase::follow`] afterwards.
    pub async fn import(
        &self,
        paths: &[PathBuf],
        community: Option<&str>,
        seen: &(dyn Fn(&Imported) + Sync),
    ) -> Result<ImportSummary> {
        let mut summary = ImportSummary::default();
        for path in paths {
            anyhow::ensure!(path.exists(), "没有找到 {}，请检查路径。", path.display());
            let (sender, mut receiver) = tokio::sync::mpsc::channel(4);
            let root = path.clone();
            // Reading runs ahead of keeping by a few files.
            let reading = tokio::task::spawn_blocking(move || read(&root, &sender));
            while let Some((file, result)) = receiver.recv().await {
                let imported = self.keep(&file, result, community).await?;
                seen(&imported);
                summary.add(imported);
            }
            reading.await.context("the reading was cut off")?;
        }
        Ok(summary)
    }

    /// Keeps one document that was read, or says why it could not be.
    pub(super) async fn keep(
        &self,
        file: &Path,
        result: Result<ImportedDocument, document::ImportError>,
        community: Option<&str>,
    ) -> Result<Imported> {
        let name = file.display().to_string();
        let document = match result {
            Ok(document) => document,
            Err(error) => {
                return Ok(Imported {
                    file: name,
                    title: None,
                    outcome: "failed",
                    passages: 0,
                    notes: vec![error.to_string()],
                });
            }
        };
        let node = match community {
            Some(community) => community.to_owned(),
            None => self.store.place(&document.metadata.scope).await?,
        };
        let source_name = file
            .file_name()
            .map_or_else(|| name.clone(), |part| part.to_string_lossy().into_owned());
        let today = jiff::Zoned::now().date();
        let saved = self
            .store
            .publish(
                &NewEdition {
                    community_id: &node,
                    source_name: &source_name,
                    document: &document,
                    original: None,
                },
                today,
            )
            .await?;
        Ok(Imported {
            file: name,
            title: Some(document.metadata.title.clone()),
            outcome: match saved {
                Saved::Published(_) => "published",
                Saved::Unchanged(_) => "unchanged",
            },
            passages: document.passages.len(),
            notes: document
                .warnings
                .iter()
                .map(|warning| warning.message.clone())
                .collect(),
        })
    }
}

type Read = (PathBuf, Result<ImportedDocument, document::ImportError>);

fn read(root: &Path, sender: &tokio::sync::mpsc::Sender<Read>) {
    for one in document::import_folder(root, &Limits::default()) {
        // Whoever stopped listening needs no more files.
        if sender.blocking_send(one).is_err() {
            break;
        }
    }
}
