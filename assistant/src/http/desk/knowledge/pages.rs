//! Drafts and editions as the pages show them.

use jiff::civil::Date;
use knowledge::{Metadata, Origin, Passage, PreparedAnswer, Warning};
use serde::{Deserialize, Serialize};

use super::super::SignedIn;
use crate::accounts::Permission;
use crate::editor::{May, may};
use crate::http::AppState;
use crate::http::problem::AppResult;
use crate::store::{DocumentKind, Draft, DraftState, Named, Original, Person};

/// A passage.
#[derive(Serialize)]
pub(super) struct PassagePage {
    ordinal: u32,
    headings: Vec<String>,
    locator: String,
    text: String,
    origin: Origin,
    edited: bool,
}

impl PassagePage {
    pub(super) fn new(passage: Passage, edited: bool) -> Self {
        Self {
            ordinal: passage.ordinal,
            headings: passage.headings,
            locator: passage.locator,
            text: passage.text,
            origin: passage.origin,
            edited,
        }
    }
}

/// A passage that carries an answer.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SourcePage {
    pub(super) edition: String,
    pub(super) ordinal: u32,
    #[serde(default, skip_deserializing)]
    title: Option<String>,
    #[serde(default, skip_deserializing)]
    locator: Option<String>,
    #[serde(default, skip_deserializing)]
    quote: Option<String>,
}

/// A question with its answer.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct AnswerPage {
    pub(super) questions: Vec<String>,
    #[serde(default)]
    pub(super) answer: String,
    #[serde(default)]
    pub(super) spoken: Option<String>,
    #[serde(default)]
    pub(super) passage: Option<u32>,
    #[serde(default)]
    pub(super) sources: Vec<SourcePage>,
}

impl AnswerPage {
    /// With the words of its sources, for whoever edits it.
    pub(super) async fn of(state: &AppState, answer: PreparedAnswer) -> AppResult<Self> {
        let mut sources = Vec::new();
        for source in answer.sources {
            let edition = state.assistant.store().edition(&source.edition_id).await?;
            let title = edition.as_ref().map(|edition| edition.record.metadata.title.clone());
            let passage = edition.and_then(|edition| {
                edition.passages.into_iter().find(|passage| passage.ordinal == source.ordinal)
            });
            let (locator, quote) = passage.map(|passage| (passage.locator, passage.text)).unzip();
            sources.push(SourcePage { edition: source.edition_id, ordinal: source.ordinal, title, locator, quote });
        }
        Ok(Self {
            questions: answer.questions,
            answer: answer.answer,
            spoken: answer.spoken,
            passage: Some(answer.passage),
            sources,
        })
    }

    pub(super) fn into_answer(self) -> PreparedAnswer {
        let spoken = crate::http::body::filled(self.spoken);
        let source = |source: SourcePage| knowledge::SourceRef { edition_id: source.edition, ordinal: source.ordinal };
        PreparedAnswer {
            questions: self.questions.into_iter().map(|question| question.trim().to_owned()).collect(),
            answer: self.answer.trim().to_owned(),
            passage: self.passage.unwrap_or(0),
            spoken,
            sources: self.sources.into_iter().map(source).collect(),
        }
    }
}

/// A file as it was uploaded.
#[derive(Serialize)]
pub(super) struct OriginalPage {
    #[serde(flatten)]
    original: Original,
    url: String,
}

impl OriginalPage {
    pub(super) fn new(original: Original) -> Self {
        let url = format!("/api/desk/knowledge/originals/{}", original.sha256);
        Self { original, url }
    }
}

#[derive(Serialize)]
struct SameTitle {
    document_id: String,
    title: String,
}

/// A draft.
#[derive(Serialize)]
pub(super) struct DraftPage {
    id: String,
    kind: DocumentKind,
    document_id: Option<String>,
    community: Named,
    state: DraftState,
    version: i64,
    metadata: Metadata,
    passages: Vec<PassagePage>,
    answers: Vec<AnswerPage>,
    warnings: Vec<Warning>,
    source_name: String,
    original: Option<OriginalPage>,
    based_on: Option<String>,
    publish_on: Option<Date>,
    review_note: Option<String>,
    four_eyes: bool,
    author: Option<Person>,
    updated_by: Option<Person>,
    updated_at: i64,
    created_at: i64,
    same_title: Option<SameTitle>,
    may: May,
}

impl DraftPage {
    pub(super) async fn new(state: &AppState, who: &SignedIn, draft: Draft) -> AppResult<Self> {
        let store = state.assistant.store();
        let community = store.community(&draft.community_id).await?;
        let four_eyes = store.four_eyes(&community.path).await?;
        let allowed = may(
            &draft,
            Some(&who.account.id),
            who.may(Permission::WriteKnowledge, &community.path),
            who.may(Permission::PublishKnowledge, &community.path),
            four_eyes,
        );
        let mut people = Vec::new();
        for id in [&draft.author_id, &draft.updated_by] {
            people.push(match id {
                Some(id) => store.find_account(id).await?.map(|account| account.person()),
                None => None,
            });
        }
        let updated_by = people.pop().flatten();
        let author = people.pop().flatten();
        let document = draft.content.document;
        let there = store.document_titled(&draft.community_id, &document.metadata.title).await?;
        let same_title = there
            .filter(|there| draft.document_id.as_ref() != Some(there))
            .map(|document_id| SameTitle { document_id, title: document.metadata.title.clone() });
        let mut answers = Vec::new();
        for answer in document.answers {
            answers.push(AnswerPage::of(state, answer).await?);
        }
        let edited = draft.content.edited;
        Ok(Self {
            id: draft.id,
            kind: draft.kind,
            document_id: draft.document_id,
            community: Named { id: community.id, name: community.name },
            state: draft.state,
            version: draft.version,
            metadata: document.metadata,
            passages: document
                .passages
                .into_iter()
                .map(|passage| {
                    let changed = edited.contains(&passage.ordinal);
                    PassagePage::new(passage, changed)
                })
                .collect(),
            answers,
            warnings: document.warnings,
            source_name: draft.source_name,
            original: draft.original.map(OriginalPage::new),
            based_on: draft.based_on,
            publish_on: draft.publish_on,
            review_note: draft.review_note,
            four_eyes,
            author,
            updated_by,
            updated_at: draft.updated_at,
            created_at: draft.created_at,
            same_title,
            may: allowed,
        })
    }
}
