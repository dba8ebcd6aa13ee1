//! Where alerts go, and whether they arrive there.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::SignedIn;
use crate::accounts::Permission;
use crate::alerts::{Notice, Target, webhook_secret};
use crate::http::AppState;
use crate::http::body::Body;
use crate::http::problem::{AppResult, Problem};
use crate::store::{AlertTarget, new_id};

#[derive(Deserialize)]
pub(crate) struct Scope {
    community: String,
}

#[derive(Serialize)]
pub(crate) struct TargetPage {
    id: String,
    community_id: String,
    name: String,
    kind: &'static str,
    /// Without keys and tokens.
    address: String,
    events: Vec<String>,
    last_delivered_at: Option<i64>,
    last_error: Option<String>,
    /// The secret of a webhook, shown once when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<AlertTarget> for TargetPage {
    fn from(kept: AlertTarget) -> Self {
        let address = kept.target.to_string();
        Self {
            id: kept.id,
            community_id: kept.community_id,
            name: kept.name,
            kind: match kept.target {
                Target::Email { .. } => "email",
                Target::Webhook { .. } => "webhook",
                Target::WeCom { .. } => "wecom",
                Target::DingTalk { .. } => "dingtalk",
            },
            // The kind stands before it.
            address: address.split_once(' ').map_or(address.clone(), |(_, rest)| rest.to_owned()),
            events: kept.events,
            last_delivered_at: kept.last_delivered_at,
            last_error: kept.last_error,
            secret: None,
        }
    }
}

pub(crate) async fn list(
    State(state): State<AppState>,
    who: SignedIn,
    Query(scope): Query<Scope>,
) -> AppResult<Json<Vec<TargetPage>>> {
    let store = state.assistant.store();
    who.require_at(store, Permission::ManageAlerts, &scope.community).await?;
    let targets = store.alert_targets(&scope.community).await?;
    Ok(Json(targets.into_iter().map(TargetPage::from).collect()))
}

#[derive(Deserialize)]
pub(crate) struct NewTarget {
    community_id: String,
    name: String,
    target: serde_json::Value,
    #[serde(default)]
    events: Vec<String>,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    who: SignedIn,
    Body(mut new): Body<NewTarget>,
) -> AppResult<(StatusCode, Json<TargetPage>)> {
    let store = state.assistant.store();
    who.require_at(store, Permission::ManageAlerts, &new.community_id).await?;
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Problem::invalid("name_missing", "请起个名字，60 字以内。"));
    }
    // Who gives no secret for a webhook gets a good one.
    let mut made = None;
    if new.target["kind"] == "webhook" && new.target["secret"].as_str().unwrap_or_default().is_empty() {
        let secret = webhook_secret(rand::random()).expose().to_owned();
        new.target["secret"] = secret.clone().into();
        made = Some(secret);
    }
    let target: Target = serde_json::from_value(new.target)
        .map_err(|_| Problem::invalid("bad_target", "接收方的地址没有填完整，请检查。"))?;
    target
        .check()
        .map_err(|reason| Problem::invalid("bad_target", &reason.to_string()))?;
    let kept = store
        .add_alert_target(&new.community_id, name, &target, &new.events, &who.actor())
        .await?;
    let mut page = TargetPage::from(kept);
    page.secret = made;
    Ok((StatusCode::CREATED, Json(page)))
}

async fn find(state: &AppState, who: &SignedIn, id: &str) -> AppResult<AlertTarget> {
    let store = state.assistant.store();
    let kept = store
        .alert_target(id)
        .await?
        .ok_or_else(|| Problem::not_found("no_such_target", "没有这个接收方，可能已经删了。"))?;
    who.require_at(store, Permission::ManageAlerts, &kept.community_id).await?;
    Ok(kept)
}

pub(crate) async fn remove(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<StatusCode> {
    find(&state, &who, &id).await?;
    state.assistant.store().delete_alert_target(&id, &who.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn test(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> AppResult<StatusCode> {
    let kept = find(&state, &who, &id).await?;
    let notice = Notice {
        id: new_id(),
        event: "test".to_owned(),
        title: "乡音：测试提醒".to_owned(),
        body: format!("这是 {} 发的测试，收到就说明提醒能到。", who.account.name),
        url: None,
        urgent: false,
        at: Timestamp::now(),
        details: serde_json::json!({}),
    };
    let store = state.assistant.store();
    let outcome = state.desk.deliverer.deliver(&kept.target, &notice, Timestamp::now()).await;
    let reason = outcome.err().map(|error| error.reason().to_string());
    store
        .note_delivery(&id, reason.as_deref(), Timestamp::now().as_millisecond())
        .await?;
    match reason {
        None => Ok(StatusCode::NO_CONTENT),
        Some(reason) => Err(Problem::not_delivered(&reason)),
    }
}
