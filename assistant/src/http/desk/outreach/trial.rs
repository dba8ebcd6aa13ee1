//! Hearing an outreach before anybody else does.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{account, no_line, said};
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::desk::SignedIn;
use crate::http::problem::{AppResult, Problem};
use crate::outreach::{CallResult, NumberState, Purpose, Verdict, callable_from_desk};
use crate::phone::Number;
use crate::store::AuditEntry;

#[derive(Deserialize)]
pub(crate) struct Unsaid {
    community_id: String,
    purpose: Purpose,
    said: String,
}

#[derive(Serialize)]
pub(crate) struct Preview {
    /// What a call says, in order.
    script: Vec<String>,
}

pub(crate) async fn preview(
    State(state): State<AppState>,
    who: SignedIn,
    Body(text): Body<Unsaid>,
) -> AppResult<Json<Preview>> {
    who.require_at(state.assistant.store(), Permission::ReadFigures, &text.community_id).await?;
    let words = said(text.said)?;
    Ok(Json(Preview { script: state.outreaches.script(&text.community_id, text.purpose, &words, None).await? }))
}

#[derive(Deserialize)]
pub(crate) struct Trial {
    #[serde(flatten)]
    text: Unsaid,
    account: Option<String>,
    number: String,
}

/// How the one call ended.
#[derive(Serialize)]
pub(crate) struct TrialResult {
    result: CallResult,
    result_name: &'static str,
    heard_seconds: u32,
    verdict: Option<Verdict>,
    opted_out: bool,
}

/// Calls one number and answers when the call is over. Nobody's number is kept, and nobody comes on the list of those
/// who must not be called: this is a trial.
pub(crate) async fn call(
    State(state): State<AppState>,
    who: SignedIn,
    Body(trial): Body<Trial>,
) -> AppResult<Json<TrialResult>> {
    let store = state.assistant.store();
    let node = who.require_at(store, Permission::DispatchOrders, &trial.text.community_id).await?;
    let words = said(trial.text.said)?;
    let number = callable_from_desk(&trial.number).map_err(|problem| Problem::invalid("bad_number", problem))?;
    let number = Number::new(number);
    if store.opted_out(&node.path, &number).await? {
        return Err(Problem::conflict("opted_out", "这个号码的主人说过不要再打。请换一个号码试。"));
    }
    let account = account(&state, &node.id, trial.account).await?;
    let dial = state.outreaches.dial().ok_or_else(no_line)?;
    if dial.free() == 0 {
        return Err(Problem::unavailable("lines_busy", "电话线路都占着，请过一会儿再试。"));
    }
    let entry = AuditEntry {
        actor: &who.actor(),
        action: "outreach.trial",
        subject: format!("place:{}", node.id),
        community_id: Some(&node.id),
        details: json!({"number": number.to_string(), "purpose": trial.text.purpose}),
    };
    store.record(&entry).await?;
    let outcome =
        state.outreaches.try_out(&node.id, trial.text.purpose, &words, account.as_deref(), &number).await?;
    let outcome = outcome.ok_or_else(no_line)?;
    Ok(Json(TrialResult {
        result: outcome.result,
        result_name: NumberState::Ended(outcome.result).name(),
        heard_seconds: outcome.heard_seconds,
        verdict: outcome.verdict,
        opted_out: outcome.opted_out,
    }))
}
