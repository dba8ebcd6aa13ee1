//! Which documents came from which pack, and what they were like when they came.

use anyhow::Result;
use sqlx::Row;

use super::Store;

/// A document that came from a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackDocument {
    /// The pack's name for it.
    pub entry: String,
    /// The document it became.
    pub document_id: String,
    /// Digest of the pack's text at that time.
    pub digest: String,
}

impl Store {
    /// What a node took over from a pack.
    pub async fn pack_documents(&self, community_id: &str, pack: &str) -> Result<Vec<PackDocument>> {
        let rows = sqlx::query(
            "SELECT entry, document_id, digest FROM pack_documents WHERE community_id = $1 AND pack = $2 ORDER BY entry",
        )
        .bind(community_id)
        .bind(pack)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(PackDocument {
                    entry: row.try_get("entry")?,
                    document_id: row.try_get("document_id")?,
                    digest: row.try_get("digest")?,
                })
            })
            .collect()
    }

    /// Keeps that a document came from a pack.
    pub async fn keep_pack_document(&self, community_id: &str, pack: &str, document: &PackDocument) -> Result<()> {
        sqlx::query(
            "INSERT INTO pack_documents (community_id, pack, entry, document_id, digest) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (community_id, pack, entry) DO UPDATE SET document_id = excluded.document_id, \
             digest = excluded.digest",
        )
        .bind(community_id)
        .bind(pack)
        .bind(&document.entry)
        .bind(&document.document_id)
        .bind(&document.digest)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
