//! From a file, a pasted text, an edition or a finished order to a draft, and from a draft to an edition.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use knowledge::document::{self, ImportError, Limits, RevisedPassage, RevisionError};
use knowledge::{ImportedDocument, Metadata, PreparedAnswer};
use tokio::task::spawn_blocking;

use super::{Editor, paper};
use crate::store::{
    Actor, DocumentKind, Draft, DraftChange, DraftContent, DraftState, NewDraft, Original, Publication, Store,
};

/// Longest question, answer and title that are taken, in characters.
const LONGEST_QUESTION: usize = 200;
const LONGEST_ANSWER: usize = 2_000;
const LONGEST_TITLE: usize = 200;
/// Most ways of asking one question.
const MOST_QUESTIONS: usize = 60;

/// Why something could not be done; its words are for the person at the desk.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EditorError {
    /// The file could not be read.
    #[error("{0}")]
    Unreadable(#[from] ImportError),
    /// The passages do not make a document.
    #[error("{0}")]
    Revision(#[from] RevisionError),
    /// Something else of the draft is wrong: the field and what to do.
    #[error("{1}")]
    Bad(&'static str, String),
    /// The program's own trouble.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// What an upload came to.
#[derive(Debug)]
pub(crate) enum Uploaded {
    /// A draft was made of it.
    Draft(Box<Draft>),
    /// The document of this id has been published from the same file.
    Unchanged(String),
}

/// What a draft shall be.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) community_id: String,
    pub(crate) metadata: Metadata,
    pub(crate) passages: Vec<RevisedPassage>,
    pub(crate) answers: Vec<PreparedAnswer>,
}

impl Editor {
    fn store(&self) -> &Store {
        self.assistant.store()
    }

    /// Reads a file and begins a draft of it; of a document of this place with its title, the next edition.
    pub(crate) async fn upload(
        &self,
        community_id: &str,
        name: &str,
        media_type: &str,
        bytes: Vec<u8>,
        actor: &Actor,
    ) -> Result<Uploaded, EditorError> {
        let file_name = name.to_owned();
        let (bytes, read) = spawn_blocking(move || {
            let read = document::import(&bytes, &file_name, &Limits::default());
            (bytes, read)
        })
        .await
        .context("the reading was cut off")?;
        let document = read?;
        let there = self.store().document_titled(community_id, &document.metadata.title).await?;
        if let Some(there) = &there
            && self.store().is_published_from(there, &document.source_sha256).await?
        {
            return Ok(Uploaded::Unchanged(there.clone()));
        }
        let original = Original {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            bytes: bytes.len() as u64,
            sha256: self.originals.keep(bytes).await?,
        };
        let draft = self.begin(community_id, there, document, name, Some(original), actor).await?;
        Ok(Uploaded::Draft(Box::new(draft)))
    }

    /// Begins a draft of a pasted text.
    pub(crate) async fn paste(
        &self,
        community_id: &str,
        title: &str,
        text: &str,
        actor: &Actor,
    ) -> Result<Draft, EditorError> {
        let (named, pasted) = (title.to_owned(), text.to_owned());
        let document = spawn_blocking(move || document::from_text(&named, &pasted, &Limits::default()))
            .await
            .context("the reading was cut off")??;
        let there = self.store().document_titled(community_id, &document.metadata.title).await?;
        self.begin(community_id, there, document, "粘贴的文字", None, actor).await
    }

    async fn begin(
        &self,
        community_id: &str,
        document_id: Option<String>,
        document: ImportedDocument,
        source_name: &str,
        original: Option<Original>,
        actor: &Actor,
    ) -> Result<Draft, EditorError> {
        let new = NewDraft {
            document_id,
            community_id: community_id.to_owned(),
            kind: DocumentKind::Document,
            content: DraftContent { document, edited: BTreeSet::new() },
            source_name: source_name.to_owned(),
            original,
            based_on: None,
            gap_id: None,
        };
        let draft = self.store().begin_draft(&new, actor).await?;
        if draft.content == new.content {
            return Ok(draft);
        }
        // The document had a draft already: the new file is its new text.
        match self.store().write_draft(&draft.id, draft.version, community_id, &new.content, actor).await? {
            DraftChange::Changed(draft) => Ok(*draft),
            _ => Err(EditorError::Bad("draft", "这份文件的草稿刚刚被别人改动，请刷新后再上传。".to_owned())),
        }
    }

    /// Begins a verified answer.
    pub(crate) async fn begin_answer(
        &self,
        community_id: &str,
        answer: PreparedAnswer,
        gap_id: Option<String>,
        actor: &Actor,
    ) -> Result<Draft, EditorError> {
        let new = NewDraft {
            document_id: None,
            community_id: community_id.to_owned(),
            kind: DocumentKind::Answer,
            content: DraftContent {
                document: paper::verified_answer(Metadata::default(), answer),
                edited: BTreeSet::new(),
            },
            source_name: "工作台".to_owned(),
            original: None,
            based_on: None,
            gap_id,
        };
        Ok(self.store().begin_draft(&new, actor).await?)
    }

    /// The draft of a document, begun from its newest edition where there is none.
    pub(crate) async fn open_draft(&self, document_id: &str, actor: &Actor) -> Result<Option<Draft>> {
        // What was never published is known by its draft.
        for draft in [self.store().draft_of(document_id).await?, self.store().draft(document_id).await?] {
            if draft.is_some() {
                return Ok(draft);
            }
        }
        let Some(record) = self.store().document(document_id).await? else { return Ok(None) };
        let Some(newest) = self.store().editions(document_id, self.assistant.today()).await?.into_iter().next() else {
            return Ok(None);
        };
        let (document, source_name, original) = self.text_of(&newest.id).await?;
        let new = NewDraft {
            document_id: Some(document_id.to_owned()),
            community_id: record.community_id,
            kind: record.kind,
            content: DraftContent { document, edited: BTreeSet::new() },
            source_name,
            original,
            based_on: Some(newest.id),
            gap_id: None,
        };
        Ok(Some(self.store().begin_draft(&new, actor).await?))
    }

    /// The text of an edition, as a document.
    pub(crate) async fn text(&self, edition_id: &str) -> Result<ImportedDocument> {
        Ok(self.text_of(edition_id).await?.0)
    }

    /// An edition as a document, with where it came from.
    pub(super) async fn text_of(&self, edition_id: &str) -> Result<(ImportedDocument, String, Option<Original>)> {
        let edition = self.store().edition(edition_id).await?.context("the edition is gone")?;
        let provenance = self.store().provenance(edition_id).await?.context("the edition is gone")?;
        let mut document = paper::of_edition(edition, provenance.text);
        document.warnings = serde_json::from_str(&provenance.warnings)?;
        document.source_sha256 = document::content_digest(&document);
        Ok((document, provenance.source_name, provenance.original))
    }

    /// The words of a draft after an edit.
    pub(crate) fn revised(draft: &Draft, wanted: Wanted) -> Result<DraftContent, EditorError> {
        check_answers(draft.kind, &wanted.answers)?;
        if draft.kind == DocumentKind::Answer {
            let answer = wanted.answers.into_iter().next();
            let answer = answer.ok_or_else(|| EditorError::Bad("answers", "请写上问题和答复。".to_owned()))?;
            let document = paper::verified_answer(wanted.metadata, answer);
            return Ok(DraftContent { document, edited: BTreeSet::new() });
        }
        let title = wanted.metadata.title.trim();
        if title.is_empty() || title.chars().count() > LONGEST_TITLE {
            return Err(EditorError::Bad("title", format!("请写标题（{LONGEST_TITLE} 字以内）。")));
        }
        let before = &draft.content;
        let mut document = document::revise(&before.document, &wanted.passages)?;
        let edited = (0..).zip(&wanted.passages).filter(|(_, passage)| match passage.from {
            None => true,
            Some(from) => {
                let old = before.document.passages.iter().find(|old| old.ordinal == from);
                before.edited.contains(&from) || old.is_none_or(|old| old.text != passage.text.trim())
            }
        });
        let edited = edited.map(|(ordinal, _)| ordinal).collect();
        document.metadata = Metadata { title: title.to_owned(), ..wanted.metadata };
        let last = document.passages.len() as u32;
        if wanted.answers.iter().any(|answer| answer.passage >= last) {
            return Err(EditorError::Bad("answers", "有一个准备好的问题指向不存在的段落，请重新选一段。".to_owned()));
        }
        document.answers = wanted.answers;
        document.source_sha256 = document::content_digest(&document);
        Ok(DraftContent { document, edited })
    }

    /// Publishes a draft and makes it searchable.
    pub(crate) async fn publish(
        &self,
        draft: &Draft,
        note: Option<&str>,
        actor: &Actor,
    ) -> Result<Publication, EditorError> {
        let document = &draft.content.document;
        if document.passages.is_empty() || document.metadata.title.trim().is_empty() {
            return Err(EditorError::Bad("passages", "还没有标题或正文，不能发布。".to_owned()));
        }
        check_answers(draft.kind, &document.answers)?;
        let today = self.assistant.today();
        let done = self.store().publish_draft(&draft.id, draft.version, note, today, actor).await?;
        if let Publication::Published { edition_id, .. } = &done {
            self.unstage(&draft.id).await;
            self.follow().await;
            let (editor, edition_id) = (self.clone(), edition_id.clone());
            tokio::spawn(async move {
                if let Err(error) = editor.find_conflicts(&edition_id).await {
                    tracing::warn!(error = format!("{error:#}"), "conflicts of {edition_id} were not looked for");
                }
            });
        }
        Ok(done)
    }

    /// Publishes an edition's text again, from today.
    pub(crate) async fn roll_back(
        &self,
        document_id: &str,
        edition_id: &str,
        reason: &str,
        actor: &Actor,
    ) -> Result<Publication, EditorError> {
        let today: Date = self.assistant.today();
        let Some(record) = self.store().document(document_id).await? else { return Ok(Publication::Gone) };
        if self.store().draft_of(document_id).await?.is_some() {
            let told = "这份文件有一份没发布的草稿。请先发布或删除草稿，再恢复旧版本。";
            return Err(EditorError::Bad("draft", told.to_owned()));
        }
        let (document, source_name, original) = self.text_of(edition_id).await?;
        let mut document = paper::again_from(document, today);
        document.metadata.title.clone_from(&record.title);
        let new = NewDraft {
            document_id: Some(document_id.to_owned()),
            community_id: record.community_id,
            kind: record.kind,
            content: DraftContent { document, edited: BTreeSet::new() },
            source_name,
            original,
            based_on: Some(edition_id.to_owned()),
            gap_id: None,
        };
        let draft = self.store().begin_draft(&new, actor).await?;
        self.publish(&draft, Some(reason), actor).await
    }

    /// Takes a document back.
    pub(crate) async fn withdraw(&self, document_id: &str, reason: &str, actor: &Actor) -> Result<usize> {
        let taken = self.store().withdraw_document(document_id, reason, actor).await?;
        self.follow().await;
        Ok(taken)
    }

    /// Publishes the drafts whose day has come.
    pub(super) async fn publish_due(&self) -> Result<()> {
        for id in self.store().drafts_due(self.assistant.today()).await? {
            let Some(draft) = self.store().draft(&id).await? else { continue };
            match self.publish(&draft, Some("到了定好的日子"), &Actor::program()).await {
                Ok(Publication::TitleTaken) => {
                    let note = "没能按时发布：同一个地方已有同名文件。请改标题或合并两份文件。";
                    self.store()
                        .move_draft(&id, draft.version, DraftState::InReview, None, Some(note), &Actor::program())
                        .await?;
                }
                Ok(_) => {}
                Err(EditorError::Internal(error)) => return Err(error),
                Err(told) => {
                    let note = format!("没能按时发布：{told}");
                    self.store()
                        .move_draft(&id, draft.version, DraftState::InReview, None, Some(&note), &Actor::program())
                        .await?;
                }
            }
        }
        Ok(())
    }
}

/// Whether the prepared questions and answers can be said.
fn check_answers(kind: DocumentKind, answers: &[PreparedAnswer]) -> Result<(), EditorError> {
    let bad = |told: String| Err(EditorError::Bad("answers", told));
    for answer in answers {
        let asked = !answer.questions.is_empty()
            && answer.questions.len() <= MOST_QUESTIONS
            && answer.questions.iter().all(|question| {
                !question.trim().is_empty() && question.chars().count() <= LONGEST_QUESTION
            });
        if !asked {
            return bad(format!(
                "每条答复要有 1 到 {MOST_QUESTIONS} 种问法，每种不超过 {LONGEST_QUESTION} 字，不能空着。"
            ));
        }
        let length = answer.answer.trim().chars().count();
        if length > LONGEST_ANSWER || (kind == DocumentKind::Answer && length == 0) {
            return bad(format!("请写答复（{LONGEST_ANSWER} 字以内）。"));
        }
    }
    Ok(())
}
