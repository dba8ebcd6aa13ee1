//! Places: the tree, what is local to a node, its working hours and its own days off.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use dialects::Variety;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SignedIn;
use super::session::place;
use crate::accounts::{Permission, is_within, reach};
use crate::http::AppState;
use crate::http::body::{Body, filled, given};
use crate::http::problem::{AppResult, Problem};
use crate::store::{Community, LocalDay, PlaceChoices, Store};
use crate::working_time::{Calendar, WorkingHours};

/// Kinds of nodes, from the largest to the smallest.
const KINDS: &[&str] = &["省", "市", "区", "县", "街道", "镇", "乡", "社区", "村", "网格"];

/// Longest time that recordings are kept, in days.
const MOST_DAYS: u32 = 366;

/// A node of the tree.
#[derive(Serialize)]
pub(crate) struct Place {
    id: String,
    parent_id: Option<String>,
    kind: String,
    name: String,
    /// Ids from the root down, its own last.
    path: Vec<String>,
    /// Names from the root down, for reading.
    names: Vec<String>,
    greeting: Option<String>,
    variety: Option<String>,
    phone: Option<String>,
    /// Whether nobody publishes what they wrote last, as said at the node itself.
    four_eyes: Option<bool>,
    /// What the nodes above say of it, which holds where the node says nothing.
    four_eyes_above: bool,
    /// For how many days recordings of residents who agree are kept, as said at the node itself.
    recordings_days: Option<i64>,
    /// What the nodes above say of it; 0: none are.
    recordings_days_above: i64,
}

impl Place {
    /// The nodes at and below these paths, parents before their children.
    pub(super) async fn below(store: &Store, paths: &[String]) -> anyhow::Result<Vec<Self>> {
        let all = store.communities().await?;
        let names: HashMap<&str, &str> = all
            .iter()
            .map(|node| (node.id.as_str(), node.name.as_str()))
            .collect();
        let mut nodes: Vec<&Community> = all
            .iter()
            .filter(|node| paths.iter().any(|path| is_within(&node.path, path)))
            .collect();
        nodes.sort_by(|one, other| one.path.cmp(&other.path));
        let choices = store.place_choices().await?;
        Ok(nodes.into_iter().map(|node| Self::new(node, &names, &choices)).collect())
    }

    async fn one(store: &Store, id: &str) -> AppResult<Self> {
        let lineage = store.lineage(id).await?;
        let names: HashMap<&str, &str> = lineage
            .iter()
            .map(|node| (node.id.as_str(), node.name.as_str()))
            .collect();
        Ok(Self::new(&lineage[0], &names, &store.place_choices().await?))
    }

    fn new(node: &Community, names: &HashMap<&str, &str>, choices: &HashMap<String, PlaceChoices>) -> Self {
        let path: Vec<String> = node
            .path
            .split_terminator('/')
            .map(str::to_owned)
            .collect();
        let own = choices.get(&node.id).copied().unwrap_or_default();
        let above = || path.iter().rev().skip(1).filter_map(|id| choices.get(id));
        Self {
            id: node.id.clone(),
            parent_id: node.parent_id.clone(),
            kind: node.kind.clone(),
            name: node.name.clone(),
            names: path
                .iter()
                .map(|id| names.get(id.as_str()).map_or_else(|| id.clone(), |name| (*name).to_owned()))
                .collect(),
            four_eyes: own.four_eyes,
            four_eyes_above: above().find_map(|node| node.four_eyes) == Some(true),
            recordings_days: own.recordings_days,
            recordings_days_above: above().find_map(|node| node.recordings_days).unwrap_or_default(),
            path,
            greeting: node.greeting.clone(),
            variety: node.variety.clone(),
            phone: node.phone.clone(),
        }
    }
}

pub(crate) async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> AppResult<Json<Vec<Place>>> {
    let reach = reach(&signed_in.account.roles);
    Ok(Json(Place::below(state.assistant.store(), &reach).await?))
}

#[derive(Deserialize)]
pub(crate) struct NewPlace {
    id: String,
    parent_id: String,
    kind: String,
    name: String,
}

pub(crate) async fn add(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Body(new): Body<NewPlace>,
) -> AppResult<(StatusCode, Json<Place>)> {
    let store = state.assistant.store();
    signed_in
        .require_at(store, Permission::ManagePlaces, &new.parent_id)
        .await?;
    let id = new.id.trim();
    crate::store::check_place_id(id)
        .map_err(|error| Problem::invalid("bad_place_id", &format!("{error}。")))?;
    if !KINDS.contains(&new.kind.as_str()) {
        return Err(Problem::invalid(
            "bad_place_kind",
            &format!("请选一种：{}。", KINDS.join("、")),
        ));
    }
    let name = filled(Some(new.name)).ok_or_else(no_name)?;
    store
        .add_place(id, &new.parent_id, &new.kind, &name, &signed_in.actor())
        .await?
        .ok_or_else(|| Problem::conflict("place_id_taken", "这个编号已经有了，请换一个。"))?;
    Ok((StatusCode::CREATED, Json(Place::one(store, id).await?)))
}

#[derive(Deserialize)]
pub(crate) struct Edit {
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    greeting: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    variety: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    phone: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    working_hours: Option<Option<Value>>,
    /// Whether nobody publishes what they wrote last; null: as in the node above.
    #[serde(default, deserialize_with = "given")]
    four_eyes: Option<Option<bool>>,
    /// For how many days recordings of residents who agree are kept; 0: none are; null: as in the node above.
    #[serde(default, deserialize_with = "given")]
    recordings_days: Option<Option<u32>>,
}

pub(crate) async fn edit(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Body(edit): Body<Edit>,
) -> AppResult<Json<Place>> {
    let store = state.assistant.store();
    let mut node = signed_in.require_at(store, Permission::ManagePlaces, &id).await?;
    if let Some(name) = edit.name {
        node.name = filled(Some(name)).ok_or_else(no_name)?;
    }
    if let Some(greeting) = edit.greeting {
        node.greeting = filled(greeting);
    }
    if let Some(variety) = edit.variety {
        node.variety = filled(variety).map(|variety| dialect(&variety)).transpose()?;
    }
    if let Some(phone) = edit.phone {
        node.phone = filled(phone);
    }
    let hours_changed = edit.working_hours.is_some();
    if let Some(hours) = edit.working_hours {
        node.working_hours = hours.map(working_hours).transpose()?;
    }
    store.update_community(&node, &signed_in.actor()).await?;
    if let Some(four_eyes) = edit.four_eyes {
        store.set_four_eyes(&id, four_eyes, &signed_in.actor()).await?;
    }
    if let Some(days) = edit.recordings_days {
        if days.is_some_and(|days| days > MOST_DAYS) {
            return Err(Problem::invalid("bad_days", "录音最多留一年（366 天）。"));
        }
        store.set_recordings_days(&id, days, &signed_in.actor()).await?;
    }
    if hours_changed {
        // What is promised to residents follows the hours.
        state.assistant.work_orders().read_clocks_anew(&node.path).await?;
    }
    Ok(Json(Place::one(store, &id).await?))
}

/// When staff work at a node, and which days are different there.
#[derive(Serialize)]
pub(crate) struct Hours {
    /// Set at the node itself.
    own: Option<Value>,
    /// Set at the nearest node above that has its own.
    inherited: Option<Value>,
    /// Set here and above; the nearest node counts.
    days: Vec<LocalDay>,
    /// Last day for which the national calendar is known.
    known_until: Option<String>,
}

pub(crate) async fn hours(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> AppResult<Json<Hours>> {
    let store = state.assistant.store();
    signed_in.require_any(&place(store, &id).await?.path)?;
    let lineage = store.lineage(&id).await?;
    let ids: Vec<String> = lineage.iter().map(|node| node.id.clone()).collect();
    Ok(Json(Hours {
        own: lineage[0].working_hours.clone(),
        inherited: lineage[1..].iter().find_map(|node| node.working_hours.clone()),
        days: store.local_days(&ids).await?,
        known_until: Some(Calendar::builtin().known_until().to_string()),
    }))
}

#[derive(Deserialize)]
pub(crate) struct DayKind {
    kind: String,
    #[serde(default)]
    name: String,
}

pub(crate) async fn put_day(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path((id, day)): Path<(String, String)>,
    Body(body): Body<DayKind>,
) -> AppResult<StatusCode> {
    let store = state.assistant.store();
    let node = signed_in.require_at(store, Permission::ManagePlaces, &id).await?;
    let day: Date = day
        .parse()
        .map_err(|_| Problem::invalid("bad_day", "日期要写成 2026-10-01 这样。"))?;
    if !["off", "work"].contains(&body.kind.as_str()) {
        return Err(Problem::invalid("bad_day_kind", "请选“休息”或“上班”。"));
    }
    let day = LocalDay {
        community_id: id,
        day: day.to_string(),
        kind: body.kind,
        name: body.name.trim().to_owned(),
    };
    store.put_local_day(&day, &signed_in.actor()).await?;
    state.assistant.work_orders().read_clocks_anew(&node.path).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete_day(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path((id, day)): Path<(String, String)>,
) -> AppResult<StatusCode> {
    let store = state.assistant.store();
    let node = signed_in.require_at(store, Permission::ManagePlaces, &id).await?;
    if store.delete_local_day(&id, &day, &signed_in.actor()).await? {
        state.assistant.work_orders().read_clocks_anew(&node.path).await?;
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("no_such_day", "这一天没有单独设置过。"))
    }
}

/// The one place where working hours are looked at before they are kept.
fn working_hours(hours: Value) -> AppResult<Value> {
    match serde_json::from_value::<WorkingHours>(hours.clone()) {
        Ok(_) => Ok(hours),
        Err(error) => {
            let detail = format!("工作时间要写成 08:30-12:00 这样（{error}），请检查后再保存。");
            Err(Problem::invalid("bad_working_hours", &detail))
        }
    }
}

fn dialect(variety: &str) -> AppResult<String> {
    let variety: Variety = variety
        .parse()
        .map_err(|_| Problem::invalid("no_such_variety", "没有这种方言，请从列表里选。"))?;
    Ok(variety.id().to_owned())
}

fn no_name() -> Problem {
    Problem::invalid("no_name", "请填写名称，居民看到的就是这个名字。")
}
