//! Drafts that can be searched before they are published.
//!
//! A draft is staged under a community of its own, which no resident belongs to; a search that
//! names this community sees it among what is published, and no other search does. Staging leaves
//! the library's place in the edition log where it is.

use std::sync::PoisonError;

use tantivy::Term;

use crate::index::schema::Row;
use crate::library::{IndexedEdition, Library, LibraryError, Progress};

/// What the names of the communities begin with that hold what is staged.
const PREVIEW: &str = "preview:";

/// Whether a community holds what is staged.
pub(crate) fn is_preview(community_id: &str) -> bool {
    community_id.starts_with(PREVIEW)
}

impl Library {
    /// Makes editions searchable for the preview of this name and gives the community that they
    /// are found in; what the preview held before is gone.
    ///
    /// The editions' own community is passed over. Their ids must be no ids of published editions:
    /// that of the draft will do.
    pub fn stage(
        &self,
        preview: &str,
        editions: &[IndexedEdition],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<String, LibraryError> {
        let community_id = format!("{PREVIEW}{preview}");
        let rows: Vec<Row> = editions
            .iter()
            .flat_map(|edition| {
                Row::all(&IndexedEdition {
                    community_id: community_id.clone(),
                    ..edition.clone()
                })
            })
            .collect();
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = self.writer()?;
        let texts = rows
            .iter()
            .map(|row| (row.embedded_as(), row.embedded.as_str()));
        self.embed_missing(texts, progress)?;
        writer.delete_term(Term::from_field_text(self.fields.community, &community_id));
        self.add(&writer, &rows)?;
        progress(Progress::Committing);
        let sequence = self.committed()?.map_or(0, |commit| commit.sequence);
        self.commit(writer, sequence)?;
        Ok(community_id)
    }

    /// Takes away what these previews hold; a preview that holds nothing is passed over.
    pub fn unstage(&self, previews: &[String]) -> Result<(), LibraryError> {
        let staged = self.staged();
        if previews.iter().all(|preview| !staged.contains(preview)) {
            return Ok(());
        }
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = self.writer()?;
        for preview in previews {
            let community_id = format!("{PREVIEW}{preview}");
            writer.delete_term(Term::from_field_text(self.fields.community, &community_id));
        }
        let sequence = self.committed()?.map_or(0, |commit| commit.sequence);
        self.commit(writer, sequence)
    }

    /// Names of the previews that hold something, in order: after a restart, those that nobody
    /// looks at any more.
    pub fn staged(&self) -> Vec<String> {
        let snapshot = self.snapshot();
        let mut previews: Vec<String> = snapshot
            .rows
            .communities_alive()
            .filter_map(|community| community.strip_prefix(PREVIEW))
            .map(str::to_owned)
            .collect();
        previews.sort_unstable();
        previews
    }
}
