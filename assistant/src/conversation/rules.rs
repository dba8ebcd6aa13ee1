//! What administrators decided about single questions: passages that answer them, and passages
//! that never do.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use knowledge::SourceRef;
use tokio::task::spawn_blocking;

use super::assistant::Assistant;
use crate::store::{Community, RuleEffect, SearchRule};

/// Cosine from which on a rule's question is the one that was asked.
const SAME: f32 = 0.95;

/// The rules that hold for a question.
#[derive(Debug, Default)]
pub(super) struct Ruled {
    pub(super) pinned: Vec<SourceRef>,
    pub(super) excluded: Vec<SourceRef>,
    pub(super) applied: Vec<SearchRule>,
}

impl Assistant {
    /// The rules of these nodes that hold for this question.
    pub(super) async fn ruled(&self, lineage: &[Community], question: &str) -> Result<Ruled> {
        let mut rules = self.store.all_search_rules().await?;
        rules.retain(|rule| lineage.iter().any(|node| node.id == rule.community.id));
        if rules.is_empty() {
            return Ok(Ruled::default());
        }
        let library = Arc::clone(&self.library);
        let asked = question.to_owned();
        let applied = spawn_blocking(move || -> Result<Vec<SearchRule>> {
            let named: Vec<&str> = rules.iter().filter_map(|rule| rule.question.as_deref()).collect();
            let vector = library.question_vector(&asked)?;
            let theirs = if named.is_empty() { Vec::new() } else { library.question_vectors(&named)? };
            let mut theirs = theirs.into_iter();
            let mut applied = Vec::new();
            for rule in rules {
                let holds = match &rule.question {
                    None => true,
                    Some(question) => {
                        let near = theirs.next().is_some_and(|other| cosine(&vector, &other) >= SAME);
                        near || plain(question) == plain(&asked)
                    }
                };
                if holds {
                    applied.push(rule);
                }
            }
            Ok(applied)
        })
        .await
        .context("the look at the rules was cut off")??;
        let mut ruled = Ruled::default();
        for rule in &applied {
            let passages = self.store.passages_at(&rule.document_id, &rule.locator).await?;
            match rule.effect {
                RuleEffect::Pin => ruled.pinned.extend(passages),
                RuleEffect::Exclude => ruled.excluded.extend(passages),
            }
        }
        ruled.applied = applied;
        Ok(ruled)
    }
}

/// Both have length 1.
fn cosine(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// The words without marks and blanks.
fn plain(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).collect()
}
