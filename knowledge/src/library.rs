//! The searchable library of published editions.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Term};

use crate::edition::{Metadata, Passage, SourceRef};
use crate::embed::{Embed, TextKind};
use crate::index::embeddings::{self, EmbeddingCache};
use crate::index::schema::{Fields, Item, PASSAGE, Row};
use crate::index::snapshot::{Rows, Snapshot};
use crate::index::vectors::{ExactScan, VectorIndex};
use crate::search::RecentQuestions;
use crate::staging;

/// Raised when rows are cut, embedded or stored in another way, so that old ones are rebuilt.
const FORMAT: u32 = 3;
/// Memory in bytes that the index may use while it takes in editions.
const WRITER_MEMORY: usize = 64 << 20;
/// Texts embedded between two looks at the progress; each batch is on disk before the next.
const EMBEDDING_BATCH: usize = 32;

/// One edition as the index takes it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedEdition {
    /// Identity of this edition.
    pub edition_id: String,
    /// The document it is an edition of.
    pub document_id: String,
    /// The community node it belongs to.
    pub community_id: String,
    /// What it says about itself; its dates decide when it is found.
    pub metadata: Metadata,
    /// Its passages.
    pub passages: Vec<Passage>,
    /// Its questions with approved answers.
    pub answers: Vec<IndexedAnswer>,
}

/// A question with an approved answer, as the index takes it in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexedAnswer {
    /// Identity of the answer.
    pub answer_id: String,
    /// The ways of asking it.
    pub questions: Vec<String>,
    /// The answer, said word for word.
    pub answer: String,
    /// Ordinal of the passage that holds it, if one does.
    pub passage_ordinal: Option<u32>,
    /// The answer as it is spoken on the telephone, where that differs.
    pub spoken: Option<String>,
    /// What it rests on, in other documents too.
    pub sources: Vec<SourceRef>,
}

/// A step of the edition log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An edition is published; one of the same `edition_id` is replaced.
    Publish(Box<IndexedEdition>),
    /// An edition is no longer to be found.
    Withdraw {
        /// The edition.
        edition_id: String,
    },
}

impl Change {
    fn edition_id(&self) -> &str {
        match self {
            Self::Publish(edition) => &edition.edition_id,
            Self::Withdraw { edition_id } => edition_id,
        }
    }
}

/// How far [`Library::apply`] has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Texts that have their vector, of those that had none.
    Embedding {
        /// How many are done.
        done: usize,
        /// How many there are to do.
        total: usize,
    },
    /// Everything is computed and about to become visible at once.
    Committing,
}

/// Why the library could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The folder cannot be read or written.
    #[error("知识索引的文件夹读不了或写不了（{0}）。请检查磁盘空间和权限，再试一次。")]
    Storage(#[from] std::io::Error),
    /// Another process holds the index.
    #[error("另一个程序正在更新知识索引。请等它结束，再试一次。")]
    Busy,
    /// The index is damaged or refused an operation.
    #[error("知识索引出错（{0}）。请运行 xiangyin knowledge reindex 重建索引。")]
    Index(#[from] tantivy::TantivyError),
    /// A stored row is not what this version writes.
    #[error("知识索引里有一条记录读不懂（{0}）。请运行 xiangyin knowledge reindex 重建索引。")]
    Record(#[from] serde_json::Error),
    /// The embedding model failed.
    #[error("向量模型没有算出结果（{0}）。请检查模型文件：xiangyin models verify。")]
    Embedding(Box<dyn std::error::Error + Send + Sync>),
}

/// What a commit says about itself.
#[derive(Serialize, Deserialize)]
pub(crate) struct Commit {
    pub(crate) sequence: u64,
    model: String,
}

/// The published editions, searchable.
///
/// Everything it holds is derived: it can be thrown away and fed again from the edition log. It
/// may be open in several processes; one at a time writes, the others follow with
/// [`Library::refresh`].
pub struct Library {
    pub(crate) embedder: Arc<dyn Embed>,
    directory: PathBuf,
    index: Index,
    reader: IndexReader,
    pub(crate) fields: Fields,
    snapshot: RwLock<Arc<Snapshot>>,
    pub(crate) recent_questions: RecentQuestions,
    embeddings: Mutex<EmbeddingCache>,
    pub(crate) writing: Mutex<()>,
}

impl Library {
    /// Opens the library in a folder, which is made if it does not exist.
    ///
    /// An index that another version or another embedding model wrote is emptied, and
    /// [`Library::sequence`] is 0 until it has been fed again.
    pub fn open(directory: &Path, embedder: Arc<dyn Embed>) -> Result<Self, LibraryError> {
        let index_directory = directory.join(format!("index-{FORMAT}"));
        fs::create_dir_all(&index_directory)?;
        remove_other_formats(directory, &index_directory)?;
        let (schema, fields) = Fields::schema();
        let files = MmapDirectory::open(&index_directory).map_err(tantivy::TantivyError::from)?;
        let index = Index::open_or_create(files, schema)?;
        Fields::register(&index);
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let embeddings = EmbeddingCache::open(directory, embedder.model(), embedder.dimensions())?;
        let nothing = ExactScan::new(embeddings.matrix(), Vec::new());
        let empty = Snapshot::new(
            reader.searcher(),
            fields,
            (0, 0),
            Rows::default(),
            Box::new(nothing),
        );
        let library = Self {
            embedder,
            directory: directory.to_owned(),
            index,
            reader,
            fields,
            snapshot: RwLock::new(Arc::new(empty)),
            recent_questions: RecentQuestions::default(),
            embeddings: Mutex::new(embeddings),
            writing: Mutex::new(()),
        };
        if !library.read_commit()? {
            library.clear()?;
        }
        Ok(library)
    }

    /// The folder it lives in.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// How far in the edition log this library has come.
    pub fn sequence(&self) -> u64 {
        self.snapshot().sequence
    }

    /// How many passages it holds, those of other communities and days included, what is staged
    /// not.
    pub fn passages(&self) -> usize {
        let snapshot = self.snapshot();
        let rows = snapshot.rows.facts.iter().filter(|row| row.alive && row.kind == PASSAGE);
        rows.filter(|row| !staging::is_preview(snapshot.rows.community(row))).count()
    }

    /// Takes in a stretch of the edition log, in its order, up to and including `sequence`.
    ///
    /// All of it becomes visible at once; whatever interrupts it, the library stands either where
    /// it stood before or at `sequence`. A stretch that this library has already seen, because
    /// another process was quicker, changes nothing.
    pub fn apply(
        &self,
        changes: &[Change],
        sequence: u64,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), LibraryError> {
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = self.writer()?;
        if self.committed()?.is_some_and(|commit| commit.sequence >= sequence) {
            drop((writer, writing));
            return self.refresh();
        }
        let mut rows: Vec<Vec<Row>> = Vec::with_capacity(changes.len());
        for change in changes {
            rows.push(match change {
                Change::Publish(edition) => Row::all(edition),
                Change::Withdraw { .. } => Vec::new(),
            });
        }
        let texts = rows.iter().flatten().map(|row| (row.embedded_as(), row.embedded.as_str()));
        self.embed_missing(texts, progress)?;
        for (change, rows) in changes.iter().zip(rows) {
            writer.delete_term(Term::from_field_text(
                self.fields.edition,
                change.edition_id(),
            ));
            self.add(&writer, &rows)?;
        }
        progress(Progress::Committing);
        self.commit(writer, sequence)
    }

    /// Empties the library; vectors are kept, so feeding it again embeds only what is new.
    pub fn clear(&self) -> Result<(), LibraryError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = self.writer()?;
        writer.delete_all_documents()?;
        self.commit(writer, 0)
    }

    /// Follows what another process has committed since the last look.
    pub fn refresh(&self) -> Result<(), LibraryError> {
        let metas = self.index.load_metas()?;
        if metas.payload.is_none() || metas.opstamp == self.snapshot().commit {
            return Ok(());
        }
        if !self.read_commit()? {
            self.clear()?;
        }
        Ok(())
    }

    /// The text of every passage and the wording of every prepared question, those of other
    /// communities and days included, what is staged not: what can be learned of how standard text
    /// reads.
    pub fn texts(&self) -> Result<Vec<String>, LibraryError> {
        let snapshot = self.snapshot();
        let alive = (0..).zip(&snapshot.rows.facts).filter(|(_, facts)| facts.alive);
        alive
            .filter(|(_, facts)| !staging::is_preview(snapshot.rows.community(facts)))
            .map(|(row, _)| {
                Ok(match snapshot.record(row)?.item {
                    Item::Passage(passage) => passage.text,
                    Item::Question { question, .. } => question,
                })
            })
            .collect()
    }

    /// One passage of an edition, `None` if the library does not hold it (any more).
    pub fn passage(&self, edition_id: &str, ordinal: u32) -> Result<Option<Passage>, LibraryError> {
        let passages = self.edition_passages(edition_id)?;
        Ok(passages
            .into_iter()
            .find(|passage| passage.ordinal == ordinal))
    }

    /// All passages of an edition in their order, none if the library does not hold it (any more).
    pub fn edition_passages(&self, edition_id: &str) -> Result<Vec<Passage>, LibraryError> {
        let snapshot = self.snapshot();
        let mut passages = Vec::new();
        for row in snapshot.rows_of_edition(edition_id)? {
            if let Item::Passage(passage) = snapshot.record(row)?.item {
                passages.push(passage);
            }
        }
        passages.sort_by_key(|passage| passage.ordinal);
        Ok(passages)
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        let snapshot = self.snapshot.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&snapshot)
    }

    /// Gives rows, whose vectors are kept, to the writer.
    pub(crate) fn add(&self, writer: &IndexWriter, rows: &[Row]) -> Result<(), LibraryError> {
        for row in rows {
            let vector = embeddings::key(row.embedded_as(), &row.embedded);
            writer.add_document(row.document(&self.fields, vector)?)?;
        }
        Ok(())
    }

    fn embeddings(&self) -> MutexGuard<'_, EmbeddingCache> {
        self.embeddings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn writer(&self) -> Result<IndexWriter, LibraryError> {
        match self.index.writer_with_num_threads(1, WRITER_MEMORY) {
            Err(tantivy::TantivyError::LockFailure(..)) => Err(LibraryError::Busy),
            other => Ok(other?),
        }
    }

    pub(crate) fn committed(&self) -> Result<Option<Commit>, LibraryError> {
        match self.index.load_metas()?.payload {
            None => Ok(None),
            Some(payload) => Ok(Some(serde_json::from_str(&payload)?)),
        }
    }

    pub(crate) fn commit(&self, mut writer: IndexWriter, sequence: u64) -> Result<(), LibraryError> {
        let commit = Commit {
            sequence,
            model: self.embedder.model().to_owned(),
        };
        let payload = serde_json::to_string(&commit)?;
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        // Merging what is there may take longer than writing what is new; nobody waits for it to
        // see the new.
        let usable = self.read_commit();
        writer.wait_merging_threads()?;
        if !usable? {
            let lost = "向量文件在写入时被改动了";
            return Err(std::io::Error::other(lost).into());
        }
        Ok(())
    }

    /// Makes the last commit the state that searches see; `false` if it cannot be used, because
    /// another model wrote it or vectors are missing.
    fn read_commit(&self) -> Result<bool, LibraryError> {
        let commit = loop {
            let before = self.index.load_metas()?.opstamp;
            self.reader.reload()?;
            let metas = self.index.load_metas()?;
            let Some(payload) = metas.payload else {
                return Ok(true);
            };
            let commit: Commit = serde_json::from_str(&payload)?;
            if commit.model != self.embedder.model() {
                return Ok(false);
            }
            // Another process may commit between the two looks.
            if before == metas.opstamp {
                break (commit.sequence, metas.opstamp);
            }
        };
        self.embeddings().refresh()?;
        let rows = Rows::read(&self.reader.searcher(), &self.snapshot().rows)?;
        let Some(vectors) = self.vectors(&rows) else {
            return Ok(false);
        };
        let snapshot = Snapshot::new(self.reader.searcher(), self.fields, commit, rows, vectors);
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        Ok(true)
    }

    fn vectors(&self, rows: &Rows) -> Option<Box<dyn VectorIndex>> {
        let embeddings = self.embeddings();
        let places: Option<Vec<u32>> = rows
            .facts
            .iter()
            .map(|row| match embeddings.row(row.vector) {
                // A deleted row is never compared.
                None if !row.alive => Some(0),
                place => place,
            })
            .collect();
        Some(Box::new(ExactScan::new(embeddings.matrix(), places?)))
    }

    /// Name of the embedding model.
    pub fn embedding_model(&self) -> &str {
        self.embedder.model()
    }

    /// The vectors of questions that are needed at every start: computed once, kept with those of
    /// the index.
    pub fn question_vectors(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, LibraryError> {
        let known = |embeddings: &EmbeddingCache| -> Option<Vec<Vec<f32>>> {
            let matrix = embeddings.matrix();
            let vectors = texts.iter().map(|text| {
                let row = embeddings.row(embeddings::key(TextKind::Query, text))?;
                Some(matrix.row(row).to_vec())
            });
            vectors.collect()
        };
        if let Some(vectors) = known(&self.embeddings()) {
            return Ok(vectors);
        }
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        match self.writer() {
            Ok(_writer) => {
                let wanted = texts.iter().map(|text| (TextKind::Query, *text));
                self.embed_missing(wanted, &mut |_| ())?;
            }
            // Another process writes; this one can do without keeping them.
            Err(LibraryError::Busy) => {
                return self
                    .embedder
                    .embed(texts, TextKind::Query)
                    .map_err(LibraryError::Embedding);
            }
            Err(error) => return Err(error),
        }
        known(&self.embeddings()).ok_or_else(|| LibraryError::Embedding("没有结果".into()))
    }

    /// Computes and keeps the vectors of those texts that have none yet.
    pub(crate) fn embed_missing<'a>(
        &self,
        texts: impl Iterator<Item = (TextKind, &'a str)>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), LibraryError> {
        let mut embeddings = self.embeddings();
        embeddings.refresh()?;
        let mut missing: Vec<(TextKind, &str)> = texts
            .filter(|(kind, text)| embeddings.row(embeddings::key(*kind, text)).is_none())
            .collect();
        // Texts of one length side by side waste no padding.
        missing.sort_unstable_by_key(|(kind, text)| (*kind == TextKind::Passage, text.len(), *text));
        missing.dedup();
        let total = missing.len();
        let mut done = 0;
        for of_one_kind in missing.chunk_by(|a, b| a.0 == b.0) {
            for batch in of_one_kind.chunks(EMBEDDING_BATCH) {
                progress(Progress::Embedding { done, total });
                let texts: Vec<&str> = batch.iter().map(|(_, text)| *text).collect();
                let vectors = self
                    .embedder
                    .embed(&texts, batch[0].0)
                    .map_err(LibraryError::Embedding)?;
                embeddings.append(batch.iter().copied(), &vectors)?;
                done += batch.len();
            }
        }
        if total > 0 {
            progress(Progress::Embedding { done, total });
        }
        Ok(())
    }
}

/// Indexes of other formats are of no use to this version, and this version's is fed anew.
fn remove_other_formats(directory: &Path, current: &Path) -> Result<(), LibraryError> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if path != current && path.is_dir() && name.is_some_and(|name| name.starts_with("index-")) {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}
