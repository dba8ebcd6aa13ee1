//! The test bench: a question asked as a resident would, with every step to the answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use dialects::Variety;
use jiff::civil::Date;
use knowledge::{Features, Gate, IndexedAnswer, IndexedEdition, Scores};
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::Editor;
use crate::conversation::answerability::Answerability;
use crate::conversation::{
    Composition, Disposition, Reason, Rehearsal, Rehearsed, Rewording, Sentence, Source,
};
use crate::store::{Draft, Named, RuleEffect, SearchRule};

/// Everything between a question and what would be said.
#[derive(Debug, Serialize)]
pub(crate) struct Bench {
    question: String,
    understood: UnderstoodPage,
    intent: &'static str,
    searched: String,
    evidence: Vec<Found>,
    verified: Option<VerifiedPage>,
    gate: GatePage,
    reply: ReplyPage,
    dropped: Vec<Dropped>,
    rules: Vec<SearchRule>,
    timings_ms: BTreeMap<String, u64>,
}

/// The reply as a resident's page has it.
#[derive(Debug, Serialize)]
struct ReplyPage {
    disposition: Disposition,
    reason: Option<Reason>,
    composition: Composition,
    verified: bool,
    quoted: bool,
    sentences: Vec<Sentence>,
    passages: Vec<Source>,
    suggestions: Vec<String>,
    understood: Option<String>,
}

#[derive(Debug, Serialize)]
struct UnderstoodPage {
    text: String,
    rewritten: bool,
    doubtful: bool,
    variety: Option<&'static str>,
    changes: Vec<Rewording>,
}

#[derive(Debug, Serialize)]
struct Found {
    edition: String,
    document_id: String,
    title: String,
    community: Named,
    locator: String,
    headings: Vec<String>,
    ordinal: u32,
    text: String,
    matched_words: Vec<String>,
    scores: Scores,
    pinned: bool,
    excluded: bool,
}

#[derive(Debug, Serialize)]
struct VerifiedPage {
    document_id: String,
    edition: String,
    title: String,
    question: String,
    similarity: f32,
    answer: String,
}

#[derive(Debug, Serialize)]
struct GatePage {
    sufficient: bool,
    probability: f32,
    threshold: f32,
    features: Vec<FeaturePage>,
    /// What the writer made of it, where the gate was in doubt and it was asked.
    judged: Option<JudgedPage>,
}

#[derive(Debug, Serialize)]
struct JudgedPage {
    sufficient: bool,
    probability: f32,
    threshold: f32,
}

#[derive(Debug, Serialize)]
struct FeaturePage {
    name: &'static str,
    label: &'static str,
    value: f32,
    weight: f32,
}

#[derive(Debug, Serialize)]
struct Dropped {
    text: String,
}

/// What each feature of the gate is, in the order of [`Features::NAMES`].
const FEATURE_LABELS: [&str; Features::NAMES.len()] = [
    "意思最近的一段有多近",
    "它比其余的近多少",
    "问句里的词有多少能找到",
    "两字组合有多少能找到",
    "最好的一段含多少问句的词",
    "几种找法是否都指向同一处",
    "最像的准备好的问题有多像",
    "标题对不对得上",
    "最好的一段综合分",
    "它领先第十名多少",
];

impl Editor {
    /// Asks a question as a resident of a place would on a day, with a draft as if it were published.
    pub(crate) async fn bench(
        &self,
        community: &str,
        question: &str,
        on: Option<Date>,
        variety: Option<Variety>,
        spoken: bool,
        draft: Option<&Draft>,
    ) -> Result<Bench> {
        let on = on.unwrap_or_else(|| self.assistant.today());
        let (preview, without) = match draft {
            Some(draft) => self.staged(draft, on).await?,
            None => (None, Vec::new()),
        };
        let rehearsal = Rehearsal {
            community: community.to_owned(),
            question: question.to_owned(),
            on,
            variety,
            spoken,
            preview,
            without,
            writes: true,
            as_question: false,
        };
        let rehearsed = self.assistant.rehearse(&rehearsal).await?;
        Ok(page(question, draft, rehearsed))
    }

    /// Makes a draft searchable for whoever tries it; gives the community that it is found in and
    /// the editions that it would replace on that day.
    pub(super) async fn staged(&self, draft: &Draft, on: Date) -> Result<(Option<String>, Vec<String>)> {
        let document = &draft.content.document;
        let begins = document.metadata.effective_on.or(document.metadata.version_date);
        let mut without = Vec::new();
        if let Some(document_id) = &draft.document_id
            && begins.is_none_or(|day| day <= on)
        {
            let editions = self.assistant.store().editions(document_id, on).await?;
            without.extend(editions.into_iter().map(|edition| edition.id));
        }
        let mut staged = self.staged.lock().await;
        let community = match staged.get(&draft.id) {
            Some((version, community)) if *version == draft.version => community.clone(),
            _ => {
                let edition = IndexedEdition {
                    edition_id: draft.id.clone(),
                    document_id: draft.document_id.clone().unwrap_or_else(|| draft.id.clone()),
                    community_id: draft.community_id.clone(),
                    metadata: document.metadata.clone(),
                    passages: document.passages.clone(),
                    answers: document
                        .answers
                        .iter()
                        .enumerate()
                        .map(|(place, answer)| IndexedAnswer {
                            answer_id: format!("{} {place}", draft.id),
                            questions: answer.questions.clone(),
                            answer: answer.answer.clone(),
                            passage_ordinal: Some(answer.passage),
                            spoken: answer.spoken.clone(),
                            sources: answer.sources.clone(),
                        })
                        .collect(),
                };
                let library = Arc::clone(self.assistant.library());
                let name = draft.id.clone();
                let community = spawn_blocking(move || library.stage(&name, &[edition], &mut |_| ()))
                    .await
                    .context("the draft could not be made searchable")??;
                staged.insert(draft.id.clone(), (draft.version, community.clone()));
                community
            }
        };
        Ok((Some(community), without))
    }

    /// Takes away what was staged of a draft that is gone.
    pub(super) async fn unstage(&self, draft_id: &str) {
        if self.staged.lock().await.remove(draft_id).is_none() {
            return;
        }
        self.unstage_all(vec![draft_id.to_owned()]).await;
    }

    /// Takes away what a stop left staged.
    pub async fn tidy(&self) {
        let left = self.assistant.library().staged();
        self.unstage_all(left).await;
    }

    async fn unstage_all(&self, names: Vec<String>) {
        let library = Arc::clone(self.assistant.library());
        let done = spawn_blocking(move || library.unstage(&names)).await;
        if let Ok(Err(error)) = done {
            // Nobody finds what is staged without naming it; the next start tries again.
            tracing::warn!(%error, "a draft that was tried is still in the index");
        }
    }
}

fn page(question: &str, draft: Option<&Draft>, rehearsed: Rehearsed) -> Bench {
    let Rehearsed { understood, intent, searched, found, judged, rules, reply, lineage } = rehearsed;
    let place = |id: &str| {
        let known = lineage.iter().find(|node| node.id == id);
        Named { id: id.to_owned(), name: known.map_or_else(|| "这份草稿".to_owned(), |node| node.name.clone()) }
    };
    let excluded = |document: &str, locator: &str| {
        rules.iter().any(|rule| {
            rule.effect == RuleEffect::Exclude && rule.document_id == document && rule.locator == locator
        })
    };
    let document_of = |id: &str| match draft {
        Some(draft) if draft.id == id => draft.document_id.clone().unwrap_or_else(|| id.to_owned()),
        _ => id.to_owned(),
    };
    let evidence = found
        .evidence
        .into_iter()
        .map(|one| Found {
            excluded: excluded(&one.document_id, &one.passage.locator),
            document_id: document_of(&one.document_id),
            edition: one.edition_id,
            title: one.title,
            community: place(&one.community_id),
            locator: one.passage.locator,
            headings: one.passage.headings,
            ordinal: one.passage.ordinal,
            text: one.passage.text,
            matched_words: one.matched_words,
            scores: one.scores,
            pinned: one.pinned,
        })
        .collect();
    let verified = found.answers.into_iter().next().map(|answer| VerifiedPage {
        document_id: answer.document_id,
        edition: answer.edition_id,
        title: answer.title,
        question: answer.matched_question,
        similarity: answer.score,
        answer: answer.answer,
    });
    let gate = Gate::calibrated().calibration(&found.gate.features);
    let weight = |name: &str| gate.weights.iter().find(|one| one.feature == name).map_or(0.0, |one| one.weight);
    let features = Features::NAMES
        .into_iter()
        .zip(FEATURE_LABELS)
        .zip(found.gate.features.values)
        .map(|((name, label), value)| FeaturePage { name, label, value, weight: weight(name) })
        .collect();
    let threshold = Answerability::calibrated().threshold;
    let judged = judged.map(|probability| JudgedPage { sufficient: probability >= threshold, probability, threshold });
    Bench {
        question: question.to_owned(),
        understood: UnderstoodPage {
            text: understood.text,
            rewritten: understood.rewritten,
            doubtful: understood.doubtful,
            variety: understood.variety.map(Variety::id),
            changes: understood.changes,
        },
        intent,
        searched,
        evidence,
        verified,
        gate: GatePage {
            sufficient: found.gate.sufficient,
            probability: found.gate.probability,
            threshold: gate.threshold,
            features,
            judged,
        },
        dropped: reply.dropped.iter().map(|text| Dropped { text: text.clone() }).collect(),
        timings_ms: reply.timings_ms.clone(),
        reply: ReplyPage {
            disposition: reply.disposition,
            reason: reply.reason,
            composition: reply.composition,
            verified: reply.composition == Composition::Verified,
            quoted: reply.composition == Composition::Quoted,
            sentences: reply.sentences,
            passages: reply.sources,
            suggestions: reply.suggestions,
            understood: reply.understood,
        },
        rules,
    }
}
