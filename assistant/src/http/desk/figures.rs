//! Figures, by community, kind and month, as JSON and CSV; and where needs pile up.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use serde::{Deserialize, Serialize};

use super::SignedIn;
use crate::accounts::Permission;
use crate::config::Weights;
use crate::http::AppState;
use crate::http::problem::{AppResult, Problem};
use crate::store::{OrderFilter, OrderQueue, Span, Split, Tally};

/// Most days of one look.
const MOST_DAYS: i32 = 800;

/// Share of 满意 that 基本满意 counts (Beijing's assessment).
const MOSTLY: f64 = 0.9;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    community: Option<String>,
    from: Option<Date>,
    to: Option<Date>,
    kind: Option<String>,
}

/// The figures of one group; a share is `None` where nothing was counted.
#[derive(Serialize)]
struct Row {
    key: String,
    name: String,
    filed: i64,
    archived: i64,
    open: i64,
    followed_up: i64,
    response: Option<f64>,
    solution: Option<f64>,
    satisfaction: Option<f64>,
    weighted: Option<f64>,
    on_time: Option<f64>,
    reopened: Option<f64>,
    first_contact: Option<f64>,
}

impl Row {
    fn new(key: &str, name: &str, tally: &Tally, weights: Weights) -> Self {
        let share = |part: f64, whole: i64| (whole > 0).then(|| part / whole as f64);
        let response = share(tally.responded as f64, tally.followed_up);
        let solution = share(tally.solved as f64, tally.followed_up);
        let satisfaction = share(tally.satisfied as f64 + MOSTLY * tally.mostly as f64, tally.judged);
        let weighted = response.zip(solution).zip(satisfaction).map(|((response, solution), satisfaction)| {
            weights.response * response + weights.solution * solution + weights.satisfaction * satisfaction
        });
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            filed: tally.filed,
            archived: tally.archived,
            open: tally.open,
            followed_up: tally.followed_up,
            response,
            solution,
            satisfaction,
            weighted,
            on_time: share(tally.in_time as f64, tally.in_time + tally.late),
            reopened: share(tally.reopened as f64, tally.filed),
            first_contact: share(tally.without_order as f64, tally.conversations),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Figures {
    from: Date,
    to: Date,
    total: Row,
    by_community: Vec<Row>,
    by_kind: Vec<Row>,
    by_month: Vec<Row>,
    weights: Weights,
}

/// The days that are meant: the last thirty unless said otherwise.
fn days(wanted: &Wanted) -> AppResult<(Date, Date)> {
    let today = Zoned::now().with_time_zone(zone()).date();
    let to = wanted.to.unwrap_or(today);
    let from = wanted.from.unwrap_or_else(|| to.saturating_sub(29.days()));
    let length = (to - from).get_days();
    if !(0..=MOST_DAYS).contains(&length) {
        return Err(Problem::invalid("bad_days", "起止日期不对，或者超过了两年，请重新选。"));
    }
    Ok((from, to))
}

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC)
}

/// First moment of a day in China, in milliseconds since 1970.
fn start(day: Date) -> AppResult<i64> {
    let start = day.to_zoned(zone()).map_err(anyhow::Error::from)?;
    Ok(start.timestamp().as_millisecond())
}

async fn scopes(state: &AppState, who: &SignedIn, community: Option<&str>) -> AppResult<Vec<String>> {
    match community.filter(|id| !id.is_empty()) {
        Some(id) => {
            let node = who.require_at(state.assistant.store(), Permission::ReadFigures, id).await?;
            Ok(vec![node.path])
        }
        None => who.require_scopes(Permission::ReadFigures),
    }
}

async fn figures(state: &AppState, who: &SignedIn, wanted: &Wanted) -> AppResult<Figures> {
    let (from, to) = days(wanted)?;
    let store = state.assistant.store();
    let weights = state.assistant.weights();
    let span = Span {
        scopes: scopes(state, who, wanted.community.as_deref()).await?,
        from: start(from)?,
        until: start(to.saturating_add(1.day()))?,
        kind: wanted.kind.clone().filter(|kind| !kind.is_empty()),
    };
    let rows = |tallies: &BTreeMap<String, Tally>, names: &BTreeMap<String, String>| -> Vec<Row> {
        let mut rows: Vec<Row> = tallies
            .iter()
            .map(|(key, tally)| Row::new(key, names.get(key).unwrap_or(key), tally, weights))
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.filed));
        rows
    };
    let names: BTreeMap<String, String> = store
        .communities()
        .await?
        .into_iter()
        .map(|node| (node.id, node.name))
        .collect();
    let (by_community, by_kind, mut monthly) = tokio::try_join!(
        store.tallies(&span, Split::Community),
        store.tallies(&span, Split::Kind),
        store.tallies(&span, Split::Month),
    )?;
    let mut total = Tally::default();
    for tally in by_community.values() {
        total += tally;
    }
    // Months in which nothing happened are shown too.
    let mut by_month = Vec::new();
    let mut month = from;
    while month <= to {
        let key = month.strftime("%Y-%m").to_string();
        let tally = monthly.remove(&key).unwrap_or_default();
        by_month.push(Row::new(&key, &key, &tally, weights));
        month = month.last_of_month().saturating_add(1.day());
    }
    Ok(Figures {
        from,
        to,
        total: Row::new("", "合计", &total, weights),
        by_community: rows(&by_community, &names),
        by_kind: rows(&by_kind, &BTreeMap::new()),
        by_month,
        weights,
    })
}

pub(crate) async fn show(
    State(state): State<AppState>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> AppResult<Json<Figures>> {
    Ok(Json(figures(&state, &who, &wanted).await?))
}

/// A cell of a CSV file; what a spreadsheet would take for a formula is made text.
fn cell(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if risky { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A table that spreadsheets open.
pub(super) fn csv(lines: &[Vec<String>], name: &'static str) -> Response {
    // The mark at the start tells spreadsheets that it is UTF-8.
    let mut text = String::from("\u{feff}");
    for line in lines {
        text.push_str(&line.iter().map(|one| cell(one)).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    response
}

pub(crate) async fn show_csv(
    State(state): State<AppState>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> AppResult<Response> {
    let figures = figures(&state, &who, &wanted).await?;
    let percent = |share: Option<f64>| share.map_or(String::new(), |share| format!("{:.1}%", share * 100.0));
    let head = [
        "分组", "名称", "登记", "归档", "在办", "有效回访", "响应率", "解决率", "满意率", "综合", "按时办结率", "重办率", "直接答复率",
    ];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    let groups = [
        ("合计", std::slice::from_ref(&figures.total)),
        ("社区", &figures.by_community[..]),
        ("类型", &figures.by_kind[..]),
        ("月份", &figures.by_month[..]),
    ];
    for (group, rows) in groups {
        for row in rows {
            lines.push(vec![
                group.to_owned(),
                row.name.clone(),
                row.filed.to_string(),
                row.archived.to_string(),
                row.open.to_string(),
                row.followed_up.to_string(),
                percent(row.response),
                percent(row.solution),
                percent(row.satisfaction),
                percent(row.weighted),
                percent(row.on_time),
                percent(row.reopened),
                percent(row.first_contact),
            ]);
        }
    }
    Ok(csv(&lines, "attachment; filename=\"figures.csv\""))
}

/// The days whose orders are wanted; all where none is named.
#[derive(Deserialize)]
pub(crate) struct Period {
    from: Option<Date>,
    to: Option<Date>,
}

/// The orders of the filter and of these days as CSV, without personal data.
pub(crate) async fn orders_csv(
    State(state): State<AppState>,
    who: SignedIn,
    Query(filter): Query<OrderFilter>,
    Query(period): Query<Period>,
) -> AppResult<Response> {
    let scopes = who.require_scopes(Permission::ReadFigures)?;
    let head = ["工单号", "类型", "状态", "社区", "部门", "经办人", "时限", "登记时间", "内容"];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    let mut filter = OrderFilter {
        limit: Some(200),
        filed_from: period.from.map(start).transpose()?,
        filed_until: period.to.map(|to| start(to.saturating_add(1.day()))).transpose()?,
        ..filter.without_blanks()
    };
    if filter.queue == OrderQueue::Open {
        filter.queue = OrderQueue::All;
    }
    loop {
        let page = state.assistant.store().order_list(&who.account.id, &scopes, &filter).await?;
        for order in page.orders {
            let at = jiff::Timestamp::from_millisecond(order.created_at).map_err(anyhow::Error::from)?;
            lines.push(vec![
                order.number,
                order.kind,
                order.state.name().to_owned(),
                order.community_name,
                order.department.unwrap_or_default(),
                order.assignee.map_or(String::new(), |person| person.name),
                order.clock_status,
                at.to_zoned(zone()).strftime("%Y-%m-%d %H:%M").to_string(),
                crate::privacy::mask_text(&order.question),
            ]);
        }
        match page.next {
            Some(next) if lines.len() < 50_000 => filter.after = Some(next),
            _ => break,
        }
    }
    Ok(csv(&lines, "attachment; filename=\"work-orders.csv\""))
}

#[derive(Serialize)]
pub(crate) struct HeatMap {
    places: Vec<HeatPlace>,
    kinds: Vec<String>,
}

#[derive(Serialize)]
struct HeatPlace {
    id: String,
    name: String,
    total: i64,
    by_kind: BTreeMap<String, i64>,
    /// Change against as many days before, as a share; `None` where there was nothing then.
    change: Option<f64>,
}

pub(crate) async fn heat_map(
    State(state): State<AppState>,
    who: SignedIn,
    Query(wanted): Query<Wanted>,
) -> AppResult<Json<HeatMap>> {
    let (from, to) = days(&wanted)?;
    let store = state.assistant.store();
    let length = (to - from).get_days() + 1;
    let before = from.saturating_sub(length.days());
    let span = Span {
        scopes: scopes(&state, &who, wanted.community.as_deref()).await?,
        from: start(from)?,
        until: start(to.saturating_add(1.day()))?,
        kind: None,
    };
    let earlier = Span {
        from: start(before)?,
        until: span.from,
        ..span.clone()
    };
    let names: BTreeMap<String, String> = store
        .communities()
        .await?
        .into_iter()
        .map(|node| (node.id, node.name))
        .collect();
    let mut places: BTreeMap<String, HeatPlace> = BTreeMap::new();
    let (needs, before) = tokio::try_join!(store.needs(&span), store.tallies(&earlier, Split::Community))?;
    for ((community, kind), count) in needs {
        let place = places.entry(community.clone()).or_insert_with(|| HeatPlace {
            name: names.get(&community).cloned().unwrap_or_else(|| community.clone()),
            id: community,
            total: 0,
            by_kind: BTreeMap::new(),
            change: None,
        });
        place.total += count;
        place.by_kind.insert(kind, count);
    }
    for (id, tally) in before {
        // Where there were only conversations, no change can be told.
        if let Some(place) = places.get_mut(&id).filter(|_| tally.filed > 0) {
            place.change = Some((place.total - tally.filed) as f64 / tally.filed as f64);
        }
    }
    let mut places: Vec<HeatPlace> = places.into_values().collect();
    places.sort_by_key(|place| std::cmp::Reverse(place.total));
    let kinds = state.assistant.work_orders().kinds();
    Ok(Json(HeatMap {
        places,
        kinds: kinds.kinds.iter().map(|kind| kind.name.clone()).collect(),
    }))
}
