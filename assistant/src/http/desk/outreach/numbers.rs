//! The numbers of an outreach: pasted, listed, taken away with their results.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::find;
use crate::accounts::Permission;
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::desk::SignedIn;
use crate::http::desk::figures::csv;
use crate::http::problem::{AppResult, Problem};
use crate::outreach::{
    CallResult, NumberState, Outreach, OutreachNumber, OutreachState, Pasted, RefusedLine, Verdict,
};
use crate::store::AuditEntry;

/// Largest pasted text, in bytes.
pub(super) const LARGEST: usize = 2 * 1024 * 1024;
/// Most numbers of one outreach.
const MOST: i64 = 20_000;
/// Numbers of a page.
const PAGE: u32 = 50;
/// Numbers that an export reads at once.
const BATCH: u32 = 1000;

#[derive(Deserialize)]
pub(crate) struct PastedText {
    text: String,
}

/// What was read of what was pasted.
#[derive(Serialize)]
pub(crate) struct Report {
    /// Numbers that will be called.
    added: usize,
    /// Lines whose number was on the list already.
    known: Vec<usize>,
    /// Lines that nobody is called for, and why.
    refused: Vec<RefusedLine>,
    /// Numbers in all now.
    total: i64,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(pasted): Body<PastedText>,
) -> AppResult<Json<Report>> {
    let store = state.assistant.store();
    let outreach = find(&state, &who, Permission::DispatchOrders, &id).await?;
    if outreach.automatic {
        return Err(Problem::conflict("automatic", "自动回访的号码来自办结的工单，不用自己加。"));
    }
    if matches!(outreach.state, OutreachState::Finished | OutreachState::Stopped) {
        return Err(Problem::conflict("outreach_over", "这个任务已经结束，请新建一个。"));
    }
    let before = store.outreach_progress(&id).await?.total;
    let mut pasted = Pasted::read(&pasted.text);
    if before + pasted.numbers.len() as i64 > MOST {
        return Err(Problem::invalid("too_many_numbers", "一个任务最多 20000 个号码，请分成几个任务。"));
    }
    let mut kept = Vec::with_capacity(pasted.numbers.len());
    for number in pasted.numbers {
        if store.opted_out(&outreach.place_path, &number.number).await? {
            let reason = "本人说过不要再打，不会拨打。".to_owned();
            pasted.refused.push(RefusedLine { line: number.line, text: number.number.to_string(), reason });
        } else {
            kept.push(number);
        }
    }
    pasted.refused.sort_by_key(|one| one.line);
    let added = store.add_outreach_numbers(&outreach, &kept, &who.actor()).await?;
    let total = before + added.added as i64;
    Ok(Json(Report { added: added.added, known: added.known, refused: pasted.refused, total }))
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    after: i64,
    state: Option<String>,
    #[serde(default)]
    whole: bool,
}

/// A number as it is shown.
#[derive(Serialize)]
pub(crate) struct NumberLine {
    position: i64,
    number: String,
    name: Option<String>,
    state: NumberState,
    state_name: &'static str,
    attempts: u32,
    due_at: i64,
    last_result: Option<String>,
    called_at: Option<i64>,
    heard_seconds: u32,
    verdict: Option<Verdict>,
    work_order: Option<String>,
    conversation_id: Option<String>,
}

impl NumberLine {
    fn new(number: OutreachNumber, whole: bool) -> Self {
        let first = |name: String| name.chars().next().map(|first| format!("{first}**"));
        Self {
            position: number.position,
            number: if whole { number.number.whole().to_owned() } else { number.number.to_string() },
            name: if whole { number.name } else { number.name.and_then(first) },
            state: number.state,
            state_name: number.state.name(),
            attempts: number.attempts,
            due_at: number.due_at,
            last_result: number.last_result,
            called_at: number.called_at,
            heard_seconds: number.heard_seconds,
            verdict: number.verdict,
            work_order: number.work_order,
            conversation_id: number.conversation_id,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct NumberList {
    numbers: Vec<NumberLine>,
    /// To be given as `after` for the next page; null on the last.
    next: Option<i64>,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> AppResult<Json<NumberList>> {
    let outreach = find(&state, &who, Permission::ReadContacts, &id).await?;
    let store = state.assistant.store();
    let standing = wanted.state.as_deref().filter(|state| !state.is_empty()).map(|name| {
        NumberState::named(name).ok_or_else(|| Problem::invalid("bad_state", "没有这种结果，请刷新页面再选。"))
    });
    let page = store.outreach_numbers(&id, standing.transpose()?, wanted.after, PAGE).await?;
    if wanted.whole {
        note(&state, &who, &outreach, "outreach.numbers_read", page.numbers.len()).await?;
    }
    let numbers = page.numbers.into_iter().map(|number| NumberLine::new(number, wanted.whole)).collect();
    Ok(Json(NumberList { numbers, next: page.next }))
}

async fn note(state: &AppState, who: &SignedIn, outreach: &Outreach, action: &str, count: usize) -> AppResult<()> {
    let entry = AuditEntry {
        actor: &who.actor(),
        action,
        subject: format!("outreach:{}", outreach.id),
        community_id: Some(&outreach.community_id),
        details: json!({"numbers": count}),
    };
    Ok(state.assistant.store().record(&entry).await?)
}

/// What came of every number, as CSV, numbers whole.
pub(crate) async fn results(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Response> {
    let outreach = find(&state, &who, Permission::DispatchOrders, &id).await?;
    let store = state.assistant.store();
    let time = state.assistant.work_orders().time_at(&outreach.community_id).await?;
    let clock = |at: i64| {
        let at = Timestamp::from_millisecond(at).ok()?;
        Some(at.to_zoned(time.zone().clone()).strftime("%Y-%m-%d %H:%M").to_string())
    };
    let head = ["序号", "姓名", "号码", "结果", "打了几次", "最后一次", "听了几秒", "解决没有", "满意度", "原话", "工单号"];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    let mut after = 0;
    loop {
        let page = store.outreach_numbers(&id, None, after, BATCH).await?;
        for number in page.numbers {
            let verdict = number.verdict.as_ref();
            let last = number.last_result.as_deref().and_then(NumberState::named).map(NumberState::name);
            let result = match (number.state, last) {
                (NumberState::Waiting, Some(last)) => format!("{}（上次{last}）", number.state.name()),
                _ => number.state.name().to_owned(),
            };
            lines.push(vec![
                number.position.to_string(),
                number.name.unwrap_or_default(),
                number.number.whole().to_owned(),
                result,
                number.attempts.to_string(),
                number.called_at.and_then(clock).unwrap_or_default(),
                if number.state == NumberState::Ended(CallResult::Reached) || number.heard_seconds > 0 {
                    number.heard_seconds.to_string()
                } else {
                    String::new()
                },
                verdict.map_or("", |verdict| if verdict.solved { "已解决" } else { "没解决" }).to_owned(),
                verdict.and_then(|verdict| verdict.satisfaction).map_or("", |one| one.name()).to_owned(),
                verdict.and_then(|verdict| verdict.note.clone()).unwrap_or_default(),
                number.work_order.unwrap_or_default(),
            ]);
        }
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    note(&state, &who, &outreach, "outreach.export", lines.len() - 1).await?;
    Ok(csv(&lines, "attachment; filename=\"outreach.csv\""))
}
