//! 智能外呼: lists of numbers that are called, what came of it, and who must not be called.

mod numbers;
mod opt_outs;
mod trial;

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::SignedIn;
use crate::accounts::{Permission, is_within};
use crate::http::AppState;
use crate::http::body::{Body, filled};
use crate::http::problem::{AppResult, Problem};
use crate::outreach::{
    LONGEST_TEXT, LONGEST_TITLE, Outreach, OutreachState, OutreachText, Progress, Purpose, Rules,
};
use crate::store::Community;

/// Longest time that a finished order waits before its resident is called, in hours: a day before it is put away.
const LONGEST_WAIT: u32 = 144;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/desk/outreach", get(list).post(add))
        .route("/api/desk/outreach/preview", post(trial::preview))
        .route("/api/desk/outreach/trial", post(trial::call))
        .route("/api/desk/outreach/follow-up", put(set_follow_up))
        .route("/api/desk/outreach/opt-outs", get(opt_outs::list).post(opt_outs::add))
        .route("/api/desk/outreach/opt-outs/{id}/removal", post(opt_outs::remove))
        .route("/api/desk/outreach/{id}", get(show).patch(edit))
        .route("/api/desk/outreach/{id}/state", put(set_state))
        .route(
            "/api/desk/outreach/{id}/numbers",
            get(numbers::list).post(numbers::add).layer(DefaultBodyLimit::max(numbers::LARGEST)),
        )
        .route("/api/desk/outreach/{id}/results.csv", get(numbers::results))
}

#[derive(Deserialize)]
pub(crate) struct Scope {
    community: String,
}

/// The outreaches of a place and below.
#[derive(Serialize)]
pub(crate) struct OutreachList {
    /// Whether there is a line to call from.
    can_call: bool,
    /// Accounts of the line that this place may call from.
    accounts: Vec<String>,
    /// Whether who asks may write and start outreaches here.
    may_change: bool,
    follow_up: FollowUp,
    outreaches: Vec<OutreachLine>,
}

/// When finished orders are asked about by telephone.
#[derive(Serialize)]
pub(crate) struct FollowUp {
    /// After how many hours, as said at the place itself; 0: never; null: as in the node above.
    after_hours: Option<i64>,
    /// What the nodes above say of it; 0: never.
    after_hours_above: i64,
    may_change: bool,
}

#[derive(Serialize)]
pub(crate) struct OutreachLine {
    #[serde(flatten)]
    outreach: Outreach,
    progress: Progress,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<OutreachList>> {
    let store = state.assistant.store();
    let node = who.require_at(store, Permission::ReadFigures, &scope.community).await?;
    let mut outreaches = Vec::new();
    for outreach in store.outreaches(std::slice::from_ref(&node.path)).await? {
        let progress = store.outreach_progress(&outreach.id).await?;
        outreaches.push(OutreachLine { outreach, progress });
    }
    Ok(Json(OutreachList {
        can_call: state.outreaches.dial().is_some(),
        accounts: account_names(&state, &node.id).await?,
        may_change: who.may(Permission::DispatchOrders, &node.path),
        follow_up: follow_up(&state, &who, &node).await?,
        outreaches,
    }))
}

async fn follow_up(state: &AppState, who: &SignedIn, node: &Community) -> AppResult<FollowUp> {
    let said = state.assistant.store().follow_up_call_hours().await?;
    let above = said
        .iter()
        .filter(|(path, _)| **path != node.path && is_within(&node.path, path))
        .max_by_key(|(path, _)| path.len());
    Ok(FollowUp {
        after_hours: said.get(&node.path).copied(),
        after_hours_above: above.map_or(0, |(_, hours)| *hours),
        may_change: who.may(Permission::ManagePlaces, &node.path),
    })
}

async fn account_names(state: &AppState, community_id: &str) -> AppResult<Vec<String>> {
    Ok(state.outreaches.accounts(community_id).await?.into_iter().map(|account| account.name).collect())
}

/// What somebody writes of an outreach.
#[derive(Deserialize)]
pub(crate) struct Written {
    title: String,
    said: String,
    #[serde(default)]
    rules: Rules,
    account: Option<String>,
}

impl Written {
    async fn check(self, state: &AppState, community_id: &str) -> AppResult<OutreachText> {
        let title = filled(Some(self.title))
            .filter(|title| title.chars().count() <= LONGEST_TITLE)
            .ok_or_else(|| Problem::invalid("bad_title", "请写一个名称，最多 40 个字。"))?;
        let said = said(self.said)?;
        self.rules.check().map_err(|problem| Problem::invalid("bad_rules", problem))?;
        let account = account(state, community_id, self.account).await?;
        Ok(OutreachText { title, said, rules: self.rules, account })
    }
}

/// What is said, where it may be said.
fn said(text: String) -> AppResult<String> {
    filled(Some(text))
        .filter(|text| text.chars().count() <= LONGEST_TEXT)
        .ok_or_else(|| Problem::invalid("bad_text", "请写电话里要说的话，最多 500 个字，太长了老人听不完。"))
}

/// The account, where the place may call from it.
async fn account(state: &AppState, community_id: &str, wanted: Option<String>) -> AppResult<Option<String>> {
    match filled(wanted) {
        Some(name) if !account_names(state, community_id).await?.contains(&name) => {
            Err(Problem::invalid("no_such_account", "没有这条电话线路，请另选一条。"))
        }
        account => Ok(account),
    }
}

#[derive(Deserialize)]
pub(crate) struct NewOutreach {
    community_id: String,
    purpose: Purpose,
    #[serde(flatten)]
    written: Written,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Body(new): Body<NewOutreach>,
) -> AppResult<(StatusCode, Json<OutreachPage>)> {
    let store = state.assistant.store();
    who.require_at(store, Permission::DispatchOrders, &new.community_id).await?;
    let text = new.written.check(&state, &new.community_id).await?;
    let outreach = store.add_outreach(&new.community_id, new.purpose, &text, &who.actor()).await?;
    Ok((StatusCode::CREATED, Json(OutreachPage::new(&state, &who, outreach).await?)))
}

/// An outreach with how far it has come and what may be done.
#[derive(Serialize)]
pub(crate) struct OutreachPage {
    #[serde(flatten)]
    outreach: Outreach,
    progress: Progress,
    /// What a call says, in order.
    script: Vec<String>,
    /// When calls begin again, in milliseconds since 1970, where it runs outside its hours.
    opens_at: Option<i64>,
    can_call: bool,
    accounts: Vec<String>,
    may_change: bool,
    may_read_numbers: bool,
}

impl OutreachPage {
    async fn new(state: &AppState, who: &SignedIn, outreach: Outreach) -> AppResult<Self> {
        let progress = state.assistant.store().outreach_progress(&outreach.id).await?;
        let script =
            state.outreaches.script(&outreach.community_id, outreach.purpose, &outreach.said, None).await?;
        let time = state.assistant.work_orders().time_at(&outreach.community_id).await?;
        let now = Timestamp::now();
        let opens_at = outreach.rules.next_open(now, &time).filter(|open| *open > now);
        Ok(Self {
            progress,
            script,
            opens_at: opens_at.map(Timestamp::as_millisecond),
            can_call: state.outreaches.dial().is_some(),
            accounts: account_names(state, &outreach.community_id).await?,
            may_change: who.may(Permission::DispatchOrders, &outreach.place_path),
            may_read_numbers: who.may(Permission::ReadContacts, &outreach.place_path),
            outreach,
        })
    }
}

/// The outreach with this id, where the account may do this there.
async fn find(state: &AppState, who: &SignedIn, permission: Permission, id: &str) -> AppResult<Outreach> {
    let found = state.assistant.store().outreach(id).await?;
    let found = found.ok_or_else(|| Problem::not_found("no_such_outreach", "没有这个外呼任务，请回到列表看看。"))?;
    who.require(permission, &found.place_path)?;
    Ok(found)
}

pub(crate) async fn show(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<OutreachPage>> {
    let outreach = find(&state, &who, Permission::ReadFigures, &id).await?;
    Ok(Json(OutreachPage::new(&state, &who, outreach).await?))
}

pub(crate) async fn edit(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(written): Body<Written>,
) -> AppResult<Json<OutreachPage>> {
    let outreach = find(&state, &who, Permission::DispatchOrders, &id).await?;
    let text = written.check(&state, &outreach.community_id).await?;
    if !state.assistant.store().edit_outreach(&outreach, &text, &who.actor()).await? {
        return Err(Problem::conflict("outreach_runs", "正在打电话或者已经结束，不能改。请先暂停。"));
    }
    show(State(state), who, Path(id)).await
}

#[derive(Deserialize)]
pub(crate) struct NewState {
    state: OutreachState,
}

pub(crate) async fn set_state(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(wanted): Body<NewState>,
) -> AppResult<Json<OutreachPage>> {
    let store = state.assistant.store();
    let outreach = find(&state, &who, Permission::DispatchOrders, &id).await?;
    if wanted.state == OutreachState::Running {
        if state.outreaches.dial().is_none() {
            return Err(no_line());
        }
        if !outreach.automatic && store.outreach_progress(&id).await?.total == 0 {
            return Err(Problem::conflict("no_numbers", "还没有号码。请先把要打的号码贴进来。"));
        }
    }
    if outreach.automatic && wanted.state == OutreachState::Stopped {
        return Err(Problem::conflict("automatic", "自动回访只能暂停。不想再打，请把“办结后自动电话回访”关掉。"));
    }
    if !store.set_outreach_state(&outreach, wanted.state, &who.actor()).await? {
        return Err(Problem::conflict("outreach_moved_on", "这个任务的状态已经变了，请刷新页面看看。"));
    }
    show(State(state), who, Path(id)).await
}

fn no_line() -> Problem {
    Problem::unavailable("no_line", "还没有接电话线路，打不出去。请系统管理员先在配置里接上电话。")
}

#[derive(Deserialize)]
pub(crate) struct FollowUpWish {
    community_id: String,
    after_hours: Option<u32>,
}

pub(crate) async fn set_follow_up(
    State(state): State<AppState>,
    who: SignedIn,
    Body(wish): Body<FollowUpWish>,
) -> AppResult<Json<FollowUp>> {
    let store = state.assistant.store();
    let node = who.require_at(store, Permission::ManagePlaces, &wish.community_id).await?;
    if wish.after_hours.is_some_and(|hours| hours > LONGEST_WAIT) {
        return Err(Problem::invalid("bad_hours", "办结后最多等 144 小时（6 天）再打，七天后工单就归档了。"));
    }
    store.set_follow_up_call_hours(&node.id, wish.after_hours, &who.actor()).await?;
    Ok(Json(follow_up(&state, &who, &node).await?))
}
