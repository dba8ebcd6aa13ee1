//! The test bench.

use axum::Json;
use axum::extract::State;
use dialects::Variety;
use jiff::civil::Date;
use serde::Deserialize;

use super::{SignedIn, gone, readable};
use crate::editor::Bench;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};

#[derive(Deserialize)]
pub(crate) struct Trial {
    community_id: String,
    question: String,
    on: Option<Date>,
    variety: Option<String>,
    #[serde(default)]
    spoken: bool,
    draft: Option<String>,
}

/// Longest question, in characters: as long as a resident's message may be.
const LONGEST: usize = 1_000;

pub(crate) async fn run(
    State(state): State<AppState>,
    who: SignedIn,
    Body(trial): Body<Trial>,
) -> AppResult<Json<Bench>> {
    let store = state.assistant.store();
    let community = readable(&who, store, &trial.community_id).await?;
    let question = trial.question.trim();
    if question.is_empty() || question.chars().count() > LONGEST {
        return Err(Problem::invalid("question_missing", "请写一个问题（一千字以内）。"));
    }
    let variety = match trial.variety.filter(|id| !id.is_empty()) {
        Some(id) => Some(id.parse::<Variety>().map_err(|_| Problem::invalid("no_such_variety", "没有这种方言。"))?),
        None => None,
    };
    let draft = match trial.draft.filter(|id| !id.is_empty()) {
        Some(id) => {
            let draft = store.draft(&id).await?.ok_or_else(gone)?;
            readable(&who, store, &draft.community_id).await?;
            Some(draft)
        }
        None => None,
    };
    let bench =
        state.editor.bench(&community.id, question, trial.on, variety, trial.spoken, draft.as_ref()).await?;
    Ok(Json(bench))
}
