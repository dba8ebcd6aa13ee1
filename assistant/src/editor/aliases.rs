//! Other ways of asking a question: as residents put it, and as the model would. A person accepts each.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::Editor;
use crate::privacy::mask_text;
use crate::store::Draft;

/// Cosine from which on a resident's question may be the same.
const LIKE: f32 = 0.92;
/// Ways of asking that are shown.
const MOST: usize = 20;

/// Suggested ways of asking.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Aliases {
    from_conversations: Vec<Asked>,
    by_model: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Asked {
    text: String,
    count: usize,
    last_at: i64,
}

impl Editor {
    /// Ways of asking the draft's questions that it does not have yet.
    pub(crate) async fn aliases(&self, draft: &Draft) -> Result<Aliases> {
        let questions: Vec<String> =
            draft.content.document.answers.iter().flat_map(|answer| answer.questions.clone()).collect();
        if questions.is_empty() {
            return Ok(Aliases::default());
        }
        let path = self.assistant.store().community(&draft.community_id).await?.path;
        let said = self.assistant.store().recent_questions(&path).await?;
        let mut counted: HashMap<String, (usize, i64)> = HashMap::new();
        for (text, at) in said {
            let entry = counted.entry(mask_text(text.trim())).or_default();
            entry.0 += 1;
            entry.1 = entry.1.max(at);
        }
        let texts: Vec<String> = counted.keys().filter(|text| !questions.contains(text)).cloned().collect();
        let library = Arc::clone(self.assistant.library());
        let wanted = questions.clone();
        let near = spawn_blocking(move || -> Result<Vec<(String, f32)>> {
            let own: Vec<&str> = wanted.iter().map(String::as_str).collect();
            let own = library.question_vectors(&own)?;
            let mut near = Vec::new();
            for text in texts {
                let vector = library.question_vector(&text)?;
                let likeness = own
                    .iter()
                    .map(|other| vector.iter().zip(other).map(|(one, other)| one * other).sum::<f32>())
                    .fold(0.0, f32::max);
                if likeness >= LIKE {
                    near.push((text, likeness));
                }
            }
            near.sort_by(|one, other| other.1.total_cmp(&one.1));
            near.truncate(MOST);
            Ok(near)
        })
        .await
        .context("the questions could not be compared")??;
        let from_conversations = near
            .into_iter()
            .map(|(text, _)| {
                let (count, last_at) = counted.get(&text).copied().unwrap_or_default();
                Asked { text, count, last_at }
            })
            .collect();
        let mut by_model = self.assistant.paraphrases(&questions[0]).await?;
        by_model.retain(|text| !questions.contains(text));
        Ok(Aliases { from_conversations, by_model })
    }
}
