//! Collections: documents with questions of which it is known what document answers them, if any.
//!
//! Two of the evaluation data, and those that a site lays into `collections/NAME` of its data folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use jiff::civil::Date;
use knowledge::document::{Limits, from_text};
use knowledge::{IndexedEdition, Metadata};
use serde::{Deserialize, Serialize};

use crate::collections::{COMMUNITY, TODAY};
use crate::data;
use crate::suites::Setting;

/// Where a site's own collections stand in the data folder.
pub(crate) const OWN: &str = "collections";

/// Documents and questions.
pub(crate) struct Collection {
    pub(crate) name: String,
    pub(crate) documents: Vec<Document>,
    pub(crate) questions: Vec<Question>,
}

/// A document.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) text: String,
}

/// A question; `gold` are the documents that answer it, and none where nothing does.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the field of the file")]
pub(crate) struct Question {
    pub(crate) id: String,
    pub(crate) question: String,
    pub(crate) gold: Vec<String>,
}

/// A question about one passage, as reading comprehension sets have it.
#[derive(Deserialize)]
struct Comprehension {
    id: String,
    question: String,
    gold_ids: Vec<String>,
    #[serde(default)]
    unanswerable: bool,
}

#[derive(Deserialize)]
struct ComprehensionPassage {
    id: String,
    #[serde(alias = "casename")]
    title: String,
    text: String,
}

/// Every collection that the data holds and the setting wants.
pub(crate) fn all(setting: &Setting) -> Result<Vec<Collection>> {
    let mut all = Vec::new();
    for (name, folder, ending) in [("cjrc", "qa/cjrc_cail2019", "_civil"), ("cmrc", "qa/cmrc2018", "")] {
        let folder = setting.data.join(folder);
        if setting.wants(name) && folder.is_dir() {
            let questions = folder.join(format!("dev_questions{ending}.jsonl"));
            all.push(comprehension(name, &folder.join(format!("dev_passages{ending}.jsonl.gz")), &questions)?);
        }
    }
    for name in own(&setting.data) {
        if setting.wants(&name) {
            let folder = setting.data.join(OWN).join(&name);
            all.push(Collection::read(&name, &folder)?);
        }
    }
    Ok(all)
}

/// Names of the collections that [`all`] would read.
pub(crate) fn names(setting: &Setting) -> Vec<String> {
    let sets = [("cjrc", "qa/cjrc_cail2019"), ("cmrc", "qa/cmrc2018")];
    let sets = sets.into_iter().filter(|(_, folder)| setting.data.join(folder).is_dir());
    let names = sets.map(|(name, _)| name.to_owned()).chain(own(&setting.data));
    names.filter(|name| setting.wants(name)).collect()
}

fn own(data: &Path) -> Vec<String> {
    let entries = fs::read_dir(data.join(OWN)).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().join("questions.jsonl").exists());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

fn comprehension(name: &str, passages: &Path, questions: &Path) -> Result<Collection> {
    let documents = data::lines(passages)?.into_iter().map(|one: ComprehensionPassage| Document {
        id: one.id,
        title: one.title,
        text: one.text,
    });
    let questions = data::lines(questions)?.into_iter().map(|one: Comprehension| Question {
        id: one.id,
        question: one.question,
        gold: if one.unanswerable { Vec::new() } else { one.gold_ids },
    });
    Collection::checked(name, documents.collect(), questions.collect())
}

impl Collection {
    /// Reads `documents.jsonl` and `questions.jsonl` of a folder.
    pub(crate) fn read(name: &str, folder: &Path) -> Result<Self> {
        let documents = data::lines(&folder.join("documents.jsonl"))?;
        Self::checked(name, documents, data::lines(&folder.join("questions.jsonl"))?)
            .with_context(|| format!("the collection in {}", folder.display()))
    }

    fn checked(name: &str, documents: Vec<Document>, questions: Vec<Question>) -> Result<Self> {
        ensure!(!documents.is_empty(), "{name} has no document");
        ensure!(!questions.is_empty(), "{name} has no question");
        let mut ids = BTreeSet::new();
        for document in &documents {
            ensure!(ids.insert(document.id.as_str()), "the document {:?} stands twice", document.id);
            ensure!(!document.text.trim().is_empty(), "the document {:?} has no text", document.id);
        }
        let mut asked = BTreeSet::new();
        for question in &questions {
            ensure!(asked.insert(question.id.as_str()), "the question {:?} stands twice", question.id);
            ensure!(!question.question.trim().is_empty(), "the question {:?} asks nothing", question.id);
            if let Some(unknown) = question.gold.iter().find(|gold| !ids.contains(gold.as_str())) {
                bail!("the question {:?} names the document {unknown:?}, which there is not", question.id);
            }
        }
        Ok(Self {
            name: name.to_owned(),
            documents,
            questions,
        })
    }

    /// Name of its index, apart from those of the program's own.
    pub(crate) fn index(&self) -> String {
        format!("collection-{}", self.name)
    }

    /// The documents as the library takes them; an edition is named as its document.
    pub(crate) fn editions(&self) -> Result<Vec<IndexedEdition>> {
        self.documents
            .iter()
            .map(|document| {
                let read = from_text(&document.title, &document.text, &Limits::default())
                    .with_context(|| format!("reading the document {:?}", document.id))?;
                Ok(IndexedEdition {
                    edition_id: document.id.clone(),
                    document_id: document.id.clone(),
                    community_id: COMMUNITY.to_owned(),
                    metadata: Metadata {
                        effective_on: read.metadata.effective_on.filter(|day: &Date| *day <= TODAY),
                        ..read.metadata
                    },
                    passages: read.passages,
                    answers: Vec::new(),
                })
            })
            .collect()
    }

    /// The questions that a document answers.
    pub(crate) fn answered(&self) -> Vec<Question> {
        self.questions.iter().filter(|question| !question.gold.is_empty()).cloned().collect()
    }

    /// The questions that no document answers.
    pub(crate) fn unanswered(&self) -> Vec<Question> {
        self.questions.iter().filter(|question| question.gold.is_empty()).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_that_does_not_fit_says_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let read = |documents: &str, questions: &str| {
            fs::write(folder.path().join("documents.jsonl"), documents).unwrap();
            fs::write(folder.path().join("questions.jsonl"), questions).unwrap();
            Collection::read("own", folder.path()).map_err(|error| format!("{error:#}"))
        };
        let document = r#"{"id":"a","title":"停车","text":"停车找物业。"}"#;
        let question = r#"{"id":"1","question":"停车找谁？","gold":["a"]}"#;
        assert_eq!(read(document, question).map(|read| read.answered().len()), Ok(1));
        for (documents, questions, expected) in [
            (document, r#"{"id":"1","question":"停车找谁？","gold":["b"]}"#, "which there is not"),
            (document, r#"{"id":"1","frage":"停车找谁？","gold":[]}"#, "line 1"),
            (&format!("{document}\n{document}"), question, "stands twice"),
            (document, "", "no question"),
        ] {
            let error = read(documents, questions).map(|_| ()).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
